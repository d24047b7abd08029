// Makes kernel-mm-review-<version>.vsix: one file for six platforms, with what the extension needs at run time and nothing else.
//
// The bundles resolve the parsers from `dist/node_modules`, which exists only in the VSIX. It is put together in a folder of its own, so
// that what a developer has in dist/ stays as it is.
import { transformSync } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
/** Relative links of the README lead here once it is shown on an extension's page. */
const site = 'https://github.com/kernel-mm-review/kernel-mm-review';
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Files of each package that is needed at run time; where a native addon has prebuilds, those of the platforms are added. */
const packages = {
  'node-gyp-build': ['package.json', 'LICENSE', 'index.js', 'node-gyp-build.js'],
  'tree-sitter': ['package.json', 'LICENSE', 'index.js', ...platforms.map((name) => `prebuilds/${name}/tree-sitter.node`)],
  'tree-sitter-c': [
    'package.json', 'LICENSE', 'bindings/node/index.js', 'src/node-types.json', 'tree-sitter-c.wasm',
    ...platforms.map((name) => `prebuilds/${name}/tree-sitter-c.node`),
  ],
  'web-tree-sitter': ['package.json', 'LICENSE', 'tree-sitter.cjs', 'tree-sitter.wasm'],
};

export function makeVsix() {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const output = path.join(root, `${manifest.name}-${manifest.version}.vsix`);
  const run = (script, args, cwd) => execFileSync(process.execPath, [script, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

  run(path.join(root, 'scripts/build.mjs'), [], root);
  fs.mkdirSync(path.join(root, '.cache'), { recursive: true });
  const stage = fs.mkdtempSync(path.join(root, '.cache', 'vsix-'));
  for (const name of ['cli.js', 'client.js', 'features.js', 'language-client.js', 'server.js', 'tree-check.js', 'prover.js']) copyBundle(path.join(root, 'dist', name), path.join(stage, 'dist', name));
  for (const [name, files] of Object.entries(packages)) {
    for (const file of files) copy(path.join(root, 'node_modules', name, file), path.join(stage, 'dist/node_modules', name, file));
  }
  for (const name of ['page.js', 'page.css']) copy(path.join(root, 'dist/panel', name), path.join(stage, 'dist/panel', name));
  fs.cpSync(path.join(root, 'scenarios'), path.join(stage, 'scenarios'), { recursive: true, filter: (name) => fs.statSync(name).isDirectory() || name.endsWith('.litmus') });
  // The README is shown with the pictures of the site.
  fs.cpSync(path.join(root, 'media'), path.join(stage, 'media'), { recursive: true, filter: (name) => path.basename(name) !== 'pictures' && path.basename(name) !== 'icon.svg' });
  fs.cpSync(path.join(root, 'docs/rules'), path.join(stage, 'docs/rules'), { recursive: true });
  const documents = ['README.md', 'CHANGELOG.md', 'LICENSE'].filter((name) => fs.existsSync(path.join(root, name)));
  for (const name of documents) copy(path.join(root, name), path.join(stage, name));
  for (const { url } of manifest.contributes.jsonValidation) copy(path.join(root, url), path.join(stage, url));
  const languages = manifest.contributes.languages.flatMap(({ configuration }) => configuration ?? []);
  for (const name of [...languages, ...manifest.contributes.grammars.map((grammar) => grammar.path)]) copy(path.join(root, name), path.join(stage, name));
  fs.writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(shipped(manifest), null, 2)}\n`);
  copy(path.join(root, '.vscodeignore'), path.join(stage, '.vscodeignore'));
  fs.rmSync(output, { force: true });
  // --no-dependencies: the bundles hold everything but the parsers, and those are in dist/node_modules already.
  run(path.join(root, 'node_modules/@vscode/vsce/vsce'), [
    'package', '--no-dependencies', '--baseContentUrl', `${site}/blob/main`, '--baseImagesUrl', `${site}/raw/main`, '--out', output,
  ], stage);
  fs.rmSync(stage, { recursive: true, force: true });
  return output;
}

/** The manifest without what only development needs: what is not shipped should not be named. */
function shipped(manifest) {
  const left = { ...manifest };
  for (const field of ['scripts', 'bin', 'dependencies', 'devDependencies', 'private', 'overrides']) delete left[field];
  left.engines = { vscode: manifest.engines.vscode };
  return left;
}

/** Without white space and comments; names stay as they are, so that a stack trace can be read. The source maps stay at home, and nothing may point to them. */
function copyBundle(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const { code } = transformSync(fs.readFileSync(from, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'), { minifyWhitespace: true, legalComments: 'inline', platform: 'node', target: 'node20' });
  fs.writeFileSync(to, code);
}

function copy(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}

if (process.argv[1] === import.meta.filename) {
  const vsix = makeVsix();
  console.log(`${path.relative(process.cwd(), vsix)} (${(fs.statSync(vsix).size / 1e6).toFixed(1)} MB)`);
}
