// What is in the VSIX, and that its server runs where there is no checkout around it: with the native parser and without.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node.js';
import { makeVsix } from '../scripts/package.mjs';
import { FILE, layTree } from './overlay.mjs';
import { readZip } from './zip.mjs';

const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'];
const scenarioFolder = path.join(import.meta.dirname, '../scenarios');
const scenarios = fs.readdirSync(scenarioFolder, { recursive: true }).filter((name) => name.endsWith('.litmus'));
const expected = [
  '[Content_Types].xml', 'extension.vsixmanifest',
  ...['package.json', 'LICENSE.txt', 'readme.md', 'changelog.md', 'kernel/mm-review.schema.json', 'syntaxes/kernel-mm.tmLanguage.json', 'syntaxes/litmus.tmLanguage.json', 'syntaxes/litmus.language-configuration.json', 'dist/cli.js', 'dist/client.js', 'dist/features.js', 'dist/language-client.js', 'dist/server.js', 'dist/tree-check.js', 'dist/prover.js', 'dist/panel/page.js', 'dist/panel/page.css'].map((name) => `extension/${name}`),
  ...scenarios.map((name) => `extension/scenarios/${name}`),
  ...fs.readdirSync(path.join(import.meta.dirname, '../media'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/pictures') && entry.name !== 'icon.svg').map(({ parentPath, name }) => `extension/${path.relative(path.join(import.meta.dirname, '..'), path.join(parentPath, name))}`),
  ...fs.readdirSync(path.join(import.meta.dirname, '../docs/rules')).map((name) => `extension/docs/rules/${name}`),
  ...[
    'node-gyp-build/package.json', 'node-gyp-build/LICENSE', 'node-gyp-build/index.js', 'node-gyp-build/node-gyp-build.js',
    'tree-sitter/package.json', 'tree-sitter/LICENSE', 'tree-sitter/index.js', ...platforms.map((name) => `tree-sitter/prebuilds/${name}/tree-sitter.node`),
    'tree-sitter-c/package.json', 'tree-sitter-c/LICENSE', 'tree-sitter-c/bindings/node/index.js', 'tree-sitter-c/src/node-types.json', 'tree-sitter-c/tree-sitter-c.wasm',
    ...platforms.map((name) => `tree-sitter-c/prebuilds/${name}/tree-sitter-c.node`),
    'web-tree-sitter/package.json', 'web-tree-sitter/LICENSE', 'web-tree-sitter/tree-sitter.cjs', 'web-tree-sitter/tree-sitter.wasm',
  ].map((name) => `extension/dist/node_modules/${name}`),
];

test('the VSIX', async (t) => {
  const vsix = process.env.E2E_VSIX ?? makeVsix();
  const files = readZip(vsix);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-vsix-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  for (const [name, content] of files) {
    const file = path.join(home, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content());
  }
  const modules = path.join(home, 'extension/dist/node_modules');
  const tree = path.join(home, 'linux');
  const lines = layTree(tree);

  await t.test('holds what is needed and nothing else', () => {
    assert.deepEqual([...files.keys()].sort(), [...expected].sort());
    const { size } = fs.statSync(vsix);
    t.diagnostic(`the VSIX has ${(size / 1e6).toFixed(1)} MB`);
    assert.ok(size < 4e6, `${size} bytes`);
    const manifest = JSON.parse(fs.readFileSync(path.join(home, 'extension/package.json'), 'utf8'));
    for (const field of ['scripts', 'dependencies', 'devDependencies', 'bin']) assert.ok(!(field in manifest), field);
    for (const name of ['cli.js', 'client.js', 'features.js', 'language-client.js', 'server.js', 'tree-check.js', 'prover.js']) {
      const text = fs.readFileSync(path.join(home, 'extension/dist', name), 'utf8');
      assert.doesNotMatch(text, /sourceMappingURL=(?!data)/);
      assert.ok(!text.includes(process.cwd()), `${name} names a folder of this machine`);
    }
  });

  await t.test('has a command line for tasks', () => {
    const { stdout, status } = spawnSync(process.execPath, [path.join(home, 'extension/dist/cli.js'), 'check', '--root', tree, path.join(tree, FILE)], { cwd: tree, encoding: 'utf8', env: { ...process.env, NODE_PATH: '' } });
    assert.deepEqual({ stdout, status }, { stdout: '', status: 0 });
  });

  let native;
  await t.test('runs with the native parser', async () => {
    native = await serve(path.join(home, 'extension/dist/server.js'), tree, lines);
    assert.match(native.log, /native parser/);
    assert.equal(native.diagnostics.length, 1);
    // The server finds the scenarios that came with it.
    assert.equal(native.scenarios.length, scenarios.filter((name) => !name.includes(path.sep)).length);
  });

  await t.test('runs with the WebAssembly parser where no native one loads, and finds the same', async () => {
    for (const name of ['tree-sitter', 'tree-sitter-c']) fs.rmSync(path.join(modules, name, 'prebuilds'), { recursive: true });
    const wasm = await serve(path.join(home, 'extension/dist/server.js'), tree, lines);
    assert.match(wasm.log, /wasm parser/);
    assert.deepEqual(wasm.diagnostics, native.diagnostics);
  });
});

/** Opens the file without its recheck and gives the diagnostics and the log. */
async function serve(server, tree, lines) {
  const child = spawn(process.execPath, [server, '--stdio'], { cwd: tree, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_PATH: '' } });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  try {
    let log = '';
    connection.onNotification('window/logMessage', ({ message }) => { log += `${message}\n`; });
    const published = new Promise((resolve) => connection.onNotification('textDocument/publishDiagnostics', resolve));
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: { textDocument: { publishDiagnostics: { relatedInformation: true } } } });
    await connection.sendNotification('initialized', {});
    const file = path.join(tree, FILE);
    const text = fs.readFileSync(file, 'utf8').split('\n').with(lines.recheck - 1, '\t\t\tif (0) {').join('\n');
    await connection.sendNotification('textDocument/didOpen', { textDocument: { uri: pathToFileURL(file).href, languageId: 'c', version: 1, text } });
    const { diagnostics } = await published;
    const listed = await connection.sendRequest('mmReview/scenarios', {});
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(child.exitCode, 0);
    return { diagnostics, log, scenarios: listed };
  } finally {
    connection.dispose();
    child.kill();
  }
}
