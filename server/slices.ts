/** Long work in short pieces: between them the process reads its messages. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the server may be deaf, in milliseconds. */
export const SLICE_MS = 2;

/**
 * A message takes some turns of the event loop to its handler, and an answer takes one to the pipe: vscode-jsonrpc waits for the next turn after it has read,
 * decoded and queued the one, and before it writes the other. With a slice of work in each of them an answer would wait for all of these.
 */
const TURNS = 5;

export interface Slices {
  /** Asked between slices: true ends the work. */
  readonly abandoned: () => boolean;
  /** What else is done between slices. */
  readonly between?: () => Promise<void>;
  /** Length of a slice in milliseconds. */
  readonly slice?: number;
}

/** Runs a generator to its end, giving way between slices; undefined when `abandoned` became true at one of those points. */
export async function runInSlices<T>(steps: Generator<unknown, T>, { abandoned, between, slice = SLICE_MS }: Slices): Promise<T | undefined> {
  let until = performance.now() + slice;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await giveWay();
    if (!abandoned()) await between?.();
    if (abandoned()) {
      // Lets the generator's `finally` blocks run; its value does not matter any more.
      steps.return(undefined as T);
      return undefined;
    }
    until = performance.now() + slice;
  }
}

/** Lets messages come to their handlers, and answers to the client. */
export async function giveWay(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
