// The least of a language client: starts a server on stdio, sends requests, hands out the diagnostics that it pushes.
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

export class LspClient {
  #process;
  #buffer = Buffer.alloc(0);
  #nextId = 1;
  #answers = new Map();
  #watchers = new Set();
  /** What the server wrote to stderr and to its log: shown when something goes wrong. */
  log = '';

  constructor(command, args) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdout.on('data', (chunk) => this.#receive(chunk));
    this.#process.stderr.on('data', (chunk) => { this.log += chunk; });
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('exit', (status, signal) => this.#fail(new Error(`the server ended with ${status ?? signal}\n${this.log.slice(-2000)}`)));
  }

  /** Only push diagnostics are announced: a server that can do both then pushes. */
  async initialize(root) {
    const rootUri = pathToFileURL(root).href;
    const answer = await this.request('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'linux' }],
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: { synchronization: {}, publishDiagnostics: { versionSupport: true, relatedInformation: true } },
      },
    });
    this.notify('initialized', {});
    return answer;
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

  /** Resolves with the next diagnostics of this version of a document, and with when they came. Ask before sending the change. */
  diagnosticsOf(uri, version, timeout = 20_000) {
    return new Promise((resolve, reject) => {
      const done = (settle, value) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        settle(value);
      };
      const watcher = {
        see: (params) => {
          if (params.uri === uri && params.version === version) done(resolve, { diagnostics: params.diagnostics, at: performance.now() });
        },
        fail: (error) => done(reject, error),
      };
      const timer = setTimeout(() => watcher.fail(new Error(`no diagnostics of ${uri} version ${version} in ${timeout} ms\n${this.log.slice(-2000)}`)), timeout);
      this.#watchers.add(watcher);
    });
  }

  async stop() {
    await this.request('shutdown', null);
    this.notify('exit', undefined);
    await new Promise((resolve) => { this.#process.once('close', resolve); });
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
      // Requests of the server: settings are the defaults, everything else is accepted without an answer.
      this.#send({ id: message.id, result: message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null });
    } else if (message.method === 'textDocument/publishDiagnostics') {
      for (const watcher of [...this.#watchers]) watcher.see(message.params);
    } else if (message.method === 'window/logMessage') {
      this.log += `${message.params.message}\n`;
    }
  }

  #fail(error) {
    for (const answer of this.#answers.values()) answer.reject(error);
    this.#answers.clear();
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }
}
