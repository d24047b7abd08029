/** userfaultfd proper: the path of an event, the ioctls, what fork, mremap, munmap and madvise tell the monitor. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const file = 'fs/userfaultfd.c';
const r1 = ['lockless-pte-to-userfault'];
const wp = ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'];
const r4 = ['hole-filled-under-uffd'];

const event = functionsOf('userfaultfd', file, 'path of a userfault', [
  ['userfaultfd_must_wait', counts(4, 3), 'Looks at the entry once more after the fault was queued: false when somebody has resolved the fault meanwhile, so that nobody has to wait.', {
    contract: { needs: 'mmap_lock or, since 6.6, the vma lock for reading', stale: 'the answer, at once: it reads without the page-table lock' },
    pitfall: 'It does not replace the look under the page-table lock before handle_userfault: an entry that is empty for a moment makes it wait.', rules: r1,
  }],
  ['userfaultfd_huge_must_wait', counts(5, 3), 'As userfaultfd_must_wait for hugetlb: reads the hugetlb entry without its lock.', {
    contract: { needs: 'mmap_lock or, since 6.6, the vma lock for reading; since 6.3 also the hugetlb vma lock, which handle_userfault takes', stale: 'the answer, at once' },
    pitfall: 'Up to 6.2 nothing keeps the page table from being unshared while it is read.', rules: [...r1, 'hugetlb-pte-walk-unlocked'],
  }],
  ['userfaultfd_get_blocking_state', 1, 'How a userfault sleeps: TASK_INTERRUPTIBLE with FAULT_FLAG_INTERRUPTIBLE, TASK_KILLABLE with FAULT_FLAG_KILLABLE, otherwise TASK_UNINTERRUPTIBLE.'],
  ['userfault_msg', 5, 'Builds the UFFD_EVENT_PAGEFAULT message from address, fault flags and reason.'],
  ['userfaultfd_wake_function', 4, 'Wakes one waiting thread if its address is in the range, and takes it off the queue.', { contract: { needs: 'the lock of the wait queue' } }],
  ['wake_userfault', 2, 'Wakes the threads whose faults lie in the range.', {
    pitfall: 'The entries have to be in place before: it begins with the memory barrier that this relies on.',
  }],
  ['__wake_userfault', 2, 'The body of wake_userfault, called when somebody waits.', { contract: { takes: 'the lock of the queue of pending faults for the time of the call' } }],
  ['userfaultfd_ctx_get', 1, 'Takes a reference to a userfaultfd context.'],
  ['userfaultfd_ctx_put', 1, 'Drops a reference to a userfaultfd context; the last one frees it.', { contract: { stale: 'the context' } }],
  ['userfaultfd_is_initialized', 1, 'True when UFFDIO_API was done.'],
  ['userfaultfd_wp_async_ctx', 1, 'True when the context has UFFD_FEATURE_WP_ASYNC; no context at all counts as false.', { since: [6, 7] }],
]);

const events = functionsOf('userfaultfd', file, 'event for the monitor', [
  ['userfaultfd_event_wait_completion', 2, 'Queues an event and sleeps until the monitor has read it, the file is closed or a fatal signal comes; then lets the ioctls go on.', {
    contract: { sleeps: true, stale: 'the context: a reference is dropped' },
    pitfall: 'No mmap_lock may be held: the monitor may need it before it gets to reading.', rules: ['userfault-with-lock-held'],
  }],
  ['userfaultfd_event_complete', 2, 'Tells the thread that waits with an event that the monitor has it.', { contract: { needs: 'the lock of the event queue' } }],
  ['dup_userfaultfd', 2, 'Part of fork: gives the vma of the child a context of its own with UFFD_FEATURE_EVENT_FORK, and none without.', {
    contract: { needs: 'mmap_lock of both processes for writing', sleeps: true },
    pitfall: 'Without the feature the child is not registered: uffd-wp bits and markers must not be copied to it.', rules: ['uffd-wp-not-carried-over'],
  }],
  ['dup_userfaultfd_complete', 1, 'Part of fork: sends UFFD_EVENT_FORK for each context that was copied and waits for the monitor.', { contract: { sleeps: true } }],
  ['dup_userfaultfd_fail', 1, 'Part of fork: gives up the copied contexts when fork fails; no event is sent.', { since: [6, 12] }],
  ['mremap_userfaultfd_prep', 2, 'Part of mremap: keeps the context for the event with UFFD_FEATURE_EVENT_REMAP, otherwise ends the registration of the moved vma.', {
    contract: { needs: 'mmap_lock for writing' }, rules: ['uffd-wp-not-carried-over'],
  }],
  ['mremap_userfaultfd_complete', 4, 'Part of mremap: sends UFFD_EVENT_REMAP and waits for the monitor; nothing is sent when the move failed.', { contract: { sleeps: true } }],
  ['userfaultfd_remove', 3, 'Part of madvise: with UFFD_FEATURE_EVENT_REMOVE it sends the event and waits; true when nothing was sent.', {
    contract: { needs: 'mmap_lock for reading', releases: 'mmap_lock, when it returns false', sleeps: true, stale: 'the vma, when it returns false' },
    pitfall: 'After false mmap_lock has to be taken and the vma looked up again.', rules: ['use-after-userfault'],
  }],
  ['userfaultfd_unmap_prep', 4, 'Part of munmap: notes a registered range for UFFD_EVENT_UNMAP; not 0 when out of memory.', { contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['userfaultfd_unmap_complete', 2, 'Part of munmap: sends the events that userfaultfd_unmap_prep noted and waits for the monitor.', { contract: { sleeps: true }, pitfall: 'Only after mmap_lock is dropped.' }],
]);

const ioctls = functionsOf('userfaultfd', file, 'ioctl', [
  ['userfaultfd_api', 2, 'UFFDIO_API: agrees on the features.'],
  ['userfaultfd_register', 2, 'UFFDIO_REGISTER: sets VM_UFFD_MISSING, VM_UFFD_WP or VM_UFFD_MINOR on the vmas of a range.', {
    contract: { takes: 'mmap_lock for writing, for the time of the call', sleeps: true },
    pitfall: 'Code that holds mmap_lock neither for reading nor for writing, such as khugepaged on a file, can see a vma become registered at any time.', rules: r4,
  }],
  ['userfaultfd_unregister', 2, 'UFFDIO_UNREGISTER: drops uffd-wp bits of the range, clears the flags and wakes whoever waits.', { contract: { takes: 'mmap_lock for writing, for the time of the call', sleeps: true } }],
  ['userfaultfd_wake', 2, 'UFFDIO_WAKE: wakes the threads that wait in a range.'],
  ['userfaultfd_copy', 2, 'UFFDIO_COPY: fills missing pages with data and wakes who waits, unless UFFDIO_COPY_MODE_DONTWAKE.', { contract: { sleeps: true } }],
  ['userfaultfd_zeropage', 2, 'UFFDIO_ZEROPAGE: fills missing pages with zeroes and wakes who waits.', { contract: { sleeps: true } }],
  ['userfaultfd_writeprotect', 2, 'UFFDIO_WRITEPROTECT: protects a range, or lifts the protection and wakes who waits.', { contract: { sleeps: true }, rules: wp }],
  ['userfaultfd_continue', 2, 'UFFDIO_CONTINUE: maps pages that are in the page cache already and wakes who waits.', { since: [5, 13], contract: { sleeps: true } }],
  ['userfaultfd_poison', 2, 'UFFDIO_POISON: leaves markers that turn later accesses into SIGBUS.', { since: [6, 6], contract: { sleeps: true } }],
  ['userfaultfd_move', 2, 'UFFDIO_MOVE: moves anonymous pages within the process.', { since: [6, 8], contract: { sleeps: true }, rules: ['uffd-move-unstable-pte'] }],
  ['userfaultfd_release', 2, 'The file is closed: ends all registrations and wakes everybody who waits.', {
    contract: { takes: 'mmap_lock for writing, for the time of the call', sleeps: true },
    pitfall: 'Waiting threads get no answer but another try: the fault is then handled as if there were no userfaultfd.',
  }],
  ['userfaultfd_ctx_read', 4, 'Reads the next event; a fault that was read moves to the queue of those that wait for their resolution.', { contract: { sleeps: true } }],
  ['userfaultfd_poll', 2, 'poll: ready when a fault or an event waits to be read; only for a descriptor that does not block.'],
  ['userfaultfd_ioctl', 3, 'Hands an ioctl on; all but UFFDIO_API need UFFDIO_API first.', { contract: { sleeps: true } }],
  ['new_userfaultfd', 1, 'Makes a userfaultfd, for the system call and for /dev/userfaultfd.', { since: [6, 1], contract: { sleeps: true } }],
  ['userfaultfd_read', 4, 'read: hands events to the monitor, waiting for the first if there is none.', { until: [6, 9], renamedTo: 'userfaultfd_read_iter', contract: { sleeps: true } }],
  ['userfaultfd_read_iter', 2, 'read: hands events to the monitor, waiting for the first if there is none.', { since: [6, 10], renamedFrom: 'userfaultfd_read', contract: { sleeps: true } }],
  ['userfaultfd_dev_ioctl', 3, 'ioctl of /dev/userfaultfd: USERFAULTFD_IOC_NEW makes a userfaultfd.', { since: [6, 1] }],
  ['userfaultfd_syscall_allowed', 1, 'True when the caller may use the system call: for user-mode faults only, by sysctl, or with CAP_SYS_PTRACE.', { since: [6, 1] }],
  ['userfaultfd_show_fdinfo', 2, 'What /proc says of a userfaultfd: how many threads wait.'],
  ['userfaultfd_init', 0, 'Sets userfaultfd up when the kernel starts.'],
  ['uffd_ctx_features', 1, 'The features of a context with the bit that says that UFFDIO_API was done.'],
]);

const vmas = functionsOf('userfaultfd', 'mm/userfaultfd.c', 'registration of a vma', [
  ['userfaultfd_set_vm_flags', 2, 'Sets the flags of a registration and, for a shared mapping, the page protection that write protection asks for.', { contract: { needs: 'mmap_lock for writing' } }],
  ['userfaultfd_reset_ctx', 1, 'Ends the registration of one vma; entries stay as they are.', {
    since: [6, 12], contract: { needs: 'mmap_lock for writing', takes: 'the vma lock for writing, until mmap_lock is dropped' }, pitfall: 'The entries keep their uffd-wp bits: the caller has to see to them.', rules: ['uffd-wp-not-carried-over'],
  }],
  ['userfaultfd_clear_vma', 5, 'Ends the registration of a part of a vma: drops the uffd-wp bits, splits the vma and clears its flags.', { since: [6, 12], contract: { needs: 'mmap_lock for writing', sleeps: true, stale: 'the vma: use the one that it returns' } }],
  ['userfaultfd_register_range', 6, 'Registers the vmas of a range, splitting and merging them as needed.', { since: [6, 12], contract: { needs: 'mmap_lock for writing', sleeps: true, stale: 'the vma' }, rules: r4 }],
  ['userfaultfd_release_all', 2, 'Ends all registrations of a context.', { since: [6, 12], contract: { takes: 'mmap_lock for writing, for the time of the call', sleeps: true } }],
  ['userfaultfd_release_new', 1, 'Ends the registrations of a context that fork made and no monitor took.', { since: [6, 12], contract: { takes: 'mmap_lock for writing, for the time of the call', sleeps: true } }],
  ['vma_can_userfault', counts(2, 3), 'True when userfaultfd can handle this kind of vma in these modes: anonymous, shmem or hugetlb; others for asynchronous write protection only.', {
    file: 'include/linux/userfaultfd_k.h', contract: { needs: 'mmap_lock' },
  }],
  ['is_mergeable_vm_userfaultfd_ctx', 2, 'True when the vma belongs to this userfaultfd context: vmas of different contexts are not merged.', { file: 'include/linux/userfaultfd_k.h', contract: { needs: 'mmap_lock' } }],
  ['userfaultfd_set_ctx', 3, 'Sets context and flags of the registration of one vma.', { since: [6, 12], contract: { needs: 'mmap_lock for writing', takes: 'the vma lock for writing, until mmap_lock is dropped' } }],
  ['vma_modify_flags_uffd', 8, 'Splits and merges a vma so that a part of it can be registered or have its registration ended.', { file: 'mm/vma.c', since: [6, 7], contract: { needs: 'mmap_lock for writing', sleeps: true, stale: 'the vma: use the one that it returns' } }],
]);

/** Everything of fs/userfaultfd.c, and registration. */
export const userfaultfdFunctions: readonly Documented[] = [...event, ...events, ...ioctls, ...vmas];
