// Resident memory of the real server with the whole tree indexed and checked, and how it grows over edits. Alone: node bench/memory.mjs [EDITS]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { LspClient } from '../scripts/lsp-client.mjs';
import { randomSource } from '../scripts/random.mjs';

const characters = 'abcxyz019_ ;(){}*&!=,';

/** Megabytes with the tree indexed and a file open, with the whole tree checked, and after the edits; and by how much of itself it grew over their second half. */
export async function measureMemory(edits = 5000, seed = 1) {
  const tree = treeDir('6.12');
  const file = path.join(tree, 'mm/hugetlb.c');
  const text = fs.readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio']);
  try {
    let version = 1;
    const megabytes = () => Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${client.pid}/status`, 'utf8'))[1]) / 1024;
    const edit = (start, length, insertion) => {
      client.notify('textDocument/didChange', {
        textDocument: { uri, version: ++version },
        contentChanges: [{ range: { start, end: { line: start.line, character: start.character + length } }, text: insertion }],
      });
      return client.diagnostics(uri);
    };
    await client.initialize(tree);
    client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version, text } });
    await client.diagnostics(uri);
    const opened = megabytes();
    const totals = await client.request('workspace/executeCommand', { command: 'mmReview.checkWorkspace' });
    if (!(totals?.files > 100)) throw new Error(`the whole tree was not checked: ${JSON.stringify(totals)}`);
    const checked = megabytes();

    const random = randomSource(seed);
    const lines = text.split('\n');
    let half = checked;
    for (let count = 0; count < edits; count++) {
      const line = Math.floor(random() * lines.length);
      const place = { line, character: Math.floor(random() * (lines[line].length + 1)) };
      await edit(place, 0, characters[Math.floor(random() * characters.length)]);
      await edit(place, 1, '');
      // The collector's own swings are over by then.
      if (count + 1 === Math.floor(edits / 2)) half = megabytes();
    }
    const edited = megabytes();
    await client.stop();
    return { opened, checked, half, edited, growth: edited / half - 1 };
  } finally {
    client.kill();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const edits = Number(process.argv[2] ?? 5000);
  const { opened, checked, half, edited, growth } = await measureMemory(edits);
  console.log(`open ${opened.toFixed(0)} MB, whole tree checked ${checked.toFixed(0)} MB, after ${edits / 2} edits ${half.toFixed(0)} MB, after ${edits} ${edited.toFixed(0)} MB: ${(100 * growth).toFixed(1)} % in the second half`);
}
