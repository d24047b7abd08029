import { describe, expect, it } from 'vitest';
import { createSharedRequests } from './shared-requests';

/** A token that can be cancelled, as VS Code's. */
function makeToken() {
  const listeners: (() => void)[] = [];
  return { cancel: () => listeners.splice(0).forEach((listener) => listener()), token: { onCancellationRequested: (listener: () => void) => listeners.push(listener) } };
}

function setUp() {
  const share = createSharedRequests<string>();
  const log: string[] = [];
  const finish = new Map<string, (answer: string) => void>();
  const ask = (key: string, { token }: ReturnType<typeof makeToken>) => share(key, token, () => {
    log.push(`begin ${key}`);
    return { answer: new Promise<string>((resolve) => finish.set(key, resolve)), cancel: () => log.push(`cancel ${key}`) };
  });
  return { ask, log, answer: (key: string) => finish.get(key)?.(`answer to ${key}`) };
}

describe('requests are shared', () => {
  it('by those who ask for the same, the first of them cancelled or not', async () => {
    const { ask, log, answer } = setUp();
    const moved = makeToken();
    void ask('here', moved);
    moved.cancel();
    const pressed = ask('here', makeToken());
    answer('here');
    expect(await pressed).toBe('answer to here');
    expect(log).toEqual(['begin here']);
  });

  it('until they are answered', async () => {
    const { ask, log, answer } = setUp();
    const first = ask('here', makeToken());
    answer('here');
    await first;
    void ask('here', makeToken());
    expect(log).toEqual(['begin here', 'begin here']);
  });

  it('and end early when nobody wants them and somebody wants another', () => {
    const { ask, log } = setUp();
    const gone = makeToken();
    void ask('here', gone);
    void ask('there', makeToken());
    expect(log).toEqual(['begin here', 'begin there']);
    gone.cancel();
    void ask('elsewhere', makeToken());
    expect(log).toEqual(['begin here', 'begin there', 'cancel here', 'begin elsewhere']);
  });

  it('and failures reach everybody', async () => {
    const share = createSharedRequests<string>();
    const start = () => ({ answer: Promise.reject(new Error('no')), cancel: () => undefined });
    await expect(share('here', makeToken().token, start)).rejects.toThrow('no');
    await expect(share('here', makeToken().token, start)).rejects.toThrow('no');
  });
});
