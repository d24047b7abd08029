/** Answers that come soon, or not now. */
import { CancellationTokenSource, type CancellationToken } from 'vscode-languageserver/node';

/** How long what an editor asks for on its own may take, in milliseconds: an answer that comes later than 50 is felt. */
export const PATIENCE_MS = 15;

/** The answer, if it comes soon enough; a question that takes longer is cancelled. */
export async function soon<T>(question: (token: CancellationToken) => Promise<T | undefined>, token: CancellationToken, patience = PATIENCE_MS): Promise<T | undefined> {
  const source = new CancellationTokenSource();
  const cancelled = token.onCancellationRequested(() => source.cancel());
  try {
    return await withinPatience(question(source.token), patience);
  } finally {
    cancelled.dispose();
    source.cancel();
  }
}

/** The same of an answer that is under way; it goes on when nobody waits any more. */
export async function withinPatience<T>(answer: Promise<T>, patience = PATIENCE_MS): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
