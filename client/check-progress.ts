/** The progress of a check of the whole tree that somebody has asked for: a notification with a button to cancel it. What the server does of its own accord stays in the status bar. */

export const CHECK_WORKSPACE = 'mmReview.checkWorkspace';
/** How the server calls this work. */
export const CHECK_TITLE = 'Checking the whole tree';

/** What the server says of its work, as the protocol has it. */
export type WorkDone =
  | { readonly kind: 'begin'; readonly title: string; readonly percentage?: number | undefined; readonly message?: string | undefined }
  | { readonly kind: 'report'; readonly percentage?: number | undefined; readonly message?: string | undefined }
  | { readonly kind: 'end' };

/** A notification that is being shown. */
export interface Shown {
  /** `increment` in percent. */
  report(value: { readonly message?: string; readonly increment?: number }): void;
  close(): void;
}

export interface CheckProgress<Token> {
  /** Runs the command; its notification ends with it, whatever becomes of the server. */
  run<Result>(command: string, next: () => Result | PromiseLike<Result>): Promise<Result>;
  /** True when it belongs to the notification, so that nobody else should show it. */
  handle(token: Token, value: WorkDone): boolean;
}

/** `show` opens a notification, `cancel` tells the server that nobody wants the work any more. */
export function createCheckProgress<Token>(show: (title: string, onCancel: () => void) => Shown, cancel: (token: Token) => void): CheckProgress<Token> {
  const open = new Map<Token, { readonly shown: Shown; percentage: number }>();
  let asked = 0;

  function close(token: Token): void {
    open.get(token)?.shown.close();
    open.delete(token);
  }

  function tell(token: Token, { percentage, message }: { readonly percentage?: number | undefined; readonly message?: string | undefined }): void {
    const work = open.get(token);
    if (work === undefined) return;
    const increment = Math.max(0, (percentage ?? 0) - work.percentage);
    work.percentage += increment;
    work.shown.report({ increment, ...(message !== undefined && { message }) });
  }

  return {
    async run(command, next) {
      if (command !== CHECK_WORKSPACE) return next();
      asked++;
      try {
        return await next();
      } finally {
        asked--;
        if (asked === 0) for (const token of [...open.keys()]) close(token);
      }
    },
    handle(token, value) {
      if (value.kind === 'begin' && asked > 0 && value.title === CHECK_TITLE) open.set(token, { shown: show(value.title, () => cancel(token)), percentage: 0 });
      if (!open.has(token)) return false;
      if (value.kind === 'end') close(token);
      else tell(token, value);
      return true;
    },
  };
}
