import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { readAdversary, readScenario, type Adversary, type Scenario } from '../simulator/litmus/scenario';
import { prove, type ProveOptions, type Proof } from './prove';
import { touchedBy } from './touched';

const folder = path.join(import.meta.dirname, '../scenarios/adversaries');
const library: readonly Adversary[] = fs.readdirSync(folder).sort().map((name) => readAdversary(fs.readFileSync(path.join(folder, name), 'utf8')).adversary!);

let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

/** A fault on a hugetlb page that sends an event on the strength of an unlocked reading, or of one that was repeated. */
function slice(recheck: string, header = ''): Scenario {
  const { scenario, problems } = readScenario(`C slice

(*
 * Define: HUGETLB
 * Variant: buggy : a private mapping without a reservation map
 * Variant: owner RESV_OWNER : the mapping owns its reservation map
 * Through: site
${header} *)

{
	struct mm_struct mm;
	struct address_space mapping;
	struct anon_vma anon_vma;
	spinlock_t page_table_lock;
#ifdef RESV_OWNER
	struct vm_area_struct vma = { .vm_flags = VM_UFFD_MISSING | VM_UFFD_WP | VM_HUGETLB, .vm_private_data = HPAGE_RESV_OWNER };
#else
	struct vm_area_struct vma = { .vm_flags = VM_UFFD_MISSING | VM_UFFD_WP | VM_HUGETLB };
#endif
	struct folio folio = { .flags = PG_uptodate | PG_anon };
	pte_t pte __guarded_by(page_table_lock) = PTE_PRESENT | PTE_WRITE | page(folio);
}

static vm_fault_t no_page(struct vm_fault *vmf)
{
	spinlock_t *ptl;
	bool same = true;

	${recheck}
	if (!same) {
		hugetlb_vma_unlock_read(vma);
		return 0;
	}
	hugetlb_vma_unlock_read(vma);
site:
	return handle_userfault(vmf, VM_UFFD_MISSING); /* mm/a.c:7 */
}

static vm_fault_t fault(void)
{
	struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT, .pte = pte };

	hugetlb_vma_lock_read(vma);
	vmf.orig_pte = huge_ptep_get(mm, address, vmf.pte); /* mm/a.c:3 */
	if (huge_pte_none_mostly(vmf.orig_pte))
		return no_page(&vmf);
	hugetlb_vma_unlock_read(vma);
	return 0;
}

P0(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte)
{
	while (!user_read(pte)) {
		mmap_read_lock(mm);
		if (fault() & VM_FAULT_RETRY)
			path_ends();
		mmap_read_unlock(mm);
	}
}
`);
  expect(problems).toEqual([]);
  return scenario!;
}

const stable = `ptl = huge_pte_lock(h, mm, vmf->pte);
	same = pte_same(huge_ptep_get(mm, address, vmf->pte), vmf->orig_pte);
	spin_unlock(ptl);`;

function run(scenario: Scenario, options: Partial<ProveOptions> = {}): Proof {
  const steps = prove(scenario, { backend, adversaries: library, ...options });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

describe('proving', () => {
  test('confirms with the first adversary that leads to the violation', () => {
    const proof = run(slice(''));
    expect(proof).toMatchObject({ verdict: 'confirmed', examination: { selection: { variant: 'buggy' }, exploration: { witness: { property: 'unjustified-event' } } } });
    const { attempts } = proof;
    expect(attempts.slice(0, 2)).toMatchObject([{ adversaries: [], verdict: 'Never', reached: false }, { world: 'owner', adversaries: [] }]);
    expect(attempts.at(-1)).toMatchObject({ verdict: 'Sometimes', reached: true });
    expect(attempts.at(-1)?.adversaries).toHaveLength(1);
  });

  test('does not confirm what is rechecked, and says that the place was reached', () => {
    const proof = run(slice(stable));
    expect(proof.verdict).toBe('not reached');
    expect(proof.attempts.some(({ adversaries, reached }) => adversaries.length === 1 && reached)).toBe(true);
    expect(proof.attempts.some(({ adversaries }) => adversaries.length === 2)).toBe(true);
    expect(proof.attempts.every(({ verdict }) => verdict === 'Never')).toBe(true);
  });

  test('begins with those beside whom something can go wrong', () => {
    const { attempts } = run(slice('same = false;', ' * Checked: armed-page-written\n'));
    const first = attempts.findIndex(({ adversaries }) => !adversaries.includes('uffdio-writeprotect'));
    expect(first).toBe(2);
    expect(attempts.slice(0, first).map(({ world }) => world)).toEqual(['buggy', 'owner']);
    expect(attempts.slice(first, first + 2)).toMatchObject([{ world: 'buggy', adversaries: [] }, { world: 'owner', adversaries: [] }]);
  });

  test('what cannot be run, is too large or never comes to the place is unresolved', () => {
    expect(run(slice('other_call(vmf); same = other_value(vmf);'))).toMatchObject({ verdict: 'unresolved', reason: expect.stringContaining('the slice cannot be run') as string });
    expect(run(slice(stable), { maxStates: 20 })).toMatchObject({ verdict: 'unresolved' });
    expect(run(slice('same = false;'))).toMatchObject({ verdict: 'unresolved', reason: 'no schedule of the slice comes to the place of the finding' });
  });

  test('is the same every time, and gives way', () => {
    expect(run(slice('')).attempts).toEqual(run(slice('')).attempts);
    const steps = prove(slice(''), { backend, adversaries: library });
    expect(steps.next()).toEqual({ done: false, value: undefined });
  });
});

test('adversaries are those that change what the slice reads', () => {
  const related = library.filter((adversary) => touchedBy(slice(''), 'buggy', adversary, backend)).map(({ name }) => name);
  expect(related).toEqual(expect.arrayContaining(['migration', 'uffdio-writeprotect', 'madv-dontneed', 'fork']));
  expect(related).not.toContain('khugepaged');
  expect(related).not.toContain('hole-filler');
});
