import { setImmediate as nextTurn } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { describe, expect, test } from 'vitest';
import { createChecker, type Checker, type Question } from './checker';
import { fakeEngine, type FakeEngine } from './testing';

const quiet = { info: () => undefined, warn: () => undefined, failure: () => undefined };
const { token } = new CancellationTokenSource();

function create(engine: FakeEngine): { checker: Checker; texts: string[] } {
  const reader = engine.createReader('/src/linux', () => undefined);
  const analysis = engine.createAnalysis(reader, () => undefined);
  const texts: string[] = [];
  const tree = { root: '/src/linux', analysis: { ...analysis, setText: (path: string, text: string | undefined): void => { texts.push(text ?? ''); analysis.setText(path, text); } }, add: () => undefined, forget: () => undefined, outlines: undefined, uriOf: (file: string) => file };
  return { checker: createChecker({ tree, log: quiet, watches: () => true, onFindings: () => undefined }), texts };
}

describe('questions', () => {
  test('are answered with the newest text, also when an edit comes while they are worked on', async () => {
    const { checker, texts } = create(fakeEngine());
    checker.setText('mm/a.c', 'old');
    let begun = 0;
    const question: Question<string> = function* () {
      begun++;
      const seen = texts.at(-1) ?? '';
      if (begun === 1) {
        checker.setText('mm/a.c', 'new');
        // It would never end by itself.
        for (;;) yield;
      }
      yield;
      return seen;
    };
    expect(await checker.ask('mm/a.c', question, token)).toBe('new');
    expect(begun).toBe(2);
  });

  test('do not wait for the end of a check', async () => {
    const engine = fakeEngine();
    engine.slowness = 200;
    const { checker } = create(engine);
    checker.setText('mm/a.c', 'RACE');
    const found = checker.findings('mm/a.c', token);
    await nextTurn();
    await nextTurn();
    const order: string[] = [];
    const asked = checker.ask('mm/a.c', function* () { yield; return 'answer'; }, token).then(() => order.push('answer'));
    await Promise.all([asked, found.then(() => order.push('findings'))]);
    expect(order).toEqual(['answer', 'findings']);
    expect(engine.abandoned).toBe(0);
  });

  test('end with nothing when they are cancelled, or the file is closed or was never opened', async () => {
    const { checker } = create(fakeEngine());
    const forever: Question<string> = function* () { for (;;) yield; };
    expect(await checker.ask('mm/a.c', forever, token)).toBeUndefined();
    checker.setText('mm/a.c', 'text');
    const source = new CancellationTokenSource();
    const cancelled = checker.ask('mm/a.c', forever, source.token);
    const closed = checker.ask('mm/a.c', forever, token);
    setTimeout(() => source.cancel(), 5);
    expect(await cancelled).toBeUndefined();
    checker.close('mm/a.c');
    expect(await closed).toBeUndefined();
  });

  test('that fail reject, and the checker goes on', async () => {
    const { checker } = create(fakeEngine());
    checker.setText('mm/a.c', 'RACE CAUSE');
    // eslint-disable-next-line require-yield -- it fails before there is anything to wait for
    await expect(checker.ask('mm/a.c', function* () { throw new Error('no'); }, token)).rejects.toThrow('no');
    expect(await checker.findings('mm/a.c', token)).toHaveLength(1);
  });
});

describe('questions for later', () => {
  test('wait until nothing else is to be done, are interrupted by what comes, and begin anew', async () => {
    const { checker } = create(fakeEngine());
    checker.setText('mm/a.c', 'RACE CAUSE');
    const order: string[] = [];
    let begun = 0;
    let unfinished = 0;
    const idle = checker.ask('mm/a.c', function* () {
      begun++;
      try {
        // The first time it does not end by itself.
        while (begun === 1) yield;
        order.push('idle');
        begun += 10;
        return 'late';
      } finally {
        if (begun < 10) unfinished++;
      }
    }, token, 'idle');
    await checker.findings('mm/a.c', token);
    while (begun === 0) await nextTurn();
    // What is for idle time interrupts nothing that is; what is to come next does.
    const next = checker.ask('mm/a.c', function* () { yield; order.push('next'); return 'first'; }, token, 'next');
    expect(await next).toBe('first');
    expect(await idle).toBe('late');
    expect(order).toEqual(['next', 'idle']);
    expect(unfinished).toBe(1);
  });

  test('give way to a question that somebody waits for', async () => {
    const { checker } = create(fakeEngine());
    checker.setText('mm/a.c', 'text');
    let begun = 0;
    const next = checker.ask('mm/a.c', function* () {
      begun++;
      while (begun === 1) yield;
      return begun;
    }, token, 'next');
    while (begun === 0) await nextTurn();
    expect(await checker.ask('mm/a.c', function* () { yield; return 'now'; }, token)).toBe('now');
    expect(await next).toBe(2);
  });

  test('end with nothing when they are cancelled, or the file is closed', async () => {
    const { checker } = create(fakeEngine());
    checker.setText('mm/a.c', 'text');
    const forever: Question<string> = function* () { for (;;) yield; };
    const source = new CancellationTokenSource();
    const cancelled = checker.ask('mm/a.c', forever, source.token, 'next');
    const closed = checker.ask('mm/a.c', forever, token, 'idle');
    setTimeout(() => source.cancel(), 5);
    expect(await cancelled).toBeUndefined();
    checker.close('mm/a.c');
    expect(await closed).toBeUndefined();
  });
});
