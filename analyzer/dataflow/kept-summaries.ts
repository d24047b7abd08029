/**
 * Summaries that were made, until something changes on which they rest. Some are made while a function that calls them is under way, and rest on what is
 * known of it so far: these are for that session alone until it has come to its end.
 */
import type { FunctionRef } from '../call-graph/tree';
import type { Depth } from './callees';
import type { Summary } from './summary';
import { emptySummary } from './summary';

/** The names of all functions that a summary rests on. */
export interface Basis {
  /** Those whose summaries went into it: it falls with any change of their bodies. */
  readonly bodies: Set<string>;
  /** Those that were called, or looked for, and taken for what their surface says (`Tree.watchSurface`). */
  readonly surfaces: Set<string>;
}

/** A function that is being summarised. */
export interface Running {
  readonly ref: FunctionRef;
  /** So many functions wait for it. */
  readonly place: number;
  readonly rests: Basis;
  /** What is known of it so far. */
  summary: Summary;
  /** That was asked for: the function calls itself. */
  recursive: boolean;
  /** The outermost function that waits for it, and of which it has asked what is known so far. */
  on: Running | undefined;
  isDone: boolean;
}

/** The functions that wait for each other, the outermost first. */
export type Session = Running[];

interface Entry {
  readonly summary: Summary;
  readonly rests: Basis;
  readonly on: Running | undefined;
}

/** Enters a function, for which the last one of the session waits. */
export function enter(session: Session, ref: FunctionRef): Running {
  const running: Running = { ref, place: session.length, rests: { bodies: new Set([ref.name]), surfaces: new Set() }, summary: emptySummary, recursive: false, on: undefined, isDone: false };
  session.push(running);
  return running;
}

/** Leaves the last function. */
export function leave(session: Session): void {
  const done = session.pop();
  const own = session.at(-1);
  if (!done) return;
  done.isDone = true;
  if (!own) return;
  inherit(own, done.rests);
  if (done.on) rely(own, done.on);
}

/** What a callee's summary rests on, its caller's rests on, too. */
function inherit({ rests: own }: Running, { bodies, surfaces }: Basis): void {
  for (const name of bodies) own.bodies.add(name);
  for (const name of surfaces) own.surfaces.add(name);
}

/** The function rests on what is known so far of one that is under way. */
export function rely(own: Running, on: Running): void {
  if (on.place < (own.on ?? own).place) own.on = on;
}

export class KeptSummaries {
  private readonly entries = new Map<FunctionRef, Partial<Record<Depth, Entry>>>();

  /** For the last function of the session, which from then on rests on the same; undefined when nothing is known that holds here. */
  find(ref: FunctionRef, depth: Depth, session: Session): Summary | undefined {
    const known = this.entries.get(ref);
    // Where all ways to return were asked for, the events are known as well.
    for (const entry of known ? [known[depth], depth === 'events' ? known.whole : undefined] : []) {
      const open = entry && openFor(entry);
      if (!entry || (open && !session.includes(open))) continue;
      const own = session.at(-1);
      if (own) inherit(own, entry.rests);
      if (own && open) rely(own, open);
      return entry.summary;
    }
    return undefined;
  }

  keep({ ref, summary, rests, on }: Running, depth: Depth): void {
    this.entries.set(ref, { ...this.entries.get(ref), [depth]: { summary, rests, on } });
  }

  /** Drops what rests on the bodies of these functions, or on the surfaces of those: all that is known of a function together. */
  forget(names: ReadonlySet<string>, moved: ReadonlySet<string>, except?: FunctionRef): void {
    for (const [ref, known] of this.entries) {
      if (ref !== except && Object.values(known).some(({ rests }) => isStale(rests, names, moved))) this.entries.delete(ref);
    }
  }

  /** Functions of whose paths some were not followed. */
  cutShort(): FunctionRef[] {
    return [...this.entries].filter(([, known]) => Object.values(known).some((entry) => entry.summary.truncated && !openFor(entry))).map(([ref]) => ref);
  }

  /** Remembers everything; the function that it returns goes back to it. */
  save(): () => void {
    const before = new Map(this.entries);
    return () => {
      this.entries.clear();
      for (const [ref, known] of before) this.entries.set(ref, known);
    };
  }
}

/** The function under way on which it rests, if it has not come to its end. */
function openFor({ on }: Entry): Running | undefined {
  let open = on;
  while (open?.isDone) open = open.on;
  return open;
}

/** Did any of these functions change, or look different from outside, on which something rests? */
export function isStale({ bodies, surfaces }: Basis, names: ReadonlySet<string>, moved: ReadonlySet<string>): boolean {
  return overlaps(names, bodies) || overlaps(moved, surfaces);
}

function overlaps(few: ReadonlySet<string>, many: ReadonlySet<string>): boolean {
  for (const name of few) if (many.has(name)) return true;
  return false;
}
