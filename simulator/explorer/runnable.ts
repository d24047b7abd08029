/** A program made ready to run on a spread-out state, in place: interpreted (direct.ts) while states are few, compiled (compile.ts) once there are many. */

export interface RunnableStep {
  /** 0 when the thread waits, 1 when it can move, 2 when it can and the guard follows a bad pointer; undefined for steps without a guard. */
  readonly guard: (() => number) | undefined;
  /** Each makes the move and returns 0, or the rank of the violated property plus one. */
  readonly ways: readonly (() => number)[];
  readonly mayWaitForever: boolean;
}

export interface Runnable {
  /** Per thread, per step. */
  readonly steps: readonly (readonly RunnableStep[])[];
  /** 0 when `exists` does not hold, 1 when it does, 2 when it follows a bad pointer. */
  readonly exists: () => number;
}
