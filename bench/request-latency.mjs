// Time of what an editor asks for besides diagnostics, through the real server on a real tree, each request right after an edit or not. Alone: node bench/request-latency.mjs [REQUESTS]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { randomSource } from '../scripts/random.mjs';
import { LspClient } from '../scripts/lsp-client.mjs';
import { percentile, table } from './measure.mjs';

const FILES = ['mm/hugetlb.c', 'mm/memory.c', 'mm/khugepaged.c'];
/** Every so many requests a character is typed first; then the answer waits for what must be analysed again. */
const TYPED = 10;
const SETTINGS = { inlayHints: true, semanticTokens: true };

/** Milliseconds of each request by its method: `settled` when nothing changed since the last answer, `typed` right after an edit. */
export async function measureRequests(count = 200, seed = 1) {
  const tree = treeDir('6.12');
  const documents = FILES.map((file) => ({ uri: pathToFileURL(path.join(tree, file)).href, text: fs.readFileSync(path.join(tree, file), 'utf8'), version: 1 }));
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio'], SETTINGS);
  try {
    const { capabilities } = await client.initialize(tree);
    for (const { uri, text, version } of documents) client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version, text } });
    for (const { uri } of documents) await client.diagnostics(uri);
    const random = randomSource(seed);
    const pick = (list) => list[Math.floor(random() * list.length)];
    const results = [];
    for (const [method, provider, paramsOf] of requests()) {
      if (!capabilities[provider]) continue;
      const times = { settled: [], typed: [] };
      for (let turn = 0; turn < count; turn++) {
        const document = pick(documents);
        const { lines, position } = somewhere(document, random);
        const typed = turn % TYPED === TYPED - 1;
        if (typed) type(client, document, position, 'x');
        const started = performance.now();
        await client.request(method, paramsOf(document, position, lines));
        times[typed ? 'typed' : 'settled'].push(performance.now() - started);
        if (typed) {
          type(client, document, position, '');
          await client.diagnostics(document.uri);
        }
      }
      results.push({ method, ...times });
    }
    await client.stop();
    return results;
  } finally {
    client.kill();
  }
}

function requests() {
  const textDocument = ({ uri }) => ({ textDocument: { uri } });
  const around = ({ line }, lines) => ({ start: { line: Math.max(0, line - 30), character: 0 }, end: { line: Math.min(lines.length - 1, line + 30), character: 0 } });
  return [
    ['textDocument/hover', 'hoverProvider', (document, position) => ({ ...textDocument(document), position })],
    ['textDocument/codeLens', 'codeLensProvider', textDocument],
    ['textDocument/codeAction', 'codeActionProvider', (document, position) => ({ ...textDocument(document), range: { start: position, end: position }, context: { diagnostics: [] } })],
    ['textDocument/inlayHint', 'inlayHintProvider', (document, position, lines) => ({ ...textDocument(document), range: around(position, lines) })],
    ['textDocument/semanticTokens/range', 'semanticTokensProvider', (document, position, lines) => ({ ...textDocument(document), range: around(position, lines) })],
    ['textDocument/documentLink', 'documentLinkProvider', textDocument],
    ['textDocument/prepareCallHierarchy', 'callHierarchyProvider', (document, position) => ({ ...textDocument(document), position })],
  ];
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

function type(client, document, { line, character }, insertion) {
  client.notify('textDocument/didChange', {
    textDocument: { uri: document.uri, version: ++document.version },
    contentChanges: [{ range: { start: { line, character }, end: { line, character: character + (insertion === '' ? 1 : 0) } }, text: insertion }],
  });
}

/** The table that the benchmark prints. */
export function requestTable(results) {
  const cells = (times) => (times.length === 0 ? ['-', '-', '-'] : [percentile(times, 50), percentile(times, 95), Math.max(...times)].map((time) => time.toFixed(1)));
  return table(['request', 'p50 ms', 'p95', 'max', 'after an edit: p50', 'p95', 'max'], results.map(({ method, settled, typed }) => [method, ...cells(settled), ...cells(typed)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(requestTable(await measureRequests(Number(process.argv[2] ?? 200))));
