// The least of a language client: starts a server on stdio and sends it requests and notifications.
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

export class LspClient {
  #process;
  #buffer = Buffer.alloc(0);
  #nextId = 1;
  #answers = new Map();
  /** What the server wrote to stderr and to its log: shown when something goes wrong. */
  log = '';
  /** Exit status or signal, once the server has ended. */
  exit;

  #settings;

  /** `settings` is the answer to whoever asks for the configuration. */
  constructor(command, args, settings = null) {
    this.#settings = settings;
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdout.on('data', (chunk) => this.#receive(chunk));
    this.#process.stderr.on('data', (chunk) => { this.log += chunk; });
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.stdin.on('error', () => undefined);
    this.#process.on('exit', (status, signal) => {
      this.exit = status ?? signal;
      this.#fail(new Error(`the server ended with ${status ?? signal}\n${this.log.slice(-2000)}`));
    });
  }

  /** Announces that diagnostics are pulled, as VS Code does: the answer to a pull says when a text has been dealt with, even if nothing changed. `textDocument` and `workspace` are what else the client can do. */
  async initialize(root, textDocument = {}, workspace = {}) {
    const rootUri = pathToFileURL(root).href;
    const answer = await this.request('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'linux' }],
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true, ...workspace },
        textDocument: {
          synchronization: {}, publishDiagnostics: { relatedInformation: true }, diagnostic: {},
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
          ...textDocument,
        },
      },
    });
    this.notify('initialized', {});
    return answer;
  }

  /** Of the server's process. */
  get pid() {
    return this.#process.pid;
  }

  request(method, params) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /** Diagnostics of a document for everything sent so far. */
  async diagnostics(uri, timeout = 60_000) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no diagnostics of ${uri} in ${timeout} ms\n${this.log.slice(-2000)}`)), timeout);
    });
    const report = await Promise.race([this.request('textDocument/diagnostic', { textDocument: { uri } }), late]);
    clearTimeout(timer);
    if (report.kind !== 'full') throw new Error(`diagnostics of kind ${report.kind} without a previous result`);
    return report.items;
  }

  async stop() {
    await this.request('shutdown', null);
    this.notify('exit', undefined);
    await new Promise((resolve) => { this.#process.once('close', resolve); });
  }

  /** Sends these bytes as they are. */
  write(bytes) {
    if (this.exit === undefined) this.#process.stdin.write(bytes);
  }

  kill() {
    this.#process.kill('SIGKILL');
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const headEnd = this.#buffer.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#buffer.toString('latin1', 0, headEnd))?.[1]);
      if (this.#buffer.length < headEnd + 4 + length) return;
      const body = this.#buffer.toString('utf8', headEnd + 4, headEnd + 4 + length);
      this.#buffer = this.#buffer.subarray(headEnd + 4 + length);
      this.#handle(JSON.parse(body));
    }
  }

  #handle(message) {
    if (message.method === undefined) {
      const answer = this.#answers.get(message.id);
      this.#answers.delete(message.id);
      if (message.error === undefined) answer?.resolve(message.result);
      else answer?.reject(new Error(message.error.message));
    } else if (message.id !== undefined) {
      // Requests of the server: settings are those that were given, or the defaults; everything else is accepted without an answer.
      this.#send({ id: message.id, result: message.method === 'workspace/configuration' ? message.params.items.map(() => this.#settings) : null });
    } else if (message.method === 'window/logMessage') {
      this.log += `${message.params.message}\n`;
    }
  }

  #fail(error) {
    for (const answer of this.#answers.values()) answer.reject(error);
    this.#answers.clear();
  }
}
