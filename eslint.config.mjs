import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

const folders = ['kernel', 'parser', 'analyzer', 'simulator', 'witness', 'workspace', 'server', 'client', 'cli'];

/** Which of our folders each folder may import: the arrows of ARCHITECTURE.md. */
const allowed = {
  kernel: ['kernel'],
  parser: ['parser'],
  analyzer: ['analyzer', 'parser', 'kernel'],
  simulator: ['simulator', 'parser', 'kernel'],
  witness: ['witness', 'analyzer', 'simulator', 'parser', 'kernel'],
  workspace: ['workspace', 'analyzer', 'simulator', 'parser', 'kernel'],
  server: ['server', 'workspace', 'witness', 'analyzer', 'simulator', 'parser', 'kernel'],
  cli: ['cli', 'workspace', 'witness', 'analyzer', 'simulator', 'parser', 'kernel', 'server'],
  client: ['client'],
};
/** The one file of another folder that clients share, for its types. */
const shared = 'simulator/present/race-view.ts';
/** Packages that only these folders may import. */
const owners = {
  'tree-sitter': ['parser'], 'tree-sitter-c': ['parser'], 'web-tree-sitter': ['parser'],
  'jsonc-parser': ['kernel'],
  vscode: ['client'], 'vscode-languageclient/node': ['client'],
  'vscode-languageserver/node': ['server'], 'vscode-languageserver-textdocument': ['server'],
};
const impure = ['node:fs', 'node:fs/promises', 'node:child_process', 'node:net', 'node:http', 'node:worker_threads', 'fs', 'child_process'];

export default tseslint.config(
  // The two scoring scripts are kept byte for byte, so that figures stay comparable; they are not ours to restyle.
  { ignores: ['dist/', 'node_modules/', '.kernels/', '.e2e/', '.cache/', 'artifacts/', 'test/mutants/mutate.mjs', 'test/mutants/score.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' }],
      eqeqeq: 'error',
    },
  },
  // Vitest wants its configuration as a default export.
  { files: ['vitest.*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: folders.map((folder) => `${folder}/**/*.ts`),
    plugins: { boundaries },
    settings: {
      'boundaries/elements': [{ type: 'shared', pattern: shared, mode: 'full' }, ...folders.map((folder) => ({ type: folder, pattern: `${folder}/**`, mode: 'full' }))],
      'import/resolver': { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      'boundaries/element-types': ['error', {
        default: 'disallow',
        rules: [
          ...Object.entries(allowed).map(([from, allow]) => ({ from, allow })),
          { from: folders.filter((folder) => allowed[folder].includes('simulator')), allow: ['shared'] },
          { from: ['client'], allow: ['shared'], importKind: 'type' },
        ],
      }],
    },
  },
  ...folders.map((folder) => ({
    files: [`${folder}/**/*.ts`],
    // witness/testing.ts reads the library threads.
    ignores: ['**/*.test.ts', 'witness/testing.ts'],
    rules: {
      'no-restricted-imports': ['error', {
        paths: [
          ...Object.entries(owners).filter(([, who]) => !who.includes(folder)).map(([name]) => ({ name, message: `Only ${owners[name].join(', ')}/ may import ${name}.` })),
          // parser/backend.ts loads grammar files; everything else left of workspace, server and cli does no I/O.
          ...(['kernel', 'analyzer', 'simulator', 'witness'].includes(folder) ? impure.map((name) => ({ name, message: `${folder}/ does no I/O.` })) : []),
        ],
        // Words for hovers. What an analysis believes of a function is its entry among the primitives, or its body.
        patterns: ['analyzer', 'simulator', 'witness'].includes(folder) ? [{ group: ['**/kernel/documented/**', '**/kernel/constants/**', '**/kernel/hover'], message: 'Only hovers read this.' }] : [],
      }],
    },
  })),
  { files: ['**/*.mjs', 'mm-review'], languageOptions: { globals: { console: 'readonly', process: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', URL: 'readonly', fetch: 'readonly', Buffer: 'readonly', performance: 'readonly', setImmediate: 'readonly' } } },
);
