/** Which documents are ours: C files and headers in a kernel tree, what the tree says about its own helpers, and litmus files anywhere. Answered without the server, so that other C projects never start it. */
import { statSync } from 'node:fs';
import path from 'node:path';

/** The language of litmus files, which need no kernel tree. */
export const LITMUS = 'mm-litmus';

/** By name alone; `kernelRoot` has the last word. Headers are C++ to VS Code. */
export const SELECTOR: ({ readonly scheme: string; readonly language: string; readonly pattern?: string } | { readonly scheme: string; readonly pattern: string })[] = [
  { scheme: 'file', language: 'c' },
  { scheme: 'file', language: 'cpp', pattern: '**/*.h' },
  { scheme: 'file', pattern: '**/.mm-review.json' },
  { scheme: 'file', language: LITMUS },
  { scheme: 'untitled', language: LITMUS },
];

const roots = new Map<string, string | undefined>();

/** Root of the kernel tree that holds this file: the nearest directory with `mm/` and `include/linux/`. Looked up once per directory. */
export function kernelRoot(file: string): string | undefined {
  return rootOf(path.dirname(file));
}

function rootOf(directory: string): string | undefined {
  if (roots.has(directory)) return roots.get(directory);
  const parent = path.dirname(directory);
  const root = isTree(directory) ? directory : parent === directory ? undefined : rootOf(parent);
  roots.set(directory, root);
  return root;
}

/** After a change of the workspace: a checkout may have made a tree where none was. */
export function forgetRoots(): void {
  roots.clear();
}

function isTree(directory: string): boolean {
  return isDirectory(path.join(directory, 'mm')) && isDirectory(path.join(directory, 'include', 'linux'));
}

function isDirectory(name: string): boolean {
  try {
    return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
