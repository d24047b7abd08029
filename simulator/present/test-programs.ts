/** Scenarios built by hand, for the tests of this folder: shaped like the kernel's, with the texts that a scenario's author would write. */
import type { Program, Step, Word } from '../machine/program';
import { addressOf, and, at, bitAnd, bitOr, eq, goto, ifElse, ne, not, or, ProgramBuilder, set, store, value, violate, when, type Act, type StepExtras, type ThreadBuilder, type WordExp } from '../testing';
import type { FormatValue } from './format';

export const PRESENT = 1;
export const WRITABLE = 2;
export const UFFD_WP = 4;
export const MARKER = 8;

/** Stands in for the machine's own formatting of values. */
export const formatForTests: FormatValue = (program: Program, { kind }: Word, number: number): string => {
  if (kind === 'entry') return number === 0 ? 'none' : [[PRESENT, 'present'], [WRITABLE, 'writable'], [MARKER, 'marker'], [UFFD_WP, 'uffd-wp']].flatMap(([bit, name]) => (number & Number(bit) ? [String(name)] : [])).join(', ');
  if (kind === 'slot') return ['empty', 'retry entry', 'swap value'][number] ?? 'folio';
  if (kind === 'pointer') return number === 0 ? 'NULL' : `&${program.words[number - 1]?.name ?? '?'}`;
  return String(number);
};

/** The functions of a step, written before its text: `hugetlb_fault/hugetlb_no_page: handle_userfault(...)`. */
export function dress(program: Program, titles: readonly string[]): Program {
  return {
    ...program,
    threads: program.threads.map((thread, index) => ({
      ...thread,
      title: titles[index] ?? thread.title,
      steps: thread.steps.map((step): Step => {
        const match = /^([\w/]+): (.*)$/s.exec(step.text);
        return match ? { ...step, functions: [thread.name, ...(match[1] ?? '').split('/')], text: match[2] ?? '' } : step;
      }),
    })),
  };
}

/** Moves by thread: `000111` is three steps of P0, then three of P1, all the first way. */
export function schedule(threads: string): { thread: number; way: number }[] {
  return [...threads.replaceAll(' ', '')].map((thread) => ({ thread: Number(thread), way: 0 }));
}

/** Locking with the text of the kernel's own function. */
export const take = (t: ThreadBuilder, text: string, lock: WordExp): ThreadBuilder =>
  t.stepWith({ guard: eq(lock, 0), kind: 'lock', lock }, text, [set(lock, t.number + 1)]);
export const drop = (t: ThreadBuilder, text: string, lock: WordExp): ThreadBuilder =>
  t.stepWith({ kind: 'unlock', lock }, text, [violate('unlock-not-held', ne(lock, t.number + 1)), set(lock, 0)]);
export const takeRead = (t: ThreadBuilder, text: string, lock: WordExp, threads: number): ThreadBuilder =>
  t.stepWith({ guard: eq(bitAnd(lock, ((1 << threads) - 1) << threads), 0), kind: 'lock', lock }, text, [set(lock, bitOr(lock, 1 << t.number))]);
export const dropRead = (t: ThreadBuilder, text: string, lock: WordExp): ThreadBuilder =>
  t.stepWith({ kind: 'unlock', lock }, text, [set(lock, bitAnd(lock, { kind: 'unary', op: '~', operand: value(1 << t.number) }))]);
export const takeWrite = (t: ThreadBuilder, text: string, lock: WordExp, threads: number): ThreadBuilder =>
  t.stepWith({ guard: eq(lock, 0), kind: 'lock', lock }, text, [set(lock, 1 << (threads + t.number))]);
export const dropWrite = (t: ThreadBuilder, text: string, lock: WordExp): ThreadBuilder => t.stepWith({ kind: 'unlock', lock }, text, [set(lock, 0)]);
const does = (t: ThreadBuilder, kind: StepExtras['kind'], text: string, ...acts: Act[]): ThreadBuilder => t.stepWith({ kind }, text, acts);

/** MISSING event on an unstable hugetlb pte: UFFDIO_WRITEPROTECT against a page fault. The fixed one compares again under the lock. */
export function hugetlb(fixed: boolean): Program {
  const b = new ProgramBuilder();
  const pte = b.shared('pte', { kind: 'entry', initial: PRESENT | WRITABLE });
  const slot = b.shared('slot[0]', { kind: 'slot' });
  const ptl = b.lock('ptl');
  const mmapLock = b.rwlock('mm.mmap_lock', 2);
  const iMmap = b.rwlock('mapping.i_mmap_rwsem', 2);
  const mutex = b.lock('hugetlb.fault_mutex');
  const justified = b.ghost('justified');
  b.thread('P0', (t) => {
    const old = t.local('old', { kind: 'entry' });
    takeRead(t, 'mmap_read_lock(mm)', mmapLock, 2);
    takeWrite(t, 'hugetlb_change_protection: i_mmap_lock_write(vma->vm_file->f_mapping)', iMmap, 2);
    take(t, 'hugetlb_change_protection: ptl = huge_pte_lock(h, mm, ptep)', ptl);
    does(t, 'clear', 'hugetlb_change_protection: old = huge_ptep_modify_prot_start(vma, address, ptep)', set(old, pte), set(pte, 0));
    does(t, 'store', 'hugetlb_change_protection: huge_ptep_modify_prot_commit(vma, address, ptep, old, newpte)', store(addressOf(pte), bitOr(bitAnd(old, ~WRITABLE & 15), UFFD_WP)));
    drop(t, 'hugetlb_change_protection: spin_unlock(ptl)', ptl);
    dropWrite(t, 'hugetlb_change_protection: i_mmap_unlock_write(vma->vm_file->f_mapping)', iMmap);
    dropRead(t, 'mmap_read_unlock(mm)', mmapLock);
  });
  b.thread('P1', (t) => {
    const entry = t.local('entry', { kind: 'entry' });
    const folio = t.local('folio', { kind: 'slot' });
    t.label('retry');
    does(t, 'user-access', 'write to the page', ifElse(bitAnd(pte, WRITABLE), [goto('done')], [set(justified, 0)]));
    takeRead(t, 'hugetlb_fault: mmap_read_lock(mm)', mmapLock, 2);
    take(t, 'hugetlb_fault: mutex_lock(&hugetlb_fault_mutex_table[hash])', mutex);
    does(t, 'load', 'hugetlb_fault: entry = huge_ptep_get(ptep)', set(entry, pte), when(ne(entry, 0), goto('wp')));
    does(t, 'load', 'hugetlb_fault/hugetlb_no_page: folio = filemap_lock_folio(mapping, idx)', set(folio, slot), when(ne(folio, 0), goto('wp')));
    if (fixed) {
      take(t, 'hugetlb_fault/hugetlb_no_page/hugetlb_pte_stable: ptl = huge_pte_lock(h, mm, ptep)', ptl);
      t.stepWith({ kind: 'load' }, 'hugetlb_fault/hugetlb_no_page/hugetlb_pte_stable: same = pte_same(huge_ptep_get(ptep), entry)', [ifElse(eq(pte, entry), [goto('stable')], [goto('unstable')])]);
      t.label('unstable');
      drop(t, 'hugetlb_fault/hugetlb_no_page/hugetlb_pte_stable: spin_unlock(ptl)', ptl);
      drop(t, 'hugetlb_fault/hugetlb_no_page: mutex_unlock(&hugetlb_fault_mutex_table[hash])', mutex);
      t.stepWith({ kind: 'unlock', lock: mmapLock }, 'hugetlb_fault: mmap_read_unlock(mm)', [set(mmapLock, bitAnd(mmapLock, ~2 & 15)), goto('retry')]);
      t.label('stable');
      drop(t, 'hugetlb_fault/hugetlb_no_page/hugetlb_pte_stable: spin_unlock(ptl)', ptl);
    }
    drop(t, 'hugetlb_fault/hugetlb_no_page: mutex_unlock(&hugetlb_fault_mutex_table[hash])', mutex);
    does(t, 'event', 'hugetlb_fault/hugetlb_no_page: handle_userfault(vmf, VM_UFFD_MISSING)', violate('unjustified-event', not(justified)), goto('done'));
    t.label('wp');
    drop(t, 'hugetlb_fault/hugetlb_wp: mutex_unlock(&hugetlb_fault_mutex_table[hash])', mutex);
    does(t, 'event', 'hugetlb_fault/hugetlb_wp: handle_userfault(vmf, VM_UFFD_WP)');
    t.label('done');
    dropRead(t, 'hugetlb_fault: mmap_read_unlock(mm)', mmapLock);
  });
  return dress(b.build(), ['UFFDIO_WRITEPROTECT', 'page fault']);
}

/** The shortest schedule that fails on it. */
export const hugetlbSchedule = schedule('0000 1111111');

/** khugepaged collapses over an entry that was write-protected between its two scans. */
export function khugepaged(fixed: boolean): Program {
  const b = new ProgramBuilder();
  const pte0 = b.shared('pte[0]', { kind: 'entry', initial: PRESENT | WRITABLE });
  const pte1 = b.shared('pte[1]', { kind: 'entry', initial: PRESENT | WRITABLE });
  const pmd = b.shared('pmd', { kind: 'entry', initial: PRESENT });
  const ptl = b.lock('ptl');
  const pmdLock = b.lock('pmd_lock');
  const mmapLock = b.rwlock('mm.mmap_lock', 2);
  const anon = b.rwlock('anon_vma.rwsem', 2);
  b.thread('P0', (t) => {
    const val = t.local('pteval', { kind: 'entry' });
    takeRead(t, 'mmap_read_lock(mm)', mmapLock, 2);
    take(t, 'hpage_collapse_scan_pmd: pte_offset_map_lock(mm, pmd, address, &ptl)', ptl);
    for (const pte of [pte0, pte1]) does(t, 'load', 'hpage_collapse_scan_pmd: pteval = ptep_get(_pte)', set(val, pte), when(bitAnd(val, UFFD_WP), goto('out')));
    drop(t, 'hpage_collapse_scan_pmd: pte_unmap_unlock(pte, ptl)', ptl);
    dropRead(t, 'mmap_read_unlock(mm)', mmapLock);
    takeRead(t, 'collapse_huge_page: mmap_read_lock(mm)', mmapLock, 2);
    dropRead(t, 'collapse_huge_page: mmap_read_unlock(mm)', mmapLock);
    takeWrite(t, 'collapse_huge_page: mmap_write_lock(mm)', mmapLock, 2);
    takeWrite(t, 'collapse_huge_page: anon_vma_lock_write(vma->anon_vma)', anon, 2);
    take(t, 'collapse_huge_page: pmd_ptl = pmd_lock(mm, pmd)', pmdLock);
    does(t, 'clear', 'collapse_huge_page: _pmd = pmdp_collapse_flush(vma, address, pmd)', set(pmd, 0));
    drop(t, 'collapse_huge_page: spin_unlock(pmd_ptl)', pmdLock);
    take(t, 'collapse_huge_page: pte_offset_map_lock(mm, &_pmd, address, &pte_ptl)', ptl);
    for (const pte of [pte0, pte1]) {
      does(t, 'load', 'collapse_huge_page/__collapse_huge_page_isolate: pteval = ptep_get(_pte)', set(val, pte), when(eq(val, 0), goto('back')), ...(fixed ? [when(bitAnd(val, UFFD_WP), goto('back'))] : []));
    }
    drop(t, 'collapse_huge_page: spin_unlock(pte_ptl)', ptl);
    take(t, 'collapse_huge_page: spin_lock(pmd_ptl)', pmdLock);
    does(t, 'store', 'collapse_huge_page: set_pmd_at(mm, address, pmd, _pmd)', violate('armed-under-huge', or(bitAnd(pte0, UFFD_WP), bitAnd(pte1, UFFD_WP))), set(pmd, PRESENT | WRITABLE), goto('unlock'));
    t.label('back');
    drop(t, 'collapse_huge_page: spin_unlock(pte_ptl)', ptl);
    take(t, 'collapse_huge_page: spin_lock(pmd_ptl)', pmdLock);
    does(t, 'store', 'collapse_huge_page: pmd_populate(mm, pmd, pmd_pgtable(_pmd))', set(pmd, PRESENT));
    t.label('unlock');
    drop(t, 'collapse_huge_page: spin_unlock(pmd_ptl)', pmdLock);
    dropWrite(t, 'collapse_huge_page: anon_vma_unlock_write(vma->anon_vma)', anon);
    t.stepWith({ kind: 'unlock', lock: mmapLock }, 'collapse_huge_page: mmap_write_unlock(mm)', [set(mmapLock, 0), goto('end')]);
    t.label('out');
    drop(t, 'hpage_collapse_scan_pmd: pte_unmap_unlock(pte, ptl)', ptl);
    dropRead(t, 'mmap_read_unlock(mm)', mmapLock);
    t.label('end');
  });
  b.thread('P1', (t) => {
    const old = t.local('oldpte', { kind: 'entry' });
    takeRead(t, 'mmap_read_lock(mm)', mmapLock, 2);
    take(t, 'change_pte_range: pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl)', ptl);
    does(t, 'clear', 'change_pte_range: oldpte = ptep_modify_prot_start(vma, addr, pte)', set(old, pte0), set(pte0, 0));
    does(t, 'store', 'change_pte_range: ptep_modify_prot_commit(vma, addr, pte, oldpte, ptent)', set(pte0, bitOr(bitAnd(old, ~WRITABLE & 15), UFFD_WP)));
    drop(t, 'change_pte_range: pte_unmap_unlock(pte - 1, ptl)', ptl);
    dropRead(t, 'mmap_read_unlock(mm)', mmapLock);
  });
  return dress(b.build(), ['khugepaged', 'UFFDIO_WRITEPROTECT']);
}

export const khugepagedSchedule = schedule('00000 111111 0 00 00000000 0 00');

/** Reclaim drops the uffd-wp bit of a file page with the entry: no race is needed. */
export function zap(fixed: boolean): Program {
  const b = new ProgramBuilder();
  const pte = b.shared('pte', { kind: 'entry', initial: PRESENT | UFFD_WP });
  const slot = b.shared('slot[0]', { kind: 'slot', initial: 3 });
  const ptl = b.lock('ptl');
  const folio = b.lock('folio.lock');
  const iMmap = b.rwlock('mapping.i_mmap_rwsem', 2);
  const xa = b.lock('mapping.i_pages.xa_lock');
  const armed = b.ghost('armed', { initial: 1 });
  b.thread('P0', (t) => {
    const val = t.local('pteval', { kind: 'entry' });
    take(t, 'folio_lock(folio)', folio);
    takeRead(t, 'i_mmap_lock_read(mapping)', iMmap, 2);
    take(t, 'try_to_unmap_one: page_vma_mapped_walk(&pvmw)', ptl);
    does(t, 'clear', 'try_to_unmap_one: pteval = ptep_clear_flush(vma, address, pvmw.pte)', set(val, pte), set(pte, 0));
    if (fixed) does(t, 'store', 'try_to_unmap_one: pte_install_uffd_wp_if_needed(vma, address, pvmw.pte, pteval)', when(bitAnd(val, UFFD_WP), set(pte, MARKER | UFFD_WP)));
    drop(t, 'try_to_unmap_one: page_vma_mapped_walk_done(&pvmw)', ptl);
    dropRead(t, 'i_mmap_unlock_read(mapping)', iMmap);
    take(t, 'xa_lock_irq(&mapping->i_pages)', xa);
    does(t, 'store', '__remove_mapping: xas_store(&xas, swap_entry)', set(slot, 2));
    drop(t, 'xa_unlock_irq(&mapping->i_pages)', xa);
    drop(t, 'folio_unlock(folio)', folio);
  });
  b.thread('P1', (t) => {
    const orig = t.local('orig_pte', { kind: 'entry' });
    const seen = t.local('folio', { kind: 'slot' });
    t.label('retry');
    does(t, 'user-access', 'write to the page', ifElse(bitAnd(pte, WRITABLE), [violate('armed-page-written', armed), goto('out')], []));
    does(t, 'load', 'handle_pte_fault: vmf->orig_pte = ptep_get_lockless(vmf->pte)', set(orig, pte), when(bitAnd(orig, UFFD_WP), goto('event')));
    does(t, 'load', 'handle_pte_fault/shmem_fault: folio = shmem_get_folio_gfp(inode, pgoff)', set(seen, slot), set(slot, 3));
    take(t, 'handle_pte_fault/shmem_fault: folio_lock(folio)', folio);
    take(t, 'handle_pte_fault/finish_fault: vmf->ptl = pte_lockptr(mm, vmf->pmd)', ptl);
    does(t, 'load', 'handle_pte_fault/finish_fault: pte_same(ptep_get(vmf->pte), vmf->orig_pte)', ifElse(eq(pte, orig), [], [goto('unlock')]));
    does(t, 'store', 'handle_pte_fault/finish_fault: set_pte_at(vma->vm_mm, addr, vmf->pte, entry)', set(pte, PRESENT | WRITABLE));
    t.label('unlock');
    drop(t, 'handle_pte_fault/finish_fault: pte_unmap_unlock(vmf->pte, vmf->ptl)', ptl);
    t.stepWith({ kind: 'unlock', lock: folio }, 'handle_pte_fault: folio_unlock(folio)', [set(folio, 0), goto('retry')]);
    t.label('event');
    does(t, 'event', 'handle_pte_fault/pte_marker_handle_uffd_wp: handle_userfault(vmf, VM_UFFD_WP)', set(armed, 0));
    t.label('out');
    does(t, 'other', 'return 0');
  });
  return dress(b.build(), ['reclaim', 'write to the mapping']);
}

export const zapSchedule = schedule('0000 00 000 0 1111111111');

/** Two locks taken in two orders. */
export function abba(): Program {
  const b = new ProgramBuilder();
  const ptl = b.lock('ptl');
  const xa = b.lock('i_pages.xa_lock');
  b.thread('P0', (t) => {
    take(t, 'collapse_file: xas_lock_irq(&xas)', xa);
    take(t, 'collapse_file/retract_page_tables: ptl = pmd_lock(mm, pmd)', ptl);
  });
  b.thread('P1', (t) => {
    take(t, 'zap_pte_range: pte_offset_map_lock(mm, pmd, addr, &ptl)', ptl);
    take(t, 'zap_pte_range/folio_mark_dirty: xa_lock_irqsave(&mapping->i_pages, flags)', xa);
  });
  return dress(b.build(), ['khugepaged', 'MADV_DONTNEED']);
}

/** A counter that several threads read and write without a lock; the final state asks for a lost update. */
export function counters(threads: number): Program {
  const b = new ProgramBuilder();
  const x = b.shared('counter', { bits: 8 });
  for (let index = 0; index < threads; index++) {
    b.thread(`P${index}`, (t) => {
      const seen = t.local('seen');
      does(t, 'load', 'atomic_inc_racy: seen = READ_ONCE(*counter)', set(seen, x));
      does(t, 'store', 'atomic_inc_racy: WRITE_ONCE(*counter, seen + 1)', set(x, { kind: 'binary', op: '+', left: seen, right: value(1) }));
    }, 'counter');
  }
  return dress(b.build(and(ne(x, threads), ne(at(addressOf(x)), 0))), Array.from({ length: threads }, () => 'increment'));
}

/** break_ksm() fakes a write to a page that userspace has write-protected: one thread is enough. */
export function ksm(): Program {
  const b = new ProgramBuilder();
  const pte = b.shared('pte', { kind: 'entry', initial: PRESENT | UFFD_WP });
  const ptl = b.lock('ptl');
  const mmapLock = b.rwlock('mm.mmap_lock', 1);
  b.thread('P0', (t) => {
    const orig = t.local('orig_pte', { kind: 'entry' });
    takeWrite(t, 'madvise: mmap_write_lock(mm)', mmapLock, 1);
    take(t, 'madvise/unmerge_ksm_pages/break_ksm: pte = pte_offset_map_lock(walk->mm, pmd, addr, &ptl)', ptl);
    does(t, 'load', 'madvise/unmerge_ksm_pages/break_ksm: pteval = ptep_get(pte)', when(eq(pte, 0), goto('out')));
    drop(t, 'madvise/unmerge_ksm_pages/break_ksm: pte_unmap_unlock(pte, ptl)', ptl);
    does(t, 'load', 'madvise/unmerge_ksm_pages/break_ksm/handle_mm_fault: vmf->orig_pte = ptep_get(vmf->pte)', set(orig, pte));
    take(t, 'madvise/unmerge_ksm_pages/break_ksm/handle_mm_fault: spin_lock(vmf->ptl)', ptl);
    does(t, 'load', 'madvise/unmerge_ksm_pages/break_ksm/handle_mm_fault: pte_same(ptep_get(vmf->pte), entry)', when(ne(pte, orig), goto('out')), when(not(bitAnd(pte, UFFD_WP)), goto('out')));
    drop(t, 'madvise/unmerge_ksm_pages/break_ksm/handle_mm_fault/do_wp_page: pte_unmap_unlock(vmf->pte, vmf->ptl)', ptl);
    does(t, 'event', 'madvise/unmerge_ksm_pages/break_ksm/handle_mm_fault/do_wp_page: handle_userfault(vmf, VM_UFFD_WP)', violate('kernel-fault-sigbus'), goto('out'));
    t.label('out');
  });
  return dress(b.build(), ['MADV_UNMERGEABLE']);
}

/** collapse_file() asks once, early, whether anybody may know of holes; userspace registers and looks afterwards. A filler is a third thread. */
export function collapse(): Program {
  const b = new ProgramBuilder();
  const slot = b.shared('slot[1]', { kind: 'slot' });
  const flags = b.shared('vma.vm_flags', {});
  const xa = b.lock('mapping.i_pages.xa_lock');
  const mmapLock = b.rwlock('mm.mmap_lock', 3);
  const observed = b.ghost('observed');
  b.thread('P0', (t) => {
    does(t, 'load', 'collapse_file: missing = userfaultfd_missing(vma)', when(flags, goto('out')));
    take(t, 'collapse_file: xas_lock_irq(&xas)', xa);
    does(t, 'load', 'collapse_file: folio = xas_load(&xas)', when(ne(slot, 0), goto('unlock')));
    does(t, 'store', 'collapse_file: xas_store(&xas, new_folio)', violate('observed-hole-filled', observed), set(slot, 4));
    t.label('unlock');
    drop(t, 'collapse_file: xas_unlock_irq(&xas)', xa);
    t.label('out');
  });
  b.thread('P1', (t) => {
    takeWrite(t, 'userfaultfd_register: mmap_write_lock(mm)', mmapLock, 3);
    does(t, 'store', 'userfaultfd_register: userfaultfd_set_vm_flags(vma, vm_flags | VM_UFFD_MISSING)', set(flags, 1));
    dropWrite(t, 'userfaultfd_register: mmap_write_unlock(mm)', mmapLock);
    does(t, 'user-access', 'mincore(addr)', when(eq(slot, 0), set(observed, 1)));
  });
  b.thread('P2', (t) => {
    take(t, 'shmem_add_to_page_cache: xas_lock_irq(&xas)', xa);
    does(t, 'store', 'shmem_add_to_page_cache: xas_store(&xas, folio)', when(eq(slot, 0), set(slot, 3)));
    drop(t, 'shmem_add_to_page_cache: xas_unlock_irq(&xas)', xa);
    take(t, 'shmem_evict_inode: xas_lock_irq(&xas)', xa);
    does(t, 'store', 'shmem_evict_inode: xas_store(&xas, NULL)', set(slot, 0));
    drop(t, 'shmem_evict_inode: xas_unlock_irq(&xas)', xa);
  });
  return dress(b.build(), ['khugepaged', 'UFFDIO_REGISTER', 'truncation']);
}
