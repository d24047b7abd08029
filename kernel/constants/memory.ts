/** Flags of walks, lookups and mappings in mm/. */
import type { Constant } from '../types';
import { group } from './build';

const carry = ['uffd-wp-bit-lost', 'uffd-wp-not-carried-over'];
const holes = ['hole-filled-under-uffd'];
const protect = ['uffd-wp-check-not-repeated'];

export const memoryConstants: readonly Constant[] = [
  ...group('rmap', 'include/linux/rmap.h', [
    ['TTU_SPLIT_HUGE_PMD', 'try_to_unmap splits huge pmds.', { rules: carry }],
    ['TTU_IGNORE_MLOCK', 'try_to_unmap takes mlocked pages as well.'],
    ['TTU_SYNC', 'try_to_unmap takes the page-table lock before it looks at an entry: no mapping is missed.'],
    ['TTU_HWPOISON', 'try_to_unmap leaves hwpoison entries.', { pitfall: 'Nothing is left to protect: the uffd-wp bit may go.' }],
    ['TTU_BATCH_FLUSH', 'try_to_unmap may put TLB flushes off until try_to_unmap_flush.'],
    ['TTU_RMAP_LOCKED', 'The caller holds i_mmap_rwsem or the anon_vma lock.'],
    ['PVMW_SYNC', 'page_vma_mapped_walk takes the page-table lock before it looks at an entry.', { pitfall: 'Without it the walk may miss an entry that is empty for a moment.' }],
    ['PVMW_MIGRATION', 'page_vma_mapped_walk looks for migration entries, not for mappings.'],
    ['RMAP_NONE', 'A mapping of an anonymous page that may be shared.', { since: [5, 19] }],
    ['RMAP_EXCLUSIVE', 'A mapping of an anonymous page that belongs to one process only.', { since: [5, 19] }],
  ]),
  ...group('fault', 'include/linux/mm_types.h', [
    ['FOLL_WRITE', 'get_user_pages for writing.', { rules: ['fake-write-fault'] }],
    ['FOLL_GET', 'get_user_pages takes references (put_page releases them).'],
    ['FOLL_DUMP', 'get_user_pages for a core dump: a hole is an error, no page is made for it.'],
    ['FOLL_FORCE', 'get_user_pages ignores the protection of the vma, as debuggers do.', { pitfall: 'It does not ignore userfaultfd: an entry with the uffd-wp bit is not written through.' }],
    ['FOLL_NOWAIT', 'get_user_pages does not wait: FAULT_FLAG_RETRY_NOWAIT.'],
    ['FOLL_NOFAULT', 'get_user_pages raises no faults.'],
    ['FOLL_HWPOISON', 'get_user_pages says so when the memory has a hardware error.'],
    ['FOLL_LONGTERM', 'The pages stay pinned for long: they must not be in movable memory.'],
    ['FOLL_SPLIT_PMD', 'Splits a huge pmd before looking at its pages.', { rules: carry }],
    ['FOLL_INTERRUPTIBLE', 'Any signal may end the waiting.', { since: [6, 2] }],
    ['FOLL_ANON', 'Anonymous memory only.'],
  ]),
  ...group('fault', 'mm/internal.h', [
    ['FOLL_TOUCH', 'Marks the pages as accessed.'],
    ['FOLL_TRIED', 'This is a later try: FAULT_FLAG_TRIED.'],
    ['FOLL_REMOTE', 'For the memory of another process: FAULT_FLAG_REMOTE.'],
    ['FOLL_PIN', 'get_user_pages pins pages (unpin_user_page releases them).'],
    ['FOLL_FAST_ONLY', 'The lockless walk only: gives up where a fault would be needed.'],
    ['FOLL_UNLOCKABLE', 'mmap_lock may be dropped on the way, so that faults may wait: FAULT_FLAG_ALLOW_RETRY.', { since: [6, 3], rules: ['fake-write-fault', 'use-after-userfault'] }],
    ['FPB_IGNORE_DIRTY', 'folio_pte_batch does not ask for equal dirty bits.', { since: [6, 9] }],
    ['FPB_IGNORE_SOFT_DIRTY', 'folio_pte_batch does not ask for equal soft-dirty bits.', { since: [6, 9] }],
  ]),
  ...group('fault', 'include/linux/mm.h', [
    ['FOLL_MIGRATION', 'get_user_pages waits for migration to end.', { until: [6, 1] }],
    ['VM_SHARED', 'The vma is a shared mapping, of a file that is open for writing if it has one.', { pitfall: 'A shared mapping of a file that is open for reading only has VM_MAYSHARE, but not this.' }],
    ['VM_MAYSHARE', 'The vma is a shared mapping (MAP_SHARED).'],
    ['VM_MAYWRITE', 'The vma may be made writable by mprotect; userfaultfd registers no vma without it.'],
    ['VM_PFNMAP', 'The vma maps page frames without struct pages.'],
    ['VM_MIXEDMAP', 'The vma maps pages and page frames without struct pages.'],
    ['VM_IO', 'The vma maps memory of a device.'],
    ['VM_SOFTDIRTY', 'Everything in the vma counts as written (soft-dirty).'],
  ]),
  ...group('page-cache', 'include/linux/shmem_fs.h', [
    ['SGP_READ', 'shmem_get_folio: find only, not behind the end of the file.'],
    ['SGP_NOALLOC', 'shmem_get_folio: find only, a hole is an error; that of UFFDIO_CONTINUE.'],
    ['SGP_CACHE', 'shmem_get_folio: fill holes, not behind the end of the file; that of faults.', { rules: holes }],
    ['SGP_WRITE', 'shmem_get_folio: fill holes, also behind the end of the file; that of write.', { rules: holes }],
    ['SGP_FALLOC', 'shmem_get_folio: as SGP_WRITE, and the page is ready for use; that of fallocate.', { rules: holes }],
  ]),
  ...group('page-cache', 'include/linux/pagemap.h', [
    ['FGP_ACCESSED', '__filemap_get_folio marks the folio as accessed.'],
    ['FGP_LOCK', '__filemap_get_folio gives the folio locked.'],
    ['FGP_CREAT', '__filemap_get_folio makes a folio if there is none.', { rules: holes }],
    ['FGP_FOR_MMAP', '__filemap_get_folio for a fault: gives the folio unlocked, also a new one.'],
    ['FGP_NOWAIT', '__filemap_get_folio gives up where it would wait for the folio lock.'],
  ]),
  ...group('page-cache', 'include/linux/xarray.h', [
    ['XA_RETRY_ENTRY', 'An entry that makes lookups start again: an index that holds it is not seen to be empty.', { rules: holes }],
    ['XA_ZERO_ENTRY', 'An entry that reads as NULL but keeps its place.'],
  ]),
  ...group('lock', 'include/linux/pagewalk.h', [
    ['PGWALK_RDLOCK', 'The walk needs mmap_lock for reading.', { since: [6, 6] }],
    ['PGWALK_WRLOCK', 'The walk needs mmap_lock for writing and write-locks each vma.', { since: [6, 6] }],
    ['PGWALK_WRLOCK_VERIFY', 'The walk needs mmap_lock for writing, with the vmas write-locked already.', { since: [6, 6] }],
    ['FW_MIGRATION', 'folio_walk_start finds folios that are being migrated as well.', { since: [6, 12] }],
    ['FW_ZEROPAGE', 'folio_walk_start finds the shared zero page as well.', { since: [6, 12] }],
    ['FW_LEVEL_PTE', 'folio_walk_start has found a pte.', { since: [6, 12] }],
    ['FW_LEVEL_PMD', 'folio_walk_start has found a pmd.', { since: [6, 12] }],
    ['FW_LEVEL_PUD', 'folio_walk_start has found a pud.', { since: [6, 12] }],
  ]),
  ...group('page-table', 'mm/khugepaged.c', [
    ['SCAN_SUCCEED', 'khugepaged: nothing speaks against a collapse.', { pitfall: 'Up to now: what was seen under a lock is old when that is dropped.', rules: protect }],
    ['SCAN_FAIL', 'khugepaged: something changed, or the range is not fit.'],
    ['SCAN_PTE_UFFD_WP', 'khugepaged: an entry has the uffd-wp bit, no collapse.', { rules: protect }],
    ['SCAN_PTE_NON_PRESENT', 'khugepaged: an entry is neither empty nor present.'],
    ['SCAN_EXCEED_NONE_PTE', 'khugepaged: too many empty entries; with userfaultfd one is too many.', { rules: holes }],
    ['SCAN_PAGE_FILLED', 'khugepaged: a hole of the file was filled meanwhile.', { since: [6, 4], rules: holes }],
    ['SCAN_VMA_CHECK', 'khugepaged: the vma is no longer fit for a huge page.'],
    ['SCAN_ANY_PROCESS', 'khugepaged: the process is going away.'],
    ['SCAN_PMD_NULL', 'khugepaged: there is no pmd.'],
    ['SCAN_PMD_MAPPED', 'khugepaged: the pmd maps a huge page already.'],
  ]),
  ...group('lock', 'mm/hugetlb.c', [
    ['HPAGE_RESV_OWNER', 'The private hugetlb vma owns its reservation map; its hugetlb vma lock is in that map.', { rules: ['lockless-pte-to-userfault'] }],
    ['HPAGE_RESV_UNMAPPED', 'The page of a private hugetlb vma was taken away for its owner: an access raises SIGBUS.'],
  ]),
];
