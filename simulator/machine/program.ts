/**
 * What the explorer explores: a scenario lowered to words and guarded atomic steps. Everything that C, the kernel model and the properties say has
 * become expressions and assignments here, so the explorer, the replay and the Promela export need to know nothing of page tables.
 *
 * All values are integers from 0 to 65535. A pointer is the number of the shared word it points to plus one; 0 is NULL.
 */
import type { Span } from '../../parser/ir';

/** Index in `Program.words`. Shared words come first, in the order of their addresses; then ghosts; then the locals of each thread. */
export type WordId = number;

/** How a word's value is to be read by people. */
export type WordKind =
  /** A page-table entry at any level (see values.ts). */
  | 'entry'
  /** A slot of a page cache: 0 empty, 1 XA_RETRY_ENTRY, 2 a swap value, otherwise the address of a folio. */
  | 'slot'
  /** A spinlock or mutex: 0 when free, otherwise the number of the owning thread plus one. */
  | 'lock'
  /** A reader-writer semaphore of n threads: bit t when thread t holds it for read, bit n + t when thread t holds it for write. */
  | 'rwlock'
  | 'pointer'
  /** A small integer, flags included. */
  | 'int';

export interface Word {
  /** As the scenario's author would write it: `pte[1]`, `mm.mmap_lock`, `entry`. Locals of inlined functions that share a name are told apart by `function`. */
  readonly name: string;
  readonly kind: WordKind;
  readonly scope: 'shared' | 'ghost' | 'local';
  /** The thread a local belongs to. */
  readonly thread?: number;
  /** The function a local is declared in. */
  readonly function?: string;
  /** Width in bits (1 to 16): no step stores a value that does not fit. */
  readonly bits: number;
  readonly initial: number;
  /** The flags of an integer by name, where its values are flags: bit to name. */
  readonly flags?: Readonly<Record<number, string>>;
}

/** A pure expression. Comparisons and `!` yield 0 or 1; arithmetic is that of JavaScript's 32-bit integers. */
export type Exp =
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'word'; readonly word: WordId }
  /** The shared word that `address` (a pointer value) points to. */
  | { readonly kind: 'at'; readonly address: Exp }
  | { readonly kind: 'unary'; readonly op: '!' | '~' | '-'; readonly operand: Exp }
  | { readonly kind: 'binary'; readonly op: ExpOp; readonly left: Exp; readonly right: Exp }
  | { readonly kind: 'cond'; readonly test: Exp; readonly then: Exp; readonly else: Exp };

export type ExpOp = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '&&' | '||';

/** What a step does, in order. Every way through a step's statements ends in exactly one `goto`, and nothing follows a `goto`. */
export type Stmt =
  | { readonly kind: 'set'; readonly word: WordId; readonly value: Exp }
  /** Writes the shared word that `address` points to; one of kind `to`, where that is certain. */
  | { readonly kind: 'store'; readonly address: Exp; readonly value: Exp; readonly to?: WordKind }
  | { readonly kind: 'if'; readonly test: Exp; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  /** The property is violated when `test` is not 0: the step ends here, and nothing after it is explored. */
  | { readonly kind: 'violate'; readonly property: PropertyId; readonly test: Exp }
  /** Marks a label of `Program.labels` as reached. */
  | { readonly kind: 'cover'; readonly label: number }
  /** The next step of this thread; `end` is over. */
  | { readonly kind: 'goto'; readonly step: number | 'end' };

/** What can be wrong. All but `exists` and `assert` are always on. */
export const propertyIds = [
  'deadlock', 'lock-imbalance', 'unlock-not-held', 'recursive-lock', 'sleep-in-atomic', 'kernel-fault-sigbus',
  'unjustified-event', 'armed-page-written', 'armed-under-huge', 'observed-hole-filled', 'bug', 'null-pointer',
  'out-of-range', 'assert', 'exists',
] as const;
export type PropertyId = (typeof propertyIds)[number];

/** What sort of thing a step is, for folding and drawing. */
export type StepKind = 'lock' | 'unlock' | 'trylock' | 'load' | 'store' | 'clear' | 'user-access' | 'event' | 'sleep' | 'wake' | 'choose' | 'other';

/** One atomic step of a thread. */
export interface Step {
  /** What is executed, as C: `old = huge_ptep_modify_prot_start(vma, addr, ptep)`. */
  readonly text: string;
  readonly kind: StepKind;
  /** The functions it runs in, outermost first: `['P1', 'hugetlb_fault', 'hugetlb_no_page']`. */
  readonly functions: readonly string[];
  /** Where it stands: in the scenario's text, or in that of the adversary called `file`. */
  readonly span: Span;
  readonly file?: string;
  /** The lock that it takes, tries or releases. */
  readonly lock?: WordId;
  /** The thread waits while this is 0. */
  readonly guard: Exp | undefined;
  /** A thread that waits here for ever has ended legally (it sleeps in handle_userfault()). */
  readonly mayWaitForever?: boolean;
  /** One list of statements for each way the step can go; more than one only where the scenario says `choose()`. */
  readonly ways: readonly (readonly Stmt[])[];
}

export interface Thread {
  /** `P0`. */
  readonly name: string;
  /** What it stands for: `UFFDIO_WRITEPROTECT`, `page fault`. */
  readonly title: string;
  readonly steps: readonly Step[];
  /** What it does before its first step, on locals alone; done in the initial state already, and no step of its own. Ends in a `goto`. */
  readonly start: readonly Stmt[];
  /** What the scenario's text calls this thread's program: two threads with the same are copies of each other, equal up to their locals. */
  readonly program: string;
}

export interface Program {
  readonly words: readonly Word[];
  readonly threads: readonly Thread[];
  /** Labels that must be reached for a "Never" to mean something. */
  readonly labels: readonly string[];
  /**
   * The scenario's own question, asked of states in which every thread has ended (or waits for ever where it may); undefined when it asks none.
   * Locals that it reads keep their values to the end.
   */
  readonly exists: Exp | undefined;
}
