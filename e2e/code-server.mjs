// Starts and stops a throw-away code-server on loopback, and installs a VSIX in it.
import { spawn, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fs from 'node:fs';
import path from 'node:path';
import { ENTRY, NODE } from './setup.mjs';

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Light Modern',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on', // No half-faded toasts in pictures.
  'workbench.enableExperiments': false,
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'editor.hover.delay': 100,
  'editor.stickyScroll.enabled': false,
  'editor.accessibilitySupport': 'off',
  // What is typed is what the buffer holds.
  'editor.autoClosingBrackets': 'never',
  'editor.autoSurround': 'never',
  'editor.autoIndent': 'none',
  'editor.detectIndentation': false,
  'editor.insertSpaces': false,
  'editor.tabSize': 8,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'files.autoSave': 'off',
  'npm.autoDetect': 'off',
};

/** Variables of an outer VS Code terminal, npm or test runner must not leak in. */
const LEAKS = /^(VSCODE_|npm_|NODE_OPTIONS|NODE_TEST_CONTEXT|PASSWORD|HASHED_PASSWORD|PORT$|LOG_LEVEL)/;

function environment(home) {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEAKS.test(name)));
  // No marketplace: nothing is ever looked up on the network.
  return { ...kept, HOME: home, XDG_DATA_HOME: path.join(home, 'share'), XDG_CONFIG_HOME: path.join(home, 'config'), EXTENSIONS_GALLERY: '{}' };
}

function layout(home) {
  const userData = path.join(home, 'user-data');
  const extensions = path.join(home, 'extensions');
  const config = path.join(home, 'config.yaml');
  fs.mkdirSync(path.join(userData, 'User'), { recursive: true });
  fs.mkdirSync(extensions, { recursive: true });
  if (!fs.existsSync(config)) fs.writeFileSync(config, '');
  return { userData, args: ['--config', config, '--user-data-dir', userData, '--extensions-dir', extensions] };
}

export async function installVsix(home, vsix) {
  const { args } = layout(home);
  const { stdout, stderr } = await promisify(execFile)(NODE, [ENTRY, ...args, '--install-extension', vsix, '--force'], { env: environment(home) });
  return stdout + stderr;
}

export async function startCodeServer(home, { settings = {}, timeoutMs = 60000 } = {}) {
  const { userData, args } = layout(home);
  fs.writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
  const logFile = path.join(home, 'code-server.log');
  const log = fs.openSync(logFile, 'w');
  // A process group of its own: one kill ends the wrapper, the server, the extension host and the language server.
  const child = spawn(NODE, [ENTRY, ...args, '--bind-addr', '127.0.0.1:0', '--auth', 'none',
    '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'],
  { env: environment(home), stdio: ['ignore', log, log], detached: true });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  const until = Date.now() + timeoutMs;
  let origin;
  while (origin === undefined) {
    const found = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(fs.readFileSync(logFile, 'utf8'));
    if (found && await fetch(`${found[1]}/healthz`).then((response) => response.ok, () => false)) origin = found[1];
    else if (child.exitCode !== null || Date.now() > until) {
      signal('SIGKILL');
      throw new Error(`code-server did not start:\n${fs.readFileSync(logFile, 'utf8')}`);
    } else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin, logFile, userData,
    url(folder, file) {
      const url = new URL(origin);
      url.searchParams.set('folder', folder);
      url.searchParams.set('payload', JSON.stringify([['openFile', `vscode-remote://${url.host}${file}`]]));
      return url.href;
    },
    async stop() {
      signal('SIGTERM');
      let timer;
      await Promise.race([exited, new Promise((resolve) => { timer = setTimeout(resolve, 3000); })]);
      clearTimeout(timer);
      signal('SIGKILL');
      fs.closeSync(log);
    },
  };
}
