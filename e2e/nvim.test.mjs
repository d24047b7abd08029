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

/** Opens mm/hugetlb.c of a tree in Neovim, runs a script there, and gives what it wrote down. */
function runNeovim(t, script, places) {
  assert.equal(spawnSync('nvim', ['--version']).status, 0, 'nvim is not installed: apt-get install neovim');
  execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-nvim-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, 'linux');
  const lines = layTree(folder);
  const result = path.join(home, 'result.json');
  const server = process.env.E2E_SERVER?.split(' ') ?? [path.join(projectDir, 'mm-review'), 'lsp', '--stdio'];
  const begin = Date.now();
  const run = spawnSync('nvim', ['--headless', '--clean', '-u', 'NONE', FILE, '-c', `luafile ${path.join(import.meta.dirname, script)}`], {
    cwd: folder, encoding: 'utf8', timeout: 100000,
    env: {
      ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home,
      SERVER: JSON.stringify(server), PLACES: JSON.stringify({ ...lines, ...places }), RESULT: result,
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
