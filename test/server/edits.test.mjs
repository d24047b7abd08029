// Findings after many edits are those of a process that never saw them: 200 random edits in each of ten files of a real tree, all open at once,
// each file's outcome compared with a server that is started on the final texts.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectDir, treeDir } from '../../scripts/kernel-trees.mjs';
import { LspClient } from '../../scripts/lsp-client.mjs';
import { randomFrom } from './random.mjs';

const EDITS = 200;
const FILES = ['hugetlb', 'memory', 'khugepaged', 'ksm', 'userfaultfd', 'shmem', 'rmap', 'huge_memory', 'madvise', 'mprotect'].map((name) => `mm/${name}.c`);
/** A pull follows one edit in so many: the others are abandoned while they are worked on, as when somebody types. */
const PULL = 10;

execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-edits-'));
process.env.XDG_CACHE_HOME = home;
test.after(() => fs.rmSync(home, { recursive: true, force: true }));

for (const version of ['6.1', '6.12']) {
  test(`${FILES.length} files of ${version}, ${EDITS} edits each`, async (t) => {
    const root = treeDir(version);
    assert.ok(fs.existsSync(root), `no kernel tree at ${root}: npm run kernels`);
    const texts = new Map(FILES.map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8')]));
    const edited = await start(t, root, texts);
    let seen = 0;
    for (const [index, file] of FILES.entries()) {
      const random = randomFrom(index + 1);
      const undo = [];
      for (let edit = 1; edit <= EDITS; edit++) {
        const before = texts.get(file);
        // Half of them are taken back, so that the file stays C for the most part.
        const text = undo.length > 0 && random.chance(0.45) ? undo.pop() : (undo.push(before), changeOf(random, before));
        texts.set(file, text);
        edited.change(file, text);
        if (random.below(PULL) === 0) await edited.findings(file);
      }
      const fresh = await start(t, root, texts);
      for (const other of index === FILES.length - 1 ? FILES : [file, random.pick(FILES)]) {
        const expected = await fresh.findings(other);
        assert.deepEqual(await edited.findings(other), expected, `${other} after the edits in ${file}`);
        seen += expected.length;
      }
      await fresh.stop();
    }
    t.diagnostic(`${seen} findings compared`);
    // Edits that break nothing would compare silence with silence.
    assert.ok(seen > 0, 'no edit led to a finding');
    await edited.stop();
  });
}

async function start(t, root, texts) {
  // What is known of proofs depends on how much time there was.
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio'], { proof: 'off' });
  t.after(() => client.kill());
  await client.initialize(root);
  const uriOf = (file) => pathToFileURL(path.join(root, file)).href;
  const shown = new Map(texts);
  for (const [file, text] of texts) client.notify('textDocument/didOpen', { textDocument: { uri: uriOf(file), languageId: 'c', version: 1, text } });
  let version = 1;
  return {
    change(file, text) {
      // Only what differs is sent, as editors do.
      const old = shown.get(file);
      shown.set(file, text);
      let start = 0;
      while (start < old.length && start < text.length && old[start] === text[start]) start++;
      let end = 0;
      while (end < old.length - start && end < text.length - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
      const range = { start: positionAt(old, start), end: positionAt(old, old.length - end) };
      client.notify('textDocument/didChange', { textDocument: { uri: uriOf(file), version: ++version }, contentChanges: [{ range, text: text.slice(start, text.length - end) }] });
    },
    findings: (file) => client.diagnostics(uriOf(file)),
    stop: () => client.stop(),
  };
}

function positionAt(text, offset) {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length - 1, character: offset - before.lastIndexOf('\n') - 1 };
}

/** One edit, most of them where it may matter: around calls, conditions and returns. */
function changeOf(random, text) {
  const lines = text.split('\n');
  const interesting = lines.flatMap((line, index) => (/\b(?:pte|pmd|ptl|uffd|userfault|lock|fault)/.test(line) && !/^\S/.test(line) ? [index] : []));
  const at = random.chance(0.8) && interesting.length > 0 ? random.pick(interesting) : random.below(lines.length);
  const line = lines[at];
  const put = (...replacement) => [...lines.slice(0, at), ...replacement, ...lines.slice(at + 1)].join('\n');
  switch (random.below(8)) {
    case 0: return put();
    case 1: return put(line, line);
    case 2: return put('\treturn 0;', line);
    case 3: return put(line.replace(/\bif \(/, 'if (0 && '));
    case 4: return put(line.replace(/!(?=\w)/, ''));
    case 5: return put(line.replace(/\b(pte_same|spin_lock|spin_unlock|pte_unmap_unlock|huge_pte_lock|pte_offset_map_lock)\b/, 'other_$1'));
    case 6: {
      const column = random.below(line.length + 1);
      return put(line.slice(0, column) + random.pick(['x', ' ', ';', '{', '}', '(', '/*', '"', '\u00e4', '\n']) + line.slice(column));
    }
    default: {
      const column = random.below(line.length + 1);
      return put(line.slice(0, column) + line.slice(column + 1 + random.below(3)));
    }
  }
}
