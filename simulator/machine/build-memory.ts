/**
 * What programs of one scenario have in common: the scenario's own threads stay the same in a variant, whoever joins them, as long as the number of threads does.
 * Whoever builds many programs keeps this in between; it is worth what it saves and nothing else.
 */
import type { Adversary } from '../litmus/scenario';
import { conditionalNames } from '../litmus/source';
import type { LoweredThread } from './lower';
import type { Step, Stmt, Word, WordId } from './program';
import type { LibraryText, OwnText } from './thread-texts';

/** A thread after lowering, and what became of it in programs so far. */
export interface KnownThread {
  readonly lowered: LoweredThread;
  /** Words that it writes, and those but for its locals that it reads. */
  readonly written: ReadonlySet<WordId>;
  readonly read: ReadonlySet<WordId>;
  /** Its steps, by which of the words that it reads somebody writes. */
  readonly made: Map<string, MadeThread>;
}

/** The steps of a thread, before words are numbered for a program. */
export interface MadeThread {
  readonly start: readonly Stmt[];
  readonly steps: readonly Step[];
}

/** The threads of the scenario's own that come first, lowered. */
export interface KnownThreads {
  readonly threads: readonly KnownThread[];
  /** The words that lowering them has added to those of the world, and the labels. */
  readonly words: readonly Word[];
  readonly labels: readonly string[];
}

export interface BuildMemory {
  ownText(variant: string, read: () => OwnText): OwnText;
  libraryText(adversary: Adversary, defined: ReadonlySet<string>, read: () => LibraryText): LibraryText;
  /** Threads by variant and by everything else that lowering depends on. */
  readonly lowered: Map<string, KnownThreads>;
}

export function createBuildMemory(): BuildMemory {
  const own = new Map<string, OwnText>();
  const library = new Map<Adversary, { readonly names: readonly string[]; readonly texts: Map<string, LibraryText> }>();
  return {
    ownText: (variant, read) => own.get(variant) ?? keep(own, variant, read()),
    libraryText: (adversary, defined, read) => {
      const { names, texts } = library.get(adversary) ?? keep(library, adversary, { names: [...conditionalNames(adversary.text)], texts: new Map() });
      const key = names.filter((name) => defined.has(name)).join(' ');
      return texts.get(key) ?? keep(texts, key, read());
    },
    lowered: new Map(),
  };
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}
