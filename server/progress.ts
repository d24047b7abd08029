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

/** Of work that nobody asked for: what takes less is over before anybody could read what it was. */
const SHOWN_AFTER_MS = 200;
/** Clients redraw at each report. */
const REPORT_MS = 100;

/**
 * Shows work that the user asked for, from its begin to its end, however short it is: that it is shown says that the command was understood.
 * Nothing waits for the client: it may answer late, or never. Where it cannot show progress (the connection knows from the handshake), nothing
 * is sent and `token` is never cancelled.
 */
export function showProgress(connection: Connection, title: string, log: Log): Progress {
  return start(connection, title, log, 0);
}

/** The same of work that begins by itself: shown only when it takes long. */
export function showWhenLong(connection: Connection, title: string, log: Log): Progress {
  return start(connection, title, log, SHOWN_AFTER_MS);
}

function start(connection: Connection, title: string, log: Log, delay: number): Progress {
  const source = new CancellationTokenSource();
  let reporter: WorkDoneProgressServerReporter | undefined;
  let ended = false;
  let latest: { readonly percentage: number | undefined; readonly message: string } = { percentage: 0, message: '' };
  let reported = 0;
  let timer: NodeJS.Timeout | undefined;
  const show = (): void => {
    connection.window.createWorkDoneProgress().then((created) => {
      created.begin(title, latest.percentage, latest.message, true);
      if (ended) created.done();
      else reporter = created;
      created.token.onCancellationRequested(() => source.cancel());
    }, (error: unknown) => log.failure('Showing progress', error));
  };
  if (delay === 0) show();
  else timer = setTimeout(show, delay).unref();
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
