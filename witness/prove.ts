/**
 * Can it happen? Explores a slice, which is a scenario like any other, in each of its worlds (its variants): alone, with each library thread that changes what it
 * reads, and with pairs of them. Library threads run beside the slice's own threads; locks decide who can run when, as they do in the kernel.
 */
import type { ParserBackend } from '../parser/types';
import { present, type Examination } from '../simulator/examine';
import { explore } from '../simulator/explorer/explore';
import { mayFail, type Adversary, type Scenario } from '../simulator/litmus/scenario';
import { createBuildMemory } from '../simulator/machine/build-memory';
import { isDoneByOthers } from './by-others';
import { takeProgram, touchedBy } from './touched';

/** One exploration that was made on the way. */
export interface Attempt {
  /** Name of the variant. */
  readonly world: string;
  /** Names of the library threads that took part. */
  readonly adversaries: readonly string[];
  readonly verdict: 'Sometimes' | 'Never' | 'inconclusive';
  readonly states: number;
  /** Whether some schedule went through the label that the scenario asks for. */
  readonly reached: boolean;
  /** It goes wrong without the slice as well, by what the other threads do: that says nothing about the finding. */
  readonly byOthers?: true;
}

export type Proof =
  /** A schedule on the user's own lines violates the property: it is the examination's witness. */
  | { readonly verdict: 'confirmed'; readonly examination: Examination; readonly attempts: readonly Attempt[] }
  /** The site was reached, and nothing went wrong with these adversaries and bounds. That silences nothing. */
  | { readonly verdict: 'not reached'; readonly attempts: readonly Attempt[]; /** Pairs of adversaries that there was no room for. */ readonly untried: number }
  | { readonly verdict: 'unresolved'; readonly reason: string; readonly attempts: readonly Attempt[] };

export interface ProveOptions {
  readonly backend: ParserBackend;
  readonly adversaries: readonly Adversary[];
  /** The most states of one exploration. */
  readonly maxStates?: number;
  /** The most states of all explorations together, and the most explorations: after them no further pairs are tried. */
  readonly budget?: number;
  readonly maxAttempts?: number;
  /**
   * The company that matters most: it comes first, then the other library threads in its world. The other worlds come as far as the budget goes, and pairs only
   * as long as no schedule came to the place.
   */
  readonly focus?: Company;
}

/** In which company a slice runs. */
export interface Company {
  /** Name of the variant. */
  readonly world: string;
  readonly adversaries: readonly Adversary[];
}

/** Library threads that change an entry and leave the page where it is: what goes wrong beside them is no early truth, as it may be beside one that drops the page. */
const persuasive: readonly string[] = ['migration', 'uffdio-writeprotect', 'uffdio-writeprotect-off'];
const byPersuasion = (a: Adversary, b: Adversary): number => Number(persuasive.includes(b.name)) - Number(persuasive.includes(a.name));

const MAX_STATES = 100_000;
const BUDGET = 120_000;
const MAX_ATTEMPTS = 200;

/**
 * Explores until something is confirmed, in a fixed order: alone, then with one adversary, then with two, and what cannot fail only to learn whether it comes to the
 * place. Yields between explorations.
 */
export function* prove(scenario: Scenario, { backend, adversaries, maxStates = MAX_STATES, budget = BUDGET, maxAttempts = MAX_ATTEMPTS, focus }: ProveOptions): Generator<undefined, Proof> {
  const attempts: Attempt[] = [];
  const memory = createBuildMemory();
  let spent = 0;
  const isSpent = (): boolean => attempts.length >= maxAttempts || spent >= budget;
  const isReached = (): boolean => attempts.some(({ reached }) => reached);
  const canFail = ({ world, adversaries: chosen }: Company): boolean => mayFail(scenario, backend, { variant: world, adversaries: chosen, beside: true, memory });

  /** What fails is an examination, what cannot be built a reason. */
  function* attempt({ world, adversaries: chosen }: Company): Generator<undefined, Examination | string | undefined> {
    if (focus && attempts.length > 0 && isSame(focus, { world, adversaries: chosen })) return undefined;
    yield;
    const selection = { variant: world, adversaries: chosen, beside: true };
    const { program, problems } = takeProgram(scenario, backend, { ...selection, memory });
    if (!program) return problems[0]?.message ?? 'it cannot be built';
    const exploration = explore(program, { maxStates, properties: scenario.checked });
    spent += exploration.states;
    const reached = scenario.through === undefined || exploration.covered[program.labels.indexOf(scenario.through)] === true;
    const byOthers = exploration.verdict === 'Sometimes' && isDoneByOthers(program, scenario.checked, maxStates);
    attempts.push({ world, adversaries: chosen.map((adversary) => adversary.name), verdict: exploration.verdict, states: exploration.states, reached, ...(byOthers ? { byOthers } : {}) });
    return exploration.verdict === 'Sometimes' && !byOthers ? present(scenario, selection, program, exploration) : undefined;
  }

  const related = new Map<string, Adversary[]>();
  /** The adversary beside the slice, if it changes what the slice reads. */
  function* attemptBeside({ world, adversaries: [adversary] }: Company): ReturnType<typeof attempt> {
    if (!adversary) return undefined;
    yield;
    if (!touchedBy(scenario, world, adversary, backend, memory)) return undefined;
    related.set(world, [...(related.get(world) ?? []), adversary]);
    return yield* attempt({ world, adversaries: [adversary] });
  }

  const { alone, single } = companies(scenario, adversaries, focus);
  const later: Company[] = [];
  for (const company of [...(focus ? [focus] : []), ...alone]) {
    if (company !== focus && !canFail(company)) {
      later.push(company);
      continue;
    }
    const found = yield* attempt(company);
    if (typeof found === 'string') return { verdict: 'unresolved', reason: `the slice cannot be run: ${found}`, attempts };
    if (found) return { verdict: 'confirmed', examination: found, attempts };
  }
  const unlikely: Company[] = [];
  for (const company of single) {
    // Even asking who is related builds a program.
    if (focus && company.world !== focus.world && isSpent()) break;
    if (!canFail(company)) {
      unlikely.push(company);
      continue;
    }
    const found = yield* attemptBeside(company);
    if (found !== undefined && typeof found !== 'string') return { verdict: 'confirmed', examination: found, attempts };
  }
  for (const company of later) {
    if (focus && isReached()) break;
    const found = yield* attempt(company);
    if (typeof found === 'string') return { verdict: 'unresolved', reason: `the slice cannot be run: ${found}`, attempts };
  }
  for (const company of unlikely) {
    if (focus && (isReached() || isSpent())) break;
    yield* attemptBeside(company);
  }
  let untried = 0;
  const pairs = alone.flatMap(({ world }) => pairsIn(world, adversariesOf(related.get(world) ?? []), attempts));
  const possible = pairs.filter(canFail);
  for (const company of possible.length > 0 || isReached() ? possible : pairs) {
    if (focus && isReached()) break;
    if (isSpent()) {
      untried++;
      continue;
    }
    const found = yield* attempt(company);
    if (found !== undefined && typeof found !== 'string') return { verdict: 'confirmed', examination: found, attempts };
  }
  if (!isReached()) return { verdict: 'unresolved', reason: 'no schedule of the slice comes to the place of the finding', attempts };
  const tooLarge = attempts.filter(({ adversaries: chosen, verdict }) => chosen.length < 2 && verdict === 'inconclusive');
  if (tooLarge.length > 0) return { verdict: 'unresolved', reason: `more than ${maxStates} states`, attempts };
  return { verdict: 'not reached', attempts, untried };
}

/** All companies of at most one adversary, in the order in which they are tried: the focus' world comes first, then who persuades most. */
function companies(scenario: Scenario, adversaries: readonly Adversary[], focus: Company | undefined): { readonly alone: readonly Company[]; readonly single: readonly Company[] } {
  const names = scenario.variants.map(({ name }) => name);
  const worlds = focus ? [...names.filter((name) => name === focus.world), ...names.filter((name) => name !== focus.world)] : names;
  const inOrder = adversariesOf(adversaries);
  const beside = (list: readonly Adversary[], where: readonly string[]): Company[] => where.flatMap((world) => list.map((adversary) => ({ world, adversaries: [adversary] })));
  const isPersuasive = ({ name }: Adversary): boolean => persuasive.includes(name);
  const [strong, others] = [inOrder.filter(isPersuasive), inOrder.filter((adversary) => !isPersuasive(adversary))];
  const [here, elsewhere] = focus ? [worlds.slice(0, 1), worlds.slice(1)] : [[], worlds];
  return { alone: worlds.map((world) => ({ world, adversaries: [] })), single: [...beside(inOrder, here), ...beside(strong, elsewhere), ...beside(others, elsewhere)] };
}

const adversariesOf = (adversaries: readonly Adversary[]): Adversary[] => [...adversaries].sort(byPersuasion);

function isSame(a: Company, b: Company): boolean {
  return a.world === b.world && a.adversaries.map(({ name }) => name).join() === b.adversaries.map(({ name }) => name).join();
}

/** Pairs of adversaries in a world: those with which the site was reached come with every other one, first things first. */
function pairsIn(world: string, related: readonly Adversary[], attempts: readonly Attempt[]): Company[] {
  const reached = (names: readonly string[]): boolean => attempts.some((attempt) => attempt.world === world && attempt.reached && attempt.adversaries.join() === names.join());
  const isReachedAlone = reached([]);
  return related.flatMap((first, index) => related.slice(index + 1).flatMap((second): Company[] =>
    (isReachedAlone || reached([first.name]) || reached([second.name]) ? [{ world, adversaries: [first, second] }] : [])));
}
