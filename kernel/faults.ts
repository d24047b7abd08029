/** Faults that the kernel raises itself. */
import { rowsOf, shape } from './build';
import type { Primitive } from './types';

const row = rowsOf('fault');

/** Calls that resolve a fault on behalf of the kernel. */
export const faults: readonly Primitive[] = [
  row('handle_mm_fault', shape(4, { op: 'fault', flags: 2, regs: 3 }), 'Resolves a page fault in a vma.', 'mm/memory.c:handle_mm_fault', {
    contract: { needs: 'mmap_lock or the vma lock for reading', releases: 'mmap_lock or the vma lock, when it returns VM_FAULT_RETRY or VM_FAULT_COMPLETED', sleeps: true, stale: 'every entry of the vma; after RETRY or COMPLETED also the vma' },
    pitfall: 'With FAULT_FLAG_WRITE and without FAULT_FLAG_ALLOW_RETRY a write-protect userfault becomes VM_FAULT_SIGBUS.', rules: ['fake-write-fault', 'use-after-userfault'],
  }),
  row('fixup_user_fault', shape(4, { op: 'fault', flags: 2, unlocked: 3 }), 'Resolves a fault for the kernel at a user address, as if the process had touched it.', 'mm/gup.c:fixup_user_fault', {
    contract: { needs: 'mmap_lock for reading', sleeps: true, stale: 'the vma, when *unlocked was set' },
    pitfall: 'Only with a non-NULL last argument may the fault wait; with NULL a userfault becomes an error.', rules: ['fake-write-fault'],
  }),
];
