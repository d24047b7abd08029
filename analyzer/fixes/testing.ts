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
