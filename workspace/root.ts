/** Which kernel tree a path belongs to. */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** True for a directory that holds `mm/` and `include/linux/`. */
export function isKernelTree(directory: string): boolean {
  return isDirectory(path.join(directory, 'mm')) && isDirectory(path.join(directory, 'include', 'linux'));
}

/** The nearest kernel tree at or above a path, which may be a file or a directory and need not exist. Symbolic links are not resolved. */
export function findRoot(start: string): string | undefined {
  return createRootFinder()(start);
}

/** The same with a memory, for many paths. */
export function createRootFinder(): (start: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const find = (directory: string): string | undefined => {
    if (known.has(directory)) return known.get(directory);
    const parent = path.dirname(directory);
    const root = isKernelTree(directory) ? directory : parent === directory ? undefined : find(parent);
    known.set(directory, root);
    return root;
  };
  return (start) => find(path.resolve(start));
}

/** The deepest directory that holds all of these directories (absolute paths). */
export function commonDirectory(directories: readonly string[]): string {
  const [first = path.parse(process.cwd()).root, ...rest] = directories;
  let common = first;
  for (const directory of rest) {
    while (!isInside(common, directory)) {
      const parent = path.dirname(common);
      if (parent === common) return common;
      common = parent;
    }
  }
  return common;
}

/** True when `file` is `directory` or lies below it, by name alone. */
export function isInside(directory: string, file: string): boolean {
  const relative = path.relative(directory, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** A path as the analyzer names it: relative to the root, with forward slashes. Finds the way through a symbolic link to the root as well. */
export function toTreePath(root: string, file: string): string {
  if (isInside(root, file)) return slashes(path.relative(root, file));
  const realRoot = realpath(root);
  // Only the directory: a file of the tree may itself be a link to somewhere else.
  const realFile = path.join(realpath(path.dirname(file)), path.basename(file));
  return slashes(isInside(realRoot, realFile) ? path.relative(realRoot, realFile) : path.relative(root, file));
}

function slashes(name: string): string {
  return path.sep === '/' ? name : name.split(path.sep).join('/');
}

function realpath(name: string): string {
  try {
    return fs.realpathSync(name);
  } catch {
    return name;
  }
}

function isDirectory(name: string): boolean {
  try {
    return fs.statSync(name).isDirectory();
  } catch {
    return false;
  }
}
