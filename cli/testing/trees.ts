/** Small kernel trees in temporary folders, and a host that keeps what was printed. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { run } from '../dispatch';
import type { Host } from '../host';
import { loadEngine } from './fake-engine';

/** Creates a folder with these files (`directory/` makes an empty one) and returns its real path. */
export function makeTree(files: Readonly<Record<string, string | Buffer>>): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-test-')));
  for (const [name, content] of Object.entries(files)) {
    const full = path.join(root, name);
    if (name.endsWith('/')) {
      fs.mkdirSync(full, { recursive: true });
      continue;
    }
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, content);
  }
  return root;
}

export function removeTree(root: string): void {
  fs.rmSync(root, { recursive: true, force: true });
}

/** A tree that has what makes a kernel tree. */
export const kernelFiles: Readonly<Record<string, string>> = {
  'include/linux/pte.h': 'typedef struct { unsigned long pte; } pte_t;\n',
  'include/linux/list.h': 'struct list_head { struct list_head *next; };\n',
  'mm/clean.c': '#include <linux/pte.h>\n#include <linux/list.h>\nint clean(void) { return 0; }\n',
  'mm/internal.h': 'int clean(void);\n',
};

/** What both sides print for one `BUG_HERE` at this place. */
export function warningLines(file: string, line: number, column: number): string {
  return [
    `${file}:${line}:${column}: warning: entry read without the lock reaches a MISSING event [lockless-pte-to-userfault]`,
    `${file}:${line}:${column}: note: read without the lock`,
    `${file}:${line + 1}:${column}: note: event raised [31m`,
    '',
  ].join('\n');
}

export interface Ran {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in `cwd` with the fake analyzer. */
export async function runIn(cwd: string, argv: readonly string[], changes: Partial<Host> & { readonly stdoutIsTTY?: boolean; readonly stderrIsTTY?: boolean } = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const host: Host = {
    cwd,
    env: {},
    stdout: { write: (text) => (stdout += text), isTTY: changes.stdoutIsTTY ?? false },
    stderr: { write: (text) => (stderr += text), isTTY: changes.stderrIsTTY ?? false, columns: 80 },
    version: '1.2.3',
    examples: path.join(cwd, 'no-examples'),
    rulePages: path.join(cwd, 'no-pages'),
    scenarios: path.join(cwd, 'no-scenarios'),
    now: () => 500,
    peakMemory: () => 100 * 1024 * 1024,
    loadEngine,
    startServer: () => undefined,
    ...changes,
  };
  const status = await run(argv, host);
  return { status, stdout, stderr };
}
