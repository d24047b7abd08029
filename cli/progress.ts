/** One line on a terminal that says what is going on, for work that takes longer than a second. */
import type { Output } from './host';

export interface Progress {
  /** Says what is being done; cheap enough to be called often. */
  update(text: () => string): void;
  /** Takes the line away, before anything else is printed. */
  clear(): void;
}

const delay = 1000;
const interval = 100;

export function createProgress(output: Output, now: () => number, env: Readonly<Record<string, string | undefined>>): Progress {
  if (output.isTTY !== true || env['TERM'] === 'dumb') return { update: () => undefined, clear: () => undefined };
  const started = now();
  let next = started + delay;
  let drawn = false;
  return {
    update(text) {
      const time = now();
      if (time < next) return;
      next = time + interval;
      drawn = true;
      const line = `${text()} (${((time - started) / 1000).toFixed(0)} s)`;
      output.write(`\r\u001b[K${line.slice(0, Math.max(10, (output.columns ?? 80) - 1))}`);
    },
    clear() {
      if (drawn) output.write('\r\u001b[K');
      drawn = false;
    },
  };
}
