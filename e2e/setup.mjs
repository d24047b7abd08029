// Installs code-server (VS Code's web workbench + server + extension host) from
// npm into .e2e/, without running a single install script and without a
// compiler. Idempotent: a stamp makes the second run a no-op.
//
// Why each step exists:
//  * 4.139.1 (VS Code 1.139.1) wants node 24, which comes from npm as well: a
//    plain binary without an install script. Only code-server and what it starts
//    (extension host, language server) run on it.
//  * argon2 is overridden: the pinned 0.31 has no prebuild in its tarball (it
//    downloads or compiles one); 0.44 ships N-API prebuilds. It is only used
//    for password login, but it is loaded unconditionally at start.
//  * lib/vscode has its own package.json + shrinkwrap; code-server's
//    postinstall.sh would `npm install` there and compile 6 native modules.
//    We install it with --ignore-scripts and replace the two modules that are
//    loaded by the server / extension host by small JS shims:
//      @vscode/spdlog   file logger. Without it every OutputChannel of the
//                       extension host stays empty and errors are logged.
//      native-watchdog  ends the extension host when its parent died.
//    The others are not needed: @parcel/watcher ships prebuilds, node-pty is
//    only for the terminal, kerberos only for proxies, windows-* not on Linux.
//  * lib/vscode/extensions' dependencies (TypeScript) are not installed: only
//    the built-in TS/JS language features need them.
//
// Nothing is fetched but npm packages. E2E_CACHE moves the folder (a continuous-integration cache, a shared disk).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

// E2E_CODE_SERVER=4.100.3 runs the same tests on another version, with the node that
// runs them if that is what it wants. (1.99 and 1.100 wait a second before each webview
// but the first, a defect of theirs: https://github.com/microsoft/vscode/issues/245756.)
export const CODE_SERVER = process.env.E2E_CODE_SERVER ?? '4.139.1';
const OWN_NODE = CODE_SERVER === '4.139.1' ? { [`node-linux-${process.arch}`]: '24.21.0' } : {};
const ROOT = path.resolve(import.meta.dirname, '..');
export const CACHE = process.env.E2E_CACHE ?? path.join(ROOT, '.e2e');
export const DIR = path.join(CACHE, `code-server-${CODE_SERVER}`);
export const ENTRY = path.join(DIR, 'node_modules/code-server/out/node/entry.js');
/** The node that runs code-server (and so the extension host and the language server). */
export const NODE = Object.keys(OWN_NODE).map((name) => path.join(DIR, 'node_modules', name, 'bin/node'))[0] ?? process.execPath;
const RECIPE = 1; // bump when this file changes what it produces
const STAMP = path.join(DIR, '.ready');

const npm = (cwd, ...args) => execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
  { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

const SPDLOG = `'use strict';
// JS stand-in for @vscode/spdlog (native): appends lines to the log file.
const fs = require('fs'), path = require('path');
const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
let globalLevel = 2;
class Logger {
  constructor(type, name, file) {
    this.file = type === 'stdout_async' ? null : file; this.level = globalLevel; this.raw = false;
    if (this.file) fs.mkdirSync(path.dirname(this.file), { recursive: true });
  }
  _w(l, m) {
    if (l < this.level) return;
    const t = new Date().toISOString().replace('T', ' ').replace('Z', '');
    const s = this.raw ? m : t + ' [' + NAMES[l] + '] ' + m + '\\n';
    try { if (this.file) fs.appendFileSync(this.file, s); else process.stdout.write(s); } catch {}
  }
  trace(m) { this._w(0, m); } debug(m) { this._w(1, m); } info(m) { this._w(2, m); }
  warn(m) { this._w(3, m); } error(m) { this._w(4, m); } critical(m) { this._w(5, m); }
  getLevel() { return this.level; } setLevel(l) { this.level = l; }
  setPattern() {} clearFormatters() { this.raw = true; } flush() {} drop() {}
}
const make = async (t, n, f, s, c) => new Logger(t, n, f, s, c);
exports.version = 1; exports.Logger = Logger;
exports.setLevel = (l) => { globalLevel = l; }; exports.setFlushOn = () => {};
exports.createRotatingLogger = (...a) => make('rotating', ...a);
exports.createAsyncRotatingLogger = (...a) => make('rotating_async', ...a);
`;

const WATCHDOG = `'use strict';
// JS stand-in for native-watchdog: exit when the watched process is gone.
exports.start = (pid) => { setInterval(() => { try { process.kill(pid, 0); } catch { process.exit(87); } }, 2000).unref(); };
exports.exit = (code) => process.exit(code || 0);
`;

export function setup() {
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === String(RECIPE)) return false;
  fs.rmSync(DIR, { recursive: true, force: true });
  fs.mkdirSync(DIR, { recursive: true });
  fs.writeFileSync(path.join(DIR, 'package.json'), JSON.stringify({
    private: true, dependencies: { 'code-server': CODE_SERVER, ...OWN_NODE }, overrides: { argon2: '0.44.0' },
  }));
  npm(DIR, 'install');
  const vs = path.join(DIR, 'node_modules/code-server/lib/vscode');
  npm(vs, 'install', '--omit=dev');
  fs.writeFileSync(path.join(vs, 'node_modules/@vscode/spdlog/index.js'), SPDLOG);
  for (const name of ['native-watchdog', '@vscode/native-watchdog']) { // renamed in newer VS Code
    const dir = path.join(vs, 'node_modules', name);
    if (fs.existsSync(dir)) fs.writeFileSync(path.join(dir, 'index.js'), WATCHDOG);
  }
  // Full-text search needs ripgrep, whose postinstall downloads it: use Debian's when it is there.
  const rg = path.join(vs, 'node_modules/@vscode/ripgrep/bin/rg');
  if (fs.existsSync('/usr/bin/rg') && !fs.existsSync(rg)) {
    fs.mkdirSync(path.dirname(rg), { recursive: true });
    fs.symlinkSync('/usr/bin/rg', rg);
  }
  // Source maps are a third of the size and never read.
  for (const f of fs.readdirSync(path.join(vs, 'out'), { recursive: true })) {
    if (f.endsWith('.js.map')) fs.rmSync(path.join(vs, 'out', f));
  }
  fs.writeFileSync(STAMP, String(RECIPE));
  return true;
}

if (process.argv[1] === import.meta.filename) {
  const t = Date.now();
  const did = setup();
  console.log(`${did ? 'installed' : 'cached'} code-server ${CODE_SERVER} in ${((Date.now() - t) / 1000).toFixed(1)} s at ${DIR}`);
}
