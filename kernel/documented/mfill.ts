/** How the monitor's ioctls change memory: filling, write-protecting and moving. Names and signatures were changed in 6.4, signatures once more in 6.9. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const file = 'mm/userfaultfd.c';
const wp = ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'];
const move = ['uffd-move-unstable-pte'];
const exists = 'EEXIST means that the entry is no longer empty: somebody else was faster. A marker counts as empty here.';

const fills = functionsOf('userfaultfd', file, 'fills missing pages', [
  ['mfill_atomic', 5, 'Fills a range page by page, for UFFDIO_COPY, UFFDIO_ZEROPAGE, UFFDIO_CONTINUE and UFFDIO_POISON.', {
    since: [6, 4], renamedFrom: '__mcopy_atomic',
    contract: { takes: 'mmap_lock or, since 6.9, the vma lock for reading, for the time of the call', sleeps: true },
    pitfall: 'When the data cannot be copied at once, it drops the locks, copies, and begins again with looking up the vma.',
  }],
  ['mfill_atomic_copy', 5, 'Fills a range with data from the monitor (UFFDIO_COPY).', { since: [6, 4], renamedFrom: 'mcopy_atomic', contract: { sleeps: true } }],
  ['mfill_atomic_zeropage', 3, 'Fills a range with zero pages (UFFDIO_ZEROPAGE).', { since: [6, 4], renamedFrom: 'mfill_zeropage', contract: { sleeps: true } }],
  ['mfill_atomic_continue', 4, 'Maps what is in the page cache of a range (UFFDIO_CONTINUE).', { since: [6, 4], renamedFrom: 'mcopy_continue', contract: { sleeps: true } }],
  ['mfill_atomic_poison', 4, 'Leaves poison markers in a range (UFFDIO_POISON).', { since: [6, 6], contract: { sleeps: true } }],
  ['mfill_atomic_pte', counts(8, 6), 'Fills one page: picks what the mode and the kind of vma ask for.', { contract: { needs: 'mmap_lock or, since 6.9, the vma lock for reading', sleeps: true } }],
  ['mfill_atomic_install_pte', counts(7, 6), 'Maps a page in an empty entry, with the uffd-wp bit if asked.', {
    contract: { needs: 'mmap_lock or, since 6.9, the vma lock for reading', takes: 'the page-table lock, for the time of the call', stale: 'what was seen of the entry before' },
    pitfall: exists, rules: ['stale-pte-stored'],
  }],
  ['mfill_atomic_pte_copy', 6, 'UFFDIO_COPY of one page into a private mapping; ENOENT when the data has to be copied without locks.', { since: [6, 4], renamedFrom: 'mcopy_atomic_pte', contract: { needs: 'mmap_lock or, since 6.9, the vma lock for reading', sleeps: true } }],
  ['mfill_atomic_pte_zeropage', 3, 'UFFDIO_ZEROPAGE of one page in a private mapping: maps the shared zero page.', {
    since: [6, 4], renamedFrom: 'mfill_zeropage_pte', contract: { takes: 'the page-table lock, for the time of the call' }, pitfall: 'Unlike UFFDIO_COPY it does not replace markers: EEXIST.',
  }],
  ['mfill_atomic_pte_continue', 4, 'UFFDIO_CONTINUE of one page of shmem: maps the page of the cache; EFAULT when there is none.', { since: [6, 4], renamedFrom: 'mcontinue_atomic_pte', contract: { sleeps: true } }],
  ['mfill_atomic_pte_poison', 4, 'UFFDIO_POISON of one page: puts a poison marker in an empty entry.', { since: [6, 6], contract: { takes: 'the page-table lock, for the time of the call' } }],
  ['mfill_atomic_hugetlb', 6, 'Fills a range of a hugetlb vma.', {
    since: [6, 4], renamedFrom: '__mcopy_atomic_hugetlb',
    contract: { needs: 'mmap_lock or, since 6.9, the vma lock for reading', takes: 'the hugetlb fault mutex and the hugetlb vma lock, for each page', releases: 'the lock that the caller took', sleeps: true, stale: 'the vma' },
  }],
  ['hugetlb_mfill_atomic_pte', 6, 'Fills one huge page of a hugetlb vma.', {
    file: 'mm/hugetlb.c', since: [6, 4], renamedFrom: 'hugetlb_mcopy_atomic_pte',
    contract: { needs: 'the hugetlb fault mutex and the hugetlb vma lock', takes: 'the page-table lock, for the time of the call', sleeps: true }, pitfall: exists,
  }],
  ['shmem_mfill_atomic_pte', counts(8, 6), 'UFFDIO_COPY or UFFDIO_ZEROPAGE of one page in a shared mapping of shmem: puts a page in the page cache and maps it.', {
    file: 'mm/shmem.c', contract: { needs: 'mmap_lock or, since 6.9, the vma lock for reading', sleeps: true },
  }],
  ['__mcopy_atomic', 7, 'Fills a range page by page, for UFFDIO_COPY, UFFDIO_ZEROPAGE and UFFDIO_CONTINUE.', { until: [6, 3], renamedTo: 'mfill_atomic', contract: { takes: 'mmap_lock for reading, for the time of the call', sleeps: true } }],
  ['__mcopy_atomic_hugetlb', 8, 'Fills a range of a hugetlb vma.', { until: [6, 3], renamedTo: 'mfill_atomic_hugetlb', contract: { needs: 'mmap_lock for reading', releases: 'mmap_lock', sleeps: true, stale: 'the vma' } }],
  ['mcopy_atomic', 6, 'Fills a range with data from the monitor (UFFDIO_COPY).', { until: [6, 3], renamedTo: 'mfill_atomic_copy', contract: { sleeps: true } }],
  ['mfill_zeropage', 4, 'Fills a range with zero pages (UFFDIO_ZEROPAGE).', { until: [6, 3], renamedTo: 'mfill_atomic_zeropage', contract: { sleeps: true } }],
  ['mcopy_continue', 4, 'Maps what is in the page cache of a range (UFFDIO_CONTINUE).', { until: [6, 3], renamedTo: 'mfill_atomic_continue', contract: { sleeps: true } }],
  ['mcopy_atomic_pte', 7, 'UFFDIO_COPY of one page into a private mapping; ENOENT when the data has to be copied without locks.', { until: [6, 3], renamedTo: 'mfill_atomic_pte_copy', contract: { needs: 'mmap_lock for reading', sleeps: true } }],
  ['mfill_zeropage_pte', 4, 'UFFDIO_ZEROPAGE of one page in a private mapping: maps the shared zero page.', { until: [6, 3], renamedTo: 'mfill_atomic_pte_zeropage', contract: { takes: 'the page-table lock, for the time of the call' } }],
  ['mcontinue_atomic_pte', 5, 'UFFDIO_CONTINUE of one page of shmem: maps the page of the cache; EFAULT when there is none.', { until: [6, 3], renamedTo: 'mfill_atomic_pte_continue', contract: { sleeps: true } }],
  ['hugetlb_mcopy_atomic_pte', 8, 'Fills one huge page of a hugetlb vma.', {
    file: 'mm/hugetlb.c', until: [6, 3], renamedTo: 'hugetlb_mfill_atomic_pte', contract: { needs: 'the hugetlb fault mutex and the hugetlb vma lock', takes: 'the page-table lock, for the time of the call', sleeps: true }, pitfall: exists,
  }],
  ['find_dst_vma', 3, 'The registered vma that holds a whole range, or NULL.', { until: [6, 8], contract: { needs: 'mmap_lock' } }],
  ['uffd_flags_mode_is', 2, 'True when the flags of a fill say this mode.', { file: 'include/linux/userfaultfd_k.h', since: [6, 4] }],
  ['uffd_flags_set_mode', 2, 'The flags of a fill with this mode.', { file: 'include/linux/userfaultfd_k.h', since: [6, 4] }],
  ['mfill_file_over_size', 2, 'True when the address lies behind the end of the file.', { since: [6, 6], contract: { needs: 'the page-table lock: it keeps truncation from passing between the look and the store' } }],
  ['mfill_atomic_pte_zeroed_folio', 3, 'UFFDIO_ZEROPAGE of one page where the shared zero page is not allowed: maps a new page of zeroes.', { since: [6, 11], contract: { sleeps: true } }],
]);

const locks = functionsOf('userfaultfd', file, 'takes a lock', [
  ['uffd_lock_vma', 2, 'Looks a vma up and locks it for reading, at worst by way of mmap_lock; an error pointer when there is none.', {
    since: [6, 9], contract: { takes: 'the vma lock for reading', sleeps: true }, pitfall: 'Not with mmap_lock held.',
  }],
  ['uffd_mfill_lock', 3, 'Locks the registered vma that holds a whole range; an error pointer, and nothing locked, when there is none.', { since: [6, 9], contract: { takes: 'the vma lock for reading (mmap_lock without CONFIG_PER_VMA_LOCK)', sleeps: true } }],
  ['uffd_mfill_unlock', 1, 'Drops what uffd_mfill_lock took.', { since: [6, 9], contract: { releases: 'the vma lock (mmap_lock without CONFIG_PER_VMA_LOCK)', stale: 'the vma' } }],
  ['uffd_move_lock', 5, 'Locks the vmas of both ends of a move; they may be one and the same.', { since: [6, 9], contract: { takes: 'the vma locks for reading (mmap_lock without CONFIG_PER_VMA_LOCK)', sleeps: true } }],
  ['uffd_move_unlock', 2, 'Drops what uffd_move_lock took.', { since: [6, 9], contract: { releases: 'the vma locks (mmap_lock without CONFIG_PER_VMA_LOCK)', stale: 'both vmas' } }],
]);

const protects = functionsOf('userfaultfd', file, 'changes protection', [
  ['mwriteprotect_range', counts(5, 4), 'UFFDIO_WRITEPROTECT: write-protects a range, or lifts the protection.', {
    contract: { takes: 'mmap_lock for reading, for the time of the call', sleeps: true },
    pitfall: 'It runs beside everything else that holds mmap_lock for reading: only the page-table lock keeps it from an entry.', rules: wp,
  }],
  ['uffd_wp_range', counts(5, 4), 'Sets or drops the uffd-wp bits of a range of one vma.', { contract: { needs: 'mmap_lock, at least for reading', sleeps: true }, rules: wp }],
]);

const moves = functionsOf('userfaultfd', file, 'moves pages', [
  ['move_pages', 5, 'UFFDIO_MOVE: moves anonymous pages of a range to another place without copying.', { since: [6, 8], contract: { takes: 'mmap_lock or, since 6.9, the vma locks for reading, for the time of the call', sleeps: true }, rules: move }],
  ['move_pages_pte', 8, 'Moves one page: reads both entries, locks folio and anon_vma, then compares both entries again under both page-table locks.', {
    since: [6, 8], contract: { needs: 'mmap_lock or, since 6.9, both vma locks for reading', sleeps: true, stale: 'both entries, at each new try' },
    pitfall: 'A folio kept from an earlier try belongs to the entry that was read then: it has to be compared with what is read now.', rules: move,
  }],
  ['move_present_pte', 12, 'Moves a mapped page; EAGAIN when one of the entries is no longer what it was.', { since: [6, 8], contract: { needs: 'the folio lock and the anon_vma lock for writing', takes: 'both page-table locks, for the time of the call' }, rules: move }],
  ['move_swap_pte', 13, 'Moves a swap entry; EAGAIN when something changed.', {
    since: [6, 8], contract: { takes: 'both page-table locks, for the time of the call' },
    pitfall: 'The same swap entry may have got a folio in the swap cache meanwhile: the entries being equal is not enough.', rules: move,
  }],
  ['move_zeropage_pte', 11, 'Moves a mapping of the shared zero page; EAGAIN when something changed.', { since: [6, 8], contract: { takes: 'both page-table locks, for the time of the call' }, rules: move }],
  ['move_pages_huge_pmd', 8, 'Moves a transparent huge page as a whole.', {
    file: 'mm/huge_memory.c', since: [6, 8], contract: { needs: 'mmap_lock or, since 6.9, both vma locks for reading; the pmd lock of the source', releases: 'the pmd lock of the source', sleeps: true }, rules: move,
  }],
]);

/** Everything of mm/userfaultfd.c but registration. */
export const mfillFunctions: readonly Documented[] = [...fills, ...locks, ...protects, ...moves];
