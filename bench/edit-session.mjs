// The real server with mm/hugetlb.c of a real tree open in it, and what is typed there: one character at a random place, taken back before the next.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { LspClient } from '../scripts/lsp-client.mjs';
import { randomSource } from '../scripts/random.mjs';

const CHARACTERS = 'abcxyz019_ ;(){}*&!=,';

/** Gives the session to `use` and ends the server. `node` are options of the server's process; the same seed types the same. */
export async function withEditSession(use, { seed = 1, node = [] } = {}) {
  const tree = treeDir('6.12');
  const file = path.join(tree, 'mm/hugetlb.c');
  const text = fs.readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const uri = pathToFileURL(file).href;
  const random = randomSource(seed);
  const client = new LspClient(process.execPath, [...node, path.join(projectDir, 'dist/server.js'), '--stdio']);
  let version = 1;
  /** Replaces so many characters of a line; resolves to the diagnostics for that. */
  const edit = (start, length, insertion) => {
    client.notify('textDocument/didChange', {
      textDocument: { uri, version: ++version },
      contentChanges: [{ range: { start, end: { line: start.line, character: start.character + length } }, text: insertion }],
    });
    return client.diagnostics(uri);
  };
  const session = {
    client,
    tree,
    lines,
    edit,
    async open() {
      await client.initialize(tree);
      client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version, text } });
      return client.diagnostics(uri);
    },
    /** Where the next character goes, and which. */
    next() {
      const line = Math.floor(random() * lines.length);
      return { place: { line, character: Math.floor(random() * (lines[line].length + 1)) }, character: CHARACTERS[Math.floor(random() * CHARACTERS.length)] };
    },
  };
  try {
    const result = await use(session);
    await client.stop();
    return result;
  } finally {
    client.kill();
  }
}
