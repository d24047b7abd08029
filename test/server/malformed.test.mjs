// What no client should send: 10,000 cases of broken input to the built server. It must neither end nor hang, and go on to answer what is in order.
// Where the case ruins the framing of all that follows (a wrong length), no server can find back: there it is asked that it neither ends nor throws.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { LspClient } from '../../scripts/lsp-client.mjs';
import { randomFrom } from './random.mjs';

const CASES = Number(process.env.MM_REVIEW_MALFORMED ?? 10_000);
/** Of these, so many cases ruin the framing or come before the handshake, and take a server of their own. */
const LONERS = Math.round(CASES / 40);
/** The server is asked something sensible after so many cases. */
const EVERY = 50;

execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-malformed-'));
const root = path.join(home, 'linux');
for (const [file, text] of Object.entries({
  'mm/userfaultfd.c': 'int mfill_atomic(void)\n{\n\treturn 0;\n}\n',
  'mm/memory.c': 'static void f(struct vm_fault *vmf)\n{\n\tif (pte_same(ptep_get(vmf->pte), vmf->orig_pte))\n\t\treturn;\n}\n',
  'Kbuild': '', 'MAINTAINERS': '', 'include/linux/mm.h': 'static inline int g(void) { return 0; }\n',
})) {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
}
process.env.XDG_CACHE_HOME = path.join(home, 'cache');
const uri = pathToFileURL(path.join(root, 'mm/memory.c')).href;
const text = fs.readFileSync(path.join(root, 'mm/memory.c'), 'utf8');
const litmus = path.join(projectDir, 'scenarios', fs.readdirSync(path.join(projectDir, 'scenarios')).find((name) => name.endsWith('.litmus')));
const litmusUri = pathToFileURL(litmus).href;
test.after(() => fs.rmSync(home, { recursive: true, force: true }));

const position = (line, character) => ({ line, character });
const range = { start: position(0, 0), end: position(3, 1) };
const item = { name: 'f', kind: 12, uri, range, selectionRange: range };

/** Requests and notifications with sensible parameters, to be spoilt: all of the protocol that a server of this kind meets. */
const messages = (document) => {
  const textDocument = { uri: document };
  const at = { textDocument, position: position(2, 8) };
  return {
    requests: {
      'textDocument/hover': at, 'textDocument/completion': { ...at, context: { triggerKind: 1 } }, 'completionItem/resolve': { label: 'pte_same' }, 'textDocument/definition': at,
      'textDocument/diagnostic': { textDocument }, 'workspace/diagnostic': { previousResultIds: [] },
      'textDocument/codeAction': { textDocument, range, context: { diagnostics: [{ range, message: 'm', source: 'mm-review', code: 'lockless-pte-to-userfault', data: {} }] } },
      'codeAction/resolve': { title: 't', data: {} }, 'textDocument/codeLens': { textDocument }, 'codeLens/resolve': { range, data: {} },
      'textDocument/inlayHint': { textDocument, range }, 'textDocument/semanticTokens/full': { textDocument }, 'textDocument/semanticTokens/range': { textDocument, range },
      'textDocument/documentLink': { textDocument }, 'documentLink/resolve': { range, data: {} }, 'textDocument/foldingRange': { textDocument }, 'textDocument/documentSymbol': { textDocument },
      'textDocument/prepareCallHierarchy': at, 'callHierarchy/incomingCalls': { item }, 'callHierarchy/outgoingCalls': { item },
      'workspace/executeCommand': { command: 'mmReview.checkWorkspace', arguments: [] }, 'mmReview/scenarios': {}, 'mmReview/race': { scenario: 'hugetlb' },
      'workspace/symbol': { query: 'x' }, 'textDocument/rename': { ...at, newName: 'y' }, 'no/such/method': { textDocument },
    },
    notifications: {
      'textDocument/didOpen': { textDocument: { uri: document, languageId: 'c', version: 1, text } },
      'textDocument/didChange': { textDocument: { uri: document, version: 2 }, contentChanges: [{ range, text: 'x' }] },
      'textDocument/didClose': { textDocument }, 'textDocument/didSave': { textDocument }, '$/cancelRequest': { id: 1 }, '$/progress': { token: 1, value: {} }, '$/setTrace': { value: 'off' },
      'workspace/didChangeConfiguration': { settings: { mmReview: {} } }, 'workspace/didChangeWatchedFiles': { changes: [{ uri: document, type: 2 }] },
      'workspace/didChangeWorkspaceFolders': { event: { added: [], removed: [] } }, 'window/workDoneProgress/cancel': { token: 1 }, 'no/such/notification': {}, 'initialized': {},
    },
  };
};

const odd = [null, true, false, 0, -1, 1.5, 1e9, 2 ** 31, 2 ** 53, 1e308, '', 'x', 'file:///', 'file:///%', 'http://[', '\u0000', '\ud800', 'a'.repeat(5000), [], [[]], [null], {}, { length: 1e9 }, { uri: 1 }, { line: -1, character: -1 }, { line: 1e9, character: 1e9 }, { __proto__: null, then: 1 }];

/** The value with one thing inside it replaced, removed or added. */
function spoil(random, value) {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return random.pick(odd);
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    if (keys.length === 0 || random.chance(0.2)) return [...value, random.pick(odd)];
    return value.map((one, index) => (String(index) === random.pick(keys) ? spoil(random, one) : one));
  }
  const key = keys.length === 0 || random.chance(0.05) ? random.pick(['toString', 'constructor', 'range', 'x']) : random.pick(keys);
  if (random.chance(0.15)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: spoil(random, value[key]) };
}

let nextId = 1_000_000;

/** A message whose framing is right and whose content is not. */
function framed(random) {
  const { requests, notifications } = messages(random.pick([uri, uri, litmusUri, 'untitled:x.c', 'file:///nowhere/linux/mm/x.c']));
  const isRequest = random.chance(0.7);
  const method = random.pick(Object.keys(isRequest ? requests : notifications));
  const params = (isRequest ? requests : notifications)[method];
  const message = { jsonrpc: '2.0', ...(isRequest && { id: nextId++ }), method, params };
  switch (random.below(8)) {
    case 0: {
      const body = JSON.stringify(message);
      return body.slice(0, random.below(body.length));
    }
    case 1: {
      const body = Buffer.from(JSON.stringify(message));
      for (let flips = 1 + random.below(4); flips > 0; flips--) body[random.below(body.length)] = random.below(256);
      return body;
    }
    case 2: return JSON.stringify(random.pick(odd));
    case 3: return JSON.stringify(random.pick([[message, message], { ...message, id: random.pick(odd) }, { ...message, method: random.pick(odd) }, { jsonrpc: '2.0', id: random.pick(odd), result: random.pick(odd) }, { jsonrpc: '2.0', id: nextId++, error: random.pick(odd) }, { method }, { id: 1 }]));
    default: return JSON.stringify({ ...message, params: spoil(random, params) });
  }
}

/** Bytes after which nothing can be read for certain. */
function unframed(random) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: nextId++, method: 'textDocument/hover', params: { textDocument: { uri }, position: position(2, 8) } });
  const length = Buffer.byteLength(body);
  return random.pick([
    () => `Content-Length: ${random.below(length)}\r\n\r\n${body}`, () => `Content-Length: ${length + 1 + random.below(100)}\r\n\r\n${body}`, () => `Content-Length: -${1 + random.below(9)}\r\n\r\n${body}`,
    () => `Content-Length: 0\r\n\r\n${body}`, () => `Content-Length: x\r\n\r\n${body}`, () => `Content-Length: ${10 ** 15}\r\n\r\n${body}`, () => `Content-Type: text\r\n\r\n${body}`,
    () => `\r\n\r\n${body}`, () => body, () => 'a'.repeat(10_000), () => Buffer.from(Array.from({ length: 300 }, () => random.below(256))), () => `Content-Length: ${length}\n\n${body}`, () => 'Content-Length',
  ])();
}

const frame = (body) => Buffer.concat([Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
const startServer = () => new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio']);
const open = (client) => {
  client.notify('textDocument/didClose', { textDocument: { uri } });
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
};

/** It answers as if nothing had happened. */
async function assertSane(client, log) {
  open(client);
  const late = new Promise((_, reject) => { setTimeout(() => reject(new Error(`no answer after:\n${log.join('\n')}`)), 20_000).unref(); });
  const hover = await Promise.race([client.request('textDocument/hover', { textDocument: { uri }, position: position(2, 8) }), late]);
  assert.match(JSON.stringify(hover), /pte_same/, `a wrong answer after:\n${log.join('\n')}\n${client.log.slice(-2000)}`);
}

const assertNothingEscaped = (client) => assert.doesNotMatch(client.log, /Unexpected failure/, client.log.slice(-4000));

test(`${CASES - LONERS} messages that are broken inside`, async (t) => {
  const client = startServer();
  t.after(() => client.kill());
  await client.initialize(root);
  await assertSane(client, []);
  let log = [];
  for (let seed = 1; seed <= CASES - LONERS; seed++) {
    const body = framed(randomFrom(seed));
    client.write(frame(body));
    log.push(`${seed}: ${body.toString().slice(0, 400)}`);
    if (seed % EVERY !== 0) continue;
    await assertSane(client, log);
    log = [];
  }
  assertNothingEscaped(client);
  assert.equal(client.exit, undefined);
  await client.stop();
});

test(`${LONERS} servers whose input cannot be read, or that are asked too early`, async (t) => {
  const clients = new Set();
  t.after(() => { for (const client of clients) client.kill(); });
  for (let seed = 1; seed <= LONERS; seed++) {
    const random = randomFrom(-seed);
    const client = startServer();
    clients.add(client);
    const early = random.chance(0.5);
    if (early) {
      for (let count = 1 + random.below(5); count > 0; count--) client.write(frame(framed(random)));
      const answer = await client.request('textDocument/hover', { textDocument: { uri }, position: position(2, 8) }).then(() => undefined, (error) => error);
      assert.match(String(answer?.message), /not been initialized/, 'requests before initialize are refused');
      await client.initialize(root);
      await assertSane(client, [`seed -${seed}`]);
    } else {
      await client.initialize(root);
      client.write(unframed(random));
      // What it makes of it, it does at once; then the pipe is closed, as a client that dies closes it.
      await new Promise((resolve) => { setTimeout(resolve, 30); });
      assert.equal(client.exit, undefined, `seed -${seed}: the server ended with ${client.exit}`);
    }
    assertNothingEscaped(client);
    client.kill();
    clients.delete(client);
  }
});
