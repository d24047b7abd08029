/** What the protocol asks of every message: nothing before `initialize`, nothing but `exit` after `shutdown`, no document without a name. */
import { ErrorCodes, Message, ResponseError, type Connection, type ConnectionOptions, type NotificationMessage } from 'vscode-languageserver/node';
import { isRecord } from './settings';

/** Where messages go that come too early or too late; no client knows them. */
const REFUSED = 'mmReview/refused';

export interface Handshake {
  /** For `createConnection`. */
  readonly options: ConnectionOptions;
  /** Answers what came out of order: `ServerNotInitialized` before `initialize`, `InvalidRequest` after `shutdown` and for a second `initialize`. */
  serve(connection: Connection): void;
}

export function createHandshake(): Handshake {
  let state: 'before' | 'running' | 'after' = 'before';

  /** Why the message is refused, or undefined. */
  function refusal(method: string): ResponseError<void> | undefined {
    if (method === 'initialize' && state === 'before') {
      state = 'running';
      return undefined;
    }
    if (method === 'initialize') return new ResponseError(ErrorCodes.InvalidRequest, 'The server has been initialized already');
    if (state === 'before') return new ResponseError(ErrorCodes.ServerNotInitialized, 'The server has not been initialized');
    if (state === 'after') return new ResponseError(ErrorCodes.InvalidRequest, 'The server has been shut down');
    if (method === 'shutdown') state = 'after';
    return undefined;
  }

  return {
    options: {
      messageStrategy: {
        handleMessage(message, next) {
          if (Message.isRequest(message)) {
            const refused = refusal(message.method);
            next(refused === undefined ? message : { ...message, method: REFUSED, params: { code: refused.code, message: refused.message } } as Message);
          } else if (!Message.isNotification(message) || (state === 'running' && isSound(message)) || message.method === 'exit') {
            next(message);
          }
        },
      },
    },
    serve(connection) {
      connection.onRequest(REFUSED, ({ code, message }: { code: number; message: string }) => new ResponseError(code, message));
    },
  };
}

/** Documents are kept by what their notifications say: one without a URI, or opened without a text, would break whoever looks at it later. */
function isSound({ method, params }: NotificationMessage): boolean {
  if (!method.startsWith('textDocument/')) return true;
  const document = isRecord(params) ? params.textDocument : undefined;
  if (!isRecord(document) || typeof document.uri !== 'string') return false;
  return method !== 'textDocument/didOpen' || (typeof document.text === 'string' && typeof document.languageId === 'string');
}
