/** Goes through a schedule by the clock. */

/** Steps in a second. */
export const SPEEDS = [0.5, 1, 2, 4] as const;

export interface Playback {
  /** Plays on from where the reader is, from the beginning when that is the end; or holds. */
  toggle(): void;
  stop(): void;
  setSpeed(stepsPerSecond: number): void;
}

export interface PlaybackOptions {
  readonly last: number;
  readonly current: () => number;
  readonly onStep: (n: number) => void;
  /** It began to play, or ended. */
  readonly onChange: (playing: boolean) => void;
}

export function createPlayback({ last, current, onStep, onChange }: PlaybackOptions): Playback {
  let timer: ReturnType<typeof setInterval> | undefined;
  let speed = 1;

  function run(): void {
    clearInterval(timer);
    timer = setInterval(tick, 1000 / speed);
  }

  function tick(): void {
    const next = current() + 1;
    if (next <= last) onStep(next);
    if (next >= last) stop();
  }

  function stop(): void {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    onChange(false);
  }

  return {
    toggle() {
      if (timer !== undefined) {
        stop();
        return;
      }
      if (last === 0) return;
      if (current() >= last) onStep(0);
      run();
      onChange(true);
    },
    stop,
    setSpeed(stepsPerSecond) {
      speed = stepsPerSecond;
      if (timer !== undefined) run();
    },
  };
}
