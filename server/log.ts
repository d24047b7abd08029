/** Logging to the client: `window/logMessage` for the log, `window/showMessage` only for what the user must know. */
import { MessageType, ShowMessageNotification, type Connection, type RemoteConsole } from 'vscode-languageserver/node';

export interface Log {
  info(line: string): void;
  warn(line: string): void;
  /** A defect of ours: goes to the log with its stack, and the server carries on. */
  failure(doing: string, error: unknown): void;
}

export function createLog(console: RemoteConsole): Log {
  return {
    info: (line) => say(() => console.info(line)),
    warn: (line) => say(() => console.warn(line)),
    failure: (doing, error) => say(() => console.error(`${doing}: ${describeError(error)}`)),
  };
}

function say(send: () => void): void {
  try {
    send();
  } catch {
    // The connection is gone, and with it whoever would read this.
  }
}

/** For what makes the product useless until the user does something. */
export function showFailure(connection: Connection, message: string): void {
  void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Error, message });
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
