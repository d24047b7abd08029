import { describe, expect, it } from 'vitest';
import { added, offer } from './testing';

const helper = `static bool slot_stable(struct hstate *h, struct mm_struct *mm, pte_t *slot, pte_t seen)
{
	spinlock_t *ptl = huge_pte_lock(h, mm, slot);
	bool same = pte_same(huge_ptep_get(slot), seen);

	spin_unlock(ptl);
	return same;
}
`;
const wrapper = `static vm_fault_t shelf_userfault(struct vm_area_struct *vma, struct mutex *m, unsigned int flags, unsigned long reason)
{
	struct vm_fault vmf = { .vma = vma, .flags = flags };

	shelf_unlock_read(vma);
	mutex_unlock(m);
	return handle_userfault(&vmf, reason);
}
`;
const filled = (event: string, exit = ''): string => `static vm_fault_t shelf_fill(struct mm_struct *mm, struct vm_area_struct *vma, struct mutex *m, pte_t *slot, pte_t seen, unsigned int flags)
{
	struct hstate *h = hstate_vma(vma);
	vm_fault_t ret = VM_FAULT_OOM;

	if (userfaultfd_missing(vma)) {
		release_shelf(vma);
		${event}
	}
	if (flags)
		goto out;
	ret = shelf_alloc(vma);
out:
	shelf_unlock_read(vma);${exit}
	mutex_unlock(m);
	return ret;
}

vm_fault_t shelf_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct mutex *m, pte_t *slot, unsigned int flags)
{
	pte_t seen = huge_ptep_get(slot);

	mutex_lock(m);
	if (huge_pte_none(seen))
		return shelf_fill(mm, vma, m, slot, seen, flags);
	mutex_unlock(m);
	return 0;
}
`;
const raise = 'return shelf_userfault(vma, m, flags, VM_UFFD_MISSING);';

describe('the entry is looked at again before the event', () => {
  it('with the helper of the file, and leaves by the label that cleans up what the wrapper of the event would', () => {
    expect(offer(helper + wrapper + filled(raise))).toEqual([{
      title: 'Recheck the entry with slot_stable() before the event', safety: 'safe',
      added: ['		if (!slot_stable(h, mm, slot, seen)) {', '			ret = 0;', '			goto out;', '		}'], removed: [],
    }]);
  });

  it('under the lock where there is no helper, in the words of the older kernel', () => {
    expect(offer(wrapper + filled(raise))[0]?.added).toEqual([
      '		spinlock_t *ptl;', '		bool stable;', '',
      '		ptl = huge_pte_lock(h, mm, slot);', '		stable = pte_same(huge_ptep_get(slot), seen);', '		spin_unlock(ptl);',
      '		if (!stable) {', '			ret = 0;', '			goto out;', '		}',
    ]);
  });

  it('not where the way out would do something else than the wrapper', () => {
    expect(offer(helper + wrapper + filled(raise, '\n	put_shelf(vma);'))).toEqual([undefined]);
    // What is only done for a result with a flag is not done for 0.
    expect(offer(helper + wrapper + filled(raise, '\n	if (unlikely(ret & VM_FAULT_RETRY))\n		vma_end_read(vma);'))[0]).toMatchObject({ safety: 'safe' });
  });

  it('not where 0 would say that a page was found', () => {
    expect(offer(`${helper}${wrapper}${filled(raise)}static const struct vm_operations_struct shelf_ops = {\n	.fault = shelf_fault,\n};\n`)).toEqual([undefined]);
  });

  it('in the condition that asks already, and takes the answer the wrong way round', () => {
    for (const condition of ['slot_stable(h, mm, slot, seen)', '0 && !slot_stable(h, mm, slot, seen)']) {
      const [fix] = offer(helper + wrapper + filled(`if (${condition}) {\n			ret = 0;\n			goto out;\n		}\n		${raise}`));
      expect(fix).toMatchObject({ title: 'Leave when slot_stable() is false', added: ['		if (!slot_stable(h, mm, slot, seen)) {'] });
    }
  });
});

describe('a lock that is held until just before the event', () => {
  const fault = (body: string): string => `static vm_fault_t drawer_fill(struct vm_fault *vmf)
{
	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return 0;
	if (userfaultfd_missing(vmf->vma)) {
		${body}
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return VM_FAULT_OOM;
}

vm_fault_t drawer_fault(struct vm_fault *vmf)
{
	vmf->orig_pte = ptep_get_lockless(vmf->pte);
	if (!pte_none(vmf->orig_pte))
		return 0;
	return drawer_fill(vmf);
}
`;

  it('is where the entry is compared; what was cleaned up stays cleaned up', () => {
    expect(offer(fault('pte_unmap_unlock(vmf->pte, vmf->ptl);\n		put_drawer(vmf);\n		return handle_userfault(vmf, VM_UFFD_MISSING);'))).toEqual([{
      title: 'Recheck the entry before the page-table lock is dropped', safety: 'safe',
      added: ['		bool stable = pte_same(*vmf->pte, vmf->orig_pte);', '', '		if (!stable)', '			return 0;'], removed: [],
    }]);
  });

  it('and the helper that knows whether there is a value to compare with is asked first', () => {
    const changed = `static bool drawer_changed(struct vm_fault *vmf)
{
	if (vmf->flags & FAULT_FLAG_ORIG_PTE_VALID)
		return !pte_same(ptep_get(vmf->pte), vmf->orig_pte);
	return !pte_none(ptep_get(vmf->pte));
}
`;
    expect(offer(changed + fault('pte_unmap_unlock(vmf->pte, vmf->ptl);\n		return handle_userfault(vmf, VM_UFFD_MISSING);'))[0]?.added).toContain('		bool stable = !drawer_changed(vmf);');
  });

  it('and a result that is kept is set', () => {
    const [fix] = offer(fault('int ret;\n\n		pte_unmap_unlock(vmf->pte, vmf->ptl);\n		ret = handle_userfault(vmf, VM_UFFD_MISSING);\n		note(ret);\n		return ret;'));
    expect(fix?.added).toEqual(['		bool stable;', '		stable = pte_same(*vmf->pte, vmf->orig_pte);', '		if (!stable)', '			return 0;']);
  });

  it('and a comparison that is there already is not covered up by another', () => {
    expect(offer(fault('bool same;\n\n		same = pte_same(*vmf->pte, vmf->orig_pte);\n		pte_unmap_unlock(vmf->pte, vmf->ptl);\n		if (same)\n			return 0;\n		return handle_userfault(vmf, VM_UFFD_MISSING);'))).toEqual([undefined]);
  });
});

it('what was read and only tested is tested again, in a block of its own', () => {
  const code = `vm_fault_t tray_fault(struct mm_struct *mm, struct vm_fault *vmf, pte_t *slot)
{
	if (!huge_pte_none_mostly(huge_ptep_get(mm, vmf->address, slot)))
		return 0;
	if (userfaultfd_missing(vmf->vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`;
  expect(offer(code)[0]?.added.join('\n')).toBe(added`
	if (userfaultfd_missing(vmf->vma)) {
		bool stable;

		vmf->ptl = huge_pte_lock(hstate_vma(vmf->vma), mm, slot);
		stable = huge_pte_none_mostly(huge_ptep_get(mm, vmf->address, slot));
		spin_unlock(vmf->ptl);
		if (!stable)
			return 0;
	}`);
});
