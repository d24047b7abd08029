/** For tests: asks for fixes, and puts them into texts. */
import { loadBackend } from '../../parser/backend';
import type { Analysis } from '../analysis';
import { createAnalysis } from '../create';
import type { Finding } from '../findings/finding';
import type { Fix } from './fix';

const backend = await loadBackend();

export interface TextTree {
  readonly analysis: Analysis;
  readonly log: readonly string[];
  /** The fix of a finding, to its end. */
  fix(finding: Finding): Fix | undefined;
  /** A file with a fix. */
  fixed(file: string, fix: Fix): string;
}

/** A tree of these texts. */
export function textTree(files: ReadonlyMap<string, string>): TextTree {
  const log: string[] = [];
  const analysis = createAnalysis({ backend, log: (line) => log.push(line), reader: { indexFiles: () => [...files.keys()], read: (file) => files.get(file) } });
  return {
    analysis, log,
    fix: (finding) => toEnd(analysis.fixes(finding)),
    fixed: (file, fix) => apply(files.get(file) ?? '', file, fix),
  };
}

export function toEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The text of a file with the edits of a fix that are in it. */
export function apply(text: string, file: string, { edits }: Fix): string {
  return edits.filter((e) => e.location.file === file).reduceRight((left, { start, end, text: inserted }) => left.slice(0, start) + inserted + left.slice(end), text);
}

/** What tells findings apart that edits elsewhere do not change, with how often it was found. */
export function census(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rule, function: name, fingerprint } of findings) {
    const key = `${rule} ${name} ${fingerprint}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** A fix as lines that it adds to and takes from a file. */
export interface Change {
  readonly title: string;
  readonly safety: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What is offered for each finding of a file, in their order. */
export function offer(text: string): (Change | undefined)[] {
  const file = 'mm/shelf.c';
  const { analysis, fix, fixed } = textTree(new Map([[file, text]]));
  return analysis.check([file]).map((finding) => {
    const found = fix(finding);
    return found && { title: found.title, safety: found.safety, ...changes(text.split('\n'), fixed(file, found).split('\n')) };
  });
}

/** Lines of a template without the line break that it begins with. */
export const added = (strings: TemplateStringsArray): string => strings.join('').slice(1);

/** Lines that are new and lines that are gone, by their longest common subsequence. */
function changes(before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } {
  const common = before.map(() => new Array<number>(after.length + 1).fill(0)).concat([new Array<number>(after.length + 1).fill(0)]);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) common[i]![j] = before[i] === after[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  }
  const [added, removed]: [string[], string[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) [i, j] = [i + 1, j + 1];
    else if (j < after.length && (i === before.length || common[i]![j + 1]! >= common[i + 1]![j]!)) added.push(after[j++]!);
    else removed.push(before[i++]!);
  }
  return { added, removed };
}
