import { describe, expect, it } from 'vitest';
import { offer } from './testing';

const breakSharing = (call: string, end = '(VM_FAULT_SIGBUS | VM_FAULT_OOM)'): string => `static int break_sharing(struct vm_area_struct *vma, unsigned long addr, unsigned int gup)
{
	vm_fault_t ret = 0;
	unsigned int flags = FAULT_FLAG_REMOTE;

	do {
		if (!is_shared(vma, addr))
			break;
		${call}
	} while (!(ret & ${end}));
	return (ret & VM_FAULT_OOM) ? -ENOMEM : 0;
}
`;
const title = 'Break sharing with FAULT_FLAG_UNSHARE instead of a write';

describe('a fault that is faked to break sharing', () => {
  it('unshares, where the flag is written and where it is put into a variable', () => {
    expect(offer(breakSharing('ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE | flags, NULL);'))).toEqual([{
      title, safety: 'suggested',
      added: ['		ret = handle_mm_fault(vma, addr, FAULT_FLAG_UNSHARE | flags, NULL);'],
      removed: ['		ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE | flags, NULL);'],
    }]);
    const [fix] = offer(breakSharing('if (gup & FOLL_WRITE)\n			flags |= FAULT_FLAG_WRITE;\n		else\n			flags = FAULT_FLAG_WRITE;\n		ret = handle_mm_fault(vma, addr, flags, NULL);'));
    // What somebody asked for stays a write.
    expect(fix).toMatchObject({ title, added: ['			flags = FAULT_FLAG_UNSHARE;'], removed: ['			flags = FAULT_FLAG_WRITE;'] });
  });

  it('does not where the loop waits for a result that only a write has', () => {
    expect(offer(breakSharing('ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);', '(VM_FAULT_WRITE | VM_FAULT_SIGBUS)'))).toEqual([undefined]);
    const alsoSet = 'if (is_mine(vma))\n			ret = VM_FAULT_WRITE;\n		else\n			ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);';
    expect(offer(breakSharing(alsoSet, '(VM_FAULT_WRITE | VM_FAULT_SIGBUS | VM_FAULT_OOM)'))[0]).toMatchObject({ title });
  });

  it('does not in a kernel that has no such fault, nor where the failure is handed on', () => {
    const kernel = 'vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags, struct pt_regs *regs)\n{\n	return 0;\n}\n';
    const code = breakSharing('ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);');
    expect(offer(kernel + code)).toEqual([undefined]);
    expect(offer(`${kernel}/* FAULT_FLAG_UNSHARE */\n${code}`)[0]).toMatchObject({ title });
    expect(offer('static int touch(struct vm_area_struct *vma, unsigned long addr)\n{\n	if (handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL) & VM_FAULT_ERROR)\n		return -EFAULT;\n	return 0;\n}\n')).toEqual([undefined]);
  });
});

describe('an event for writers', () => {
  const protectedPage = (head: string, condition: string): string => `static vm_fault_t protected_page(struct vm_fault *vmf, bool strict)
{
${head}	if (!(vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)))
		return 0;
	if (${condition})
		return handle_userfault(vmf, VM_UFFD_WP);
	return VM_FAULT_FALLBACK;
}
`;

  it('is not raised for unsharing: by the name that the function has for it, or by the flag', () => {
    const title = 'Raise no event for a fault that only unshares';
    const test = 'userfaultfd_huge_pmd_wp(vmf->vma, vmf->orig_pmd)';
    expect(offer(protectedPage('', test))).toMatchObject([{ title, safety: 'suggested', added: ['	if (!(vmf->flags & FAULT_FLAG_UNSHARE) &&', `	    ${test})`] }]);
    expect(offer(protectedPage('	const bool unshare = vmf->flags & FAULT_FLAG_UNSHARE;\n\n', test))).toMatchObject([{ title, added: [`	if (!unshare && ${test})`] }]);
    expect(offer(protectedPage('', `strict || ${test}`))).toMatchObject([{ title, added: ['	if (!(vmf->flags & FAULT_FLAG_UNSHARE) &&', `	    (strict || ${test}))`] }]);
  });
});
