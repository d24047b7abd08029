// Time of what an editor asks for besides diagnostics, through the real server on a real tree, each request right after an edit or not. Alone: node bench/request-latency.mjs [REQUESTS]
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { randomSource } from '../scripts/random.mjs';
import { LspClient } from '../scripts/lsp-client.mjs';
import { percentile, table } from './measure.mjs';

const FILES = ['mm/hugetlb.c', 'mm/memory.c', 'mm/khugepaged.c'];
/** Every so many requests a character is typed first; then the answer waits for what must be analysed again. */
const TYPED = 10;
/** Between an answer and the next request, in milliseconds: readers are slower, but no editor asks again at once. */
const PAUSE_MS = 50;
const SETTINGS = { inlayHints: true, semanticTokens: true };
/** Asks again when it is told to, as VS Code and Neovim do. */
const REDRAWS = { codeLens: { refreshSupport: true }, inlayHint: { refreshSupport: true }, semanticTokens: { refreshSupport: true } };
/** What was not known in time is known so long after an answer, in milliseconds. */
const SETTLE_MS = 500;
/** As editors ask with every move of the cursor. */
const AUTOMATIC = 2;

/**
 * Of each request by its name the wall time and, on Linux, the processor time of the server's main thread, both in milliseconds: `settled` when nothing changed since
 * the last answer, `typed` right after an edit. `isAnswered` of an answer says whether it had all that was asked for.
 */
export async function measureRequests(count = 200, seed = 1) {
  const tree = treeDir('6.12');
  const documents = FILES.map((file) => ({ uri: pathToFileURL(path.join(tree, file)).href, text: fs.readFileSync(path.join(tree, file), 'utf8'), version: 1 }));
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio'], SETTINGS);
  try {
    const { capabilities } = await client.initialize(tree, {}, REDRAWS);
    for (const { uri, text, version } of documents) client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version, text } });
    for (const { uri } of documents) await client.diagnostics(uri);
    const random = randomSource(seed);
    const results = [];
    for (const request of requests(client, documents, random)) {
      if (!capabilities[request.provider]) continue;
      await request.begin?.();
      const times = { settled: [], typed: [] };
      for (let turn = 0; turn < count; turn++) {
        const target = await request.target();
        const isTyped = turn % TYPED === TYPED - 1;
        await pause(PAUSE_MS);
        const edited = isTyped ? request.edited?.(target) ?? target : undefined;
        if (edited) type(client, edited.document, edited.position, 'x');
        const cpuBefore = cpuOf(client.pid);
        const started = performance.now();
        const answer = await client.request(request.method, target.params);
        const wall = performance.now() - started;
        const cpu = cpuBefore === undefined ? undefined : cpuOf(client.pid) - cpuBefore;
        const time = { wall, cpu, params: target.params, answer, isAnswered: request.isAnswer?.(answer) ?? true };
        times[isTyped ? 'typed' : 'settled'].push(time);
        if (edited) {
          if (request.isAnswer === undefined) await compare(client, request.method, [time], [edited.document]);
          type(client, edited.document, edited.position, '');
          await client.diagnostics(edited.document.uri);
        }
      }
      if (request.isAnswer === undefined) await compare(client, request.method, times.settled, documents);
      await request.end?.();
      results.push({ name: request.name ?? request.method, wants: request.wants, ...times });
    }
    await client.stop();
    return results;
  } finally {
    client.kill();
  }
}

/** Are these answers the same as those that are given when everything is known? */
async function compare(client, method, times, documents) {
  for (const { uri } of documents) await client.diagnostics(uri);
  // The first time tells the server what is wanted.
  for (const { params } of times) await client.request(method, params);
  await pause(SETTLE_MS);
  for (const time of times) time.isAnswered = contentOf(await client.request(method, time.params)) === contentOf(time.answer);
}

/** Without the name of the answer itself. */
const contentOf = (answer) => JSON.stringify(answer, (key, value) => (key === 'resultId' ? undefined : value));

function requests(client, documents, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const place = () => {
    const document = pick(documents);
    return { document, ...somewhere(document, random) };
  };
  /** A request about a document, at a random place in it. */
  const at = (method, provider, paramsOf = () => ({})) => ({
    method,
    provider,
    target() {
      const target = place();
      return { ...target, params: { textDocument: { uri: target.document.uri }, ...paramsOf(target) } };
    },
  });
  const position = ({ position }) => ({ position });
  const around = ({ position: { line }, lines }) => ({ range: { start: { line: Math.max(0, line - 30), character: 0 }, end: { line: Math.min(lines.length - 1, line + 30), character: 0 } } });
  return [
    at('textDocument/hover', 'hoverProvider', position),
    at('textDocument/codeLens', 'codeLensProvider'),
    at('textDocument/codeAction', 'codeActionProvider', ({ position }) => ({ range: { start: position, end: position }, context: { diagnostics: [], triggerKind: AUTOMATIC } })),
    fixRequest(client, documents[0], place),
    at('textDocument/inlayHint', 'inlayHintProvider', around),
    at('textDocument/semanticTokens/range', 'semanticTokensProvider', around),
    at('textDocument/documentLink', 'documentLinkProvider'),
    at('textDocument/prepareCallHierarchy', 'callHierarchyProvider', position),
    incomingCalls(client, place),
  ];
}

/** Asks at a finding: the edit that turns the recheck of hugetlb_no_page() round makes one for as long as this is measured. */
function fixRequest(client, document, place) {
  const lines = document.text.split('\n');
  const line = lines.findIndex((content) => content.includes('if (!hugetlb_pte_stable('));
  const recheck = { line, character: lines[line].indexOf('!') };
  let diagnostics = [];
  return {
    name: 'textDocument/codeAction at a finding',
    method: 'textDocument/codeAction',
    provider: 'codeActionProvider',
    wants: 'a fix',
    async begin() {
      const before = await client.diagnostics(document.uri);
      change(client, document, recheck, 1, '');
      const known = new Set(before.map((diagnostic) => JSON.stringify(diagnostic.range)));
      diagnostics = (await client.diagnostics(document.uri)).filter((diagnostic) => !known.has(JSON.stringify(diagnostic.range)));
      if (diagnostics.length === 0) throw new Error('turning the recheck in hugetlb_no_page() round brings no diagnostic');
    },
    async end() {
      change(client, document, recheck, 0, '!');
      await client.diagnostics(document.uri);
    },
    target: () => ({ document, params: { textDocument: { uri: document.uri }, range: diagnostics[0].range, context: { diagnostics: diagnostics.slice(0, 1), triggerKind: AUTOMATIC } } }),
    /** Somewhere else in the file, where the diagnostic stays in its place. */
    edited() {
      for (;;) {
        const other = place();
        if (other.document === document && other.position.line !== diagnostics[0].range.start.line && other.position.line !== line) return other;
      }
    },
    // The other edit that is offered at a finding silences it.
    isAnswer: (actions) => actions.some(({ edit, title }) => edit !== undefined && !title.startsWith('Silence')),
  };
}

/** Who calls a function that is named at a random place. */
function incomingCalls(client, place) {
  return {
    method: 'callHierarchy/incomingCalls',
    provider: 'callHierarchyProvider',
    async target() {
      for (;;) {
        const target = place();
        const [item] = await client.request('textDocument/prepareCallHierarchy', { textDocument: { uri: target.document.uri }, position: target.position }) ?? [];
        if (item) return { ...target, params: { item } };
      }
    },
  };
}

/** A place in an identifier of a function body, as a reader points at one. */
function somewhere({ text }, random) {
  const lines = text.split('\n');
  for (;;) {
    const line = Math.floor(random() * lines.length);
    const words = [...lines[line].matchAll(/\b[a-z_]\w{3,}/g)];
    const word = words[Math.floor(random() * words.length)];
    if (word && /^\t/.test(lines[line])) return { lines, position: { line, character: word.index + 1 } };
  }
}

/** Types a character, or takes it away again. */
function type(client, document, position, insertion) {
  change(client, document, position, insertion === '' ? 1 : 0, insertion);
}

function change(client, document, { line, character }, length, text) {
  client.notify('textDocument/didChange', {
    textDocument: { uri: document.uri, version: ++document.version },
    contentChanges: [{ range: { start: { line, character }, end: { line, character: character + length } }, text }],
  });
}

/** Milliseconds that the main thread of a process has run; undefined where nobody counts them. */
function cpuOf(pid) {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}

/** The table that the benchmark prints. */
export function requestTable(results) {
  const show = (values) => (values.length === 0 || values.includes(undefined) ? ['-', '-', '-'] : [percentile(values, 50), percentile(values, 95), Math.max(...values)].map((time) => time.toFixed(1)));
  const cells = (times) => [...show(times.map(({ wall }) => wall)), show(times.map(({ cpu }) => cpu))[1]];
  const rows = results.map(({ name, settled, typed }) => [name, ...cells(settled), ...cells(typed)]);
  const had = (times) => `${times.filter(({ isAnswered }) => isAnswered).length} of ${times.length}`;
  const notes = results.map(({ name, wants = 'everything', settled, typed }) => `${name}: ${wants} in ${had(settled)} answers, after an edit in ${had(typed)}`);
  return [table(['request', 'p50 ms', 'p95', 'max', 'CPU p95', 'after an edit: p50', 'p95', 'max', 'CPU p95'], rows), ...notes].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(requestTable(await measureRequests(Number(process.argv[2] ?? 200))));
