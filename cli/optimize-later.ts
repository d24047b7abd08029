/** How soon V8 optimizes. */
import { setFlagsFromString } from 'node:v8';

/**
 * Sets how much a function must have run before V8 optimizes it, in bytes of bytecode. Its own figure is for programs that run for long: in one that
 * is done after seconds it costs a second core as much again, for code that is soon used no more.
 */
export function optimizeLater(budget: number): void {
  setFlagsFromString(`--interrupt-budget=${budget}`);
}
