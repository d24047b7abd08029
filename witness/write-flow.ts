/** Writes what is left of a function as a graph of statements and conditions. */
import { reachableFrom, reversePostOrderOf, successors } from '../parser/cfg';
import type { FunctionIR, NodeId, Span } from '../parser/ir';
import { isAct } from './acts';
import type { Condition, Flow, FlowNode } from './flow';
import { dead } from './parts';
import type { Paths } from './paths';
import type { Statements, Writing } from './statements';
import { newUses, type Uses } from './terms';

/** What is written, and with what. */
export interface Written extends Writing {
  readonly paths: Paths;
  readonly cuts: ReadonlyMap<string, NodeId>;
  readonly statements: Statements;
  /** What the text turns out to need is added. */
  readonly used: Uses;
  readonly lineOf: (span: Span) => number;
}

/** The graph, and variables that hold the answers to open conditions that are asked more than once. */
export function writeFlow({ making, body, terms, folds, wantsResult, paths, cuts, statements, used, lineOf }: Written): { readonly flow: Flow; readonly answers: readonly string[] } {
  const { ir, ref } = body;
  const { facts } = making;
  const nodes = new Map<NodeId, FlowNode>();
  const same = repeated();
  const labels = new Map<NodeId, string>();
  const uses = used;
  let site: NodeId | undefined;
  const target = (from: NodeId, to: NodeId): NodeId => paths.resolve(cuts.get(`${from}>${to}`) ?? to);
  for (const id of paths.live) {
    const node = ir.nodes[id]!;
    const line = lineOf(node.span);
    if (node.kind === 'branch' || node.kind === 'choice') {
      const [a, b] = paths.arms.get(id)!;
      const own = newUses();
      const text = node.kind === 'branch' ? terms.condition(node.condition, own) : undefined;
      for (const name of own.names) used.names.add(name);
      for (const object of own.objects) used.objects.add(object);
      const isCompound = node.kind === 'branch' && node.condition.kind === 'binary';
      const condition: Condition = { kind: 'leaf', text: text ?? same.get(id) ?? 'choose()', isCompound: text !== undefined && isCompound };
      if (text === undefined) assume(id, 'either way is possible');
      nodes.set(id, { kind: 'branch', condition, line, then: a, else: b });
      continue;
    }
    if (node.kind === 'return') {
      const text = statements.render(node, id, uses);
      nodes.set(id, text === undefined ? { kind: 'end', text: 'path_ends();', line: undefined } : { kind: 'end', text, line });
      continue;
    }
    const standalone = node.kind === 'call' && node.result !== undefined && folds.get(node.result) === id ? (isFoldedIntoKept(id) && !(id === body.site && !making.keepsAfter) ? undefined : statementOf(id, uses)) : statements.render(node, id, uses);
    const [after] = successors(node);
    const to = after === undefined ? dead : target(id, after);
    // After the site nothing is of interest where its violation is seen at once.
    const isLast = id === body.site && !making.keepsAfter && isAct(making, body, terms, id);
    nodes.set(id, { kind: 'statement', text: standalone ?? '', line, next: isLast ? dead : to });
    if (id === body.site) site = id;
  }
  if (paths.live.size === 0 || [...nodes.values()].some((n) => successorList(n).includes(dead)) || paths.resolve(ir.entry) === dead) nodes.set(dead, { kind: 'end', text: 'path_ends();', line: undefined });
  for (const [id, node] of ir.nodes.entries()) {
    if (node.kind !== 'nop' || node.label === undefined || !body.region.has(id)) continue;
    const to = paths.resolve(id);
    if (to !== dead && !labels.has(to)) labels.set(to, node.label);
  }
  // A branch that is not live any more and yet decided something has been taken one way.
  for (const id of body.region) {
    const node = ir.nodes[id]!;
    if (node.kind !== 'branch' || paths.live.has(id) || terms.constantOf(node.condition) !== undefined) continue;
    if (terms.condition(node.condition, newUses()) !== undefined) continue;
    const [a, b] = [target(id, node.whenTrue), target(id, node.whenFalse)];
    if (a !== b && (a === dead) !== (b === dead)) assume(id, a === dead ? 'taken to be false' : 'taken to be true');
  }
  // The site may be part of another statement.
  if (site === undefined && typeof body.site === 'number') {
    for (const id of paths.live) {
      const own = newUses();
      const node = ir.nodes[id]!;
      if (node.kind === 'branch') terms.condition(node.condition, own);
      else if (node.kind === 'return') { if (node.value) terms.text(node.value, own); } else statements.render(node, id, own);
      if (own.calls.has(body.site)) site = id;
    }
  }
  for (const object of used.objects) facts.objects.add(object);
  addSteps(nodes, paths.resolve(ir.entry));
  const answers = [...new Set(same.values())];
  let entry = paths.resolve(ir.entry);
  for (const [i, name] of answers.entries()) {
    nodes.set(-100 - i, { kind: 'statement', text: `${name} = choose();`, line: undefined, next: entry });
    entry = -100 - i;
  }
  return { flow: { entry, nodes, labels, site: body.site === 'entry' ? entry : site }, answers };

  /** Open conditions that are asked more than once, of things that do not change: the answer is the same each time. */
  function repeated(): ReadonlyMap<NodeId, string> {
    const byWords = new Map<string, NodeId[]>();
    for (const id of paths.live) {
      const node = ir.nodes[id]!;
      if (node.kind !== 'branch' || terms.condition(node.condition, newUses()) !== undefined) continue;
      const words = sourceOf(node.condition.span, ref.text);
      // What is asked of a variable by its address may have changed with any call.
      if (!words.includes('&')) byWords.set(words, [...(byWords.get(words) ?? []), id]);
    }
    const found = new Map<NodeId, string>();
    const taken = new Set<string>();
    for (const [words, ids] of byWords) {
      if (ids.length < 2) continue;
      // Nothing that is asked about may change on the way from one to another.
      const after = new Set(ids.flatMap((id) => [...reachableFrom(ir, id)]));
      const isStable = [...words.matchAll(/[A-Za-z_]\w*/g)].every(([name]) => !ir.nodes.some((n, id) => n.kind === 'assign' && n.target.kind === 'name' && n.target.name === name && after.has(id)));
      if (!isStable) continue;
      const base = (/[A-Za-z_]\w*/.exec(words)?.[0] ?? 'answer').slice(0, 24);
      let name = `is_${base}`;
      for (let i = 2; taken.has(name) || ir.locals.some((l) => l.name === name); i++) name = `is_${base}_${i}`;
      taken.add(name);
      for (const id of ids) found.set(id, name);
    }
    return found;
  }

  function statementOf(id: NodeId, uses: Uses): string | undefined {
    const text = terms.call(id, uses);
    return text === undefined ? undefined : `${text};`;
  }

  /** Is the call's text part of a statement or condition that is kept? */
  function isFoldedIntoKept(id: NodeId): boolean {
    for (const other of paths.live) {
      if (other === id) continue;
      const own = newUses();
      const node = ir.nodes[other]!;
      if (node.kind === 'branch') terms.condition(node.condition, own);
      else if (node.kind === 'return') { if (wantsResult && node.value) terms.text(node.value, own); } else if (node.kind === 'call' && node.result !== undefined && folds.get(node.result) === other) { continue; } else statements.render(node, other, own);
      if (own.calls.has(id)) return true;
    }
    return false;
  }

  function assume(id: NodeId, words: string): void {
    making.assumptions.add(body, id, `${conditionWords(ir, id, ref.text)}: ${words}`);
  }
}

/** Gives loops that only count a step: without one the machine cannot follow them. */
function addSteps(nodes: Map<NodeId, FlowNode>, entry: NodeId): void {
  const order = reversePostOrderOf(entry, (id) => (nodes.has(id) ? successorList(nodes.get(id)!) : []));
  const rank = new Map(order.map((id, i) => [id, i]));
  const isStep = (node: FlowNode): boolean => /[a-z_]\w*\(/.test(node.kind === 'branch' ? JSON.stringify(node.condition) : node.text);
  for (const [index, id] of order.entries()) {
    const node = nodes.get(id)!;
    for (const head of successorList(node)) {
      if (rank.get(head)! > rank.get(id)!) continue;
      // The members of the loop lie between its head and its end in this order.
      if (order.slice(rank.get(head)!, index + 1).some((member) => isStep(nodes.get(member)!))) continue;
      const extra = -1000 - id;
      nodes.set(extra, { kind: 'statement', text: 'choose();', line: undefined, next: head });
      if (node.kind === 'statement') nodes.set(id, { ...node, next: extra });
      if (node.kind === 'branch') nodes.set(id, { ...node, then: node.then === head ? extra : node.then, else: node.else === head ? extra : node.else });
    }
  }
}

function successorList(node: FlowNode): readonly NodeId[] {
  return node.kind === 'end' ? [] : node.kind === 'statement' ? [node.next] : [node.then, node.else];
}

/** The condition of a branch as the kernel has it. */
function conditionWords(ir: FunctionIR, id: NodeId, text: string): string {
  const node = ir.nodes[id]!;
  const span = node.kind === 'branch' ? node.condition.span : node.span;
  const source = sourceOf(span, text);
  return source.length <= 80 ? source : `${source.slice(0, 77)}...`;
}

function sourceOf(span: Span, text: string): string {
  return text.slice(span.start, span.end).replace(/\/\*[^]*?\*\//g, ' ').replace(/\s+/g, ' ').trim();
}
