/** Files to check, by the tree they belong to. */
import * as path from 'node:path';
import type { Finding, Location } from '../analyzer/findings/finding';
import { commonDirectory, createRootFinder, toTreePath } from '../workspace/root';

export interface Group {
  readonly root: string;
  /** Relative to the root. */
  readonly files: readonly string[];
}

/** Groups absolute paths. With `root`, everything belongs to it; files outside of any kernel tree form one group of their own. */
export function groupByRoot(files: readonly string[], root: string | undefined): Group[] {
  if (root !== undefined) return files.length === 0 ? [] : [group(root, files)];
  const find = createRootFinder();
  const trees = new Map<string, string[]>();
  const loose: string[] = [];
  for (const file of files) {
    const tree = find(path.dirname(file));
    if (tree === undefined) loose.push(file);
    else if (trees.has(tree)) trees.get(tree)?.push(file);
    else trees.set(tree, [file]);
  }
  const groups = [...trees].map(([tree, members]) => group(tree, members));
  if (loose.length > 0) groups.push(group(commonDirectory(loose.map((file) => path.dirname(file))), loose));
  return groups;
}

function group(root: string, files: readonly string[]): Group {
  return { root, files: [...new Set(files.map((file) => toTreePath(root, file)))] };
}

/** The same finding with its files relative to another directory. */
export function rebase(finding: Finding, from: string, to: string): Finding {
  if (from === to) return finding;
  const move = (location: Location): Location => ({ ...location, file: toTreePath(to, path.resolve(from, location.file)) });
  return { ...finding, location: move(finding.location), steps: finding.steps.map((step) => ({ ...step, location: move(step.location) })) };
}
