import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { randomSource } from '../../scripts/random.mjs';
import { DEFAULT_LIMITS } from '../analysis';
import type { Tree } from '../call-graph/tree';
import { createTree } from '../call-graph/tree';
import type { Depth } from './callees';
import type { Summaries } from './summaries';
import { createSummaries } from './summaries';
import type { Summary } from './summary';

const backend = await loadBackend('native');
const FILE = 'mm/a.c';
const branches = Array.from({ length: 14 }, (_, i) => `\tif (vmf->x${i % 7} & ${1 << (i % 20)})\n\t\tvmf->x${i % 7} = look(vmf->x${i % 7}, a);\n`).join('');
const head = (name: string): string => `int ${name}(struct mm_struct *mm, struct vm_fault *vmf, int a)`;
const fixture = (name: string, body: string): string => `${head(name)}\n{\n${body}\treturn a ? 0 : -EAGAIN;\n}\n`;
const locks = '\tvmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);\n';
const unlocks = '\tpte_unmap_unlock(vmf->pte, vmf->ptl);\n';
const helper = fixture('let_go', branches + unlocks);
const caller = fixture('f', `${locks}${branches}\tlet_go(mm, vmf, a);\n`);

interface Subject {
  readonly tree: Tree;
  readonly summaries: Summaries;
  ask(name: string, depth?: Depth): Generator<undefined, Summary>;
  /** Takes another text. */
  edit(text: string): void;
}

function open(text: string): Subject {
  const tree = createTree(backend, { indexFiles: () => [FILE], read: () => text });
  const all = (): boolean => true;
  const summaries = createSummaries(tree, { event: all, fault: all, loss: all, action: all, fill: all }, DEFAULT_LIMITS, (line) => { throw new Error(line); });
  return {
    tree, summaries,
    ask: (name, depth = 'whole') => summaries.of(tree.definitions(name)[0]!, depth),
    edit(next) {
      tree.setText(FILE, next);
      summaries.renew(tree.takeChanges());
    },
  };
}

function finish(steps: Generator<undefined, Summary>): { told: unknown; yields: number } {
  for (let yields = 0; ; yields++) {
    const next = steps.next();
    if (next.done) return { told: tell(next.value), yields };
  }
}

/** What callers see of it, as values that can be compared. */
function tell({ outcomes, truncated, reaches }: Summary): unknown {
  return { truncated, reaches: reaches.length, outcomes: outcomes.map(({ value, state }) => [value?.key, [...state.held.keys()], [...state.facts.keys()], [...state.memory].map(([key, m]) => `${key}=${m.value.key}`), state.entryLock]) };
}

/** Asks, and goes away after so many steps. */
function leave(steps: Generator<undefined, Summary>, after: number): void {
  for (let i = 0; i < after; i++) steps.next();
  steps.return(undefined as never);
}

describe('a summary', () => {
  const text = helper + caller;
  const whole = finish(open(text).ask('f'));

  it('is made in pieces, and kept', () => {
    expect(whole.yields).toBeGreaterThan(8);
    const { ask } = open(text);
    expect(finish(ask('f'))).toEqual(whole);
    expect(finish(ask('f'))).toEqual({ told: whole.told, yields: 0 });
    expect(finish(ask('let_go')).yields).toBe(0);
  });

  it('that was left goes on from there when somebody asks again', () => {
    const { ask } = open(text);
    leave(ask('f'), whole.yields - 2);
    const rest = finish(ask('f'));
    expect(rest.yields).toBeLessThan(6);
    expect(rest.told).toEqual(whole.told);
  });

  it('that was left is forgotten with the text of the function, and with that of a callee', () => {
    for (const changed of [fixture('let_go', unlocks) + caller, helper + fixture('f', `${locks}\tlet_go(mm, vmf, a);\n`)]) {
      for (let after = 0; after <= whole.yields + 1; after += 7) {
        const { ask, edit } = open(text);
        leave(ask('f'), after);
        edit(changed);
        expect(finish(ask('f')).told).toEqual(finish(open(changed).ask('f')).told);
      }
    }
  });

  it('that was left outlives an edit elsewhere', () => {
    const { ask, edit } = open(text);
    leave(ask('f'), whole.yields - 2);
    edit(text + fixture('other', branches));
    expect(finish(ask('f')).yields).toBeLessThan(6);
  });

  it('may be asked for by two at once, and beside one that it rests on', () => {
    const { ask } = open(text);
    const [one, other, below] = [ask('f'), ask('f'), ask('let_go')];
    one.next();
    for (let i = 0; i < 5; i++) other.next();
    for (let i = 0; i < 5; i++) below.next();
    expect(finish(one).told).toEqual(whole.told);
    expect(finish(other).told).toEqual(whole.told);
    expect(finish(below).told).toEqual(finish(open(text).ask('let_go')).told);
  });
});

describe('a trial', () => {
  it('leaves a summary that was under way where it was', () => {
    const text = helper + caller;
    const whole = finish(open(text).ask('f'));
    const { tree, summaries, ask } = open(text);
    leave(ask('f'), whole.yields - 2);
    const goBack = summaries.keep();
    const changed = helper + fixture('f', locks);
    const undo = tree.tryText(FILE, changed);
    summaries.renew(tree.takeChanges());
    expect(finish(ask('f')).told).toEqual(finish(open(changed).ask('f')).told);
    undo();
    tree.takeChanges();
    goBack();
    const rest = finish(ask('f'));
    expect(rest.yields).toBeLessThan(6);
    expect(rest.told).toEqual(whole.told);
  });
});

describe('functions that call each other', () => {
  const even = fixture('even', `\tif (a)\n\t\tvmf->x0 = odd(mm, vmf, a - 1);\n${branches}${locks}`);
  const odd = fixture('odd', `\tif (a > 1)\n\t\treturn even(mm, vmf, a - 1);\n`);
  const text = even + odd;

  it('show nobody else what is not known to its end', () => {
    const alone = { even: finish(open(text).ask('even')), odd: finish(open(text).ask('odd')) };
    // In the first round `odd` is done before `even`, of which nothing was known then.
    for (let after = 1; after < alone.even.yields; after += Math.ceil(alone.even.yields / 12)) {
      const { ask } = open(text);
      const first = ask('even');
      for (let i = 0; i < after; i++) first.next();
      expect(finish(ask('odd')).told).toEqual(alone.odd.told);
    }
  });

  it('are the same however often the question was left', () => {
    const random = randomSource(5);
    const alone = finish(open(text).ask('even'));
    for (let round = 0; round < 10; round++) {
      const { ask } = open(text);
      for (let left = alone.yields; left > 0;) {
        const steps = 1 + Math.floor(random() * 10);
        leave(ask('even'), Math.min(steps, left));
        left -= steps;
      }
      expect(finish(ask('even'))).toEqual({ told: alone.told, yields: 0 });
    }
  });
});
