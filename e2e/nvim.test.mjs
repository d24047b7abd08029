// The language server under another client than VS Code: Neovim, which does not pull, on a real kernel tree.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { FILE, layTree } from './overlay.mjs';

const RULE = 'lockless-pte-to-userfault';

// Neovim's JSON has no way to tell an empty list from an empty object.
const list = (value) => Object.values(value);

/** Opens a file of a tree (mm/hugetlb.c of a real one, unless told) in Neovim, runs a script there, and gives what it wrote down. */
function runNeovim(t, script, places, { file = FILE, lay = layTree } = {}) {
  assert.equal(spawnSync('nvim', ['--version']).status, 0, 'nvim is not installed: apt-get install neovim');
  execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-nvim-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, 'linux');
  const lines = lay(folder);
  const result = path.join(home, 'result.json');
  const server = process.env.E2E_SERVER?.split(' ') ?? [path.join(projectDir, 'mm-review'), 'lsp', '--stdio'];
  const begin = Date.now();
  const run = spawnSync('nvim', ['--headless', '--clean', '-u', 'NONE', file, '-c', `luafile ${path.join(import.meta.dirname, script)}`], {
    cwd: folder, encoding: 'utf8', timeout: 100000,
    env: {
      ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home,
      SCRIPTS: import.meta.dirname, SERVER: JSON.stringify(server), PLACES: JSON.stringify({ ...lines, ...places }), RESULT: result,
    },
  });
  t.diagnostic(`nvim took ${Date.now() - begin} ms, exit ${run.status}`);
  assert.ok(fs.existsSync(result), `${run.stderr}\n${run.error ?? ''}`);
  const seen = JSON.parse(fs.readFileSync(result, 'utf8'));
  t.diagnostic(JSON.stringify(seen).slice(0, 4000));
  assert.deepEqual(list(seen.errors), []);
  return { seen, lines, folder };
}

test('the server in Neovim: a recheck is removed from mm/hugetlb.c, and put back', (t) => {
  const { seen, lines, folder } = runNeovim(t, 'nvim.lua', { without: '\t\t\tif (0) {' });
  assert.deepEqual(list(seen.opened), []);
  const [warning] = list(seen.edited.diagnostics);
  assert.equal(list(seen.edited.diagnostics).length, 1);
  assert.equal(warning.line, lines.event);
  assert.equal(warning.severity, 2);
  assert.equal(warning.source, 'mm-review');
  assert.equal(warning.code, RULE);
  assert.ok(warning.related >= 2, 'the steps come with the warning');
  assert.ok(warning.message.length > 40 && !warning.message.includes('\n'));
  assert.deepEqual(list(seen.undone.diagnostics), []);
  assert.match(seen.hover, /huge_ptep_get/);
  assert.ok(list(seen.log).some((line) => line.includes(`Kernel tree ${folder}`)));
});

test('beside clangd nothing is shown twice', (t) => {
  assert.equal(spawnSync('clangd', ['--version']).status, 0, 'clangd is not installed: apt-get install clangd');
  const { seen, lines } = runNeovim(t, 'nvim-clangd.lua', { without: '\t\t\tif (0) {' });
  const diagnostics = list(seen.diagnostics);
  assert.deepEqual(diagnostics.filter(({ source }) => source === 'mm-review').map(({ line }) => line), [lines.event]);
  const told = diagnostics.map(({ line, message }) => `${line} ${message}`);
  assert.equal(new Set(told).size, told.length);
  // What clangd is for, it alone answers; both speak at a hover, and say different things.
  for (const [method, answers] of Object.entries(seen.answers)) {
    if (method === 'textDocument/hover') assert.ok(answers['mm-review'] !== undefined, method);
    else assert.equal(answers['mm-review'], undefined, `${method} is clangd's`);
  }
  assert.ok(Object.values(seen.answers).some((answers) => answers.clangd !== undefined), 'clangd answered nothing at all');
  assert.notEqual(seen.answers['textDocument/hover']['mm-review'], seen.answers['textDocument/hover'].clangd);
});

const eventText = `
vm_fault_t drawer_is_empty(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`;
const locklessText = `
vm_fault_t drawer_fault(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	pte_t entry = huge_ptep_get(vma->vm_mm, vmf->address, ptep);

	if (huge_pte_none(entry))
		return drawer_is_empty(vma, vmf, ptep);
	return 0;
}
`;
const lockedText = locklessText
  .replace('	pte_t entry =', '	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), vma->vm_mm, ptep);\n	pte_t entry =')
  .replace('ptep);\n\n	if', 'ptep);\n\n	spin_unlock(ptl);\n	if');

/** A kernel tree of two files of our own. */
function laySmallTree(folder) {
  for (const [file, text] of [['mm/drawer_event.c', eventText], ['mm/drawer_caller.c', locklessText], ['include/linux/mm.h', '']]) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
}

test('a fix is applied in Neovim; lenses, callers, hints, tokens and links are there', (t) => {
  const { seen, lines } = runNeovim(t, 'nvim-features.lua', { without: '\t\t\tif (0) {' });
  assert.ok(list(seen.choices).length >= 2, 'there is a fix, and a way to silence');
  assert.ok(list(seen.lenses).some(({ line, title }) => line === lines.head && title.includes('handle_userfault')), JSON.stringify(seen.lenses));
  assert.deepEqual(list(seen.callers), ['hugetlb_fault']);
  assert.equal(seen.off, 0);
  assert.ok(seen.hints > 0 && seen.tokens > 0 && seen.tokens % 5 === 0);
  assert.ok(list(seen.links).includes('https://git.kernel.org/linus/0123456789ab'));
});

test('in Neovim the whole tree is checked; unsaved text of other files and changed settings count at once; scenarios are read', (t) => {
  const litmus = fs.readFileSync(path.join(projectDir, 'scenarios/hugetlb-missing-unstable-pte.litmus'), 'utf8');
  const { seen } = runNeovim(t, 'nvim-tree.lua', { locklessText, lockedText, litmus }, { file: 'mm/drawer_caller.c', lay: laySmallTree });
  assert.deepEqual(seen.checked, { files: 2, warnings: 1, informations: 0 });
  const progress = list(seen.progress);
  assert.ok(progress.includes('Checking the whole tree') && progress.at(-1) === 'end', JSON.stringify(progress));
  assert.equal(seen.closed, 5);
  assert.equal(seen.code, RULE);
  assert.equal(seen.severity, 3, 'information');
  assert.ok(list(seen.outline).includes('hugetlb_no_page'));
  assert.match(seen.broken, /litmus file/);
});
