/**
 * Where in the text a thread is before each of its steps. A label says it alone, as a rule. Where the `d_step` of a body finds out by itself how the
 * thread goes on, the steps to which it can go have one label, and a variable says which of them is meant: so going there costs no transition, and each
 * place of the thread is one state still.
 */
import type { Step } from '../../machine/program';
import type { Alternative } from './alternatives';

/** The index of a step; the number of steps stands for the end. */
type Index = number;

export class Places {
  /** For each step the first of those that share its label. */
  private readonly first: Index[];
  /** By the first of them. */
  private readonly groups: Index[][];
  private readonly shared = new Set<Index>();

  constructor(private readonly steps: readonly Step[], alternatives: readonly (readonly Alternative[] | undefined)[]) {
    this.first = Array.from({ length: steps.length + 1 }, (_, index) => index);
    for (const [index, choices] of alternatives.entries()) {
      for (const { outcome } of choices ?? []) {
        if (outcome.kind !== 'body') continue;
        // A move that violates something stays where it was.
        const all = [...outcome.targets.map((target) => this.index(target)), ...(outcome.mayViolate ? [index] : [])];
        for (const other of all) this.join(all[0]!, other);
      }
    }
    this.groups = this.first.map(() => []);
    for (const index of this.first.keys()) this.groups[this.root(index)]!.push(index);
    for (const group of this.groups) if (group.length > 1) for (const index of group) this.shared.add(index);
  }

  /** The steps of a label, in order; the number of steps stands for the end. */
  sharing(step: Index): readonly Index[] {
    return this.groups[this.root(step)] ?? [];
  }

  /** The first of the steps with the same label. */
  label(step: Index | 'end'): Index {
    return this.root(this.index(step));
  }

  /** The value of the variable before the step; 0 where the label says it all. */
  value(step: Index | 'end'): number {
    const index = this.index(step);
    return this.shared.has(index) ? index + 1 : 0;
  }

  /** Whether the variable is needed at all. */
  get hasShared(): boolean {
    return this.shared.size > 0;
  }

  mayStay(step: Index | 'end'): boolean {
    const found = this.steps[this.index(step)];
    return found === undefined || found.mayWaitForever === true;
  }

  /** Steps at which a thread may not stay, with the label of one at which it may. SPIN cannot tell them apart. */
  get mixed(): readonly Index[] {
    return [...this.shared].filter((step) => !this.mayStay(step) && this.sharing(step).some((other) => this.mayStay(other))).sort((a, b) => a - b);
  }

  private index(step: Index | 'end'): Index {
    return step === 'end' ? this.steps.length : Math.min(step, this.steps.length);
  }

  private root(step: Index): Index {
    let root = step;
    while (this.first[root] !== root) root = this.first[root]!;
    return root;
  }

  private join(one: Index, other: Index): void {
    const [low, high] = [this.root(one), this.root(other)].sort((a, b) => a - b) as [Index, Index];
    this.first[high] = low;
  }
}
