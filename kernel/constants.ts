/** Flags and ioctls that a hover explains. */
import type { Area, Constant } from './types';

type Notes = Omit<Constant, 'name' | 'area' | 'meaning' | 'source'>;
type Line = readonly [name: string, meaning: string, notes?: Notes];

const uapi = 'include/uapi/linux/userfaultfd.h';
const mm = 'include/linux/mm.h';
const types = 'include/linux/mm_types.h';

/** All constants; a test asserts that no name occurs twice. */
export const allConstants: readonly Constant[] = [
  ...group('userfaultfd', uapi, [
    ['UFFDIO_API', 'Handshake: the monitor asks for features and learns which ones the kernel has.'],
    ['UFFDIO_REGISTER', 'Registers an address range for missing, write-protect or minor faults.', { pitfall: 'Takes mmap_lock for writing: the registration of a vma is stable while mmap_lock (or the vma lock) is held.' }],
    ['UFFDIO_UNREGISTER', 'Ends the registration of a range and wakes whoever waits in it.'],
    ['UFFDIO_WAKE', 'Wakes the threads that wait for faults in a range.'],
    ['UFFDIO_COPY', 'Fills a missing page with data from the monitor and wakes the waiting thread.', { pitfall: 'Fails with EEXIST when the entry is no longer empty.' }],
    ['UFFDIO_ZEROPAGE', 'Fills a missing page with zeroes and wakes the waiting thread.'],
    ['UFFDIO_MOVE', 'Moves pages from one place of the process to another without copying.', { since: [6, 8], pitfall: 'Both entries are looked at first and compared again under both page-table locks.', rules: ['uffd-move-unstable-pte'] }],
    ['UFFDIO_WRITEPROTECT', 'Write-protects a range for the monitor, or lifts the protection.', {
      pitfall: 'It changes the bits under the page-table lock with mmap_lock held for reading only: other code that holds mmap_lock for reading does not keep it out.', rules: ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'],
    }],
    ['UFFDIO_CONTINUE', 'Resolves a minor fault: maps the page that is already in the page cache.', { since: [5, 13] }],
    ['UFFDIO_POISON', 'Makes a missing page raise SIGBUS from now on.', { since: [6, 6] }],
    ['UFFDIO_REGISTER_MODE_MISSING', 'Report faults on pages that are not there.', { rules: ['hole-filled-under-uffd'] }],
    ['UFFDIO_REGISTER_MODE_WP', 'Report writes to pages that UFFDIO_WRITEPROTECT protected.'],
    ['UFFDIO_REGISTER_MODE_MINOR', 'Report faults on pages that are in the page cache but not mapped.', { since: [5, 13] }],
    ['UFFDIO_WRITEPROTECT_MODE_WP', 'Protect; without it the ioctl lifts the protection.'],
    ['UFFDIO_COPY_MODE_WP', 'Fill the page write-protected.'],
    ['UFFD_FEATURE_PAGEFAULT_FLAG_WP', 'Write-protect faults are supported.'],
    ['UFFD_FEATURE_EVENT_FORK', 'The monitor is told about fork and gets a userfaultfd for the child.', { rules: ['uffd-wp-not-carried-over'] }],
    ['UFFD_FEATURE_EVENT_REMAP', 'The monitor is told about mremap.'],
    ['UFFD_FEATURE_EVENT_REMOVE', 'The monitor is told when a range is dropped by madvise.'],
    ['UFFD_FEATURE_EVENT_UNMAP', 'The monitor is told about munmap.'],
    ['UFFD_FEATURE_SIGBUS', 'Faults raise SIGBUS instead of an event.'],
    ['UFFD_FEATURE_THREAD_ID', 'The event names the thread that faulted.'],
    ['UFFD_FEATURE_EXACT_ADDRESS', 'The event gives the exact address, not the start of the page.', { since: [5, 18] }],
    ['UFFD_FEATURE_MISSING_HUGETLBFS', 'Missing faults work on hugetlb.'],
    ['UFFD_FEATURE_MISSING_SHMEM', 'Missing faults work on shmem.'],
    ['UFFD_FEATURE_MINOR_HUGETLBFS', 'Minor faults work on hugetlb.', { since: [5, 13] }],
    ['UFFD_FEATURE_MINOR_SHMEM', 'Minor faults work on shmem.', { since: [5, 14] }],
    ['UFFD_FEATURE_WP_HUGETLBFS_SHMEM', 'Write protection works on hugetlb and shmem; it relies on markers.', { since: [5, 19], rules: ['uffd-wp-bit-lost'] }],
    ['UFFD_FEATURE_WP_UNPOPULATED', 'Write protection of anonymous memory also covers pages that are not there yet.', { since: [6, 4] }],
    ['UFFD_FEATURE_POISON', 'UFFDIO_POISON is supported.', { since: [6, 6] }],
    ['UFFD_FEATURE_WP_ASYNC', 'A write to a protected page lifts the protection by itself; PAGEMAP_SCAN reports it.', { since: [6, 7] }],
    ['UFFD_FEATURE_MOVE', 'UFFDIO_MOVE is supported.', { since: [6, 8] }],
    ['UFFD_USER_MODE_ONLY', 'Only faults from user mode are handled; faults inside the kernel fail.', { since: [5, 11] }],
    ['UFFD_EVENT_PAGEFAULT', 'The event that reports a fault to the monitor.'],
  ]),
  ...group('userfaultfd', mm, [
    ['VM_UFFD_MISSING', 'The vma is registered for missing faults; also the reason given to handle_userfault.', { rules: ['lockless-pte-to-userfault', 'hole-filled-under-uffd'] }],
    ['VM_UFFD_WP', 'The vma is registered for write protection; also the reason given to handle_userfault.', { rules: ['uffd-wp-bit-lost', 'uffd-wp-check-not-repeated'] }],
    ['VM_UFFD_MINOR', 'The vma is registered for minor faults; also the reason given to handle_userfault.', { since: [5, 13], rules: ['lockless-pte-to-userfault'] }],
    ['MM_CP_UFFD_WP', 'change_protection sets the uffd-wp bit and takes write permission away.'],
    ['MM_CP_UFFD_WP_RESOLVE', 'change_protection drops the uffd-wp bit.', { pitfall: 'Here the bit and the markers are dropped on purpose.' }],
    ['ZAP_FLAG_DROP_MARKER', 'The zap removes uffd-wp markers as well, because the vma (munmap) or the file content (truncation) goes away.', { since: [5, 19], pitfall: 'Without it a zap of a file mapping leaves markers behind.', rules: ['uffd-wp-bit-lost'] }],
    ['ZAP_FLAG_UNMAP', 'The zap is part of munmap: the vma goes away.', { since: [6, 1] }],
  ]),
  ...group('userfaultfd', 'include/linux/swapops.h', [
    ['PTE_MARKER_UFFD_WP', 'Marker bit: no page is mapped, and the entry is write-protected by userfaultfd.', { since: [5, 19], rules: ['uffd-wp-bit-lost', 'uffd-wp-not-carried-over'] }],
    ['PTE_MARKER_POISONED', 'Marker bit: the content is lost, an access raises SIGBUS.', { since: [6, 6] }],
    ['PTE_MARKER_GUARD', 'Marker bit: guard region, an access raises SIGSEGV.', { since: [6, 13] }],
    ['PTE_MARKER_MASK', 'All marker bits.', { since: [5, 19] }],
  ]),
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
    ['VM_FAULT_RETRY', 'Not resolved, try again; mmap_lock or the vma lock was dropped.', { pitfall: 'The vma must not be touched any more.', rules: ['use-after-userfault'] }],
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
  ]),
];

function group(area: Area, file: string, lines: readonly Line[]): readonly Constant[] {
  return lines.map(([name, meaning, notes]) => ({ name, area, meaning, source: `${file}:${name}`, ...notes }));
}
