/** What is known of locks and entries at the places of a function, as whoever reads the code asks for it. */
import type { Level } from '../../kernel/types';
import type { Span } from '../../parser/ir';

/** On every path that reaches the place, or on some: others reach it as well, on which it is not so. */
export type Extent = 'every path' | 'some paths';

export interface LockFact {
  /** `page-table lock`, or the kernel model's name: `mmap_lock`, `folio lock`. */
  readonly lock: string;
  /** The lock (or what is locked) as written where it was taken; empty when it has no name there. */
  readonly text: string;
  /** For a lock with readers; undefined for others, and when it is not known. */
  readonly mode: 'read' | 'write' | undefined;
  /** Of a page-table lock: what it guards, if that is known. */
  readonly level: Level | undefined;
  readonly on: Extent;
  /** Held only if the call that takes it succeeded, which has not been tested yet. */
  readonly ifTaken: boolean;
  /** It was held when the function was entered, as its annotations or assertions say. */
  readonly fromCaller: boolean;
}

export type SnapshotState =
  /** Read under a lock that is held still. */
  | 'current'
  /** Read under a lock that was dropped since. */
  | 'lock dropped'
  /** Read without the lock, compared with nothing since. */
  | 'not rechecked'
  /** Compared under the lock, which is held still: the same. */
  | 'rechecked'
  /** Compared under the lock, which was dropped since. */
  | 'recheck outdated'
  /** Compared under the lock: the entry is another one by now. */
  | 'changed';

/** A variable that holds the value of an entry as it was when it was read. */
export interface SnapshotFact {
  /** As written: `entry`, `vmf->orig_pte`. */
  readonly variable: string;
  /** Where it was read, relative to the function's start. */
  readonly readAt: Span;
  readonly locked: boolean;
  readonly state: SnapshotState;
}

export interface SpotFacts {
  readonly locks: readonly LockFact[];
  /** No page-table lock is held, on any path; false also when that is not known. */
  readonly noPtl: boolean;
  readonly snapshots: readonly SnapshotFact[];
}

/** What is known just before something is executed. */
export interface Spot extends SpotFacts {
  /** The statement, condition or call, relative to the function's start. */
  readonly span: Span;
  readonly kind: 'call' | 'branch' | 'assign' | 'return' | 'other';
  /** Name of the called function. */
  readonly callee: string | undefined;
}

/** Everything that is known inside one function. Spans are relative to `start`. */
export interface FunctionFacts {
  readonly function: string;
  /** Offset of the definition in the file's text as it is now. */
  readonly start: number;
  /** Length of the definition. */
  readonly length: number;
  /** Offset of the body's brace, relative to `start`. */
  readonly bodyStart: number;
  /** As they are executed; empty when the function could not be followed to its end. */
  readonly spots: readonly Spot[];
  readonly reads: readonly ReadFact[];
  /** Places from which it is another page-table lock that is held, or none, in the order of the text. */
  readonly boundaries: readonly Boundary[];
  /** Entry values that a branch may hang on, in the order of the text. */
  readonly uses: readonly SnapshotUse[];
}

/** A function of which less is known: its name, and where its definition is in the file's text as it is now. */
export interface FunctionPlace {
  readonly function: string;
  readonly start: number;
  readonly length: number;
}

/** What is known of some functions so far, in the order of the text. */
export interface FactsSoFar {
  readonly known: readonly FunctionFacts[];
  /** Those that have not been followed to their ends. */
  readonly missing: readonly FunctionPlace[];
}

/** From here on, as far as page-table locks go. */
export interface Boundary {
  /** The call after which it holds, or the statement before which it begins to hold; relative to the function's start. */
  readonly span: Span;
  readonly side: 'after' | 'before';
  /** Undefined when none is held any more. */
  readonly lock: LockFact | undefined;
  /** Taken by a call whose result the function tests: an attempt. */
  readonly tested: boolean;
}

/** A variable that is tested. */
export interface SnapshotUse extends SnapshotFact {
  /** The variable, relative to the function's start. */
  readonly span: Span;
}

/** A call that reads an entry from a page table. */
export interface ReadFact {
  /** The statement or call, relative to the function's start. */
  readonly span: Span;
  readonly callee: string;
  /** The same on every path. */
  readonly locked: boolean;
}

/** A call of the function that is asked about, and what its caller holds there. */
export interface CallSite {
  readonly file: string;
  readonly function: string;
  /** The call, as offsets into the file's text. */
  readonly span: Span;
  /** Is a page-table lock held there on every path, on none, or is that not known? */
  readonly ptl: 'held' | 'not held' | 'unknown';
  readonly locks: readonly LockFact[];
}

/** What is known when a function is entered. */
export interface EntryFacts {
  readonly function: string;
  /** Offset of the definition in the file's text as it is now, its name, and the file. */
  readonly file: string;
  readonly start: number;
  /** Locks that its annotations require of callers, as written. */
  readonly annotated: readonly string[];
  /** Direct calls in the index; none when there were too many to look at. Calls through pointers are not seen. */
  readonly callSites: readonly CallSite[];
  /** Its name stands in a table of callbacks: there are calls that nobody sees. */
  readonly isCallback: boolean;
}
