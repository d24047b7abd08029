import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { randomSource } from '../../scripts/random.mjs';
import type { Analysis } from '../analysis';
import { createAnalysis } from '../create';
import type { FunctionFacts } from './facts';

const backend = await loadBackend('native');
const FILE = 'mm/a.c';
const helper = (body: string): string => `static void let_go(struct vm_fault *vmf)\n{\n\t${body}\n}\n`;
const unlocks = helper('pte_unmap_unlock(vmf->pte, vmf->ptl);');
const keeps = helper('vmf->flags = 0;');
const caller = `int f(struct mm_struct *mm, struct vm_fault *vmf, int a)
{
	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);
${Array.from({ length: 40 }, (_, i) => `\tif (a & ${1 << (i % 20)})\n\t\tvmf->x${i} = look(vmf->x${i}, a);\n`).join('')}
	let_go(vmf);
	update(mm);
	return 0;
}
`;

const open = (text: string): Analysis => createAnalysis({ backend, log: (line) => { throw new Error(line); }, reader: { indexFiles: () => [FILE], read: () => text } });
const ask = (analysis: Analysis, text: string): Generator<undefined, FunctionFacts | undefined> => analysis.factsOf(FILE, text.indexOf('int f('));

function finish<T>(steps: Generator<undefined, T>): { value: T; yields: number } {
  for (let yields = 0; ; yields++) {
    const next = steps.next();
    if (next.done) return { value: next.value, yields };
  }
}

/** Asks, and goes away after so many steps. */
function leave(steps: Generator<undefined, unknown>, after: number): void {
  for (let i = 0; i < after; i++) steps.next();
  steps.return(undefined);
}

describe('a walk that is left', () => {
  const text = unlocks + caller;
  const whole = finish(ask(open(text), text));

  it('goes on from there when somebody asks again', () => {
    expect(whole.yields).toBeGreaterThan(8);
    const analysis = open(text);
    leave(ask(analysis, text), whole.yields - 2);
    const rest = finish(ask(analysis, text));
    expect(rest.yields).toBeLessThan(6);
    expect(rest.value).toEqual(whole.value);
    expect(finish(ask(analysis, text))).toEqual({ value: whole.value, yields: 0 });
  });

  it('may be asked about by two at once', () => {
    const analysis = open(text);
    const [one, other] = [ask(analysis, text), ask(analysis, text)];
    one.next();
    for (let i = 0; i < 5; i++) other.next();
    expect(finish(one).value).toEqual(whole.value);
    expect(finish(other).value).toEqual(whole.value);
  });

  it('is forgotten with the text of the function, and with that of a helper', () => {
    for (const changed of [keeps + caller, unlocks + caller.replace('update(mm);', 'pte_unmap_unlock(vmf->pte, vmf->ptl);\n\tupdate(mm);')]) {
      for (let after = 0; after <= whole.yields + 1; after += Math.ceil(whole.yields / 6)) {
        const analysis = open(text);
        leave(ask(analysis, text), after);
        analysis.setText(FILE, changed);
        expect(finish(ask(analysis, changed)).value).toEqual(finish(ask(open(changed), changed)).value);
      }
    }
  });
});

describe('facts after edits', () => {
  const pieces = ['let_go(vmf);', 'look(vmf);', 'vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);', 'pte_unmap_unlock(vmf->pte, vmf->ptl);', 'g(mm, vmf);', 'h(mm, vmf);', 'mmap_read_lock(mm);', 'mmap_read_unlock(mm);', 'if (a)\n\t\treturn 1;', 'again(mm, vmf);'];

  it('are what a new analysis says, whatever was asked before', () => {
    const random = randomSource(3);
    const functionOf = (name: string): string => `int ${name}(struct mm_struct *mm, struct vm_fault *vmf, int a)\n{\n${Array.from({ length: 1 + Math.floor(random() * 4) }, () => `\t${pieces[Math.floor(random() * pieces.length)]!}\n`).join('')}\treturn 0;\n}\n`;
    const names = ['let_go', 'look', 'g', 'h', 'again', 'f'];
    const all = (analysis: Analysis): unknown => finish(analysis.factsIn(FILE)).value;
    for (let round = 0; round < 15; round++) {
      const functions = names.map(functionOf);
      const analysis = open(functions.join('\n'));
      all(analysis);
      for (let edit = 0; edit < 6; edit++) {
        const at = Math.floor(random() * names.length);
        functions[at] = random() < 0.1 ? '' : functionOf(names[at]!);
        const text = functions.join('\n');
        analysis.setText(FILE, text);
        // What was left half-way counts for nothing afterwards, either.
        if (random() < 0.5) leave(analysis.factsIn(FILE), Math.floor(random() * 20));
        else expect(all(analysis)).toEqual(all(open(text)));
      }
    }
  });
});
