/**
 * The functions of a kernel tree: who is defined where, who calls whom, and the lowered body of each on demand.
 * A file's text may change at any time (an editor's unsaved buffer); functions whose text stayed the same keep their identity, so
 * everything that was computed about them stays valid.
 */
import { dropFlags } from '../../kernel/flags';
import type { KernelModel } from '../../kernel/model';
import { builtinModel, primitivesWith } from '../../kernel/model';
import { mappingWalks } from '../../kernel/rmap';
import type { Effect } from '../../kernel/types';
import type { FunctionIR } from '../../parser/ir';
import { lowerFunction } from '../../parser/lower';
import { scan } from '../../parser/scan';
import type { FunctionOutline, Outline, ParserBackend } from '../../parser/types';
import type { IndexProgress, OutlineStore, TreeReader } from '../analysis';

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
  /** Text outside functions changed, where tables of callbacks are. */
  readonly outside: boolean;
  /** Names that look different from outside, of those that are watched (`watchSurface`). */
  readonly moved: ReadonlySet<string>;
  /** Functions that are gone, each with the one that has come in its place. */
  readonly successors: ReadonlyMap<FunctionRef, FunctionRef | undefined>;
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
  /** Functions named in the initialiser of a table that a function in `fromFile` hands out by this name. */
  callbacksIn(table: string, fromFile: string): readonly FunctionRef[];
  /** Lowered body, spans relative to the function's start. */
  lower(ref: FunctionRef): FunctionIR;
  /** Does this function, or one that it calls, use a primitive whose effect an analysis follows? */
  touchesPageTables(ref: FunctionRef): boolean;
  /** Does this function, or one that it calls, take or drop page-table locks, or change entries? */
  changesPageTables(ref: FunctionRef): boolean;
  /** Does this function, or one that it calls, use a primitive with such an effect? Kept for each question, so that the question should be one function. */
  reachesEffect(ref: FunctionRef, wanted: (effect: Effect) => boolean): boolean;
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

/** How far before its initialiser the name of a table is looked for. */
const maxTableName = 200;

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
  let reaching = new Map<FunctionRef, boolean>();
  let changing = new Map<FunctionRef, boolean>();
  const asked = new Map<(effect: Effect) => boolean, Map<FunctionRef, boolean>>();
  const bodies = new WeakMap<FunctionRef, FunctionIR>();
  const tables = new WeakMap<FileEntry, ReadonlyMap<string, readonly string[]>>();
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
      if (!known && entry?.text.includes(word)) mentioned.set(word, true);
      // Perhaps it was the only file that did.
      if (known && old?.text.includes(word) && !entry?.text.includes(word)) mentioned.delete(word);
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
    if (isSame) {
      // What a function leads to is read off its calls.
      for (const answers of [reaching, changing, ...asked.values()]) handOn(answers, pairs);
    } else {
      graphChanged = true;
      forgetReach();
    }
    if (byName && byCallee) {
      for (const f of gone) unlink(byName, byCallee, f);
      for (const f of come) link(byName, byCallee, f, isBefore);
    }
  }

  /** Lists are in the order of the index, whatever was edited: which of several definitions counts may hang on that. */
  function isBefore(a: FunctionRef, b: FunctionRef): boolean {
    return a.file === b.file ? a.start < b.start : (ranks.get(a.file) ?? Infinity) < (ranks.get(b.file) ?? Infinity);
  }

  function forgetReach(): void {
    reaching = new Map();
    changing = new Map();
    asked.clear();
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

  const touches = (ref: FunctionRef): boolean => reaches(ref, reaching, (f) => callsPrimitive(model, f, isLoud));
  const changes = (ref: FunctionRef): boolean => reaches(ref, changing, (f) => callsPrimitive(model, f, isChange) || (callsPrimitive(model, f, isSpinlock) && lockWord.test(f.masked)));

  /**
   * Does `holds` hold for the function or one that it calls? Functions that call each other are answered together (Tarjan's strongly connected
   * components): it must not matter which of them was asked first.
   */
  function reaches(ref: FunctionRef, answers: Map<FunctionRef, boolean>, holds: (ref: FunctionRef) => boolean): boolean {
    const hit = -1;
    /** No answer yet. Each of them calls, in the end, one that is being visited. */
    const open: FunctionRef[] = [];
    const places = new Map<FunctionRef, number>();
    /** The first place in `open` that the function leads back to, or `hit`. */
    const visit = (f: FunctionRef): number => {
      const known = answers.get(f);
      if (known !== undefined) return known ? hit : Infinity;
      const place = places.get(f);
      if (place !== undefined) return place;
      const own = open.push(f) - 1;
      places.set(f, own);
      if (holds(f)) return hit;
      let least = own;
      for (const callee of mayCall(f)) {
        const reached = visit(callee);
        if (reached === hit) return hit;
        least = Math.min(least, reached);
      }
      if (least === own) for (const done of open.splice(own)) answers.set(done, false);
      return least;
    };
    if (visit(ref) === hit) for (const f of open) answers.set(f, true);
    return answers.get(ref) ?? false;
  }

  function* mayCall(ref: FunctionRef): Generator<FunctionRef, void> {
    for (const name of ref.outline.calls) {
      if (model.primitives.has(name)) continue;
      for (const f of index().byName.get(name) ?? []) if (f.file === ref.file || !f.outline.isStatic || f.file.endsWith('.h')) yield f;
    }
  }

  /** Tables of callbacks in a file, and the names in their initialisers. */
  function tablesOf(path: string): ReadonlyMap<string, readonly string[]> {
    const entry = join(path);
    const known = entry && tables.get(entry);
    if (!entry || known) return known ?? new Map();
    const found = new Map<string, readonly string[]>();
    // Looking for the name first would try every word of the file.
    for (const match of entry.text.matchAll(/=\s*\{([^{}]*)\}\s*;/g)) {
      const name = /(\w+)\s*$/.exec(entry.text.slice(Math.max(0, match.index - maxTableName), match.index))?.[1];
      const names = [...match[1]!.matchAll(/\.\w+\s*=\s*(\w+)/g)].map((m) => m[1]!);
      if (name !== undefined && names.length > 0) found.set(name, names);
    }
    tables.set(entry, found);
    return found;
  }

  const tablesWith = (ref: FunctionRef): string[] => [...tablesOf(ref.file)].filter(([, names]) => names.includes(ref.name)).map(([table]) => table);

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
    tablesWith,
    usersOf(ref) {
      const tables = tablesWith(ref);
      if (tables.length === 0) return [];
      const used = new RegExp(`&(?:${tables.join('|')})\\b`);
      return (join(ref.file)?.functions ?? []).filter((f) => used.test(f.masked));
    },
    callbacksIn(table, fromFile) {
      return (tablesOf(fromFile).get(table) ?? []).flatMap((name) => (join(fromFile)?.functions ?? []).filter((f) => f.name === name));
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
    reachesEffect(ref, wanted) {
      let answers = asked.get(wanted);
      if (!answers) asked.set(wanted, (answers = new Map()));
      return reaches(ref, answers, (f) => callsPrimitive(model, f, wanted));
    },
    mentions(word) {
      let known = mentioned.get(word);
      if (known === undefined) {
        index();
        known = [...files.values()].some((entry) => entry?.text.includes(word));
        mentioned.set(word, known);
      }
      return known;
    },
    takeChanges() {
      const changes = { names: changed, graph: graphChanged, outside: outsideChanged, moved: moved(changed, graphChanged), successors: lastOf(successors) };
      changed = new Set();
      graphChanged = outsideChanged = false;
      successors = new Map();
      return changes;
    },
    watchSurface(name) {
      if (!surfaces.has(name)) surfaces.set(name, surface(name));
    },
  };

  function surface(name: string): string {
    const definitions = index().byName.get(name) ?? [];
    return definitions.map((f) => `${f.file} ${view(f)} ${touches(f) ? 'touches' : ''} ${changes(f) ? 'changes' : ''}`).join('\n');
  }

  /** What callers can see of a function without its callees and without reading its body closely. */
  function view(f: FunctionRef): string {
    const seen = seesWalks(f) ? [...f.outline.calls] : [...f.outline.calls].filter((name) => model.primitives.has(name));
    return [seenOutside(f), ...seen].join(' ');
  }

  function moved(names: ReadonlySet<string>, graph: boolean): Set<string> {
    const found = new Set<string>();
    for (const name of graph ? surfaces.keys() : names) {
      const before = surfaces.get(name);
      const now = before === undefined ? undefined : surface(name);
      if (now === undefined || now === before) continue;
      surfaces.set(name, now);
      found.add(name);
    }
    return found;
  }
}

type Pairs = ReadonlyMap<FunctionRef, FunctionRef | undefined>;

/** Functions that went and came and are the same but for their bodies. */
function pairsByFace(gone: readonly FunctionRef[], come: readonly FunctionRef[]): Pairs {
  const inOrder = (functions: readonly FunctionRef[]): FunctionRef[] => functions.map((f) => [face(f), f] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, f]) => f);
  const next = inOrder(come);
  return new Map(inOrder(gone).map((f, at) => [f, next[at]]));
}

/** Where there are several of a name, in the order of the text. */
function pairsByName(gone: readonly FunctionRef[], come: readonly FunctionRef[]): Pairs {
  const named = new Map<string, FunctionRef[]>();
  for (const f of come) push(named, f.name, f);
  return new Map(gone.map((f) => [f, named.get(f.name)?.shift()]));
}

/** Over several changes. */
function lastOf(successors: Pairs): Pairs {
  const last = (f: FunctionRef | undefined): FunctionRef | undefined => (f && successors.has(f) ? last(successors.get(f)) : f);
  return new Map([...successors].map(([f, next]) => [f, last(next)]));
}

/** What is known of a function is known of its successor. */
function handOn(answers: Map<FunctionRef, boolean>, pairs: Pairs): void {
  for (const [f, next] of pairs) {
    const answer = answers.get(f);
    answers.delete(f);
    if (answer !== undefined && next) answers.set(next, answer);
  }
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

/** What can be seen of a function without reading its body closely. */
const face = (f: FunctionRef): string => [f.name, seenOutside(f), ...f.outline.calls].join(' ');

/** Its head, and the words in its body that are asked for. */
function seenOutside(f: FunctionRef): string {
  let known = outsides.get(f);
  if (known === undefined) {
    const words = [...dropFlags].filter((flag) => f.masked.includes(flag));
    outsides.set(f, (known = [headOf(f).replace(/\s+/g, ' '), ...words, lockWord.test(f.masked) ? 'names a lock' : ''].join(' ')));
  }
  return known;
}
const outsides = new WeakMap<FunctionRef, string>();
const headOf = (f: FunctionRef): string => f.masked.slice(0, f.outline.bodyStart - f.outline.span.start);

/** Whoever walks over the mappings of a file, or is handed one, is asked for its callees as well (`isCacheHelper`). */
function seesWalks(f: FunctionRef): boolean {
  if (/\bstruct address_space \*/.test(headOf(f))) return true;
  for (const name of f.outline.calls) if (mappingWalks.has(name)) return true;
  return false;
}
const lockWord = /(?:\b|_)p[tm]l\b/;

/** Are these the same functions, with the same calls, but for what is in their bodies? */
function sameEdges(gone: readonly FunctionRef[], come: readonly FunctionRef[]): boolean {
  const facesOf = (functions: readonly FunctionRef[]): string => functions.map(face).sort().join('\n');
  return gone.length === come.length && facesOf(gone) === facesOf(come);
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
