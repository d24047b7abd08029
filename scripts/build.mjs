// Bundles the three programs, the command line, the language server and the VS Code client, and the page of the client's race panel.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);
// Native addons and the wasm runtime stay outside the bundles and are resolved from node_modules (in the VSIX: dist/node_modules).
const external = ['vscode', 'tree-sitter', 'tree-sitter-c', 'web-tree-sitter'];
const entries = { cli: 'cli/main.ts', server: 'server/main.ts', 'tree-check': 'server/tree-check/main.ts', prover: 'server/proof/main.ts', client: 'client/extension.ts', features: 'client/features.ts', 'language-client': 'client/language-client.ts' };
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => fs.existsSync(file)));
await build({
  entryPoints: present,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  external,
  plugins: [{ name: 'own bundle', setup: ownBundle }],
  // `import()` of another bundle becomes a `require()`: that is what VS Code loads extensions with.
  supported: { 'dynamic-import': false },
  // Its CommonJS form loads its parts by names that a bundler cannot follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  logLevel: 'warning',
  define: {
    __MM_REVIEW_PARSER__: JSON.stringify(parserVersion()),
    __MM_REVIEW_VERSION__: JSON.stringify(JSON.parse(fs.readFileSync('package.json', 'utf8')).version),
  },
});
// A folder of its own: the panel may read nothing else.
await build({
  entryPoints: [{ in: 'client/panel/page/main.ts', out: 'page' }, { in: 'client/panel/page/page.css', out: 'page' }],
  outdir: 'dist/panel',
  bundle: true,
  platform: 'browser',
  target: 'chrome114',
  format: 'iife',
  minify: true,
  logLevel: 'warning',
});

/** VS Code waits for the client to be loaded: what it only needs in a kernel tree, or beside a server, is loaded then. */
function ownBundle({ onResolve }) {
  onResolve({ filter: /^\.\/(features|language-client)$/ }, ({ kind, path: file }) => (kind === 'dynamic-import' ? { path: `${file}.js`, external: true } : undefined));
}

/** Names the code that makes outlines: a cache that other code wrote is not read. The parser imports nothing of ours, so these files are all. */
function parserVersion() {
  const files = fs.readdirSync('parser').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort().map((name) => `parser/${name}`);
  const hash = createHash('sha256');
  for (const file of [...files, 'workspace/outline-format.ts']) hash.update(`${file}\n`).update(fs.readFileSync(file));
  return hash.digest('hex');
}
