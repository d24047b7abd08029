/** What the steps of a thread lead to, whatever the schedule: for slices and for what a thread would have done next. */
import type { Exp, Step, Stmt, Thread } from '../machine/program';

/** The steps that may follow a step, the end as `steps.length`; in the order in which its statements name them. */
export function successors(step: Step, end: number): readonly number[] {
  const found = new Set<number>();
  for (const way of step.ways) visit(way, (statement) => {
    if (statement.kind === 'goto') found.add(statement.step === 'end' ? end : statement.step);
  });
  return [...found];
}

/** What a step may write: words, and the addresses of words. */
export function writes(step: Step): { readonly words: readonly number[]; readonly addresses: readonly Exp[] } {
  const words: number[] = [];
  const addresses: Exp[] = [];
  for (const way of step.ways) visit(way, (statement) => {
    if (statement.kind === 'set') words.push(statement.word);
    else if (statement.kind === 'store') addresses.push(statement.address);
  });
  return { words, addresses };
}

/**
 * For each step of a thread, the steps that decide whether it is reached: those with several ways on, of which not all lead to it. (The classic
 * control dependence, by postdominators. A thread has few steps, so sets will do.)
 */
export function controlParents(thread: Thread): readonly (readonly number[])[] {
  const end = thread.steps.length;
  const next = thread.steps.map((step) => successors(step, end));
  const post = postdominators(next, end);
  return thread.steps.map((_, step) => next.flatMap((after, branch) =>
    after.length > 1 && after.some((way) => way === step || post[way]?.has(step)) && !(branch !== step && post[branch]?.has(step)) ? [branch] : []));
}

/** For each step, and the end, the steps that every way from it to the end goes through, itself included. */
function postdominators(next: readonly (readonly number[])[], end: number): readonly ReadonlySet<number>[] {
  const all = new Set(Array.from({ length: end + 1 }, (_, index) => index));
  const sets: Set<number>[] = Array.from({ length: end + 1 }, (_, index) => (index === end ? new Set([end]) : new Set(all)));
  for (let changed = true; changed;) {
    changed = false;
    for (let step = end - 1; step >= 0; step--) {
      const after = next[step] ?? [];
      const common = [...(sets[after[0] ?? end] ?? [])].filter((candidate) => after.every((way) => sets[way]?.has(candidate)));
      const updated = new Set([step, ...common]);
      if (updated.size !== sets[step]?.size) {
        sets[step] = updated;
        changed = true;
      }
    }
  }
  return sets;
}

function visit(statements: readonly Stmt[], each: (statement: Stmt) => void): void {
  for (const statement of statements) {
    each(statement);
    if (statement.kind !== 'if') continue;
    visit(statement.then, each);
    visit(statement.else, each);
  }
}
