/** From a finding to its fix: what the rule proposes is tried, and only what works is offered. */
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { Summaries } from '../dataflow/summaries';
import type { Finding } from '../findings/finding';
import { locate } from '../findings/locate';
import type { Report } from '../rules/rule';
import type { Candidate, Fix, TextEdit } from './fix';
import { fixers } from './index';
import { edited } from './with-fix';

/** The analysis that a fix is tried with. */
export interface Trial {
  readonly tree: Tree;
  readonly summaries: () => Summaries;
  /** What all rules, or one, have to say of these files, for the texts as they are now. */
  readonly reportsIn: (paths: readonly string[], rule?: string) => Generator<undefined, Report[]>;
  readonly identify: (report: Report) => Finding;
}

/** More candidates than this are not tried: each costs an analysis of what it changes. */
const maxCandidates = 12;

/** The first candidate that removes the finding and brings no other. */
export function* findFix(trial: Trial, finding: Finding): Generator<undefined, Fix | undefined> {
  const fixer = fixers.get(finding.rule);
  if (!fixer) return undefined;
  const reports = yield* trial.reportsIn([finding.location.file]);
  const report = reports.find((r) => isSame(trial.identify(r), finding));
  if (!report) return undefined;
  const tried = new Set<string>();
  for (const candidate of fixer(trial.tree, report)) {
    if (tried.size === maxCandidates) break;
    const edits = toTextEdits(trial.tree, candidate);
    const text = edits && edited(trial.tree.text(candidate.in.file) ?? '', edits);
    if (!edits || text === undefined || tried.has(text)) continue;
    tried.add(text);
    if (yield* works(trial, report, candidate.in, text)) return { title: candidate.title, safety: candidate.safety, why: candidate.why, edits };
    yield;
  }
  return undefined;
}

const isSame = (a: Finding, b: Finding): boolean => a.rule === b.rule && a.fingerprint === b.fingerprint && a.location.line === b.location.line && a.location.column === b.location.column;

/** In the order of the file. Insertions at one place become one, in the order in which they were asked for. */
function toTextEdits(tree: Tree, { in: ref, edits }: Candidate): TextEdit[] | undefined {
  const sorted: TextEdit[] = [];
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = sorted.at(-1);
    const here = { location: locate(tree, ref, { start, end }), start: ref.start + start, end: ref.start + end, text };
    if (last && last.end > here.start) return undefined;
    if (last && last.end === last.start && last.end === here.start) sorted[sorted.length - 1] = { ...here, text: last.text + text };
    else sorted.push(here);
  }
  return sorted;
}

/** With this text of the function's file: is the report gone, and nothing else there that was not before? */
function* works(trial: Trial, report: Report, changed: FunctionRef, text: string): Generator<undefined, boolean> {
  const { tree } = trial;
  const files = [...new Set([report.in.file, changed.file])];
  const known = count((yield* trial.reportsIn(files)).map(trial.identify));
  const before = yield* state(trial, report, changed);
  const target = keyOf(trial.identify(report));
  const forgetTrial = trial.summaries().keep();
  const undo = tree.tryText(changed.file, text);
  try {
    const left = count((yield* trial.reportsIn([report.in.file], report.info.name)).map(trial.identify));
    if ((left.get(target) ?? 0) >= (known.get(target) ?? 0)) return false;
    const after = count((yield* trial.reportsIn(files)).map(trial.identify));
    if ([...after].some(([key, number]) => number > (known.get(key) ?? 0))) return false;
    const now = yield* state(trial, report, changed);
    // A function that cannot be read or followed any more is silent for the wrong reason, and so is an event that nothing leads to.
    return now.readable && now.events >= before.events && [...now.cutShort].every((name) => before.cutShort.has(name));
  } finally {
    undo();
    tree.takeChanges();
    forgetTrial();
  }
}

/** What has to stay as it is. */
interface State {
  readonly readable: boolean;
  readonly events: number;
  readonly cutShort: ReadonlySet<string>;
}

function* state({ tree, summaries }: Trial, report: Report, changed: FunctionRef): Generator<undefined, State> {
  const current = (ref: FunctionRef): FunctionRef | undefined =>
    tree.functionsIn(ref.file).filter((f) => f.name === ref.name).sort((a, b) => Math.abs(a.start - ref.start) - Math.abs(b.start - ref.start))[0];
  const body = current(changed);
  const host = current(report.in) ?? report.in;
  const { reaches } = yield* summaries().of(host, 'events');
  return {
    readable: body !== undefined && !tree.lower(body).incomplete,
    events: new Set(reaches.filter((r) => r.in.name === host.name).map((r) => `${r.span.start} ${r.reason.key}`)).size,
    cutShort: new Set(summaries().cutShort().map((f) => `${f.file}:${f.name}`)),
  };
}

/** The same finding after an edit elsewhere: what it is about, without where. */
const keyOf = (finding: Finding): string => `${finding.rule} ${finding.function} ${finding.severity} ${finding.fingerprint}`;

function count(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
  return counts;
}
