// Time from a one-character edit in mm/hugetlb.c to its diagnostics, through the real server. Alone: node bench/edit-latency.mjs [EDITS]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { randomSource } from '../scripts/random.mjs';
import { LspClient } from '../scripts/lsp-client.mjs';
import { percentile } from './measure.mjs';

const characters = 'abcxyz019_ ;(){}*&!=,';

/** Milliseconds: opening the file in a cold server; each edit (an insertion at a random place, undone before the next); the edit that makes a bug. */
export async function measureEdits(edits = 200, seed = 1) {
  const tree = treeDir('6.12');
  const file = path.join(tree, 'mm/hugetlb.c');
  const text = fs.readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio']);
  try {
    let version = 1;
    const timed = async (send) => {
      const started = performance.now();
      send();
      const diagnostics = await client.diagnostics(uri);
      return { milliseconds: performance.now() - started, diagnostics };
    };
    /** Replaces `length` characters of a line. */
    const edit = (start, length, insertion) => timed(() => client.notify('textDocument/didChange', {
      textDocument: { uri, version: ++version },
      contentChanges: [{ range: { start, end: { line: start.line, character: start.character + length } }, text: insertion }],
    }));

    const started = performance.now();
    await client.initialize(tree);
    const opened = await timed(() => client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version, text } }));
    const openMilliseconds = performance.now() - started;

    const random = randomSource(seed);
    const lines = text.split('\n');
    const times = [];
    let last = opened;
    for (let count = 0; count < edits; count++) {
      const line = Math.floor(random() * lines.length);
      const place = { line, character: Math.floor(random() * (lines[line].length + 1)) };
      times.push((await edit(place, 0, characters[Math.floor(random() * characters.length)])).milliseconds);
      last = await edit(place, 1, '');
    }
    if (JSON.stringify(last.diagnostics) !== JSON.stringify(opened.diagnostics)) throw new Error('diagnostics after undoing all edits differ from those at the start');

    // A server that answers quickly because it does not look would have passed so far: the edit that turns the recheck round must show.
    const line = lines.findIndex((content) => content.includes('if (!hugetlb_pte_stable('));
    const recheck = { line, character: lines[line].indexOf('!') };
    const broken = await edit(recheck, 1, '');
    if (broken.diagnostics.length <= opened.diagnostics.length) throw new Error('turning the recheck in hugetlb_no_page() round brings no diagnostic');
    await client.stop();
    return { openMilliseconds, times, bugMilliseconds: broken.milliseconds };
  } finally {
    client.kill();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { openMilliseconds, times, bugMilliseconds } = await measureEdits(Number(process.argv[2] ?? 200));
  console.log(`open ${openMilliseconds.toFixed(0)} ms; ${times.length} edits: p50 ${percentile(times, 50).toFixed(1)} ms, p95 ${percentile(times, 95).toFixed(1)} ms, max ${Math.max(...times).toFixed(1)} ms; a bug shows after ${bugMilliseconds.toFixed(1)} ms`);
}
