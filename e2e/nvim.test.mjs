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

test('the server in Neovim: a recheck is removed from mm/hugetlb.c, and put back', (t) => {
  assert.equal(spawnSync('nvim', ['--version']).status, 0, 'nvim is not installed: apt-get install neovim');
  execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-nvim-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, 'linux');
  const lines = layTree(folder);
  const result = path.join(home, 'result.json');
  const places = { ...lines, without: '\t\t\tif (0) {' };
  const server = process.env.E2E_SERVER?.split(' ') ?? [path.join(projectDir, 'mm-review'), 'lsp', '--stdio'];
  const begin = Date.now();
  const run = spawnSync('nvim', ['--headless', '--clean', '-u', 'NONE', FILE, '-c', `luafile ${path.join(import.meta.dirname, 'nvim.lua')}`], {
    cwd: folder, encoding: 'utf8', timeout: 100000,
    env: {
      ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home,
      SERVER: JSON.stringify(server), PLACES: JSON.stringify(places), RESULT: result,
    },
  });
  t.diagnostic(`nvim took ${Date.now() - begin} ms, exit ${run.status}`);
  assert.ok(fs.existsSync(result), `${run.stderr}\n${run.error ?? ''}`);
  const seen = JSON.parse(fs.readFileSync(result, 'utf8'));
  t.diagnostic(JSON.stringify(seen));

  // Neovim's JSON has no way to tell an empty list from an empty object.
  const list = (value) => Object.values(value);
  assert.deepEqual(list(seen.errors), []);
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
