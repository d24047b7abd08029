/** Entry point of the command line: joins it to the process. */
import * as path from 'node:path';
import { errorCode } from '../workspace/files';
import { clock } from './clock';
import { run } from './dispatch';
import { loadEngine } from './engine';
import { toolName, type Host } from './host';

/** Set by the build. */
declare const __MM_REVIEW_VERSION__: string | undefined;

/** The bundle is dist/cli.js: what ships beside it is found from there. */
const packageRoot = path.resolve(__dirname, '..');

const host: Host = {
  cwd: currentDirectory(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  version: typeof __MM_REVIEW_VERSION__ === 'string' ? __MM_REVIEW_VERSION__ : 'development',
  examples: path.join(packageRoot, 'examples'),
  rulePages: path.join(packageRoot, 'docs', 'rules'),
  scenarios: path.join(packageRoot, 'scenarios'),
  now: clock(),
  peakMemory: () => process.resourceUsage().maxRSS * 1024,
  loadEngine,
  startServer,
};

tolerateClosedPipes();
void run(process.argv.slice(2), host).then((status) => {
  // Not process.exit(): what is still on its way to a pipe must get there.
  if (status !== undefined) process.exitCode ??= status;
});

/** `mm-review check mm | head` closes our output early: that is the reader's right, not an error. */
function tolerateClosedPipes(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    const code = errorCode(error);
    if (code === 'EPIPE') return;
    process.exitCode = 2;
    process.stderr.write(`${toolName}: cannot write the results (${code})\n`);
  });
}

/** The directory may have been removed under the shell's feet, and then no path means anything. */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write(`${toolName}: the current directory does not exist any more\n`);
    process.exit(2);
  }
}

function startServer(args: readonly string[]): void {
  // The server takes its transport from argv; stdio is what a command line has.
  if (!args.some((argument) => /^--(stdio|node-ipc|socket|pipe)\b/.test(argument))) process.argv.push('--stdio');
  // A name that is put together at run time, so that the bundler does not take the server into this file.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the bundle is CommonJS, and the server starts when it is required.
  require(path.join(__dirname, 'server.js'));
}
