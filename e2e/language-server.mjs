// A language server of our own, asked by hand.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node.js';
import { projectDir } from '../scripts/kernel-trees.mjs';

/** Starts the server of this checkout, gives its connection to `use`, and ends it. */
export async function withServer(use, { server = path.join(projectDir, 'dist/server.js') } = {}) {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  try {
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification('initialized', {});
    const result = await use(connection);
    await connection.sendRequest('shutdown');
    return result;
  } finally {
    connection.dispose();
    child.kill();
  }
}
