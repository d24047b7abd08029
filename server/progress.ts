/** Progress of work that takes long, shown by clients that can, with a way to cancel it. */
import { CancellationTokenSource, type CancellationToken, type Connection, type WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import type { Log } from './log';

export interface Progress {
  /** Cancelled by the user. */
  readonly token: CancellationToken;
  /** `percentage` from 0 to 100, undefined where nobody can tell; the message says what is being done. */
  report(percentage: number | undefined, message: string): void;
  end(): void;
}

/** What takes less is over before anybody could read what it was. */
const SHOWN_AFTER_MS = 200;
/** Clients redraw at each report. */
const REPORT_MS = 100;

/**
 * Begins to show work under this title. Nothing waits for the client: it may answer late, or never. Where it cannot show progress (the
 * connection knows from the handshake), nothing is sent and `token` is never cancelled.
 */
export function startProgress(connection: Connection, title: string, log: Log): Progress {
  const source = new CancellationTokenSource();
  let reporter: WorkDoneProgressServerReporter | undefined;
  let ended = false;
  let latest: { readonly percentage: number | undefined; readonly message: string } = { percentage: 0, message: '' };
  let reported = 0;
  const timer = setTimeout(() => {
    connection.window.createWorkDoneProgress().then((created) => {
      created.begin(title, latest.percentage, latest.message, true);
      if (ended) created.done();
      else reporter = created;
      created.token.onCancellationRequested(() => source.cancel());
    }, (error: unknown) => log.failure('Showing progress', error));
  }, SHOWN_AFTER_MS).unref();
  return {
    token: source.token,
    report(percentage, message) {
      latest = { percentage: percentage === undefined ? undefined : Math.floor(percentage), message };
      const now = performance.now();
      if (reporter === undefined || now < reported + REPORT_MS) return;
      reported = now;
      if (latest.percentage === undefined) reporter.report(message);
      else reporter.report(latest.percentage, message);
    },
    end() {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      reporter?.done();
    },
  };
}
