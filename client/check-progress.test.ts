import { describe, expect, it } from 'vitest';
import { CHECK_TITLE, CHECK_WORKSPACE, createCheckProgress } from './check-progress';

function setUp() {
  const log: string[] = [];
  const cancels: (() => void)[] = [];
  const progress = createCheckProgress<string>((title, onCancel) => {
    log.push(`show ${title}`);
    cancels.push(onCancel);
    return { report: ({ message, increment }) => log.push(`${message ?? ''} +${increment ?? 0}`), close: () => log.push('close') };
  }, (token) => log.push(`cancel ${token}`));
  let end: () => void = () => undefined;
  const command = progress.run(CHECK_WORKSPACE, () => new Promise<void>((resolve) => { end = resolve; }));
  return { progress, log, cancels, end: () => { end(); return command; } };
}

describe('the progress of a check that was asked for', () => {
  it('is shown from its begin to its end, in steps', async () => {
    const { progress, log, end } = setUp();
    expect(progress.handle('1', { kind: 'begin', title: CHECK_TITLE, percentage: 5, message: '1 of 20 files' })).toBe(true);
    expect(progress.handle('1', { kind: 'report', percentage: 50, message: '10 of 20 files' })).toBe(true);
    expect(progress.handle('1', { kind: 'report', percentage: 40 })).toBe(true);
    expect(progress.handle('1', { kind: 'end' })).toBe(true);
    expect(log).toEqual([`show ${CHECK_TITLE}`, '1 of 20 files +5', '10 of 20 files +45', ' +0', 'close']);
    expect(progress.handle('1', { kind: 'end' })).toBe(false);
    await end();
    expect(log).toHaveLength(5);
  });

  it('can be cancelled', () => {
    const { progress, log, cancels } = setUp();
    progress.handle('1', { kind: 'begin', title: CHECK_TITLE });
    cancels[0]?.();
    expect(log.at(-1)).toBe('cancel 1');
  });

  it('ends with the command, even when the server says nothing any more', async () => {
    const { progress, log, end } = setUp();
    progress.handle('1', { kind: 'begin', title: CHECK_TITLE });
    await end();
    expect(log.at(-1)).toBe('close');
  });

  it('is no other progress, and none that nobody has asked for', async () => {
    const { progress, log, end } = setUp();
    expect(progress.handle('1', { kind: 'begin', title: 'Reading the tree' })).toBe(false);
    expect(progress.handle('1', { kind: 'report', percentage: 1 })).toBe(false);
    await end();
    expect(progress.handle('2', { kind: 'begin', title: CHECK_TITLE })).toBe(false);
    expect(await progress.run('other', () => Promise.resolve(3))).toBe(3);
    expect(log).toEqual([]);
  });
});
