/** Which library threads can matter to a slice: those that change what it reads. */
import type { ParserBackend } from '../parser/types';
import { programOf, type Adversary, type Scenario } from '../simulator/litmus/scenario';
import type { BuildMemory } from '../simulator/machine/build-memory';
import { readsOf } from '../simulator/machine/exp';
import type { Exp, Program, Stmt, WordId } from '../simulator/machine/program';

/** True when the thread can join this variant and writes a word, other than a lock, that one of the scenario's own threads reads. */
export function touchedBy(scenario: Scenario, variant: string, adversary: Adversary, backend: ParserBackend, memory?: BuildMemory): boolean {
  const built = programOf(scenario, backend, { variant, adversaries: [adversary], beside: true, memory });
  const { program } = built;
  if (!program) return false;
  const own = program.threads.slice(0, -1).map((_, thread) => accessOf(program, thread));
  const { written, writesAnywhere } = accessOf(program, program.threads.length - 1);
  const isTouched = own.some(({ read, readsAnywhere }) => [...read].some((word) => written.has(word)) || (readsAnywhere && written.size > 0) || (writesAnywhere && read.size > 0));
  // Whoever is asked about is likely to be run next.
  if (isTouched) ready.set(scenario, (ready.get(scenario) ?? new Map<string, Built>()).set(`${variant} ${adversary.name}`, built));
  return isTouched;
}

type Built = ReturnType<typeof programOf>;

/** Programs that `touchedBy()` has built and nobody has run yet. */
const ready = new WeakMap<Scenario, Map<string, Built>>();

/** The program of a variant with library threads beside it; built now, or a moment ago when it was asked who touches what. */
export function takeProgram(scenario: Scenario, backend: ParserBackend, { variant, adversaries, memory }: { readonly variant: string; readonly adversaries: readonly Adversary[]; readonly memory?: BuildMemory }): Built {
  const key = `${variant} ${adversaries.map(({ name }) => name).join(' ')}`;
  const built = ready.get(scenario)?.get(key);
  ready.get(scenario)?.delete(key);
  return built ?? programOf(scenario, backend, { variant, adversaries, beside: true, memory });
}

interface Access {
  readonly read: ReadonlySet<WordId>;
  readonly written: ReadonlySet<WordId>;
  /** Through a pointer that is only known when the program runs. */
  readonly readsAnywhere: boolean;
  readonly writesAnywhere: boolean;
}

function accessOf(program: Program, thread: number): Access {
  const read = new Set<WordId>();
  const written = new Set<WordId>();
  let [readsAnywhere, writesAnywhere] = [false, false];
  const matters = (word: WordId): boolean => {
    const { scope, kind } = program.words[word]!;
    return scope === 'shared' && kind !== 'lock' && kind !== 'rwlock';
  };
  const see = (exp: Exp): void => {
    const { words, dynamic } = readsOf(exp);
    for (const word of words) if (matters(word)) read.add(word);
    readsAnywhere ||= dynamic;
  };
  const visit = (stmts: readonly Stmt[]): void => {
    for (const stmt of stmts) {
      switch (stmt.kind) {
        case 'set':
          see(stmt.value);
          if (matters(stmt.word)) written.add(stmt.word);
          break;
        case 'store':
          see(stmt.value);
          if (stmt.address.kind !== 'const') writesAnywhere = true;
          else if (matters(stmt.address.value - 1)) written.add(stmt.address.value - 1);
          break;
        case 'if':
          see(stmt.test);
          visit(stmt.then);
          visit(stmt.else);
          break;
        // Ghosts and their questions are nobody's business.
        case 'violate': case 'cover': case 'goto': break;
      }
    }
  };
  const { start, steps } = program.threads[thread]!;
  visit(start);
  for (const step of steps) {
    if (step.guard) see(step.guard);
    step.ways.forEach(visit);
  }
  return { read, written, readsAnywhere, writesAnywhere };
}
