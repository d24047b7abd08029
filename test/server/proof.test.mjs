// The built server proves a finding in a thread of its own, answers meanwhile, and prefers the fix once it is proven.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { LspClient } from '../../scripts/lsp-client.mjs';

const RACY = fs.readFileSync(path.join(projectDir, 'test/hasty-fault.c'), 'utf8');

execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-proof-'));
process.env.XDG_CACHE_HOME = path.join(home, 'cache');
test.after(() => fs.rmSync(home, { recursive: true, force: true }));

test('a finding is proven beside the server', async (t) => {
  const root = path.join(home, 'linux');
  for (const [file, text] of [['include/linux/mm.h', ''], ['mm/userfaultfd.c', 'int x;\n'], ['mm/hasty.c', RACY]]) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio']);
  t.after(() => client.kill());
  await client.initialize(root, { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } });
  const uri = pathToFileURL(path.join(root, 'mm/hasty.c')).href;
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text: RACY } });
  const [before] = await client.diagnostics(uri);
  assert.doesNotMatch(before.message, /confirmed/);

  const confirmed = async () => {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const [diagnostic] = await client.diagnostics(uri);
      if (/; confirmed by an interleaving of 9 steps with page migration$/.test(diagnostic.message)) return diagnostic;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`not confirmed\n${client.log}`);
  };
  const after = await confirmed();
  assert.deepEqual(after.range, before.range);
  assert.deepEqual(after.relatedInformation.slice(0, before.relatedInformation.length), before.relatedInformation);
  assert.doesNotMatch(client.log, /No thread for proofs/);

  // The fix comes a little later.
  let fix;
  for (const end = Date.now() + 60_000; fix?.isPreferred !== true && Date.now() < end;) {
    [fix] = await client.request('textDocument/codeAction', { textDocument: { uri }, range: after.range, context: { diagnostics: [after] } }) ?? [];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.match(fix.title, /^Recheck the entry .* \(no violation in \d+ states after the fix\)$/);

  // A text that changes while it is proven: what is said is about the newest one.
  const edited = RACY.replace('\n\tif (!userfaultfd_missing', '\n\tcount_it();\n\tif (!userfaultfd_missing');
  client.notify('textDocument/didChange', { textDocument: { uri, version: 2 }, contentChanges: [{ text: edited }] });
  const [dropped] = await client.diagnostics(uri);
  assert.doesNotMatch(dropped.message, /confirmed/);
  const again = await confirmed();
  assert.deepEqual(again.relatedInformation.map(({ location }) => location.range.start.line).at(-1), 10);
  await client.stop();
});
