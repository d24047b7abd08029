/**
 * How effects are written in a model file (`.mm-review.json`): one row for each effect and each of its fields. The reader, the JSON schema and
 * the table in docs/model-file.md are made from it. An effect or field in types.ts without its row here does not compile.
 */
import type { Effect, EntryTest, Level, LockSource, VmaFlag } from './types';

interface Said {
  /** One sentence, for people. */
  readonly says: string;
}

/** An argument, by its name in the function's declaration. */
interface ArgumentField extends Said {
  readonly is: 'argument';
  readonly optional?: true;
}

/** Arguments by name: exactly two, or any number. */
interface ArgumentsField extends Said {
  readonly is: 'arguments';
  readonly two?: true;
}

interface IntegerField extends Said {
  readonly is: 'integer';
  readonly optional?: true;
}

/** True or false; false when it is not there. */
interface FlagField extends Said {
  readonly is: 'flag';
}

interface TextField extends Said {
  readonly is: 'text';
  readonly optional?: true;
}

/** Where a lock is found, in the notation of C. */
interface LockField extends Said {
  readonly is: 'lock';
  readonly from: readonly LockSource['from'][];
}

/** One of these words, each with what it means. */
interface ChoiceField extends Said {
  readonly is: 'choice';
  readonly of: Readonly<Record<string, string>>;
  readonly optional?: true;
}

export type EffectField = ArgumentField | ArgumentsField | IntegerField | FlagField | TextField | LockField | ChoiceField;

export interface EffectRow extends Said {
  readonly fields: Readonly<Record<string, EffectField>>;
}

type Op = Effect['op'];
type EffectOf<O extends Op> = Extract<Effect, { op: O }>;

/** What kinds of field can carry a value of this type. Numbers are indexes of arguments unless the row says that they are numbers. */
type FieldFor<T> =
  [T] extends [boolean] ? FlagField
  : [T] extends [number] ? ArgumentField | IntegerField
  : [T] extends [LockSource] ? LockField
  : [T] extends [readonly [number, number]] ? ArgumentsField & { readonly two: true }
  : [T] extends [readonly number[]] ? ArgumentsField & { readonly two?: never }
  : [T] extends [string] ? (string extends T ? TextField : ChoiceField & { readonly of: Readonly<Record<T, string>> })
  : never;

type Optional<E, K extends keyof E> = undefined extends E[K] ? (boolean extends NonNullable<E[K]> ? unknown : { readonly optional: true }) : { readonly optional?: never };

type RowFor<E> = Said & { readonly fields: { readonly [K in Exclude<keyof E, 'op'>]-?: FieldFor<NonNullable<E[K]>> & Optional<E, K> } };

const levels: Readonly<Record<Level, string>> = {
  pte: 'A pte entry.',
  pmd: 'A pmd entry.',
  pud: 'A pud entry.',
  huge: 'A hugetlb entry, at whatever level it lives.',
};

const entryTests: Readonly<Record<EntryTest, string>> = {
  none: 'True of an empty entry (`pte_none`).',
  marker: 'True of a pte marker (`is_pte_marker`).',
  'uffd-wp': 'True when the entry has the uffd-wp bit (`pte_uffd_wp`).',
  present: 'True of a present entry (`pte_present`).',
  swap: 'True of an entry that is neither empty nor present: swap, migration, marker, ... (`is_swap_pte`).',
  write: 'True of a writable entry (`pte_write`).',
  'other-marker': 'True of a marker of another kind than that of uffd-wp: poison, guard region (`softleaf_is_guard_marker`).',
  other: 'Any other question about the entry.',
};

const vmaFlags: Readonly<Record<VmaFlag, string>> = {
  missing: 'Registered for MISSING events (`userfaultfd_missing`).',
  minor: 'Registered for MINOR events (`userfaultfd_minor`).',
  wp: 'Registered for WP events (`userfaultfd_wp`).',
  armed: 'Registered for any of them (`userfaultfd_armed`).',
  'wp-async': 'Registered for asynchronous write protection (`userfaultfd_wp_async`).',
  anonymous: 'Anonymous memory (`vma_is_anonymous`).',
  'drops-on-remap': 'An mremap drops its write protection (`vma_has_uffd_without_event_remap`).',
  other: 'Another question about the vma.',
};

const uffdWp = { 'uffd-wp': 'The uffd-wp bit.' } as const;
const mode = { is: 'choice', of: { read: 'Shared.', write: 'Exclusive.' }, says: 'How the lock is taken.' } as const;
const level = { is: 'choice', of: levels, says: 'Which kind of entry it is.' } as const;
const slot = { is: 'argument', says: 'The argument that points to the entry.' } as const;
const lock = { is: 'lock', from: ['arg', 'out', 'result', 'field'], says: 'Where the lock is found.' } as const;
const nested = { is: 'flag', says: 'It is taken while another page-table lock is held.' } as const;
const cache = { is: 'argument', says: 'The argument that points to the xa_state or the xarray (`i_pages`).' } as const;
const mmLock = { is: 'text', says: 'The name of the lock: `mmap_lock`, `vma lock`, `i_mmap_rwsem`, ..., or one of your own.' } as const;

const rows: { readonly [O in Op]: RowFor<EffectOf<O>> } = {
  acquire: {
    says: 'Takes a page-table lock.',
    fields: {
      level, lock, nested,
      nullable: { is: 'flag', says: 'It may return NULL, and then no lock is held.' },
      slot: { is: 'argument', optional: true, says: 'The argument that points to the entry whose lock it is.' },
    },
  },
  release: {
    says: 'Releases a page-table lock.',
    fields: { lock: { is: 'lock', from: ['arg', 'field'], says: 'Where the lock is found.' } },
  },
  'lock-pointer': {
    says: 'Gives a pointer to a page-table lock without taking it.',
    fields: { level, lock: { is: 'lock', from: ['out', 'result', 'field'], says: 'Where the pointer is found.' } },
  },
  'spin-lock': {
    says: 'Takes a spinlock, which may be a page-table lock.',
    fields: { arg: { is: 'argument', says: 'The argument that points to the lock.' }, nested, trylock: { is: 'flag', says: 'The result is true when the lock was taken.' } },
  },
  'spin-unlock': {
    says: 'Releases a spinlock, which may be a page-table lock.',
    fields: { arg: { is: 'argument', says: 'The argument that points to the lock.' } },
  },
  'assert-held': {
    says: 'Says that a spinlock is held, which may be a page-table lock.',
    fields: { arg: { is: 'argument', says: 'The argument that points to the lock.' } },
  },
  'double-lock': {
    says: 'Takes two page-table locks.',
    fields: { args: { is: 'arguments', two: true, says: 'The arguments that point to the locks.' } },
  },
  'double-unlock': {
    says: 'Releases two page-table locks.',
    fields: { args: { is: 'arguments', two: true, says: 'The arguments that point to the locks.' } },
  },
  map: {
    says: 'Returns a pointer to an entry and takes no lock.',
    fields: { level, nullable: { is: 'flag', says: 'The result may be NULL.' } },
  },
  'walk-step': {
    says: 'Goes on to the next entry of a walk: true with the lock of that entry held, false with nothing held.',
    fields: { arg: { is: 'argument', says: 'The argument that points to the state of the walk; its field `ptl` is the lock.' } },
  },
  'walk-done': {
    says: 'Ends a walk and releases its lock.',
    fields: { arg: { is: 'argument', says: 'The argument that points to the state of the walk.' } },
  },
  read: {
    says: 'Reads an entry; whether that is lockless depends on the locks held at the call.',
    fields: { level, slot },
  },
  compare: {
    says: 'Is true when two values of an entry are equal.',
    fields: { args: { is: 'arguments', two: true, says: 'The arguments that are the two values.' } },
  },
  test: {
    says: 'Asks something about the value of an entry.',
    fields: {
      test: { is: 'choice', of: entryTests, says: 'What is asked.' },
      arg: { is: 'argument', says: 'The argument that is the value.' },
      form: { is: 'choice', of: { present: 'Of present entries only.', 'non-present': 'Of entries that are not present only.' }, optional: true, says: 'For which entries a test of the uffd-wp bit means something; all when left out.' },
      orMarker: { is: 'flag', says: 'A test for none that is true of markers, or of a zero page, as well.' },
    },
  },
  'test-slot': {
    says: 'Reads an entry and asks something about it.',
    fields: { test: { is: 'choice', of: entryTests, says: 'What is asked.' }, level, slot },
  },
  'vma-flag': {
    says: 'Asks something about a vma.',
    fields: { flag: { is: 'choice', of: vmaFlags, says: 'What is asked.' }, arg: { is: 'argument', says: 'The argument that points to the vma.' } },
  },
  event: {
    says: 'Raises a userfault.',
    fields: { reason: { is: 'argument', says: 'The argument that is VM_UFFD_MISSING, VM_UFFD_MINOR or VM_UFFD_WP.' } },
  },
  clear: {
    says: 'Empties an entry.',
    fields: { level, slot, returnsOld: { is: 'flag', says: 'The result is the value that the entry had.' }, table: { is: 'flag', says: 'The entry points to a page table in use, which leaves the tree with it.' }, count: { is: 'argument', optional: true, says: 'The argument that says how many consecutive entries are emptied; one when left out.' } },
  },
  store: {
    says: 'Writes an entry.',
    fields: { level, slot, value: { is: 'argument', says: 'The argument that is the new value.' } },
  },
  'modify-start': {
    says: 'Empties an entry in order to write it again, and returns the value that it had (`ptep_modify_prot_start`).',
    fields: { level, slot },
  },
  'modify-commit': {
    says: 'Writes the entry that a modify-start has emptied (`ptep_modify_prot_commit`).',
    fields: {
      level, slot,
      old: { is: 'argument', says: 'The argument that is the value which the entry had.' },
      value: { is: 'argument', says: 'The argument that is the new value.' },
    },
  },
  mark: {
    says: 'Leaves a uffd-wp marker in an empty entry if the value that it had was write-protected.',
    fields: { slot, old: { is: 'argument', says: 'The argument that is the value which the entry had.' } },
  },
  derive: {
    says: 'Computes a value from its arguments and does nothing else.',
    fields: {
      from: { is: 'arguments', says: 'The arguments that go into the value.' },
      adds: { is: 'choice', of: uffdWp, optional: true, says: 'What the new value has in any case.' },
      drops: { is: 'choice', of: uffdWp, optional: true, says: 'What the new value cannot have.' },
      beside: { is: 'flag', says: 'It is made from a `swp_entry_t`, which brings the uffd-wp bit only when it is a marker (`swp_entry_to_pte`).' },
      onPurpose: { is: 'flag', says: 'Whoever calls it says that the bit shall go, or that nothing is left to protect.' },
    },
  },
  fault: {
    says: 'Resolves a page fault on behalf of the kernel.',
    fields: {
      flags: { is: 'argument', says: 'The argument with the FAULT_FLAG_ bits.' },
      unlocked: { is: 'argument', optional: true, says: 'The argument that, when it is not NULL, lets the fault wait.' },
      regs: { is: 'argument', optional: true, says: 'The argument with the registers of the task that faulted; NULL when there is none.' },
    },
  },
  'cache-lock': { says: 'Takes the lock of the page cache (`i_pages`).', fields: { arg: cache } },
  'cache-unlock': { says: 'Drops the lock of the page cache (`i_pages`).', fields: { arg: cache } },
  'cache-load': {
    says: 'Looks into the page cache.',
    fields: {
      arg: cache,
      skips: { is: 'flag', optional: true, says: 'Empty indexes are left out, so that NULL does not mean a hole.' },
      moves: { is: 'flag', optional: true, says: 'It goes to another index first.' },
    },
  },
  'cache-store': { says: 'Changes the page cache.', fields: { arg: cache, value: { is: 'argument', says: 'The argument that is stored.' } } },
  'mm-lock': {
    says: 'Takes a sleeping or reader-writer lock of the mm.',
    fields: { lock: mmLock, mode, try: { is: 'flag', says: 'The result is true when the lock was taken.' } },
  },
  'mm-unlock': {
    says: 'Releases a sleeping or reader-writer lock of the mm.',
    fields: { lock: mmLock, mode },
  },
  range: {
    says: 'Returns an integer within known bounds.',
    fields: { min: { is: 'integer', says: 'The least that it returns.' }, max: { is: 'integer', optional: true, says: 'The most that it returns.' } },
  },
  inert: { says: 'Does nothing that matters here: no lock is changed, no entry is read, written or confirmed.', fields: {} },
};

/** Every effect by its name, in the order of types.ts. */
export const effectRows: ReadonlyMap<string, EffectRow> = new Map(Object.entries(rows));
