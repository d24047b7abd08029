import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import type { Analysis } from '../analysis';
import { createAnalysis } from '../create';

const backend = await loadBackend('native');
const FILE = 'mm/a.c';

/** Drops the protection where a helper says so, before the value goes to another entry. */
const moving = (helper: string): string => `${helper}

static void move_tile(struct vm_area_struct *vma, struct hstate *h, unsigned long addr, pte_t *from, pte_t *to)
{
	bool drop_protection = vma_has_uffd_without_event_remap(vma);
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl = huge_pte_lock(h, mm, to);
	pte_t val = huge_ptep_get_and_clear(mm, addr, from);

	if (is_wanted(drop_protection, addr))
		val = huge_pte_clear_uffd_wp(val);
	set_huge_pte_at(mm, addr, to, val);
	spin_unlock(ptl);
}
`;

const says = (...body: string[]): string => `static bool is_wanted(bool drop_protection, unsigned long addr)\n{\n${body.map((line) => `\t${line}\n`).join('')}}`;

function open(text: string): Analysis {
  return createAnalysis({ backend, reader: { indexFiles: () => [FILE], read: (file) => (file === FILE ? text : undefined) } });
}
const warned = (analysis: Analysis): string[] => analysis.check([FILE]).map((f) => `${f.rule} ${f.function}`);
const lost = ['uffd-wp-bit-lost move_tile'];

describe('a condition that is a function', () => {
  it('decides what it would decide in the place of the call', () => {
    expect(warned(open(moving(says('return drop_protection;'))))).toEqual([]);
    expect(warned(open(moving(says('if (!drop_protection)', '\treturn false;', 'return true;'))))).toEqual([]);
  });

  it('decides nothing about the bit when it asks something else', () => {
    expect(warned(open(moving(says('return addr < 4096;'))))).toEqual(lost);
  });

  it('is another one after an edit of its body', () => {
    const analysis = open(moving(says('return drop_protection;')));
    expect(warned(analysis)).toEqual([]);
    analysis.setText(FILE, moving(says('while (addr)', '\taddr = addr - 1;', 'return addr;')));
    expect(warned(analysis)).toEqual(lost);
    analysis.setText(FILE, undefined);
    expect(warned(analysis)).toEqual([]);
  });
});
