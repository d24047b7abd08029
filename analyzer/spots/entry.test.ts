import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { createAnalysis } from '../create';
import type { EntryFacts } from './facts';

const backend = await loadBackend('native');

const code = `
static void use(struct vm_fault *vmf)
	__must_hold(vmf->ptl)
{
	set_pte_at(vmf->vma->vm_mm, vmf->address, vmf->pte, vmf->orig_pte);
}

static int locked(struct mm_struct *mm, struct vm_fault *vmf)
{
	mmap_read_lock(mm);
	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte) {
		mmap_read_unlock(mm);
		return -EAGAIN;
	}
	use(vmf);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	mmap_read_unlock(mm);
	return 0;
}

static void unlocked(struct mm_struct *mm, struct vm_fault *vmf)
{
	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return;
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	use(vmf);
}

static void passes_on(struct vm_fault *vmf)
{
	use(vmf);
}
`;

function entryOf(text: string, name: string): EntryFacts {
  const analysis = createAnalysis({ backend, reader: { indexFiles: () => ['mm/a.c'], read: () => text } });
  const steps = analysis.entryFactsOf('mm/a.c', text.indexOf(`${name}(`));
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value!;
  }
}

describe('what callers hold', () => {
  it('is said of each call, with what annotations require', () => {
    const entry = entryOf(code, 'use');
    expect(entry.annotated).toEqual(['vmf->ptl']);
    expect(entry.callSites.map((site) => `${site.function}: ${site.ptl}`)).toEqual(['locked: held', 'unlocked: not held', 'passes_on: unknown']);
    expect(entry.callSites[0]!.locks.map((l) => `${l.lock} ${l.text} ${l.mode ?? '-'} ${l.on}`)).toEqual(['page-table lock vmf->ptl - every path', 'mmap_lock mm read every path']);
  });

  it('names the call by its place in the file', () => {
    const [first] = entryOf(code, 'use').callSites;
    expect(code.slice(first!.span.start, first!.span.end)).toBe('use(vmf)');
  });

  it('knows of tables of callbacks', () => {
    const text = `
static int each(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	return 0;
}

static const struct mm_walk_ops ops = {
	.pte_entry = each,
};

static int all(struct mm_struct *mm)
{
	return walk_page_range(mm, 0, TASK_SIZE, &ops, NULL);
}
`;
    expect(entryOf(text, 'each')).toMatchObject({ callSites: [], isCallback: true });
  });
});
