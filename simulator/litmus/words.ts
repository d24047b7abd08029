/** What the words of a litmus file mean: the tables of docs/litmus.md and the hovers and completions of editors are made from this. */
import type { PropertyId } from '../machine/program';
import type { HeaderKey } from './source';

export interface HeaderWord {
  /** What stands behind the colon, as Markdown. */
  readonly value: string;
  /** The line as one would write it. */
  readonly example: string;
}

/** Header lines, in the order in which people meet them. */
export const headerWords: Readonly<Record<HeaderKey, HeaderWord>> = {
  Title: { value: 'what the scenario shows, in one line', example: 'Title: a pte is made writable without its lock' },
  Rule: { value: 'the rule of the analyzer that finds this', example: 'Rule: lockless-pte-to-userfault' },
  Fixes: { value: 'a commit: 12 hex digits and `("subject")`', example: 'Fixes: 0123456789ab ("mm: subject")' },
  Commit: { value: 'a commit: 12 hex digits and `("subject")`', example: 'Commit: 0123456789ab ("mm: subject")' },
  Source: { value: 'where this was read', example: 'Source: fs/userfaultfd.c' },
  Anchor: { value: '`file function`: where the modelled function stands in the tree', example: 'Anchor: mm/hugetlb.c hugetlb_no_page' },
  Thread: { value: '`P0 what it stands for`', example: 'Thread: P1 page fault' },
  Variant: { value: '`name [NAMES...] [: what is different]`: the names that are defined in it', example: 'Variant: fixed FIX_RECHECK : compared again under the lock' },
  Expect: { value: '`variant [with adversary,...] Sometimes [steps]`, or `Never [uncovered]`', example: 'Expect: buggy Sometimes 11' },
  Cover: { value: '`[variant [with adversary,...]] label`: a label that must be reached, without which a Never may be empty', example: 'Cover: fixed retry' },
  Unchecked: { value: '`variant property...`: properties that a variant does not look at', example: 'Unchecked: buggy sleep-in-atomic' },
  Checked: { value: '`property...`: the only properties that are looked at, in all variants', example: 'Checked: unjustified-event' },
  Through: { value: 'a label: what a schedule violates counts only after it went through here, and deadlocks not at all', example: 'Through: missing_event' },
  Adversary: { value: '`P0`: threads that a library thread may replace', example: 'Adversary: P0' },
  Define: { value: 'names that are always defined, for library threads too', example: 'Define: HUGETLB' },
  Needs: { value: 'in a library thread: objects that the scenario must declare', example: 'Needs: mm vma pte' },
  Result: { value: '`Sometimes` or `Never`, of the variant `buggy`, as herd has it', example: 'Result: Sometimes' },
};

/** When each property is violated, as Markdown. */
export const propertyWords: Readonly<Record<PropertyId, string>> = {
  deadlock: 'no thread can go on, and one waits for a lock; waiting in `handle_userfault()` is a legal end',
  'lock-imbalance': 'a thread ends with a lock',
  'unlock-not-held': 'a thread releases what it does not hold',
  'recursive-lock': 'a thread waits for itself',
  'sleep-in-atomic': 'something that may sleep happens under a spinlock',
  'kernel-fault-sigbus': '`handle_userfault()` without `FAULT_FLAG_ALLOW_RETRY`',
  'unjustified-event': 'a MISSING or MINOR event for an entry that was mapped during the whole fault, as of the releases of its lock',
  'armed-page-written': 'a user write succeeds between `ghost_arm()` and `ghost_disarm()`',
  'armed-under-huge': 'a writable huge mapping is put over an armed entry',
  'observed-hole-filled': 'a hole that userspace saw while registered gets a page without an event',
  bug: '`BUG_ON()`',
  'null-pointer': 'NULL, or no object, is followed',
  'out-of-range': 'an index or a value that does not fit',
  assert: 'a `ghost_assert()` or `lockdep_assert_held()` that does not hold',
  exists: 'the condition at the end of the file holds: comparisons of `0:local`, `object`, `pte[1]`, `vma.vm_flags` with values, joined by `/\\`, `\\/`, `~`',
};

/** Words of the header's values and of the init block. */
export const otherWords: ReadonlyMap<string, string> = new Map([
  ['Sometimes', 'There is an order of the steps in which a property is violated. The number behind it is the length of the shortest such order.'],
  ['Never', 'No order of the steps violates a property. It means something only when every `Cover` label is reached.'],
  ['uncovered', 'This Never is expected to prove nothing: a `Cover` label is not reached.'],
  ['with', 'Library threads run in place of the threads that `Adversary` names.'],
  ['exists', 'The question of the scenario, asked of the states in which all threads have ended. It counts as violated when one of them fulfils it.'],
  ['ghost', 'Before a declaration of the init block: kernel code cannot see this object. Only `ghost_set()`, `ghost_assert()` and `exists` may look at it.'],
  ['__guarded_by', '`__guarded_by(lock)`: the spinlock of an entry or of a page cache.'],
  ['__maps', '`__maps(table)`: the page table that a pmd points to.'],
  ['page', '`page(folio)`, in the value of an entry: the folio that it maps.'],
  ['PTE_NONE', 'Initial value of an entry: nothing is mapped.'],
  ['PTE_PRESENT', 'Initial value of an entry: a page is mapped, read-only without `PTE_WRITE`.'],
  ['PTE_SWAP', 'Initial value of an entry: the page is in swap.'],
  ['PTE_MARKER', 'Initial value of an entry: a pte marker.'],
  ['PTE_MIGRATION', 'Initial value of an entry: a migration entry.'],
  ['PMD_TABLE', 'Initial value of a pmd: it points to the page table of its `__maps()`.'],
  ['PTE_WRITE', 'Part of an entry: it can be written.'],
  ['PTE_UFFD_WP', 'Part of an entry: the uffd-wp bit.'],
  ['SWP_ENTRY', 'Content of a page-cache slot: a swap value, no folio.'],
  ['XA_RETRY_ENTRY', 'Content of a page-cache slot while it is being replaced: a lockless lookup waits.'],
]);
