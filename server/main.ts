/** Entry of the language server's bundle: over stdio (`--stdio`) or node's inter-process channel, as the client asks on the command line. */
import { ProposedFeatures, createConnection } from 'vscode-languageserver/node';
import { createHandshake } from './handshake';
import { boundHeapGrowth } from './heap';
import { describeError } from './log';
import { loadEngine } from './product';
import { startServer } from './server';

declare const __MM_REVIEW_VERSION__: string;

boundHeapGrowth();
const handshake = createHandshake();
const connection = createConnection(ProposedFeatures.all, handshake.options);
handshake.serve(connection);

/** A defect in one place must not end the server; a client that is gone must. */
function survive(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EPIPE' || code === 'ERR_IPC_CHANNEL_CLOSED' || code === 'ERR_STREAM_DESTROYED') process.exit(1);
  connection.console.error(`Unexpected failure: ${describeError(error)}`);
}
process.on('uncaughtException', survive);
process.on('unhandledRejection', survive);

startServer(connection, { loadEngine, version: __MM_REVIEW_VERSION__ });
