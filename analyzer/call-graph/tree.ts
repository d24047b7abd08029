/**
 * The functions of a kernel tree: who is defined where, who calls whom, and the lowered body of each on demand.
 * A file's text may change at any time (an editor's unsaved buffer); functions whose text stayed the same keep their identity, so
 * everything that was computed about them stays valid.
 */
import type { KernelModel } from '../../kernel/model';
import { builtinModel, primitivesWith } from '../../kernel/model';
import type { Effect } from '../../kernel/types';
import type { FunctionIR } from '../../parser/ir';
import { lowerFunction } from '../../parser/lower';
import { scan } from '../../parser/scan';
import type { FunctionOutline, Outline, ParserBackend } from '../../parser/types';
import type { IndexProgress, OutlineStore, TreeReader } from '../analysis';
import type { CallbackTable } from './callback-tables';
import { callbackTables, takesAddress } from './callback-tables';
import { lockWord, sameEdges, viewOf } from './faces';
import type { ReachQuestion } from './reachability';
import { createReachability } from './reachability';
import type { Successors } from './successors';
import { lastOf, pairsByFace, pairsByName } from './successors';

/** One function definition. Offsets inside it are relative to its start, so that edits above it change `start` only. */
export interface FunctionRef {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  readonly masked: string;
  readonly outline: FunctionOutline;
  start: number;
}

interface FileEntry {
  readonly text: string;
  readonly outline: Outline;
  readonly functions: readonly FunctionRef[];
}

export interface TreeChanges {
  /** Functions whose definition came, went, or is another one. */
  readonly names: ReadonlySet<string>;
  /** True when more than bodies changed: who calls whom, or who is there. */
  readonly graph: boolean;
  /** What functions lead to may be something else, for any of them. */
  readonly reach: boolean;
  /** Text outside functions changed, where most tables of callbacks are. */
  readonly outside: boolean;
  /** Names that look different from outside, of those that are watched (`watchSurface`). */
  readonly moved: ReadonlySet<string>;
  /** Functions that are gone, each with the one that has come in its place. */
  readonly successors: Successors;
}

export interface Tree {
  readonly backend: ParserBackend;
  /** What calls mean whose body is not asked. */
  readonly model: KernelModel;
  setModel(model: KernelModel): void;
  setText(path: string, text: string | undefined): void;
  invalidate(path: string): void;
  /** Takes another text for a file until the function that it returns is called, which puts the same functions back. Nothing else may be set meanwhile. */
  tryText(path: string, text: string): () => void;
  text(path: string): string | undefined;
  outline(path: string): Outline | undefined;
  functionsIn(path: string): readonly FunctionRef[];
  /** The definition that a call in `fromFile` means, or undefined when it is not in the index (or is no function). */
  resolve(name: string, fromFile: string): FunctionRef | undefined;
  /** Reads the index file by file, so that the first question need not wait for all of it at once. */
  prepare(): Generator<undefined, void>;
  /** The same, and says how far it is. */
  readIndex(): Generator<IndexProgress, void>;
  /** All definitions of this name, in one file or in the index. */
  definitions(name: string, path?: string): readonly FunctionRef[];
  /** Functions of the index whose text calls `ref`. */
  callersOf(ref: FunctionRef): readonly FunctionRef[];
  /** Functions of the index whose text calls something of this name, whatever it is: a macro, a primitive without a body in the index. */
  callersOfName(name: string): readonly FunctionRef[];
  /** Functions that hand out a table of callbacks (`&walk_ops`) in which `ref` is named. */
  usersOf(ref: FunctionRef): readonly FunctionRef[];
  /** Names of the tables of callbacks in which `ref` is named. */
  tablesWith(ref: FunctionRef): readonly string[];
  /** Functions named in the initialiser of a table that `user` hands out by this name: a variable of its own, or one of its file. */
  callbacksIn(table: string, user: FunctionRef): readonly FunctionRef[];
  /** Lowered body, spans relative to the function's start. */
  lower(ref: FunctionRef): FunctionIR;
  /** Does this function, or one that it calls, use a primitive whose effect an analysis follows? */
  touchesPageTables(ref: FunctionRef): boolean;
  /** Does this function, or one that it calls, take or drop page-table locks, or change entries? */
  changesPageTables(ref: FunctionRef): boolean;
  /** Does this function, or one that it calls, use a primitive with such an effect? Kept for each question, so that the question should be one function. */
  reachesEffect(ref: FunctionRef, wanted: (effect: Effect) => boolean): boolean;
  /** The same for what else may hold of a function. */
  reaches(question: ReachQuestion, ref: FunctionRef): boolean;
  /** Does any file of the index have this word in its text? */
  mentions(word: string): boolean;
  /** What changed since the last call. */
  takeChanges(): TreeChanges;
  /**
   * From now on changes say of this name when its surface is another one: what a call of it is taken for before anybody looks into the body. That
   * is the heads of all its definitions, which primitives they call, and what their calls come to in the end.
   */
  watchSurface(name: string): void;
}

const quietEffects = new Set(['inert', 'assert-held', 'derive', 'range', 'mm-lock', 'mm-unlock', 'vma-flag', 'fault', 'cache-lock', 'cache-unlock', 'cache-load', 'cache-store']);
/** Primitives that change or read what the state tracks. */
const isLoud = (effect: Effect): boolean => !quietEffects.has(effect.op);

/** Primitives that change entries, or who holds the locks of entries. */
const changingEffects: ReadonlySet<string> = new Set(['acquire', 'release', 'double-lock', 'double-unlock', 'walk-step', 'walk-done', 'clear', 'store', 'modify-start', 'modify-commit', 'mark']);
const isChange = (effect: Effect): boolean => changingEffects.has(effect.op);
const isSpinlock = (effect: Effect): boolean => effect.op === 'spin-lock' || effect.op === 'spin-unlock';

export function createTree(backend: ParserBackend, reader: TreeReader, firstModel: KernelModel = builtinModel, outlines?: OutlineStore): Tree {
  let model = firstModel;
  const overlays = new Map<string, string>();
  const files = new Map<string, FileEntry | undefined>();
  let byName: Map<string, FunctionRef[]> | undefined;
  let byCallee: Map<string, FunctionRef[]> | undefined;
  /** Places of the files in the index. */
  const ranks = new Map<string, number>();
  const reachability = createReachability(mayCall);
  const effectQuestions = new Map<(effect: Effect) => boolean, ReachQuestion>();
  /** What functions lead to may be something else for any of them. */
  let reachChanged = false;
  const bodies = new WeakMap<FunctionRef, FunctionIR>();
  const tables = new WeakMap<FileEntry, readonly CallbackTable[]>();
  let changed = new Set<string>();
  let graphChanged = false;
  let outsideChanged = false;
  let successors = new Map<FunctionRef, FunctionRef | undefined>();
  /** Of the names that are watched, as they were when that was last looked at. */
  const surfaces = new Map<string, string>();
  const mentioned = new Map<string, boolean>();

  function load(path: string): FileEntry | undefined {
    if (files.has(path)) return files.get(path);
    const text = overlays.get(path) ?? reader.read(path);
    const entry = text === undefined ? undefined : enter(path, text, [], outlineOf(path, text));
    files.set(path, entry);
    return entry;
  }

  /** What an editor has not saved may be known, but is not worth being remembered. */
  function outlineOf(path: string, text: string): Outline {
    const known = outlines?.find(text);
    if (known) return known;
    const made = scan(text);
    if (outlines && (!overlays.has(path) || reader.read(path) === text)) outlines.add(text, made);
    return made;
  }

  function enter(path: string, text: string, old: readonly FunctionRef[], outline: Outline): FileEntry {
    const kept = new Map<string, FunctionRef[]>();
    for (const f of old) push(kept, f.name, f);
    const functions = outline.functions.map((f): FunctionRef => {
      const slice = text.slice(f.span.start, f.span.end);
      const named = kept.get(f.name);
      const at = named?.findIndex((candidate) => candidate.text === slice) ?? -1;
      const [same] = at < 0 ? [] : named!.splice(at, 1);
      if (same) {
        same.start = f.span.start;
        return same;
      }
      const masked = outline.masked.slice(f.span.start, f.span.end);
      return { file: path, name: f.name, text: old.length > 0 ? detached(slice) : slice, masked: old.length > 0 ? detached(masked) : masked, outline: f, start: f.span.start };
    });
    return { text, outline, functions };
  }

  function refresh(path: string): void {
    if (!files.has(path)) {
      // A file that came into being after the index was made.
      if (byName && reader.indexFiles().includes(path)) for (const f of join(path)?.functions ?? []) changed.add(f.name);
      graphChanged = true;
      return;
    }
    const old = files.get(path);
    const text = overlays.get(path) ?? reader.read(path);
    if (text !== old?.text) exchange(path, text === undefined ? undefined : enter(path, text, old?.functions ?? [], scan(text)));
  }

  /** Another text of a file that is known, or none any more. */
  function exchange(path: string, entry: FileEntry | undefined): void {
    const old = files.get(path);
    for (const [word, known] of mentioned) {
      if (!known && entry && hasWord(entry.text, word)) mentioned.set(word, true);
      // Perhaps it was the only file that did.
      if (known && old && hasWord(old.text, word) && !(entry && hasWord(entry.text, word))) mentioned.delete(word);
    }
    files.set(path, entry);
    const before = new Set(old?.functions);
    const after = new Set(entry?.functions);
    const gone = [...before].filter((f) => !after.has(f));
    const come = [...after].filter((f) => !before.has(f));
    for (const f of [...gone, ...come]) changed.add(f.name);
    if (!sameOutside(old, entry)) outsideChanged = true;
    if (gone.length === 0 && come.length === 0) return;
    const isSame = sameEdges(gone, come);
    const pairs = isSame ? pairsByFace(gone, come) : pairsByName(gone, come);
    // What was there before may come back.
    for (const f of come) successors.delete(f);
    for (const [f, next] of pairs) successors.set(f, next);
    if (!isSame) graphChanged = true;
    if (byName && byCallee) {
      for (const f of gone) unlink(byName, byCallee, f);
      for (const f of come) link(byName, byCallee, f, isBefore);
    }
    if (!reachability.exchange(pairs, come)) reachChanged = true;
  }

  /** Lists are in the order of the index, whatever was edited: which of several definitions counts may hang on that. */
  function isBefore(a: FunctionRef, b: FunctionRef): boolean {
    return a.file === b.file ? a.start < b.start : (ranks.get(a.file) ?? Infinity) < (ranks.get(b.file) ?? Infinity);
  }

  function forgetReach(): void {
    reachability.forget();
    reachChanged = true;
  }

  function tryText(path: string, text: string): () => void {
    const old = join(path);
    const starts = old?.functions.map((f) => f.start) ?? [];
    exchange(path, enter(path, text, old?.functions ?? [], scan(text)));
    return () => {
      exchange(path, old);
      old?.functions.forEach((f, i) => void (f.start = starts[i]!));
    };
  }

  function index(): { byName: Map<string, FunctionRef[]>; byCallee: Map<string, FunctionRef[]> } {
    if (!byName || !byCallee) {
      byName = new Map();
      byCallee = new Map();
      for (const path of new Set([...reader.indexFiles(), ...files.keys()])) {
        ranks.set(path, ranks.size);
        for (const f of load(path)?.functions ?? []) link(byName, byCallee, f);
      }
    }
    return { byName, byCallee };
  }

  function* readIndex(): Generator<IndexProgress, void> {
    if (byName) return;
    const paths = reader.indexFiles();
    for (const [at, path] of paths.entries()) {
      load(path);
      yield { done: at + 1, total: paths.length };
    }
  }

  /** A file outside the index that is asked for joins it. */
  function join(path: string): FileEntry | undefined {
    const known = files.has(path);
    const entry = load(path);
    if (!known && entry && byName && byCallee) {
      ranks.set(path, ranks.size);
      for (const f of entry.functions) link(byName, byCallee, f);
      // What calls these functions took them for unknown.
      for (const f of entry.functions) changed.add(f.name);
      graphChanged = true;
      forgetReach();
    }
    return entry;
  }

  function resolve(name: string, fromFile: string): FunctionRef | undefined {
    const all = index().byName.get(name);
    if (!all) return undefined;
    const here = all.filter((f) => f.file === fromFile);
    const visible = here.length > 0 ? here : all.filter((f) => !f.outline.isStatic || f.file.endsWith('.h'));
    // With both arms of an #ifdef in the index, the one that does something is the interesting one.
    return visible.length > 1 ? visible.find((f) => touches(f)) ?? visible[0] : visible[0];
  }

  const touching: ReachQuestion = { holds: (f) => callsPrimitive(model, f, isLoud) };
  const changing: ReachQuestion = { holds: (f) => callsPrimitive(model, f, isChange) || (callsPrimitive(model, f, isSpinlock) && lockWord.test(f.masked)) };
  const touches = (ref: FunctionRef): boolean => reachability.ask(touching, ref);
  const changes = (ref: FunctionRef): boolean => reachability.ask(changing, ref);

  function* mayCall(ref: FunctionRef): Generator<FunctionRef, void> {
    for (const name of ref.outline.calls) {
      if (model.primitives.has(name)) continue;
      for (const f of index().byName.get(name) ?? []) if (f.file === ref.file || !f.outline.isStatic || f.file.endsWith('.h')) yield f;
    }
  }

  function tablesOf(path: string): readonly CallbackTable[] {
    const entry = join(path);
    if (!entry) return [];
    let known = tables.get(entry);
    if (!known) tables.set(entry, (known = callbackTables(entry.text, entry.functions)));
    return known;
  }

  /** The table that a function means by a name. */
  function tableFor(name: string, user: FunctionRef): CallbackTable | undefined {
    const named = tablesOf(user.file).filter((table) => table.name === name && (table.within === undefined || table.within === user));
    return named.findLast(({ within }) => within === user) ?? named.at(-1);
  }

  const naming = (ref: FunctionRef): CallbackTable[] => tablesOf(ref.file).filter(({ callbacks }) => callbacks.includes(ref.name));

  return {
    backend,
    get model() {
      return model;
    },
    setModel(next) {
      model = next;
      surfaces.clear();
      forgetReach();
    },
    setText(path, text) {
      if (text === undefined) overlays.delete(path);
      else overlays.set(path, text);
      refresh(path);
    },
    invalidate: refresh,
    tryText,
    text: (path) => join(path)?.text,
    outline: (path) => join(path)?.outline,
    functionsIn: (path) => join(path)?.functions ?? [],
    resolve,
    definitions: (name, path) => (path === undefined ? index().byName.get(name) ?? [] : (join(path)?.functions ?? []).filter((f) => f.name === name)),
    *prepare() {
      for (const steps = readIndex(); steps.next().done !== true;) yield;
    },
    readIndex,
    callersOf(ref) {
      const callers = index().byCallee.get(ref.name) ?? [];
      return callers.filter((c) => c !== ref && resolve(ref.name, c.file) === ref);
    },
    callersOfName: (name) => index().byCallee.get(name) ?? [],
    tablesWith: (ref) => [...new Set(naming(ref).map(({ name }) => name))],
    usersOf(ref) {
      const names = new Set(naming(ref).map(({ name }) => name));
      if (names.size === 0) return [];
      const isNamed = (table: CallbackTable | undefined): boolean => table?.callbacks.includes(ref.name) === true;
      return (join(ref.file)?.functions ?? []).filter((f) => takesAddress(f, [...names]) && [...names].some((name) => takesAddress(f, [name]) && isNamed(tableFor(name, f))));
    },
    callbacksIn(table, user) {
      return (tableFor(table, user)?.callbacks ?? []).flatMap((name) => (join(user.file)?.functions ?? []).filter((f) => f.name === name));
    },
    lower(ref) {
      let ir = bodies.get(ref);
      if (!ir) {
        const shift = ref.outline.span.start;
        const move = (s: { start: number; end: number }): { start: number; end: number } => ({ start: s.start - shift, end: s.end - shift });
        const outline = { ...ref.outline, span: move(ref.outline.span), nameSpan: move(ref.outline.nameSpan), bodyStart: ref.outline.bodyStart - shift };
        ir = lowerFunction(backend, { original: ref.text, masked: ref.masked }, outline);
        bodies.set(ref, ir);
      }
      return ir;
    },
    touchesPageTables: touches,
    changesPageTables: changes,
    reaches: (question, ref) => reachability.ask(question, ref),
    reachesEffect(ref, wanted) {
      let question = effectQuestions.get(wanted);
      if (!question) effectQuestions.set(wanted, (question = { holds: (f) => callsPrimitive(model, f, wanted) }));
      return reachability.ask(question, ref);
    },
    mentions(word) {
      let known = mentioned.get(word);
      if (known === undefined) {
        index();
        known = [...files.values()].some((entry) => entry !== undefined && hasWord(entry.text, word));
        mentioned.set(word, known);
      }
      return known;
    },
    takeChanges() {
      const changes = { names: changed, graph: graphChanged, reach: reachChanged, outside: outsideChanged, moved: moved(changed, reachChanged), successors: lastOf(successors) };
      changed = new Set();
      graphChanged = reachChanged = outsideChanged = false;
      successors = new Map();
      return changes;
    },
    watchSurface(name) {
      if (!surfaces.has(name)) surfaces.set(name, surface(name));
    },
  };

  function surface(name: string): string {
    const definitions = index().byName.get(name) ?? [];
    return definitions.map((f) => `${f.file} ${viewOf(f, model)} ${touches(f) ? 'touches' : ''} ${changes(f) ? 'changes' : ''}`).join('\n');
  }

  function moved(names: ReadonlySet<string>, all: boolean): Set<string> {
    const found = new Set<string>();
    for (const name of all ? surfaces.keys() : names) {
      const before = surfaces.get(name);
      const now = before === undefined ? undefined : surface(name);
      if (now === undefined || now === before) continue;
      surfaces.set(name, now);
      found.add(name);
    }
    return found;
  }
}

/** Is the word there, not only as a part of another one? */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + word.length))) return true;
  }
  return false;
}

/** Is the text between the functions the same? */
function sameOutside(a: FileEntry | undefined, b: FileEntry | undefined): boolean {
  if (!a || !b || a.functions.length !== b.functions.length) return false;
  let [fromA, fromB] = [0, 0];
  for (const [at, { span }] of a.outline.functions.entries()) {
    const other = b.outline.functions[at]!.span;
    if (a.text.slice(fromA, span.start) !== b.text.slice(fromB, other.start)) return false;
    [fromA, fromB] = [span.end, other.end];
  }
  return a.text.slice(fromA) === b.text.slice(fromB);
}

/**
 * The same text, in memory of its own. A slice keeps the whole text that it was cut from: after many edits each function of a file would keep
 * another version of the file.
 */
function detached(slice: string): string {
  return ` ${slice}`.slice(1);
}

/** Does the function itself call a primitive with such an effect? */
export function callsPrimitive(model: KernelModel, ref: FunctionRef, wanted: (effect: Effect) => boolean): boolean {
  const names = primitivesWith(model, wanted);
  for (const name of ref.outline.calls) if (names.has(name)) return true;
  return false;
}

/** Without `isBefore` the function is the last one so far. */
function link(byName: Map<string, FunctionRef[]>, byCallee: Map<string, FunctionRef[]>, f: FunctionRef, isBefore?: (a: FunctionRef, b: FunctionRef) => boolean): void {
  push(byName, f.name, f, isBefore);
  for (const callee of f.outline.calls) push(byCallee, callee, f, isBefore);
}

function unlink(byName: Map<string, FunctionRef[]>, byCallee: Map<string, FunctionRef[]>, f: FunctionRef): void {
  pull(byName, f.name, f);
  for (const callee of f.outline.calls) pull(byCallee, callee, f);
}

function push(map: Map<string, FunctionRef[]>, key: string, f: FunctionRef, isBefore?: (a: FunctionRef, b: FunctionRef) => boolean): void {
  const list = map.get(key);
  if (!list) {
    map.set(key, [f]);
    return;
  }
  const at = isBefore ? list.findIndex((other) => isBefore(f, other)) : -1;
  list.splice(at < 0 ? list.length : at, 0, f);
}

function pull(map: Map<string, FunctionRef[]>, key: string, f: FunctionRef): void {
  const list = map.get(key)?.filter((x) => x !== f);
  if (list) map.set(key, list);
}
