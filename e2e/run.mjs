// Makes the VSIX once and runs all tests on it that need VS Code or its page, one after the other. MM_REVIEW_UPDATE=1 takes over the pictures of the README.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeVsix } from '../scripts/package.mjs';
import { PICTURES } from './session.mjs';

const NAMES = ['grammars', 'vsix', 'vscode', 'review', 'race', 'panel-host', 'findings', 'proof', 'whole-tree', 'walkthrough', 'speed', 'panel'];

fs.rmSync(PICTURES, { recursive: true, force: true });
const files = NAMES.map((name) => path.join(import.meta.dirname, `${name}.test.mjs`));
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=400000', ...files], {
  stdio: 'inherit', env: { ...process.env, E2E_VSIX: process.env.E2E_VSIX ?? makeVsix() },
});
process.exitCode = status ?? 1;
