import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPlayback, type Playback } from './playback';

let at: number;
let seen: (number | boolean)[];
let playback: Playback;

beforeEach(() => {
  vi.useFakeTimers();
  at = 0;
  seen = [];
  playback = createPlayback({
    last: 3, current: () => at,
    onStep(n) {
      at = n;
      seen.push(n);
    },
    onChange: (playing) => seen.push(playing),
  });
});
afterEach(() => vi.useRealTimers());

describe('createPlayback', () => {
  it('takes a step each second, and ends with the last', () => {
    playback.toggle();
    vi.advanceTimersByTime(10_000);
    expect(seen).toEqual([true, 1, 2, 3, false]);
  });

  it('holds, and goes on from there', () => {
    playback.toggle();
    vi.advanceTimersByTime(1000);
    playback.toggle();
    vi.advanceTimersByTime(5000);
    expect(seen).toEqual([true, 1, false]);
    playback.toggle();
    vi.advanceTimersByTime(1000);
    expect(at).toBe(2);
  });

  it('begins anew at the end', () => {
    at = 3;
    playback.toggle();
    expect(seen).toEqual([0, true]);
  });

  it('goes as fast as it is told, at once', () => {
    playback.toggle();
    playback.setSpeed(4);
    vi.advanceTimersByTime(500);
    expect(at).toBe(2);
    playback.stop();
    playback.stop();
    expect(seen.filter((entry) => entry === false)).toHaveLength(1);
  });
});
