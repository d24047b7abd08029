/** From PATH arguments to the list of files to check. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describeError, type Problem } from './files';
import { isKernelTree } from './root';
import { walk } from './walk';

export interface CollectedFiles {
  /** Absolute paths in the order of the arguments, each once. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/** Programs of the build and of user space: they repeat names of kernel functions, but are no kernel code. */
const notKernel: ReadonlySet<string> = new Set(['Documentation', 'scripts', 'tools', 'usr']);
const none: ReadonlySet<string> = new Set();

/**
 * Expands absolute paths. A file is taken whatever its name is; of a directory, the C files at any depth. Below the top of a kernel tree
 * the directories without kernel code are left out; named as an argument they are walked like any other.
 */
export function collectFiles(paths: readonly string[]): CollectedFiles {
  const files = new Set<string>();
  const problems: Problem[] = [];
  const report = (name: string, message: string): void => void problems.push({ path: name, message });
  for (const name of paths) {
    let stat: fs.Stats;
    try {
      stat = fs.statSync(name);
    } catch (error) {
      report(name, describeError(error));
      continue;
    }
    if (!stat.isDirectory()) {
      files.add(name);
      continue;
    }
    let count = 0;
    walk(name, {
      wants: (entry) => entry.endsWith('.c'),
      onFile: (file) => {
        count++;
        files.add(file);
      },
      onProblem: (entry, message) => {
        count++;
        report(entry, message);
      },
      skip: (directory, names) => (names.has('mm') && names.has('tools') && isKernelTree(directory) ? notKernel : none),
    });
    if (count === 0) report(name, 'no C files in this directory');
  }
  return { files: [...files], problems };
}

/** Absolute form of a PATH argument; when it names nothing here, it may be meant relative to the tree. */
export function resolveArgument(argument: string, cwd: string, root: string | undefined): string {
  const here = path.resolve(cwd, argument);
  if (root === undefined || path.isAbsolute(argument) || fs.existsSync(here)) return here;
  const there = path.resolve(root, argument);
  return fs.existsSync(there) ? there : here;
}
