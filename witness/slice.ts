/** From a finding, or any site, to the functions of a scenario: the user's own code, reduced to what decides whether the site is reached. */
import { takesPageTableArgument } from '../analyzer/dataflow/summaries';
import type { FunctionRef, Tree } from '../analyzer/call-graph/tree';
import { nodesLeadingTo, reachableFrom } from '../parser/cfg';
import type { FunctionIR, IrNode, NodeId, Span } from '../parser/ir';
import { sliceFunction, type FunctionSlice } from './function-slice';
import { joinConditions } from './flow';
import { layout } from './layout';
import { library } from './library';
import { createConstants } from './names';
import type { Body, Facts, Making, Purpose } from './parts';
import { movesEntries, type Site } from './site';
import { structure } from './structure';

/** The slice of one site. */
export interface Slice {
  /** C functions in the dialect of scenarios, callees first. */
  readonly functions: string;
  /** The functions of the kernel that are in it, callees first: file and name. */
  readonly parts: readonly { readonly file: string; readonly name: string }[];
  /** Enumerators that the text needs. */
  readonly declarations: readonly string[];
  /** The outermost function, with the parameters that are left. */
  readonly root: { readonly name: string; readonly file: string; readonly params: readonly { readonly name: string; readonly type: string }[] };
  /** Objects that the text names. */
  readonly objects: ReadonlySet<string>;
  /** What was assumed, in words, each with the place: `mm/hugetlb.c:6130: ...`. */
  readonly assumptions: readonly string[];
  readonly bounds: readonly string[];
  readonly site: Site;
  /** It works on hugetlb entries. */
  readonly isHuge: boolean;
}

const mostRounds = 24;
const mostBodies = 48;

export function sliceAt(tree: Tree, site: Site, purpose: Purpose): Slice | { readonly reason: string } {
  if (movesEntries(tree, site.ref)) return { reason: `${site.ref.name}() works on entries of two page tables, and a scenario has one` };
  const bodies = new Map<FunctionRef, Body>();
  const facts: Facts = { open: new Set(), wanted: new Set(), params: new Map(), empty: new Set(), seen: new Set(), objects: new Set(), library: new Set() };
  const constants = createConstants();
  const notes = new Map<FunctionRef, Map<NodeId, string>>();
  for (const [i, ref] of site.chain.entries()) {
    const next = site.chain[i + 1];
    const ir = tree.lower(ref);
    const goals = next ? nodesWhere(ir, (n) => n.kind === 'call' && n.callee === next.name) : new Set([site.node]);
    // A table of callbacks leads on: the walk is not followed.
    if (goals.size === 0) return { reason: `${ref.name}() leads to ${next?.name ?? 'the site'}() through a pointer, which is not followed` };
    const beyond = site.chain[i + 2];
    const sideways = new Set(next && beyond ? [...goals, ...besides(tree, bodies, ref, next, beyond, purpose)] : goals);
    const body = bodyOf(ref, ir, sideways, next ? undefined : site.node, purpose.keepsAfter);
    bodies.set(ref, !next && leavesMarker(tree, ir, site.node) ? { ...body, site: 'entry', region: reachableFrom(ir, ir.entry) } : body);
  }
  enterGoal(tree, bodies, site.ref, tree.lower(site.ref).nodes[site.node]!, purpose);
  const making: Making = {
    tree, facts, constants, bodies, keepsAfter: purpose.keepsAfter, isOwnFault: purpose.isOwnFault ?? false,
    assumptions: { add: (body, node, words) => void notes.get(body.ref)?.set(node, `${placeOf(tree, body.ref, body.ir.nodes[node]!.span)}: ${words}`) },
    meanings: new Map(),
    follow: (callee, from) => followed(tree, bodies, callee, from),
  };
  const [root] = site.chain;
  let slices = new Map<FunctionRef, FunctionSlice>();
  /** What was known when a function was sliced last: as long as that is all, its slice stays what it is. */
  const madeFrom = new Map<FunctionRef, string>();
  for (let round = 0, before = ''; ; round++) {
    if (round > mostRounds) return { reason: 'what the functions need of each other does not settle' };
    if (bodies.size > mostBodies) return { reason: `more than ${mostBodies} functions take part` };
    const last = slices;
    slices = new Map();
    for (const body of reached(making, root!)) {
      const known = extent(making);
      const same = madeFrom.get(body.ref) === known ? last.get(body.ref) : undefined;
      madeFrom.set(body.ref, known);
      if (!same) notes.set(body.ref, new Map());
      const slice = same ?? sliceFunction(making, body, (span) => lineIn(tree, body.ref, span));
      slices.set(body.ref, slice);
      const names = new Set(slice.params.map((p) => p.name));
      const params = facts.params.get(body.ref) ?? new Set();
      for (const param of body.ir.params) if (names.has(param.name) || names.has(`${param.name}_`)) params.add(param.name);
      facts.params.set(body.ref, params);
      if (slice.isEmpty && body.goals.size === 0) facts.empty.add(body.ref);
      else facts.empty.delete(body.ref);
      if (hasActs(slice)) facts.seen.add(body.ref);
    }
    const after = fingerprint(facts, slices);
    if (after === before) break;
    before = after;
  }
  const order = calleesFirst(root!, slices);
  if (!order) return { reason: 'the functions call each other in a circle' };
  const functions = order.map((ref) => functionText(ref, slices.get(ref)!));
  const own = new Set(order.map((ref) => ref.name));
  const used = [...library.values()].filter((f) => !own.has(f.name) && functions.some((t) => new RegExp(`\\b${f.name}\\(`).test(t)));
  const objects = new Set([...facts.objects, ...used.flatMap((f) => f.objects)]);
  const rootSlice = slices.get(root!)!;
  return {
    functions: [...used.map((f) => f.text), ...functions].join('\n\n'),
    parts: order.map((ref) => ({ file: ref.file, name: ref.name })),
    declarations: constants.declarations(),
    root: { name: root!.name, file: root!.file, params: rootSlice.params },
    objects, assumptions: [...new Set([...slices.keys()].flatMap((ref) => [...(notes.get(ref)?.values() ?? [])]))].sort(byPlace), bounds: [...constants.bounded].map((name) => `${name} is 2`),
    site, isHuge: functions.some((t) => /\bhuge_ptep?_|\bset_huge_pte/.test(t)) && !functions.some((t) => /\b(?:set_pte_at|set_ptes|ptep_\w+|pte_offset_map\w*|pte_unmap\w*)\(/.test(t)),
  };
}

/** Does the node leave a marker? What is wrong is then that it may not come to that: whoever enters the function has been at the place. */
function leavesMarker(tree: Tree, ir: FunctionIR, id: NodeId): boolean {
  const node = ir.nodes[id]!;
  if (node.kind !== 'call' || node.callee === undefined) return false;
  const effect = tree.model.shapeFor(node.callee, node.args.length)?.effect;
  if (effect?.op === 'mark') return true;
  const value = effect?.op === 'store' ? node.args[effect.value] : undefined;
  return value?.kind === 'name' && ir.nodes.some((n) => n.kind === 'call' && n.result === value.name && n.callee === 'make_pte_marker');
}

/** Calls that lead around the next function of the chain, to the one after it: the functions that they call are entered as well. */
function besides(tree: Tree, bodies: Map<FunctionRef, Body>, ref: FunctionRef, next: FunctionRef, beyond: FunctionRef, purpose: Purpose): NodeId[] {
  return [...tree.lower(ref).nodes.entries()].flatMap(([id, node]) => {
    const callee = node.kind === 'call' && node.callee !== undefined && !tree.model.primitives.has(node.callee) ? tree.resolve(node.callee, ref.file) : undefined;
    if (!callee || callee === next || callee === beyond || callee === ref || bodies.get(callee)?.site !== undefined || tree.resolve(beyond.name, callee.file) !== beyond) return [];
    const ir = tree.lower(callee);
    const goals = nodesWhere(ir, (n) => n.kind === 'call' && n.callee === beyond.name);
    if (goals.size === 0) return [];
    if (!bodies.has(callee)) bodies.set(callee, bodyOf(callee, ir, goals, undefined, purpose.keepsAfter));
    return [id];
  });
}

/** What a call of the site leads to: functions down to the one with the goal. */
function enterGoal(tree: Tree, bodies: Map<FunctionRef, Body>, from: FunctionRef, node: IrNode, purpose: Purpose): void {
  if (node.kind !== 'call' || node.callee === undefined || tree.model.primitives.has(node.callee)) return;
  const ref = tree.resolve(node.callee, from.file);
  if (!ref || bodies.has(ref)) return;
  const ir = tree.lower(ref);
  const isGoal = (n: IrNode): boolean => n.kind === 'call' && n.callee !== undefined && reachesGoal(tree, n, ref, purpose, 3);
  const goals = nodesWhere(ir, isGoal);
  if (goals.size === 0) return;
  bodies.set(ref, bodyOf(ref, ir, goals, undefined, purpose.keepsAfter));
  for (const goal of goals) enterGoal(tree, bodies, ref, ir.nodes[goal]!, purpose);
}

function reachesGoal(tree: Tree, node: Extract<IrNode, { kind: 'call' }>, from: FunctionRef, purpose: Purpose, depth: number): boolean {
  const effect = tree.model.shapeFor(node.callee!, node.args.length)?.effect;
  if (effect) return purpose.goal(effect);
  const ref = depth > 0 ? tree.resolve(node.callee!, from.file) : undefined;
  return ref !== undefined && tree.lower(ref).nodes.some((n) => n.kind === 'call' && n.callee !== undefined && reachesGoal(tree, n, ref, purpose, depth - 1));
}

function bodyOf(ref: FunctionRef, ir: FunctionIR, goals: ReadonlySet<NodeId>, site: NodeId | undefined, keepsAfter: boolean): Body {
  const region = new Set<NodeId>();
  const within = reachableFrom(ir, ir.entry);
  if (goals.size === 0) for (const id of within) region.add(id);
  else {
    for (const id of nodesLeadingTo(ir, (_n, id) => goals.has(id))) if (within.has(id)) region.add(id);
    if (keepsAfter) for (const goal of goals) for (const id of reachableFrom(ir, goal)) region.add(id);
  }
  return { ref, ir, goals, region, site };
}

/** A function that is called on the way: followed when it is given entries or the state of a fault, and does something with entries. */
function followed(tree: Tree, bodies: Map<FunctionRef, Body>, callee: string, from: Body): Body | undefined {
  const ref = tree.resolve(callee, from.ref.file);
  if (!ref || ref === from.ref) return undefined;
  const known = bodies.get(ref);
  if (known) return known;
  if (bodies.size > mostBodies || !tree.touchesPageTables(ref) || !takesPageTableArgument(tree, ref)) return undefined;
  const body = bodyOf(ref, tree.lower(ref), new Set(), undefined, true);
  bodies.set(ref, body);
  return body;
}

/** The bodies that the outermost function calls, by what was kept last time; all calls the first time. */
function reached(making: Making, root: FunctionRef): Body[] {
  const found = new Set<FunctionRef>([root]);
  for (const ref of found) {
    const body = making.bodies.get(ref)!;
    for (const id of body.region) {
      const node = body.ir.nodes[id]!;
      if (node.kind !== 'call' || node.callee === undefined) continue;
      const callee = making.tree.resolve(node.callee, ref.file);
      const next = callee && making.bodies.get(callee);
      if (next && callee !== ref) found.add(callee);
    }
  }
  return [...found].map((ref) => making.bodies.get(ref)!);
}

/** How much is known: it only grows, but for the functions that are empty. */
function extent({ facts, bodies }: Making): string {
  const params = [...facts.params.values()].reduce((sum, names) => sum + names.size, 0);
  const sizes = [facts.open, facts.wanted, facts.seen, facts.objects, facts.library, bodies].map(({ size }) => size);
  return [...sizes, params, ...[...facts.empty].map((ref) => `${ref.file} ${ref.name}`).sort()].join(',');
}

function hasActs(slice: FunctionSlice): boolean {
  return [...slice.flow.nodes.values()].some((n) => n.kind === 'statement' && n.text !== '' && !/^[\w>.*-]+ = |^struct /.test(n.text)) || [...slice.flow.nodes.values()].some((n) => n.kind !== 'end' && /lock\(|clear|set_/.test(n.kind === 'statement' ? n.text : ''));
}

function fingerprint(facts: Facts, slices: ReadonlyMap<FunctionRef, FunctionSlice>): string {
  return JSON.stringify([[...facts.open], facts.wanted.size, [...facts.params].map(([ref, p]) => [ref.name, [...p]]), [...facts.empty].map((r) => r.name), facts.seen.size, [...facts.objects], [...slices].map(([ref, s]) => [ref.name, s.returns, s.locals, [...s.flow.nodes]])]);
}

/** The functions that the final text calls, each after those that it calls; undefined when there is a circle. */
function calleesFirst(root: FunctionRef, slices: ReadonlyMap<FunctionRef, FunctionSlice>): FunctionRef[] | undefined {
  const done: FunctionRef[] = [];
  const open = new Set<FunctionRef>();
  const visit = (ref: FunctionRef): boolean => {
    if (done.includes(ref)) return true;
    if (open.has(ref)) return false;
    open.add(ref);
    const text = functionText(ref, slices.get(ref)!);
    for (const other of slices.keys()) {
      if (other !== ref && new RegExp(`\\b${other.name}\\(`).test(text) && !visit(other)) return false;
    }
    open.delete(ref);
    done.push(ref);
    return true;
  };
  return visit(root) ? done : undefined;
}

function functionText(ref: FunctionRef, slice: FunctionSlice): string {
  const declare = (v: { readonly name: string; readonly type: string }): string => `${v.type}${v.type.endsWith('*') ? '' : ' '}${v.name}`;
  const params = slice.params.length === 0 ? 'void' : slice.params.map(declare).join(', ');
  const head = `static ${declare({ name: ref.name, type: slice.returns })}(${params})`;
  const lines = layout(structure(joinConditions(slice.flow)), 1, (line) => `${ref.file}:${line}`);
  return [head, '{', ...slice.locals.map((l) => `\t${declare(l)};`), ...(slice.locals.length > 0 ? [''] : []), ...lines, '}'].join('\n');
}

function nodesWhere(ir: FunctionIR, wanted: (node: IrNode) => boolean): ReadonlySet<NodeId> {
  return new Set([...ir.nodes.entries()].filter(([, n]) => wanted(n)).map(([id]) => id));
}

function lineIn(tree: Tree, ref: FunctionRef, span: Span): number {
  const text = tree.text(ref.file) ?? '';
  let starts = lineStarts.get(ref);
  if (starts?.text !== text) lineStarts.set(ref, (starts = { text, line: text.slice(0, ref.start).split('\n').length, ends: lineEnds(ref.text) }));
  return starts.line + starts.ends.filter((end) => end < span.start).length;
}

/** The line on which a function begins, and where lines end in it. */
const lineStarts = new WeakMap<FunctionRef, { readonly text: string; readonly line: number; readonly ends: readonly number[] }>();

function lineEnds(text: string): number[] {
  return [...text.matchAll(/\n/g)].map(({ index }) => index);
}

function placeOf(tree: Tree, ref: FunctionRef, span: Span): string {
  return `${ref.file}:${lineIn(tree, ref, span)}`;
}

function byPlace(a: string, b: string): number {
  const parts = (s: string): [string, number] => [s.split(':')[0]!, Number(s.split(':')[1])];
  const [x, y] = [parts(a), parts(b)];
  return x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : x[1] - y[1];
}
