/** Checks files of one tree. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Analysis, ParseStats, TreeReader } from '../analyzer/analysis';
import type { Finding } from '../analyzer/findings/finding';
import type { ModelProblem } from '../kernel/model-problems';
import type { ParserBackend } from '../parser/types';
import type { Verdict } from '../witness/verdict';
import type { Problem } from '../workspace/files';
import { createTreeReader, type DiskTreeReader } from '../workspace/reader';
import { mentionsFaults } from '../workspace/relevance';
import { isKernelTree } from '../workspace/root';
import type { Group } from './group';
import type { Engine, Host } from './host';
import { proveFindings } from './prove-findings';
import type { Progress } from './progress';
import type { Phases } from './stats';

export interface TreeOptions {
  readonly engine: Engine;
  readonly backend: ParserBackend;
  readonly rules: readonly string[] | undefined;
  readonly stats: boolean;
  /** Where the scenarios are, when findings are to be proven. */
  readonly prove: string | undefined;
  /** Says where the cache is. */
  readonly env: Host['env'];
  readonly phases: Phases;
  readonly progress: Progress;
  readonly log: (line: string) => void;
}

export interface TreeResult {
  readonly findings: readonly Finding[];
  /** Of those that were proven. */
  readonly verdicts: ReadonlyMap<Finding, Verdict>;
  /** How many of the files could be read. */
  readonly files: number;
  /** Files that were to be checked and could not be; tree paths. */
  readonly unchecked: readonly Problem[];
  /** Files that would only have helped. */
  readonly unread: readonly Problem[];
  /** What is wrong with the tree's model file. */
  readonly modelProblems: readonly ModelProblem[];
  readonly stats: ParseStats | undefined;
  /** Exceptions that cost figures or verdicts, but not the findings. */
  readonly errors: readonly unknown[];
}

export async function checkTree(group: Group, options: TreeOptions): Promise<TreeResult> {
  const { phases, progress } = options;
  const problems: Problem[] = [];
  const reader = createTreeReader(group.root, [], (problem) => void problems.push(problem));
  const { readable, relevant } = phases.run('read files', () => selectFiles(group, reader, progress));
  const timed: TreeReader = {
    indexFiles: () => phases.run('read files', () => reader.indexFiles()),
    read: (path) => phases.run('read files', () => reader.read(path)),
  };
  const { model, problems: modelProblems } = phases.run('read files', () => options.engine.loadModel(group.root));
  // Loose files are too few to be worth it.
  const outlines = isKernelTree(group.root) ? options.engine.openOutlines(group.root, options.env) : undefined;
  const analysis = options.engine.createAnalysis({ backend: options.backend, reader: timed, model, log: options.log, ...(outlines && { outlines }) });
  const findings = phases.run('check', () => (relevant.length === 0 ? [] : drive(analysis, relevant, options)));
  const unsaved = phases.run('keep the index', () => outlines?.save());
  if (unsaved !== undefined) options.log(`the index was not kept: ${unsaved}`);
  const errors: unknown[] = [];
  const before = phases.enter('prove');
  const verdicts = options.prove === undefined ? new Map<Finding, Verdict>() : await proveFindings(analysis, findings, { backend: options.backend, scenarios: options.prove, progress }, errors);
  phases.enter(before);
  const stats = options.stats ? await count(analysis, readable, options, errors) : undefined;
  const asked = new Set(group.files);
  return {
    findings,
    verdicts,
    files: readable.length,
    unchecked: problems.filter((problem) => asked.has(problem.path)),
    unread: problems.filter((problem) => !asked.has(problem.path)),
    modelProblems,
    stats,
    errors,
  };
}

/** Parses every function of the files. An exception costs the figures, not the findings. */
async function count(analysis: Analysis, files: readonly string[], { phases, progress }: TreeOptions, errors: unknown[]): Promise<ParseStats | undefined> {
  const before = phases.enter('count');
  try {
    const steps = analysis.parseStats(files);
    for (let done = 1; ; done++) {
      const step = steps.next();
      if (step.done === true) return step.value;
      progress.update(() => `counting in ${done} of ${files.length} files`);
      await nextTurn();
    }
  } catch (error) {
    errors.push(error);
    return undefined;
  } finally {
    phases.enter(before);
  }
}

/**
 * Reads the files and makes those outside of the index part of it, unless they have nothing to do with page faults: of a whole kernel
 * tree that leaves a few hundred files in memory, not thirty thousand.
 */
function selectFiles(group: Group, reader: DiskTreeReader, progress: Progress): { readable: string[]; relevant: string[] } {
  const index = new Set(reader.indexFiles());
  const readable: string[] = [];
  const relevant: string[] = [];
  group.files.forEach((file, position) => {
    progress.update(() => `reading ${position + 1} of ${group.files.length} files`);
    const text = reader.read(file);
    if (text === undefined) return;
    readable.push(file);
    if (index.has(file)) relevant.push(file);
    else if (mentionsFaults(text)) {
      relevant.push(file);
      reader.add(file);
    } else reader.drop(file);
  });
  return { readable, relevant };
}

/** Runs the check function by function, so that the terminal can say how far it is. */
function drive(analysis: Analysis, files: readonly string[], { rules, progress }: TreeOptions): readonly Finding[] {
  const steps = analysis.checkInSteps(files, { rules });
  let count = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    count++;
    progress.update(() => `checking ${files.length} ${files.length === 1 ? 'file' : 'files'}: ${count} functions`);
  }
}
