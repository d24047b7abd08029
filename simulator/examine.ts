/** A variant of a scenario, explored and ready to be shown. What the command line, the server and the tests all do. */
import type { ParserBackend } from '../parser/types';
import { explore, type ExploreOptions } from './explorer/explore';
import { replay } from './explorer/replay';
import type { Exploration, Move, Trace } from './explorer/result';
import { coversOf } from './machine/build';
import type { Program } from './machine/program';
import { formatValue } from './machine/values';
import { buildDiagram, type Diagram } from './present/diagram';
import { explain, type Explanation } from './present/explain';
import type { Problem } from './litmus/problem';
import { programOf, type Adversary, type Expectation, type Scenario } from './litmus/scenario';

export interface Selection {
  /** Name of a variant. */
  readonly variant: string;
  readonly adversaries: readonly Adversary[];
  /** Adversaries run beside the scenario's own threads instead of in place of those it offers for that. */
  readonly beside?: boolean;
}

export interface Examination {
  readonly scenario: Scenario;
  readonly selection: Selection;
  readonly program: Program;
  readonly exploration: Exploration;
  /** Labels that had to be reached and were not: a "Never" proves nothing then. */
  readonly uncovered: readonly string[];
  /** Whether the reader asked for the schedule that `trace` is of. */
  readonly chosen: boolean;
  /** Of the witness, or of the schedule that was asked for. */
  readonly trace: Trace | undefined;
  readonly diagram: Diagram | undefined;
  readonly explanation: Explanation | undefined;
}

/** Explores a variant. Without an examination there are problems. */
export function examine(scenario: Scenario, backend: ParserBackend, selection: Selection, options: ExploreOptions = {}): { readonly examination: Examination | undefined; readonly problems: readonly Problem[] } {
  const { program, problems } = programOf(scenario, backend, selection);
  if (!program) return { examination: undefined, problems };
  return { examination: present(scenario, selection, program, explore(program, { properties: scenario.checked, ...options })), problems };
}

/** An exploration together with what is shown of it: its witness, or a schedule that was asked for, which can be replayed. */
export function present(scenario: Scenario, selection: Selection, program: Program, exploration: Exploration, chosen?: readonly Move[]): Examination {
  const { witness } = exploration;
  // What is said of preemptions is about the witness.
  const preemptions = chosen === undefined ? exploration.preemptions : undefined;
  const schedule = chosen ?? witness?.schedule;
  const uncovered = coversOf(scenario, selection.variant, selection.adversaries.map((a) => a.name)).filter((label) => exploration.covered[program.labels.indexOf(label)] !== true);
  // Whoever only wants the verdict does not pay for the rest.
  const trace = lazy(() => schedule && replay(program, schedule).trace);
  const diagram = lazy(() => trace() && buildDiagram(program, trace()!, { format: formatValue }));
  const explanation = lazy(() => trace() && explain(program, trace()!, { format: formatValue, preemptions }));
  return {
    scenario, selection, program, exploration, uncovered, chosen: chosen !== undefined,
    get trace() { return trace(); },
    get diagram() { return diagram(); },
    get explanation() { return explanation(); },
  };
}

/** Makes a value when it is first asked for. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * The variant that fixes another one: it is expected to be `Never`, and defines all that the other one defines and more; of several the one that defines the
 * least, then the first. Undefined when there is none.
 */
export function fixOf(scenario: Scenario, variant: string): string | undefined {
  const own = scenario.variants.find((v) => v.name === variant);
  if (!own) return undefined;
  const never = new Set(scenario.expectations.filter((e) => e.verdict === 'Never').map((e) => e.variant));
  const fixes = scenario.variants.filter((v) => never.has(v.name) && v.defines.length > own.defines.length && own.defines.every((d) => v.defines.includes(d)) && v.defines.some((d) => d.startsWith('FIX_') && !own.defines.includes(d)));
  return [...fixes].sort((a, b) => a.defines.length - b.defines.length)[0]?.name;
}

/** What an examination has against an `Expect:` line, in words; undefined when it holds. */
export function disagreement(examination: Examination, expectation: Expectation): string | undefined {
  const { exploration, uncovered } = examination;
  if (exploration.verdict !== expectation.verdict) return `expected ${expectation.verdict}, found ${exploration.verdict}`;
  const steps = exploration.witness?.schedule.length;
  if (expectation.steps !== undefined && steps !== expectation.steps) return `expected ${expectation.steps} steps, found ${steps}`;
  if (expectation.uncovered) return uncovered.length > 0 ? undefined : 'expected that a label is not reached, and all were';
  if (exploration.verdict === 'Never' && uncovered.length > 0) return `Never, but ${uncovered.join(' and ')} ${uncovered.length === 1 ? 'was' : 'were'} not reached: that proves nothing`;
  return undefined;
}
