/** The launcher at the top of the repository, in small stand-ins of a checkout and of an installed package. */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const launcher = path.resolve(import.meta.dirname, '..', 'mm-review');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** The program of these packages says where it runs and what it was given. */
const cli = "console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]));";
const buildScript = `import fs from 'node:fs';
fs.appendFileSync('log', 'build\\n');
if (fs.existsSync('broken')) { console.log('line 7 is wrong'); process.exit(3); }
await new Promise((resolve) => setTimeout(resolve, 200));
fs.mkdirSync('dist', { recursive: true });
fs.writeFileSync('dist/cli.js', ${JSON.stringify(cli)});`;
const npm = `#!/bin/sh
echo "npm $*" >> log
[ -e unreachable ] && { echo 'network is down' >&2; exit 1; }
mkdir -p node_modules && touch node_modules/.package-lock.json`;

function makePackage(files: Readonly<Record<string, string>>): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-launcher-')));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) write(root, name, text);
  fs.copyFileSync(launcher, path.join(root, 'mm-review'));
  fs.chmodSync(path.join(root, 'mm-review'), 0o755);
  return root;
}
const makeCheckout = (): string => makePackage({ 'cli/main.ts': '', 'kernel/deep/x.ts': '', 'package.json': '{}', 'package-lock.json': '{}', 'scripts/build.mjs': buildScript, 'bin/npm': npm });

function write(root: string, name: string, text: string): void {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  if (name.startsWith('bin/')) fs.chmodSync(file, 0o755);
}
const environment = (root: string): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${path.join(root, 'bin')}:${path.dirname(process.execPath)}:/usr/bin:/bin` });
const launch = (root: string, args: string[] = ['check', 'x'], program = path.join(root, 'mm-review')): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(program, args, { cwd: os.tmpdir(), encoding: 'utf8', env: environment(root) });
/** What was done since the last look. */
function log(root: string): string[] {
  const file = path.join(root, 'log');
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : [];
  fs.rmSync(file, { force: true });
  return lines;
}
function change(root: string, name: string): void {
  const later = new Date(Date.now() + 5000);
  fs.utimesSync(path.join(root, name), later, later);
}
const output = `${JSON.stringify([fs.realpathSync(os.tmpdir()), 'check', 'x'])}\n`;
const install = 'npm install --include=dev --no-audit --no-fund';

describe('a checkout', () => {
  it('is installed and built once, and again when something changed', () => {
    const root = makeCheckout();
    expect(launch(root)).toMatchObject({ status: 0, stdout: output, stderr: 'mm-review: installing packages (once) ...\nmm-review: building (once) ...\n' });
    expect(log(root)).toEqual([install, 'build']);
    expect(launch(root)).toMatchObject({ status: 0, stdout: output, stderr: '' });
    expect(log(root)).toEqual([]);
    write(root, 'cli/new.test.ts', '');
    change(root, 'cli/new.test.ts');
    launch(root);
    expect(log(root)).toEqual([]);
    change(root, 'kernel/deep/x.ts');
    launch(root);
    expect(log(root)).toEqual(['build']);
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(path.join(root, 'kernel/deep/x.ts'), past, past);
    fs.utimesSync(path.join(root, 'node_modules/.package-lock.json'), past, past);
    launch(root);
    expect(log(root)).toEqual(['npm install --include=dev --no-audit --no-fund', 'build']);
    launch(root);
    expect(log(root)).toEqual([]);
    expect(fs.readdirSync(path.join(root, '.cache'))).toEqual([]);
  });

  it('tells the program how long that took, so that it is not counted as time of the check', () => {
    const root = makeCheckout();
    write(root, 'scripts/build.mjs', buildScript.replace(JSON.stringify(cli), JSON.stringify("console.log(performance.getEntriesByName('mm-review prepare').map((entry) => entry.duration > 200));")));
    expect(launch(root).stdout).toBe('[ true ]\n');
    expect(launch(root).stdout).toBe('[]\n');
  });

  it('says in full why it could not be installed or built', () => {
    const root = makeCheckout();
    write(root, 'unreachable', '');
    expect(launch(root)).toMatchObject({ status: 2, stdout: '', stderr: 'mm-review: installing packages (once) ...\nnetwork is down\nmm-review: installing packages failed: exit status 1\n' });
    fs.rmSync(path.join(root, 'unreachable'));
    write(root, 'broken', '');
    expect(launch(root).stderr).toContain('line 7 is wrong\nmm-review: building failed: exit status 3\n');
    fs.rmSync(path.join(root, 'broken'));
    expect(launch(root)).toMatchObject({ status: 0, stdout: output });
  });

  it('is built by one of several that start together, and in spite of one that died', async () => {
    const root = makeCheckout();
    write(root, '.cache/launcher.lock', '999999999');
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(path.join(root, '.cache/launcher.lock'), past, past);
    const runs = await Promise.all([1, 2, 3].map(() => new Promise<string>((resolve) => {
      const child = spawn(path.join(root, 'mm-review'), ['check', 'x'], { cwd: os.tmpdir(), env: environment(root) });
      let stdout = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      child.on('close', () => resolve(stdout));
    })));
    expect(runs).toEqual([output, output, output]);
    expect(log(root)).toEqual([install, 'build']);
  });

  it('works through symbolic links', () => {
    const root = makeCheckout();
    fs.symlinkSync('../mm-review', path.join(root, 'bin/link'));
    fs.symlinkSync(root, path.join(root, 'bin/again'));
    expect(launch(root, ['check', 'x'], path.join(root, 'bin/again/bin/link'))).toMatchObject({ status: 0, stdout: output });
  });
});

describe('an installed package', () => {
  it('just runs', () => {
    const bare = makePackage({ 'dist/cli.js': cli });
    expect(launch(bare)).toMatchObject({ status: 0, stdout: output, stderr: '' });
    const nested = makePackage({ 'node_modules/x/dist/cli.js': cli, 'node_modules/x/cli/main.ts': '' });
    fs.copyFileSync(launcher, path.join(nested, 'node_modules/x/mm-review'));
    expect(launch(nested, ['check', 'x'], path.join(nested, 'node_modules/x/mm-review'))).toMatchObject({ status: 0, stdout: output, stderr: '' });
  });
});
