/** What the tests of this folder share: trees in memory, library threads, and a verdict on a scenario. */
import fs from 'node:fs';
import path from 'node:path';
import type { Analysis } from '../analyzer/analysis';
import { createAnalysis } from '../analyzer/create';
import type { Finding } from '../analyzer/findings/finding';
import type { ParserBackend } from '../parser/types';
import { explore } from '../simulator/explorer/explore';
import { programOf, readAdversary, readScenario, type Adversary } from '../simulator/litmus/scenario';
import { createSource, passesSite, type Assembled, type Source } from './index';

/** A hugetlb fault that reports a page missing on the strength of a reading without the lock. */
export const hastyFault = fs.readFileSync(path.join(import.meta.dirname, '../test/hasty-fault.c'), 'utf8');

const directory = path.join(import.meta.dirname, '../scenarios/adversaries');
/** The library threads that ship. */
export const libraryThreads: readonly Adversary[] = fs.readdirSync(directory).sort().map((file) => readAdversary(fs.readFileSync(path.join(directory, file), 'utf8')).adversary!);
const library = new Map(libraryThreads.map((adversary): [string, Adversary] => [adversary.name, adversary]));

export interface MemoryTree {
  readonly analysis: Analysis;
  readonly source: Source;
}

/** Files by their path. */
export function treeOf(backend: ParserBackend, files: Readonly<Record<string, string>>): MemoryTree {
  const reader = { indexFiles: () => Object.keys(files), read: (file: string) => files[file] };
  return { analysis: createAnalysis({ backend, reader }), source: createSource(backend, reader) };
}

/** The findings of a rule in a file, warnings and weaker ones. */
export function findingsOf({ analysis }: MemoryTree, file: string, rule: string): Finding[] {
  return analysis.check([file], { rules: [rule] });
}

export interface Proof {
  readonly verdict: 'confirmed' | 'not reached' | 'site not reached';
  /** World and library threads of the violation. */
  readonly by: string | undefined;
  /** Why a world could not be explored; empty when all could. */
  readonly problems: readonly string[];
  readonly states: number;
}

/** Explores all worlds with each set of library threads, until a property of the rule is violated. */
export function prove(assembled: Assembled, backend: ParserBackend, sets: readonly (readonly string[])[], maxStates = 300_000): Proof {
  const { scenario, problems } = readScenario(assembled.text);
  if (!scenario || problems.length > 0) return { verdict: 'site not reached', by: undefined, problems: problems.map((p) => p.message), states: 0 };
  const unread = new Set<string>();
  let [isReached, states] = [false, 0];
  for (const world of assembled.worlds) {
    for (const set of sets) {
      const adversaries = set.map((name) => library.get(name)!);
      if (adversaries.some((a) => a.needs.some((need) => !assembled.objects.includes(need)))) continue;
      const { program, problems: wrong } = programOf(scenario, backend, { variant: world.name, adversaries, beside: true });
      for (const problem of wrong) unread.add(problem.message);
      if (!program) continue;
      const exploration = explore(program, { maxStates, maxPreemptionStates: 0 });
      states += exploration.states;
      const isHere = exploration.covered[program.labels.indexOf('site')] === true;
      isReached ||= isHere;
      const { witness } = exploration;
      // The shortest violation may be one of another property, which says nothing about the way to this one.
      const isElsewhere = witness !== undefined && assembled.properties.includes(witness.property) && !passesSite(program, witness.schedule);
      if (isHere && !isElsewhere && exploration.violated.some((v) => assembled.properties.includes(v.property))) return { verdict: 'confirmed', by: [world.name, ...set].join(' '), problems: [...unread], states };
    }
  }
  return { verdict: isReached ? 'not reached' : 'site not reached', by: undefined, problems: [...unread], states };
}

/** Runs a computation that gives way to its end. */
export function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
