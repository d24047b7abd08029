import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { Analysis } from './analysis';
import { createAnalysis } from './create';
import type { Finding } from './findings/finding';

// A context that is made with this flag has the function.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const backend = await loadBackend('native');

const drawers = 12;

/** Functions that read an entry, of which one raises a userfault; each with a lock in its head. `edited` has another body. */
function text(edited: number): string {
  const functions = Array.from({ length: drawers }, (_, at) => `
vm_fault_t drawer_fault_${at}(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
	__must_hold(&vma->vm_mm->drawers_lock)
{
	if (huge_pte_none(huge_ptep_get(ptep)) && userfaultfd_missing(vma) && vmf->flags & ${at === edited ? 0x100 : 1})
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`);
  return functions.join('');
}

const open = (): Analysis => createAnalysis({ backend, reader: { indexFiles: () => ['mm/drawers.c'], read: () => text(-1) } });

function drain<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** What editors ask about a file. */
function askEverything({ factsIn, entryFactsOf, navigation, fixes }: Analysis, found: readonly Finding[]): void {
  expect(drain(factsIn('mm/drawers.c'))).toHaveLength(drawers);
  drain(entryFactsOf('mm/drawers.c', 100));
  expect(drain(navigation.userfaults('mm/drawers.c'))).toHaveLength(drawers);
  drain(navigation.callersLocks('mm/drawers.c'));
  for (const finding of found.slice(0, 1)) drain(fixes(finding));
}

/** Lets what only weak references hold go. */
async function collected(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => { setImmediate(resolve); });
    collect();
  }
}

describe('memory over edits', () => {
  it('functions that are gone are not kept by anything', async () => {
    const analysis = open();
    const gone: WeakRef<object>[] = [];
    for (let at = 0; at < drawers; at++) {
      analysis.setText('mm/drawers.c', text(at));
      const found = analysis.check(['mm/drawers.c']);
      expect(found).toHaveLength(drawers);
      askEverything(analysis, found);
      gone.push(new WeakRef(analysis.tree.functionsIn('mm/drawers.c')[at]!));
    }
    analysis.setText('mm/drawers.c', text(-1));
    askEverything(analysis, analysis.check(['mm/drawers.c']));
    await collected();
    expect(gone.filter((ref) => ref.deref() !== undefined)).toHaveLength(0);
  });

  it('functions that stay do not keep the texts that they were read from', async () => {
    const megabyte = 1 << 20;
    const analysis = open();
    const setText = (at: number): void => {
      // No two are alike, or V8 could share them.
      analysis.setText('mm/drawers.c', `/* ${String(at).repeat(megabyte / String(at).length)} */\n${text(at)}`);
      analysis.check(['mm/drawers.c']);
    };
    setText(100);
    await collected();
    const before = process.memoryUsage().heapUsed;
    // Each function is read from a text of its own.
    for (let at = 0; at < drawers; at++) setText(at);
    await collected();
    expect((process.memoryUsage().heapUsed - before) / megabyte).toBeLessThan(drawers / 3);
  });
});
