import { setTimeout as wait } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type Analysis } from '../../analyzer/analysis';
import { fakeEngine, type FakeEngine } from '../testing';
import { openTreeCheck, type TreeCheck, type TreeCheckResult } from './remote';

const root = '/src/linux';
const quiet = { info: () => undefined, warn: () => undefined, failure: () => undefined };

/** An engine that counts the analyses that were made, with a tree of one file. */
function counted(): { engine: FakeEngine; made: Analysis[] } {
  const engine = fakeEngine();
  engine.disk.set(`${root}/mm/a.c`, 'CAUSE\nRACE');
  const made: Analysis[] = [];
  const { createAnalysis } = engine;
  engine.createAnalysis = (...args) => {
    const analysis = createAnalysis(...args);
    made.push(analysis);
    return analysis;
  };
  return { engine, made };
}

function check(of: TreeCheck, texts: Readonly<Record<string, string>> = {}): Promise<TreeCheckResult | undefined> {
  const watch = { progress: () => undefined, found: () => undefined, token: new CancellationTokenSource().token };
  return of.check({ texts: new Map(Object.entries(texts)), forgotten: [], entries: [], limits: DEFAULT_LIMITS }, watch);
}

const lines = (result: TreeCheckResult | undefined): number[] => (result?.files ?? []).flatMap(({ findings }) => findings.map(({ location }) => location.line));

describe('the thread that checks whole trees', () => {
  test('is kept for the next check as long as there is something to do', async () => {
    const { engine, made } = counted();
    const thread = openTreeCheck({ engine, root, caches: false, log: quiet, idle: 60_000 });
    await check(thread);
    await wait(20);
    await check(thread);
    expect(made).toHaveLength(1);
    thread.dispose();
  });

  test('is ended when it is idle; a new one is told everything again', async () => {
    const { engine, made } = counted();
    const thread = openTreeCheck({ engine, root, caches: false, log: quiet, idle: 10 });
    const unsaved = { 'mm/a.c': 'CAUSE\n\n\nRACE' };
    expect(lines(await check(thread, unsaved))).toEqual([4]);
    await wait(50);
    expect(lines(await check(thread, unsaved))).toEqual([4]);
    expect(made).toHaveLength(2);
    await wait(50);
    expect(lines(await check(thread))).toEqual([2]);
    thread.dispose();
  });

  test('does not count as idle while it checks', async () => {
    const { engine, made } = counted();
    const thread = openTreeCheck({ engine, root, caches: false, log: quiet, idle: 10 });
    await check(thread);
    engine.slowness = 60;
    expect(lines(await check(thread))).toEqual([2]);
    expect(made).toHaveLength(1);
    thread.dispose();
  });
});
