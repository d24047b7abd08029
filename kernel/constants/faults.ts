/** Flags and results of page faults. */
import type { Constant } from '../types';
import { group } from './build';

const types = 'include/linux/mm_types.h';
const mm = 'include/linux/mm.h';

export const faultConstants: readonly Constant[] = [
  ...group('fault', types, [
    ['FAULT_FLAG_WRITE', 'The access was a write (or pretends to be one).', { pitfall: 'A write fault that the kernel makes up is a real one for userfaultfd. To break sharing without writing, use FAULT_FLAG_UNSHARE.', rules: ['fake-write-fault'] }],
    ['FAULT_FLAG_ALLOW_RETRY', 'The handler may drop mmap_lock or the vma lock and ask for another try.', { pitfall: 'Without it handle_userfault cannot wait: the fault ends in VM_FAULT_SIGBUS.', rules: ['fake-write-fault'] }],
    ['FAULT_FLAG_RETRY_NOWAIT', 'Ask for another try at once instead of waiting; mmap_lock stays held.'],
    ['FAULT_FLAG_KILLABLE', 'The wait may be ended by a fatal signal.'],
    ['FAULT_FLAG_INTERRUPTIBLE', 'The wait may be ended by any signal.'],
    ['FAULT_FLAG_TRIED', 'This is a later try.'],
    ['FAULT_FLAG_USER', 'The access came from user mode.'],
    ['FAULT_FLAG_REMOTE', 'The fault is for the memory of another process.'],
    ['FAULT_FLAG_INSTRUCTION', 'The access was an instruction fetch.'],
    ['FAULT_FLAG_UNSHARE', 'Replace a possibly shared anonymous page by an exclusive one, without making it writable.', { since: [5, 19], pitfall: 'Not a write: it must not raise a write-protect event, and the uffd-wp bit has to survive it.', rules: ['fake-write-fault', 'uffd-wp-bit-lost'] }],
    ['FAULT_FLAG_ORIG_PTE_VALID', 'vmf->orig_pte holds what the fault handler read.', { since: [5, 19], pitfall: 'It was read without the page-table lock: compare before acting on it.', rules: ['stale-pte-stored'] }],
    ['FAULT_FLAG_VMA_LOCK', 'The fault is handled under the vma lock, not under mmap_lock.', { since: [6, 4] }],
    ['VM_FAULT_RETRY', 'Not resolved, try again; mmap_lock or the vma lock was dropped, unless FAULT_FLAG_RETRY_NOWAIT was set.', { pitfall: 'The vma must not be touched any more once the lock is dropped.', rules: ['use-after-userfault'] }],
    ['VM_FAULT_COMPLETED', 'Resolved, and mmap_lock or the vma lock was dropped.', { since: [6, 0], pitfall: 'The vma must not be touched any more.', rules: ['use-after-userfault'] }],
    ['VM_FAULT_SIGBUS', 'The access fails with SIGBUS; also what a userfault becomes when it may not wait.', { pitfall: 'A caller that only leaves its loop on it hides the error.', rules: ['fake-write-fault'] }],
    ['VM_FAULT_SIGSEGV', 'The access fails with SIGSEGV.'],
    ['VM_FAULT_OOM', 'Out of memory.'],
    ['VM_FAULT_HWPOISON', 'The memory has a hardware error.'],
    ['VM_FAULT_HWPOISON_LARGE', 'A huge page has a hardware error.'],
    ['VM_FAULT_ERROR', 'All results that mean that the fault failed.', { pitfall: 'Includes VM_FAULT_SIGBUS from a userfault that could not wait.', rules: ['fake-write-fault'] }],
    ['VM_FAULT_NOPAGE', 'The handler installed the entry itself or found nothing to do.'],
    ['VM_FAULT_LOCKED', 'The handler returned a locked page.'],
    ['VM_FAULT_FALLBACK', 'A huge page was not possible: try small ones.'],
    ['VM_FAULT_MAJOR', 'The fault needed I/O.'],
    ['VM_FAULT_WRITE', 'Copy-on-write was done.', { until: [6, 1] }],
    ['VM_FAULT_DONE_COW', 'The handler of the file made the private copy itself.'],
    ['VM_FAULT_NEEDDSYNC', 'The file system has to be synced before the page may become writable (DAX).'],
    ['VM_FAULT_HINDEX_MASK', 'With VM_FAULT_HWPOISON_LARGE: which size of huge page it was.'],
    ['FAULT_FLAG_MKWRITE', 'Not a fault from outside: a mapped page is about to become writable.'],
  ]),
  ...group('fault', mm, [
    ['FAULT_FLAG_DEFAULT', 'What a fault from user mode starts with: FAULT_FLAG_ALLOW_RETRY, FAULT_FLAG_KILLABLE and FAULT_FLAG_INTERRUPTIBLE.'],
  ]),
];
