import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRacePreparer } from './prepare-races';

describe('races are prepared', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const setUp = (explore: (scenario: string) => Promise<unknown> = () => Promise.resolve()) => {
    const asked: string[] = [];
    const preparer = createRacePreparer((scenario) => {
      asked.push(scenario);
      return explore(scenario);
    });
    return { asked, preparer };
  };

  it('once each, when no finding has come or gone for a while', async () => {
    const { asked, preparer } = setUp();
    preparer.prepare(['a']);
    await vi.advanceTimersByTimeAsync(400);
    preparer.prepare(['a', 'b', 'a']);
    await vi.advanceTimersByTimeAsync(400);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual(['a', 'b']);
    preparer.prepare(['b', 'a']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual(['a', 'b']);
  });

  it('again after all findings were gone', async () => {
    const { asked, preparer } = setUp();
    preparer.prepare(['a']);
    await vi.advanceTimersByTimeAsync(1000);
    preparer.prepare([]);
    preparer.prepare(['a']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual(['a', 'a']);
  });

  it('one after the other, a few of them, and whatever happens to one', async () => {
    const answers: (() => void)[] = [];
    const { asked, preparer } = setUp((scenario) => new Promise((resolve, reject) => answers.push(() => (scenario === 'a' ? reject(new Error('no')) : resolve(undefined)))));
    preparer.prepare(['a', 'b', 'c', 'd', 'e']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual(['a']);
    for (let at = 0; at < answers.length; at++) {
      answers[at]?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
  });

  it('no more once it is disposed of', async () => {
    const { asked, preparer } = setUp();
    preparer.prepare(['a']);
    preparer.dispose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual([]);
  });
});
