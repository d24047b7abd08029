/**
 * What is known of proofs. A verdict is shown with a finding as long as the functions that it was made from are as they were; where they stand
 * does not matter. The same check that brings a finding anew finds its verdict again, so that nothing flickers while something else is edited.
 */
import type { Tree as CheckedTree } from '../roots';
import type { Tree } from '../../analyzer/call-graph/tree';
import type { Finding, Location } from '../../analyzer/findings/finding';
import { movedOrigins } from './outcome';
import { hashOf, lineOf, type FixVerdict, type FunctionText, type Verdict } from './verdict';

export interface Board {
  /** Finds the verdicts of findings that a check has just made. At no other time do the tree's texts have to be those that were checked. */
  consider(tree: CheckedTree, findings: readonly Finding[]): void;
  /** The verdict of a finding, its places as they are now; undefined when there is none (any more). */
  of(finding: Finding): Verdict | undefined;
  /** What became of the fix of a confirmed finding. */
  fixOf(finding: Finding): FixVerdict | undefined;
  /** A finding of the newest texts was proven. */
  add(tree: CheckedTree, finding: Finding, verdict: Verdict): void;
  addFix(finding: Finding, fix: FixVerdict): void;
}

/** So many verdicts are kept for each tree. */
const KEPT = 500;

interface Entry {
  readonly verdict: Verdict;
  /** Shared by all that is known of one verdict, wherever its places are. */
  readonly fix: { known: FixVerdict | undefined };
}

export function createBoard(): Board {
  const trees = new WeakMap<CheckedTree, Map<string, Entry>>();
  const keys = new WeakMap<Finding, string>();
  const shown = new WeakMap<Finding, Entry>();

  function known(tree: CheckedTree): Map<string, Entry> {
    let entries = trees.get(tree);
    if (entries === undefined) trees.set(tree, (entries = new Map()));
    return entries;
  }

  return {
    consider(tree, findings) {
      const entries = known(tree);
      for (const finding of findings) {
        const key = keyOf(tree.analysis.tree, finding);
        keys.set(finding, key);
        const entry = entries.get(key);
        if (entry === undefined) continue;
        const verdict = asNow(tree.analysis.tree, entry.verdict);
        if (verdict === undefined) entries.delete(key);
        else shown.set(finding, { ...entry, verdict });
      }
    },
    of: (finding) => shown.get(finding)?.verdict,
    fixOf: (finding) => shown.get(finding)?.fix.known,
    add(tree, finding, verdict) {
      const key = keys.get(finding) ?? keyOf(tree.analysis.tree, finding);
      const entries = known(tree);
      const entry = { verdict, fix: { known: undefined } };
      entries.delete(key);
      entries.set(key, entry);
      for (const oldest of entries.keys()) if (entries.size > KEPT) entries.delete(oldest);
      shown.set(finding, entry);
    },
    addFix(finding, fix) {
      const entry = shown.get(finding);
      if (entry !== undefined) entry.fix.known = fix;
    },
  };
}

/** The same for the same finding after edits elsewhere: its fingerprint, and which of several with that it is. */
function keyOf(tree: Tree, { fingerprint, function: name, location: { file, line, column } }: Finding): string {
  const starts = tree.definitions(name, file).map((ref) => lineOf(tree, ref)).filter((start) => start <= line);
  return `${fingerprint} ${line - Math.max(0, ...starts)} ${column}`;
}

/** The verdict with its places moved to where the functions are now; undefined when one of them is another one. */
function asNow(tree: Tree, verdict: Verdict): Verdict | undefined {
  const now = new Map<FunctionText, number>();
  for (const part of verdict.madeFrom) {
    const same = tree.definitions(part.name, part.file).filter((ref) => hashOf(ref) === part.hash);
    if (same[0] === undefined) return undefined;
    now.set(part, lineOf(tree, same[0]));
  }
  if (verdict.madeFrom.every((part) => now.get(part) === part.line)) return verdict;
  const movedBy = (file: string, line: number): number => {
    const part = verdict.madeFrom.filter((other) => other.file === file && other.line <= line).sort((a, b) => b.line - a.line)[0];
    return part === undefined ? 0 : now.get(part)! - part.line;
  };
  const move = (location: Location): Location => {
    const by = movedBy(location.file, location.line);
    return { ...location, line: location.line + by, endLine: location.endLine + by };
  };
  const { proof, litmus } = verdict;
  return {
    ...verdict,
    litmus: litmus && movedOrigins(litmus, (file, line) => line + movedBy(file, line)),
    proof: proof.kind !== 'confirmed' ? proof : { ...proof, lines: proof.lines.map((line) => ({ ...line, location: line.location && move(line.location) })) },
  };
}
