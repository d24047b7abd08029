/** Requests that are asked for twice and answered once. */

/** What is needed of a cancellation token. */
export interface Token {
  onCancellationRequested(listener: () => void): unknown;
}

export interface Request<Answer> {
  readonly answer: Promise<Answer>;
  cancel(): void;
}

interface Running<Answer> extends Request<Answer> {
  readonly key: string;
  /** How many still wait for it. */
  wanted: number;
}

/**
 * VS Code asks for the actions at the cursor a moment after it has moved, and again when the key for them is pressed; it cancels the one for the other. Whoever asks for the same
 * as a request that is under way gets its answer: nothing is begun anew. What nobody waits for any more ends when something else is asked for.
 */
export function createSharedRequests<Answer>(): (key: string, token: Token, start: () => Request<Answer>) => Promise<Answer> {
  const running = new Set<Running<Answer>>();
  return (key, token, start) => {
    const shared = [...running].find((request) => request.key === key) ?? begin(key, start);
    shared.wanted++;
    token.onCancellationRequested(() => shared.wanted--);
    return shared.answer;
  };

  function begin(key: string, start: () => Request<Answer>): Running<Answer> {
    for (const old of running) {
      if (old.wanted > 0) continue;
      running.delete(old);
      old.cancel();
    }
    const { answer, cancel } = start();
    const begun: Running<Answer> = { key, wanted: 0, cancel, answer: answer.finally(() => running.delete(begun)) };
    running.add(begun);
    return begun;
  }
}
