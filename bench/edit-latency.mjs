// Time from a one-character edit in mm/hugetlb.c to its diagnostics, through the real server. Alone: node bench/edit-latency.mjs [EDITS]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { randomSource } from '../scripts/random.mjs';
import { LspClient } from './lsp-client.mjs';
import { percentile } from './measure.mjs';

const characters = 'abcxyz019_ ;(){}*&!=,';

/** Milliseconds: opening the file in a cold server, then each edit (an insertion at a random place, undone before the next). */
export async function measureEdits(edits = 200, seed = 1) {
  const tree = treeDir('6.12');
  const file = path.join(tree, 'mm/hugetlb.c');
  const text = fs.readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio']);
  try {
    let version = 1;
    const timed = async (send) => {
      const diagnostics = client.diagnosticsOf(uri, version, 60_000);
      const started = performance.now();
      send();
      const fresh = await diagnostics;
      return { milliseconds: fresh.at - started, diagnostics: fresh.diagnostics };
    };
    const change = (range, insertion) => timed(() => client.notify('textDocument/didChange', {
      textDocument: { uri, version }, contentChanges: [{ range, text: insertion }],
    }));

    const started = performance.now();
    await client.initialize(tree);
    const opened = await timed(() => client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version, text } }));
    const openMilliseconds = performance.now() - started;

    const random = randomSource(seed);
    const lines = text.split('\n');
    const times = [];
    let last = opened;
    for (let edit = 0; edit < edits; edit++) {
      const line = Math.floor(random() * lines.length);
      const start = { line, character: Math.floor(random() * (lines[line].length + 1)) };
      version++;
      times.push((await change({ start, end: start }, characters[Math.floor(random() * characters.length)])).milliseconds);
      version++;
      last = await change({ start, end: { line, character: start.character + 1 } }, '');
    }
    // Every edit was undone: a server that answers differently now has not followed the edits.
    if (JSON.stringify(last.diagnostics) !== JSON.stringify(opened.diagnostics)) throw new Error('diagnostics after undoing all edits differ from those at the start');
    await client.stop();
    return { openMilliseconds, times };
  } finally {
    client.kill();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { openMilliseconds, times } = await measureEdits(Number(process.argv[2] ?? 200));
  console.log(`open ${openMilliseconds.toFixed(0)} ms; ${times.length} edits: p50 ${percentile(times, 50).toFixed(1)} ms, p95 ${percentile(times, 95).toFixed(1)} ms, max ${Math.max(...times).toFixed(1)} ms`);
}
