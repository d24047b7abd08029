import { describe, expect, it } from 'vitest';
import { loadBackend } from '../parser/backend';
import { createAnalysis } from './create';

const backend = await loadBackend('native');

const code = `
static bool slot_stable(struct hstate *h, struct mm_struct *mm, pte_t *ptep, pte_t old)
{
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);
	bool same = pte_same(huge_ptep_get(ptep), old);

	spin_unlock(ptl);
	return same;
}

static int finish(struct vm_fault *vmf)
{
	int none = pte_none(ptep_get(vmf->pte));

	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (!none)
		return -EAGAIN;
	vmf->flags |= FAULT_FLAG_TRIED;
	return 0;
}

static pte_t *take(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	return pte_offset_map_lock(mm, pmd, addr, ptlp);
}

static vm_fault_t raise(struct vm_fault *vmf)
{
	if (vmf->flags & FAULT_FLAG_WRITE)
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}

static int touch(struct vm_area_struct *vma, unsigned long addr)
{
	handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);
	return 0;
}

static bool still_none(struct vm_fault *vmf)
	__must_hold(vmf->ptl) __must_hold(&vmf->vma->vm_mm->mmap_lock)
{
	return pte_none(ptep_get(vmf->pte));
}

static void put_down(struct vm_fault *vmf)
	__releases(vmf->ptl)
{
	spin_unlock(vmf->ptl);
}
`;
const analysis = createAnalysis({ backend, reader: { indexFiles: () => ['mm/a.c', 'mm/b.c'], read: (file) => ({ 'mm/a.c': code, 'mm/b.c': 'static int touch(void)\n{\n	return 7;\n}\n' })[file] } });
const believed = (name: string) => analysis.summarize(name, 'mm/a.c')[0]!;

describe('summarize', () => {
  it('shows a helper that locks, compares and unlocks', () => {
    expect(believed('slot_stable')).toMatchObject({
      file: 'mm/a.c', line: 2, events: [], faults: [], caveats: [],
      ways: [{ returns: 'same(the entry read at mm/a.c:5 under the lock, old)', effects: [] }],
    });
  });

  it("shows what happens to the caller's lock, per way to return", () => {
    const { ways } = believed('finish');
    expect(ways.map((w) => w.returns)).toEqual(['0', '-EAGAIN']);
    expect(ways[0]!.effects).toEqual(expect.arrayContaining(["the caller's page-table lock is released", 'earlier readings are confirmed under the lock, if the caller holds it', 'vmf->flags = vmf->flags | FAULT_FLAG_TRIED']));
    expect(ways[0]!.when).toContain('pte_none(the entry read at mm/a.c:13 (locked if the caller holds the lock))');
  });

  it('shows what annotations say of the callers, and leaves their lock with them', () => {
    expect(believed('still_none')).toMatchObject({
      onEntry: ['the caller holds the page-table lock vmf->ptl, as annotated'],
      ways: [{ returns: 'pte_none(the entry read at mm/a.c:43 under the lock)', effects: [] }],
    });
    expect(believed('put_down')).toMatchObject({
      onEntry: ['the caller holds the page-table lock vmf->ptl, as annotated'],
      ways: [{ effects: ["the caller's page-table lock is released"] }],
    });
    expect(believed('finish').onEntry).toEqual([]);
  });

  it('shows a lock that is left held', () => {
    expect(believed('take').ways[0]!.effects).toEqual(['the page-table lock that it took is still held', '*ptlp = a page-table lock']);
  });

  it('shows events and faults with their conditions', () => {
    expect(believed('raise').events).toEqual([{ reason: 'VM_UFFD_MISSING', at: 'mm/a.c:30', when: ['vmf->flags & FAULT_FLAG_WRITE'], entries: [] }]);
    expect(believed('touch').faults).toEqual([{ flags: 'FAULT_FLAG_WRITE', at: 'mm/a.c:36', when: [], onSigbus: ['success'] }]);
  });

  it('shows every function of a name, and none when there is none', () => {
    expect(analysis.summarize('touch').map((b) => b.file)).toEqual(['mm/a.c', 'mm/b.c']);
    expect(analysis.summarize('nothing')).toEqual([]);
  });
});
