/** Walking a directory tree in a fixed order, through symbolic links and safe against their loops. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describeError } from './files';

export interface WalkOptions {
  /** Called for each regular file, with its absolute path; symbolic links are not resolved in it. */
  readonly onFile: (file: string) => void;
  readonly onProblem: (path: string, message: string) => void;
  /** Quick test of a file's name, before anything else is asked about it. */
  readonly wants: (name: string) => boolean;
  /** Names of directories to leave out; decided from a directory and what is in it. */
  readonly skip?: (directory: string, names: ReadonlySet<string>) => ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

/** Visits the files below a directory; hidden entries and node_modules are left out. */
export function walk(directory: string, options: WalkOptions): void {
  let real: string;
  try {
    real = fs.realpathSync(directory);
  } catch (error) {
    options.onProblem(directory, describeError(error));
    return;
  }
  visit(directory, real, new Set(), options);
}

function visit(directory: string, real: string, seen: Set<string>, options: WalkOptions): void {
  if (seen.has(real)) return;
  seen.add(real);
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    options.onProblem(directory, describeError(error));
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const skipped = options.skip?.(directory, new Set(entries.map((entry) => entry.name))) ?? none;
  for (const entry of entries) {
    const name = entry.name;
    if (name.startsWith('.') || name === 'node_modules' || skipped.has(name)) continue;
    const full = path.join(directory, name);
    if (entry.isDirectory()) visit(full, path.join(real, name), seen, options);
    else if (entry.isFile()) {
      if (options.wants(name)) options.onFile(full);
    } else if (entry.isSymbolicLink()) followLink(full, name, seen, options);
  }
}

function followLink(full: string, name: string, seen: Set<string>, options: WalkOptions): void {
  try {
    const target = fs.statSync(full);
    if (target.isDirectory()) visit(full, fs.realpathSync(full), seen, options);
    else if (target.isFile() && options.wants(name)) options.onFile(full);
  } catch (error) {
    if (options.wants(name)) options.onProblem(full, describeError(error));
  }
}
