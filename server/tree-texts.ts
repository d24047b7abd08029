/** How the texts of a tree get to a thread that has a tree of its own: the server tells what is different, and the thread takes it over. Plain data, which is copied on the way. */
import { builtinModel, extendModel, type KernelModel } from '../kernel/model';
import type { Primitive } from '../kernel/types';
import type { Limits } from '../analyzer/analysis';

/** A tree as the client has it. */
export interface TreeTexts {
  /** Texts of the files that an editor has. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files that changed on disk since they were last told. */
  readonly forgotten: readonly string[];
  /** What the tree's model file adds to the model. */
  readonly entries: readonly Primitive[];
  readonly limits: Limits;
}

/** How texts differ from what the thread knows. */
export interface Changes {
  /** Texts that an editor has, saved or not; null for one that was closed. */
  readonly texts: readonly (readonly [file: string, text: string | null])[];
  /** Files that changed on disk. */
  readonly forgotten: readonly string[];
  /** What the tree's model file adds to the model, when that changed. */
  readonly entries?: readonly Primitive[];
  /** When they changed. */
  readonly limits?: Limits;
}

/** The server's side: remembers what one thread has been told. */
export interface Teller {
  changesTo(texts: TreeTexts): Changes;
}

export function createTeller(): Teller {
  let told = { texts: new Map<string, string>(), entries: '[]', limits: '' };
  return {
    changesTo({ texts, forgotten, entries, limits }) {
      const before = told;
      told = { texts: new Map(texts), entries: JSON.stringify(entries), limits: JSON.stringify(limits) };
      const closed = [...before.texts.keys()].filter((file) => !texts.has(file));
      return {
        texts: [...closed.map((file) => [file, null] as const), ...[...texts].filter(([file, text]) => before.texts.get(file) !== text)],
        // What is on disk may be older or newer than anything read before.
        forgotten: [...closed, ...forgotten],
        ...(told.entries !== before.entries && { entries }),
        ...(told.limits !== before.limits && { limits }),
      };
    },
  };
}

/** What takes changes over: a tree of functions, or an analysis. */
export interface TextTarget {
  setModel(model: KernelModel): void;
  setLimits(limits: Limits): void;
  invalidate(file: string): void;
  setText(file: string, text: string | undefined): void;
}

/** The thread's side. */
export function takeOver({ texts, forgotten, entries, limits }: Changes, target: TextTarget, reader: { add(file: string): void; forget(file: string): void }): void {
  if (entries !== undefined) target.setModel(extendModel(builtinModel, entries));
  if (limits !== undefined) target.setLimits(limits);
  for (const file of forgotten) {
    reader.forget(file);
    target.invalidate(file);
  }
  for (const [file, text] of texts) {
    if (text !== null) reader.add(file);
    target.setText(file, text ?? undefined);
  }
}
