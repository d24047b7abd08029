/**
 * The kernel model's vocabulary: one entry says what one kernel primitive does, for the analyzer (abstract effect), the simulator
 * (concrete effect) and the editor (contract and pitfalls).
 */

/** Level of a page-table entry or of the lock that guards it. `huge` is a hugetlb entry, which may live at any level. */
export type Level = 'pte' | 'pmd' | 'pud' | 'huge';

/** Kernel version as `[major, minor]`. */
export type Version = readonly [number, number];

/** Where a lock comes from: an argument that is the lock pointer (`spin_unlock(ptl)`), an argument through which it is returned (`&ptl`), the result, or the field of a struct argument. */
export type LockSource =
  | { readonly from: 'arg'; readonly index: number }
  | { readonly from: 'out'; readonly index: number }
  | { readonly from: 'result' }
  | { readonly from: 'field'; readonly index: number; readonly field: string };

/**
 * What a test on an entry's value asks. `other-marker`: does it hold a marker of another kind than that of uffd-wp, so that it has no such bit? All
 * tests of class `none` are true for a transiently cleared entry (`marker` is part of the "mostly none" idiom).
 */
export type EntryTest = 'none' | 'marker' | 'uffd-wp' | 'present' | 'swap' | 'write' | 'other-marker' | 'other';

/** What is asked of a vma: its userfaultfd registration, whether it is anonymous, and whether an mremap drops its protection (`drops-on-remap`). */
export type VmaFlag = 'missing' | 'minor' | 'wp' | 'armed' | 'wp-async' | 'anonymous' | 'drops-on-remap' | 'other';

/** Abstract effect of a primitive. Argument indexes are 0-based and, where negative, count from the end (-1 is the last). */
export type Effect =
  /** Takes a page-table lock. `nullable`: a NULL result means that it was not taken. */
  | { readonly op: 'acquire'; readonly level: Level; readonly lock: LockSource; readonly nullable: boolean; readonly slot?: number; readonly nested?: boolean }
  | { readonly op: 'release'; readonly lock: LockSource }
  /** Yields a pointer to a page-table lock without taking it. */
  | { readonly op: 'lock-pointer'; readonly level: Level; readonly lock: LockSource }
  /** `spin_lock(x)`: takes x; it is a page-table lock when x is known to point to one. */
  | { readonly op: 'spin-lock'; readonly arg: number; readonly nested?: boolean; readonly trylock?: boolean }
  | { readonly op: 'spin-unlock'; readonly arg: number }
  /** Says that a spinlock is held (by whomever): a page-table lock when the argument is known to point to one. */
  | { readonly op: 'assert-held'; readonly arg: number }
  /** `double_pt_lock(a, b)`. */
  | { readonly op: 'double-lock'; readonly args: readonly [number, number] }
  | { readonly op: 'double-unlock'; readonly args: readonly [number, number] }
  /** Yields a pointer to an entry without locking. */
  | { readonly op: 'map'; readonly level: Level; readonly nullable: boolean }
  /** One step of `page_vma_mapped_walk`: true with the lock in the `ptl` field held, false with nothing held. */
  | { readonly op: 'walk-step'; readonly arg: number }
  | { readonly op: 'walk-done'; readonly arg: number }
  /** Reads an entry through a pointer argument. Lockless or locked depends only on what is held, never on the name. */
  | { readonly op: 'read'; readonly level: Level; readonly slot: number }
  /** True when two entry values are equal. */
  | { readonly op: 'compare'; readonly args: readonly [number, number] }
  /**
   * Tests an entry value. `form`: a test of the uffd-wp bit that means something only for present entries, or only for those that are not.
   * `orMarker`: a test for none that markers (or a zero page) pass as well.
   */
  | { readonly op: 'test'; readonly test: EntryTest; readonly arg: number; readonly form?: 'present' | 'non-present'; readonly orMarker?: boolean }
  /** Reads an entry, or a range of them, through a pointer argument and tests it (`pte_range_none`). */
  | { readonly op: 'test-slot'; readonly test: EntryTest; readonly level: Level; readonly slot: number }
  /** Tests a property of a vma. */
  | { readonly op: 'vma-flag'; readonly flag: VmaFlag; readonly arg: number }
  /** Raises a userfault. `reason` is the argument with VM_UFFD_MISSING, VM_UFFD_MINOR or VM_UFFD_WP. */
  | { readonly op: 'event'; readonly reason: number }
  /**
   * Clears an entry; the result, if any, is the old value. `table`: what the entry points to is a page table in use, which leaves the tree with it.
   * `count`: the argument that says how many consecutive entries are cleared; one when left out.
   */
  | { readonly op: 'clear'; readonly level: Level; readonly slot: number; readonly returnsOld: boolean; readonly table?: boolean; readonly count?: number }
  | { readonly op: 'store'; readonly level: Level; readonly slot: number; readonly value: number }
  /** ptep_modify_prot_start .. _commit: clear and store that belong together. */
  | { readonly op: 'modify-start'; readonly level: Level; readonly slot: number }
  | { readonly op: 'modify-commit'; readonly level: Level; readonly slot: number; readonly old: number; readonly value: number }
  /** Leaves a uffd-wp marker behind if the old value had the bit. */
  | { readonly op: 'mark'; readonly slot: number; readonly old: number }
  /**
   * A value computed from others without side effect; `adds`/`drops` when the result has or cannot have the uffd-wp bit. `onPurpose`: whoever calls it
   * says that the bit shall go (`pte_clear_uffd_wp`) or that nothing is left to protect (`make_hwpoison_entry`). `beside`: what it is made from (a
   * `swp_entry_t`) has room for the bit in a marker only, so that one of which nothing is known brings none.
   */
  | { readonly op: 'derive'; readonly from: readonly number[]; readonly adds?: 'uffd-wp'; readonly drops?: 'uffd-wp'; readonly onPurpose?: boolean; readonly beside?: boolean }
  /** Resolves a fault on behalf of the kernel. `unlocked` is the argument whose non-NULL value adds FAULT_FLAG_ALLOW_RETRY. */
  | { readonly op: 'fault'; readonly flags: number; readonly unlocked?: number; readonly regs?: number }
  /** Page-cache lock and tree. */
  | { readonly op: 'cache-lock'; readonly arg: number }
  | { readonly op: 'cache-unlock'; readonly arg: number }
  /** `skips`: empty indexes are left out, so that NULL does not mean a hole; `moves`: it goes to another index first. */
  | { readonly op: 'cache-load'; readonly arg: number; readonly skips?: true; readonly moves?: true }
  | { readonly op: 'cache-store'; readonly arg: number; readonly value: number }
  /** Sleeping and reader-writer locks of the mm: mmap_lock, vma lock, i_mmap, anon_vma, folio lock, fault mutex. */
  | { readonly op: 'mm-lock'; readonly lock: string; readonly mode: 'read' | 'write'; readonly try?: boolean }
  | { readonly op: 'mm-unlock'; readonly lock: string; readonly mode: 'read' | 'write' }
  /** The result is an integer in this range. */
  | { readonly op: 'range'; readonly min: number; readonly max?: number }
  /** No effect that an analysis here follows (allocation, reference counts, flushes, accounting). */
  | { readonly op: 'inert' };

/** What must hold for a call, in words for the hover and in data for whoever wants to check it. */
export interface Contract {
  /** Locks that must be held, as a kernel developer would name them ("the page-table lock of the entry"). */
  readonly needs?: string;
  readonly takes?: string;
  readonly releases?: string;
  readonly sleeps?: boolean;
  /** What may be stale when it returns. */
  readonly stale?: string;
}

/** A name or signature that a stable kernel got later than its mainline version says. */
export interface Backport {
  /** The stable series, among those that the tests read. */
  readonly into: readonly Version[];
  /** With what it came, for whoever maintains the tables. */
  readonly why: string;
}

/** When a name or signature exists: from and up to these mainline versions, both included. */
export interface Lifetime {
  readonly since?: Version;
  readonly until?: Version;
  readonly backported?: Backport;
}

/** The signature may differ between versions; the analyzer picks by the number of arguments at the call. */
export interface Shape extends Lifetime {
  readonly arity: number;
  readonly effect: Effect;
}

export type Area = 'page-table' | 'lock' | 'userfaultfd' | 'page-cache' | 'fault' | 'rmap';

/** What every entry tells the hover. */
interface Entry extends Lifetime {
  readonly name: string;
  readonly area: Area;
  /** What it means, in one line. */
  readonly meaning: string;
  /** What people get wrong with it. */
  readonly pitfall?: string;
  /** Older or newer name of the same thing. */
  readonly renamedTo?: string;
  readonly renamedFrom?: string;
  /** Rules it plays a part in; the scenarios follow from them. */
  readonly rules?: readonly string[];
  /** Where this was read: file and symbol. */
  readonly source: string;
}

/** A function or macro whose calls the analyzer takes for what the entry says; it does not look at the body. */
export interface Primitive extends Entry {
  /** One or more shapes with different numbers of arguments. */
  readonly shapes: readonly Shape[];
  readonly contract?: Contract;
}

/** How many parameters a documented function has: in the version where that was read, or in all of them. */
export interface Parameters {
  readonly count: number;
  readonly version?: Version;
}

/** A function or macro that a hover explains and nothing else knows: the analyzer works out from its body what it does. */
export interface Documented extends Entry {
  /** One or two words that say what kind of function it is. */
  readonly role: string;
  readonly parameters: readonly Parameters[];
  readonly contract?: Contract;
}

/** A constant or flag that a hover explains (`VM_UFFD_WP`, `FAULT_FLAG_UNSHARE`, `UFFDIO_COPY`). */
export type Constant = Entry;
