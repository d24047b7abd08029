// Where the unpacked kernel trees are. Shared by the script that unpacks them and by all that read them.
import fs from 'node:fs';
import path from 'node:path';

export const projectDir = path.resolve(import.meta.dirname, '..');
export const kernelsDir = path.resolve(process.env.MM_REVIEW_KERNELS || path.join(projectDir, '.kernels'));

/** Debian's source packages, by the version in the tree's Makefile. */
export const trees = {
  6.1: 'linux-source-6.1',
  6.12: 'linux-source-6.12',
};
export const packages = Object.values(trees);

/** Folder of an unpacked tree, e.g. `treeDir('6.12')`. */
export function treeDir(version) {
  return path.join(kernelsDir, trees[version]);
}

/**
 * Lays a copy of a tree whose files in `changed` (path in the tree → text) differ: folders on the way to them are real, all
 * the rest are links to the tree. New files and folders are welcome, too.
 */
export function overlay(tree, copy, changed) {
  fs.mkdirSync(copy, { recursive: true });
  const real = new Map();
  for (const [file, text] of Object.entries(changed)) {
    const [first, ...rest] = file.split('/');
    real.set(first, rest.length === 0 ? text : { ...real.get(first), [rest.join('/')]: text });
  }
  for (const entry of fs.existsSync(tree) ? fs.readdirSync(tree) : []) {
    if (!real.has(entry)) fs.symlinkSync(path.join(tree, entry), path.join(copy, entry));
  }
  for (const [entry, content] of real) {
    if (typeof content === 'string') fs.writeFileSync(path.join(copy, entry), content);
    else overlay(path.join(tree, entry), path.join(copy, entry), content);
  }
}
