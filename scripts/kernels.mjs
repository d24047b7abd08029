// Unpacks what the tests and benchmarks need of Debian's kernel sources into .kernels/ (npm run kernels).
//
// The real files go to the user's cache, named after the package's version, and .kernels/<name> is a link to them: a fresh
// clone on the same machine is ready at once. Where the cache cannot be written, the files go to .kernels/<name> itself.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { kernelsDir, packages } from './kernel-trees.mjs';

/** Raise when `wanted` changes: older unpacked trees are then replaced. */
const recipe = 1;
const wanted = [
  'Makefile', 'mm', 'fs', 'include', 'kernel', 'virt',
  'arch/*/mm', 'arch/*/include', 'arch/s390/kvm', 'drivers/iommu', 'drivers/vfio',
];
const stampName = '.mm-review-stamp';

try {
  fs.mkdirSync(kernelsDir, { recursive: true });
  installMissing();
  // Both at once: unpacking is bound by one core of xz each.
  await Promise.all(packages.map(provide));
} catch (error) {
  console.error(`kernels: ${error.message}`);
  process.exit(1);
}

/** Leaves a usable tree at .kernels/<name>. */
async function provide(name) {
  const target = path.join(kernelsDir, name);
  const version = installedVersion(name);
  const stamp = `${version} recipe ${recipe}\n`;
  // Without dpkg the version is unknown; a stamped tree of this recipe is then good enough.
  if (version === undefined ? stampOf(target)?.endsWith(` recipe ${recipe}\n`) : stampOf(target) === stamp) {
    console.log(`${name}: ready in ${target} (${stampOf(target).trim()})`);
    return;
  }
  if (version === undefined) throw new Error(`${name} is not installed. Run: apt-get update && apt-get install -y ${name}`);
  const started = performance.now();
  const cached = cacheFolder(`${name}-${version}-r${recipe}`);
  const folder = cached ?? target;
  if (stampOf(folder) !== stamp) await unpack(name, folder, stamp);
  if (cached !== undefined) link(cached, target);
  console.log(`${name} ${version}: ${target}${cached === undefined ? '' : ` -> ${cached}`} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** Unpacks beside the folder and renames, so that whoever looks sees no half tree. */
async function unpack(name, folder, stamp) {
  const archive = `/usr/src/${name}.tar.xz`;
  if (!fs.existsSync(archive)) throw new Error(`${archive} does not exist although ${name} is installed. Run: apt-get install --reinstall ${name}`);
  const fresh = `${folder}.new-${process.pid}`;
  fs.mkdirSync(fresh, { recursive: true });
  try {
    console.log(`${name}: unpacking ${archive} ...`);
    await run('tar', [
      '-x', '-f', archive, '-I', 'xz -T0', '-C', fresh, '--strip-components=1', '--no-same-owner', '--wildcards',
      ...wanted.map((member) => `${name}/${member}`),
    ]);
    fs.writeFileSync(path.join(fresh, stampName), stamp);
    replace(fresh, folder);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

/** Renames `fresh` to `target`, whatever is there now (a folder cannot be renamed over another in one step). */
function replace(fresh, target) {
  const old = `${target}.old-${process.pid}`;
  if (fs.lstatSync(target, { throwIfNoEntry: false }) !== undefined) fs.renameSync(target, old);
  fs.renameSync(fresh, target);
  fs.rmSync(old, { recursive: true, force: true });
}

function link(folder, target) {
  const now = fs.lstatSync(target, { throwIfNoEntry: false });
  if (now?.isSymbolicLink() && fs.readlinkSync(target) === folder) return;
  const fresh = `${target}.link-${process.pid}`;
  fs.symlinkSync(folder, fresh);
  // A link is replaced in one step; a folder from an earlier run without cache has to go first.
  if (now?.isDirectory()) replace(fresh, target);
  else fs.renameSync(fresh, target);
}

function stampOf(folder) {
  try {
    return fs.readFileSync(path.join(folder, stampName), 'utf8');
  } catch {
    return undefined;
  }
}

/** The folder in the user's cache, or undefined when the cache cannot be written. */
function cacheFolder(name) {
  const base = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'kernel-mm-review');
  try {
    fs.mkdirSync(base, { recursive: true });
    fs.accessSync(base, fs.constants.W_OK);
    return path.join(base, name);
  } catch {
    return undefined;
  }
}

function installMissing() {
  const missing = packages.filter((name) => installedVersion(name) === undefined && stampOf(path.join(kernelsDir, name)) === undefined);
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install -y ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) {
    throw new Error(`kernel sources are missing. On Debian 12 run as root: ${command}`);
  }
  console.log(`Installing ${missing.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'], env });
}

function installedVersion(name) {
  try {
    const [status, version] = execFileSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(' ');
    return status === 'installed' ? version : undefined;
  } catch {
    return undefined;
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (status, signal) => (status === 0 ? resolve() : reject(new Error(`${command} ended with ${status ?? signal}`))));
  });
}
