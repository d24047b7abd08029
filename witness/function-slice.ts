/** Slices one function: what is kept of it, which conditions stay, and what becomes of the rest. */
import { loopHeads, predecessors, reachableFrom, reversePostOrder, reversePostOrderOf, successors } from '../parser/cfg';
import type { Expr, FunctionIR, IrNode, NodeId, Span } from '../parser/ir';
import { formatExpr } from '../parser/cfg';
import { mappingWalks } from '../kernel/rmap';
import type { Condition, Flow, FlowNode } from './flow';
import { meaningOf, type CallNode } from './meaning';
import { canonicalOf, isEntryType, isFolioType, isIntType, isLocalStruct, isPointer, keptFields } from './objects';
import { dead, type Body, type Making } from './parts';
import { createTerms, declaredByMacro, newUses, type Terms, type Uses } from './terms';

/** A function of the slice as it came out of one round. */
export interface FunctionSlice {
  readonly flow: Flow;
  /** Local variables that the text needs, with their types. */
  readonly locals: readonly { readonly name: string; readonly type: string }[];
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  /** Nothing in it can be seen by others, and its result is not known. */
  readonly isEmpty: boolean;
}

export function sliceFunction(making: Making, body: Body, lineOf: (span: Span) => number): FunctionSlice {
  const { ir, ref } = body;
  const { facts } = making;
  const folds = foldable(ir);
  const rename = (name: string): string => {
    const clean = name.startsWith('$') ? `tmp${name.slice(1)}` : name.replace('#', '_');
    return facts.objects.has(clean) && !isParameterOf(clean) ? `${clean}_` : clean;
  };
  const isParameterOf = (name: string): boolean => name === '' || !['pte', 'folio', 'new_folio', 'pmd', 'i_pages', 'vma', 'mm', 'mapping', 'page_table_lock', 'xa_lock'].includes(name);
  const terms: Terms = createTerms(making, body, (t) => folds.get(t), rename);
  markCounted(making, body);
  const cuts = cutLoops(making, body, terms);
  const wantsResult = facts.wanted.has(ref) && ir.returnType !== 'void';

  markOpen(making, body, terms);

  /** Nodes that are kept: what others can see, and what that needs. */
  const kept = new Set<NodeId>();
  const used = newUses();
  for (const id of body.region) if (isAct(making, body, terms, id)) kept.add(id);
  for (const id of body.goals) if (body.region.has(id)) kept.add(id);
  let simple = simplify();
  for (let before = -1; before !== kept.size + used.names.size; ) {
    before = kept.size + used.names.size;
    simple = simplify();
    for (const id of simple.live) {
      const node = ir.nodes[id]!;
      if (node.kind === 'branch') terms.condition(node.condition, used);
      else if (node.kind === 'call' && isAct(making, body, terms, id)) terms.call(id, used);
      else render(node, id, used);
    }
    for (const id of body.region) {
      const node = ir.nodes[id]!;
      if (node.kind === 'assign' && isNeeded(node)) kept.add(id);
      if (node.kind === 'call' && node.result !== undefined && !folds.has(node.result) && used.names.has(node.result)) kept.add(id);
      if (node.kind === 'call' && node.args.some((a) => a.kind === 'address' && a.operand.kind === 'name' && used.names.has(a.operand.name) && isOpenWrite(node, a.operand.name))) kept.add(id);
    }
  }
  const isSeen = [...kept].some((id) => isAct(making, body, terms, id)) || body.goals.size > 0;

  const { flow, answers } = buildFlow();
  return {
    flow, isEmpty: !isSeen && !(wantsResult && isResultKnown()), returns: wantsResult ? ir.returnType : 'void',
    params: ir.params.filter((p) => used.names.has(p.name) || (facts.params.get(ref)?.has(p.name) ?? false)).map((p) => ({ name: rename(p.name), type: p.type })),
    locals: [
      ...[...ir.locals.map((l) => ({ name: l.name, type: l.type })), ...temporaries()].filter((l) => used.names.has(l.name) && !isDeclaredInPlace(l.name)).map((l) => ({ name: rename(l.name), type: l.type })),
      ...answers.map((name) => ({ name, type: 'bool' })),
    ],
  };

  function temporaries(): { name: string; type: string }[] {
    const span = ir.span;
    return [...used.names].filter((n) => n.startsWith('$')).map((name) => ({ name, type: terms.typeOf({ kind: 'name', name, span }) ?? 'int' }));
  }

  /** Is it the target of something that the kept text reads? */
  function isNeeded(node: Extract<IrNode, { kind: 'assign' }>): boolean {
    const { target } = node;
    if (target.kind === 'name') return used.names.has(target.name);
    if (target.kind === 'field') return terms.placeKey(target) !== undefined && terms.text(target.base, newUses()) !== undefined && !(terms.isOpen(terms.placeKey(target)));
    if (target.kind === 'deref' && target.operand.kind === 'name') return terms.typeOf(target.operand) !== undefined && used.names.has(target.operand.name);
    return false;
  }

  /** Does an unknown call write to a variable of ours? */
  function isOpenWrite(node: CallNode, name: string): boolean {
    return meaningOf(making, body, node).kind === 'unknown' && isIntType(terms.typeOf({ kind: 'name', name, span: ir.span }));
  }

  function isResultKnown(): boolean {
    return ir.nodes.some((n, id) => body.region.has(id) && n.kind === 'return' && n.value !== undefined && terms.text(n.value, newUses()) !== undefined);
  }

  function isDeclaredInPlace(name: string): boolean {
    return ir.nodes.some((n) => n.kind === 'assign' && n.value.kind === 'initializer' && n.target.kind === 'name' && n.target.name === name) || ir.nodes.some((n) => n.kind === 'call' && n.callee === 'XA_STATE' && n.args[0]?.kind === 'name' && n.args[0].name === name);
  }

  /** Where control goes from a node once everything that is not kept is left out. */
  function simplify(): { readonly live: ReadonlySet<NodeId>; readonly resolve: (id: NodeId) => NodeId; readonly arms: ReadonlyMap<NodeId, readonly [NodeId, NodeId]> } {
    const resolved = new Map<NodeId, NodeId>();
    const arms = new Map<NodeId, readonly [NodeId, NodeId]>();
    const loop = -2;
    const target = (from: NodeId, to: NodeId): NodeId => cuts.get(`${from}>${to}`) ?? to;
    function resolve(id: NodeId): NodeId {
      if (id === dead || !body.region.has(id)) return dead;
      const known = resolved.get(id);
      if (known !== undefined) return known;
      const node = ir.nodes[id]!;
      if (node.kind === 'return') return id;
      if (node.kind === 'stop' || isBlocked(making, body, terms, id)) return dead;
      if (kept.has(id)) return id;
      resolved.set(id, loop);
      const value = decide(node, id);
      if (value === loop) resolved.delete(id);
      else resolved.set(id, value);
      return value;
    }
    function decide(node: IrNode, id: NodeId): NodeId {
      if (node.kind === 'branch') {
        const fixed = terms.constantOf(node.condition);
        if (fixed !== undefined) return resolve(target(id, fixed ? node.whenTrue : node.whenFalse));
        return choose(id, resolve(target(id, node.whenTrue)), resolve(target(id, node.whenFalse)), terms.condition(node.condition, newUses()) !== undefined);
      }
      if (node.kind === 'choice' && node.macro !== undefined && mappingWalks.has(node.macro)) return resolve(target(id, node.targets[0]!));
      if (node.kind === 'choice') {
        const [first, ...rest] = node.targets.map((t) => resolve(target(id, t)));
        const alive = [first!, ...rest].filter((t) => t !== dead && t !== loop);
        if (new Set(alive).size <= 1) return alive[0] ?? (first === loop ? loop : dead);
        arms.set(id, [alive[0]!, alive[1]!]);
        return id;
      }
      const [next] = successors(node);
      return next === undefined ? dead : resolve(target(id, next));
    }
    function choose(id: NodeId, a: NodeId, b: NodeId, isKnown: boolean): NodeId {
      if (a === loop && b === loop) return loop;
      // A loop in which nothing is kept.
      if (a === loop || (a === id && b !== id)) return b === dead && a === loop ? loop : b;
      if (b === loop || (b === id && a !== id)) return a;
      if (a === b) return a;
      // Who stops here does nothing that matters; where the machine cannot tell, it may go on.
      if (!isKnown && (a === dead || b === dead)) return a === dead ? b : a;
      arms.set(id, [a, b]);
      return id;
    }
    const live = new Set<NodeId>();
    const open = [resolve(ir.entry)];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === dead || id === loop || live.has(id)) continue;
      live.add(id);
      const node = ir.nodes[id]!;
      const pair = arms.get(id);
      if (pair) open.push(...pair);
      else if (node.kind !== 'return') open.push(...successors(node).map((s) => resolve(target(id, s))));
    }
    return { live, resolve: (id) => { const r = resolve(id); return r === loop ? dead : r; }, arms };
  }

  /** The text of a node that is kept. */
  function render(node: IrNode, id: NodeId, uses: Uses): string | undefined {
    switch (node.kind) {
      case 'call': {
        if (node.result !== undefined && folds.get(node.result) === id) {
          // It is part of another statement, if that one is kept.
          return undefined;
        }
        const text = terms.call(id, uses);
        if (node.result !== undefined && uses.names.has(node.result)) return `${rename(node.result)} = ${text ?? openValue(node.result)};`;
        if (text === undefined) {
          const written = node.args.flatMap((a) => (a.kind === 'address' && a.operand.kind === 'name' && uses.names.has(a.operand.name) && isOpenWrite(node, a.operand.name) ? [a.operand.name] : []));
          return written.map((name) => `${rename(name)} = ${openValue(name)};`).join(' ') || undefined;
        }
        return `${text};`;
      }
      case 'assign': return assignment(node, uses);
      case 'return': {
        if (!wantsResult || !node.value) return body.goals.size > 0 && !making.keepsAfter ? undefined : 'return;';
        const value = (isPointer(ir.returnType) ? terms.pointer(node.value, uses) : terms.text(node.value, uses)) ?? allocated(node.value, uses);
        if (value !== undefined) return `return ${value};`;
        // Any number may be returned; what a pointer or an entry would be, nobody can say.
        return isIntType(ir.returnType) ? 'return choose();' : undefined;
      }
      default: return undefined;
    }
  }

  function allocated(value: Expr, uses: Uses): string | undefined {
    if (!isFolioType(ir.returnType) || !terms.isAllocated(value)) return undefined;
    uses.objects.add('new_folio');
    return 'new_folio';
  }

  function assignment(node: Extract<IrNode, { kind: 'assign' }>, uses: Uses): string | undefined {
    const { target, value } = node;
    if (value.kind === 'initializer') {
      if (target.kind !== 'name') return undefined;
      const type = terms.typeOf(target);
      if (type === undefined || !isLocalStruct(type)) return undefined;
      const entries = value.entries.flatMap((entry) => {
        if (entry.field === undefined || !keptFields.has(entry.field) || terms.isOpen(`.${entry.field}`)) return [];
        const text = terms.pointer(entry.value, uses);
        return text === undefined ? [] : [`.${entry.field} = ${text}`];
      });
      // An event is about an entry; there is only one.
      if (type === 'struct vm_fault' && !entries.some((e) => e.startsWith('.pte')) && !assignsField('pte')) {
        uses.objects.add('pte');
        entries.push('.pte = pte');
      }
      return `${type} ${rename(target.name)} = { ${entries.length === 0 ? '0' : entries.join(', ')} };`;
    }
    const place = terms.text(target, uses);
    if (place === undefined) return undefined;
    const type = terms.typeOf(target);
    const text = type !== undefined && isPointer(type) ? terms.pointer(value, uses) : terms.text(value, uses);
    if (text === place) return undefined;
    if (text !== undefined) return `${place} = ${text};`;
    return target.kind === 'name' && isIntType(type) ? `${place} = ${openValue(target.name)};` : undefined;
  }

  function assignsField(field: string): boolean {
    return [...making.bodies.values()].some((b) => b.ir.nodes.some((n) => n.kind === 'assign' && n.target.kind === 'field' && n.target.field === field && n.target.base.kind === 'name' && !n.target.arrow));
  }

  /** Any value that a variable may have, as far as conditions tell them apart. */
  function openValue(name: string): string {
    const samples = samplesOf(ir, name);
    const type = terms.typeOf({ kind: 'name', name, span: ir.span });
    if (type === 'bool' || (samples.length === 2 && samples.includes('0') && samples.includes('1'))) return 'choose()';
    const texts = samples.filter((s) => /^-?\d+$/.test(s) || terms.text({ kind: 'name', name: s, span: ir.span }, newUses()) !== undefined);
    return texts.reduceRight<string>((rest, s) => (rest === '' ? s : `choose() ? ${s} : ${rest.includes('?') ? `(${rest})` : rest}`), '') || 'choose()';
  }

  /** Open conditions that are asked more than once, of things that do not change: the answer is the same each time. */
  function repeated(): ReadonlyMap<NodeId, string> {
    const byWords = new Map<string, NodeId[]>();
    for (const id of simple.live) {
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

  function buildFlow(): { readonly flow: Flow; readonly answers: readonly string[] } {
    const nodes = new Map<NodeId, FlowNode>();
    const same = repeated();
    const labels = new Map<NodeId, string>();
    const uses = used;
    let site: NodeId | undefined;
    const target = (from: NodeId, to: NodeId): NodeId => simple.resolve(cuts.get(`${from}>${to}`) ?? to);
    for (const id of simple.live) {
      const node = ir.nodes[id]!;
      const line = lineOf(node.span);
      if (node.kind === 'branch' || node.kind === 'choice') {
        const [a, b] = simple.arms.get(id)!;
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
        const text = render(node, id, uses);
        nodes.set(id, text === undefined ? { kind: 'end', text: 'path_ends();', line: undefined } : { kind: 'end', text, line });
        continue;
      }
      const standalone = node.kind === 'call' && node.result !== undefined && folds.get(node.result) === id ? (isFoldedIntoKept(id) && !(id === body.site && !making.keepsAfter) ? undefined : statementOf(id, uses)) : render(node, id, uses);
      const [after] = successors(node);
      const to = after === undefined ? dead : target(id, after);
      // After the site nothing is of interest where its violation is seen at once.
      const isLast = id === body.site && !making.keepsAfter && isAct(making, body, terms, id);
      nodes.set(id, { kind: 'statement', text: standalone ?? '', line, next: isLast ? dead : to });
      if (id === body.site) site = id;
    }
    if (simple.live.size === 0 || [...nodes.values()].some((n) => successorList(n).includes(dead)) || simple.resolve(ir.entry) === dead) nodes.set(dead, { kind: 'end', text: 'path_ends();', line: undefined });
    for (const [id, node] of ir.nodes.entries()) {
      if (node.kind !== 'nop' || node.label === undefined || !body.region.has(id)) continue;
      const to = simple.resolve(id);
      if (to !== dead && !labels.has(to)) labels.set(to, node.label);
    }
    // A branch that is not live any more and yet decided something has been taken one way.
    for (const id of body.region) {
      const node = ir.nodes[id]!;
      if (node.kind !== 'branch' || simple.live.has(id) || terms.constantOf(node.condition) !== undefined) continue;
      if (terms.condition(node.condition, newUses()) !== undefined) continue;
      const [a, b] = [target(id, node.whenTrue), target(id, node.whenFalse)];
      if (a !== b && (a === dead) !== (b === dead)) assume(id, a === dead ? 'taken to be false' : 'taken to be true');
    }
    // The site may be part of another statement.
    if (site === undefined && body.site !== undefined) {
      for (const id of simple.live) {
        const own = newUses();
        const node = ir.nodes[id]!;
        if (node.kind === 'branch') terms.condition(node.condition, own);
        else if (node.kind === 'return') { if (node.value) terms.text(node.value, own); } else render(node, id, own);
        if (own.calls.has(body.site)) site = id;
      }
    }
    for (const object of used.objects) facts.objects.add(object);
    addSteps(nodes, simple.resolve(ir.entry));
    const answers = [...new Set(same.values())];
    let entry = simple.resolve(ir.entry);
    for (const [i, name] of answers.entries()) {
      nodes.set(-100 - i, { kind: 'statement', text: `${name} = choose();`, line: undefined, next: entry });
      entry = -100 - i;
    }
    return { flow: { entry, nodes, labels, site }, answers };
  }

  function statementOf(id: NodeId, uses: Uses): string | undefined {
    const text = terms.call(id, uses);
    return text === undefined ? undefined : `${text};`;
  }

  /** Is the call's text part of a statement or condition that is kept? */
  function isFoldedIntoKept(id: NodeId): boolean {
    for (const other of simple.live) {
      if (other === id) continue;
      const own = newUses();
      const node = ir.nodes[other]!;
      if (node.kind === 'branch') terms.condition(node.condition, own);
      else if (node.kind === 'return') { if (wantsResult && node.value) terms.text(node.value, own); } else if (node.kind === 'call' && node.result !== undefined && folds.get(node.result) === other) { continue; } else render(node, other, own);
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

/** Calls whose only use follows at once: their text stands there. */
function foldable(ir: FunctionIR): ReadonlyMap<string, NodeId> {
  const definitions = new Map<string, NodeId[]>();
  const uses = new Map<string, NodeId[]>();
  const before = predecessors(ir);
  for (const [id, node] of ir.nodes.entries()) {
    if (node.kind === 'call' && node.result !== undefined) definitions.set(node.result, [...(definitions.get(node.result) ?? []), id]);
    if (node.kind === 'assign' && node.target.kind === 'name') definitions.set(node.target.name, [...(definitions.get(node.target.name) ?? []), id]);
    for (const name of namesIn(node)) if (name.startsWith('$')) uses.set(name, [...(uses.get(name) ?? []), id]);
  }
  const found = new Map<string, NodeId>();
  for (const [name, ids] of definitions) {
    if (!name.startsWith('$') || ids.length !== 1) continue;
    const [def] = ids;
    const used = uses.get(name) ?? [];
    if (used.length !== 1 || ir.nodes[def!]?.kind !== 'call') continue;
    let at = def!;
    let ok = false;
    for (let i = 0; i < 24; i++) {
      const node = ir.nodes[at]!;
      if (at !== def && node.kind !== 'call' && !(node.kind === 'nop' && node.label === undefined)) break;
      const [next] = successors(node);
      if (next === undefined || node.kind === 'branch') break;
      at = next;
      if (before[at]!.length > 1) break;
      if (at === used[0]) {
        ok = true;
        break;
      }
    }
    if (ok) found.set(name, def!);
  }
  return found;
}

function namesIn(node: IrNode): string[] {
  const names: string[] = [];
  const visit = (expr: Expr): void => {
    if (expr.kind === 'name') names.push(expr.name);
    if (expr.kind === 'field') visit(expr.base);
    if (expr.kind === 'deref' || expr.kind === 'address' || expr.kind === 'unary') visit(expr.operand);
    if (expr.kind === 'index') [expr.base, expr.index].forEach(visit);
    if (expr.kind === 'binary') [expr.left, expr.right].forEach(visit);
    if (expr.kind === 'initializer') expr.entries.forEach((e) => visit(e.value));
  };
  if (node.kind === 'assign') {
    visit(node.value);
    if (node.target.kind !== 'name') visit(node.target);
  }
  if (node.kind === 'call') node.args.forEach(visit);
  if (node.kind === 'branch') visit(node.condition);
  if (node.kind === 'return' && node.value) visit(node.value);
  if (node.kind === 'choice') node.args.forEach(visit);
  return names;
}

/** A change of an entry to something that the machine cannot tell: what comes of it is not looked at. */
function isBlocked(making: Making, body: Body, terms: Terms, id: NodeId): boolean {
  const node = body.ir.nodes[id]!;
  if (node.kind === 'assign' && (isFolioType(terms.typeOf(node.target)) || isEntryType(terms.typeOf(node.target)))) {
    return node.value.kind !== 'initializer' && terms.text(node.value, newUses()) === undefined && !terms.isAllocated(node.value) && isAlsoKnown(body, terms, node.target);
  }
  if (node.kind !== 'call') return false;
  if (asksUnknownEntry(making, body, terms, node, id)) return true;
  const meaning = meaningOf(making, body, node);
  if (meaning.kind === 'unknown' && node.args.some((a) => a.kind === 'address' && a.operand.kind === 'name' && isFolioType(terms.typeOf(a.operand)) && isAlsoKnown(body, terms, a.operand))) return true;
  if (meaning.kind !== 'act' || !meaning.effect || !changes.has(meaning.effect.op)) return false;
  return terms.call(id, newUses()) === undefined;
}

/** A question about an entry that the machine does not know: either answer might be one that the entry excludes. */
function asksUnknownEntry(making: Making, body: Body, terms: Terms, node: CallNode, id: NodeId): boolean {
  const meaning = meaningOf(making, body, node);
  if (meaning.kind !== 'value' || !meaning.effect || (meaning.effect.op !== 'test' && meaning.effect.op !== 'compare')) return false;
  return terms.call(id, newUses()) === undefined;
}

/** Library functions that only compute. */
const isComputed = /^(?:ERR_PTR|IS_ERR|IS_ERR_OR_NULL|page_folio|compound_head)$/;

/** Is the variable given a value that the machine knows elsewhere? Then it is left at that: a way on which an unknown call writes to it is not followed. */
function isAlsoKnown(body: Body, terms: Terms, place: Expr): boolean {
  return place.kind === 'name' && body.ir.nodes.some((n, id) => body.region.has(id) && n.kind === 'assign' && n.target.kind === 'name' && n.target.name === place.name
    && n.value.kind === 'name' && n.value.name.startsWith('$') && terms.text(n.value, newUses()) !== undefined);
}

const changes: ReadonlySet<string> = new Set(['clear', 'store', 'modify-start', 'modify-commit', 'mark', 'cache-store']);

/** Does the node do something that other threads can see? */
function isAct(making: Making, body: Body, terms: Terms, id: NodeId): boolean {
  const node = body.ir.nodes[id]!;
  if (node.kind !== 'call') return false;
  if (declaredByMacro(node) !== undefined) return true;
  const meaning = meaningOf(making, body, node);
  if (meaning.kind === 'library') return terms.call(id, newUses()) !== undefined && !isComputed.test(node.callee ?? '');
  if (meaning.kind === 'follow') return meaning.body.goals.size > 0 || making.facts.seen.has(meaning.body.ref);
  return meaning.kind === 'act' && terms.call(id, newUses()) !== undefined;
}

/** Finds out which variables, fields and results cannot be known. */
function markOpen(making: Making, body: Body, terms: Terms): void {
  const { facts } = making;
  const mark = (key: string | undefined): void => void (key !== undefined && facts.open.add(key));
  for (const id of body.region) {
    const node = body.ir.nodes[id]!;
    if (node.kind === 'assign' && node.value.kind !== 'initializer') {
      const type = terms.typeOf(node.target);
      if (terms.text(node.value, newUses()) !== undefined || canonicalOf(type) !== undefined) continue;
      // Small integers may have any value that is asked for.
      if (node.target.kind === 'name' && isIntType(type)) continue;
      if (isFolioType(type) && terms.isAllocated(node.value)) continue;
      if ((isFolioType(type) || isEntryType(type)) && isAlsoKnown(body, terms, node.target)) continue;
      mark(terms.placeKey(node.target));
    }
    if (node.kind === 'assign' && node.value.kind === 'initializer') {
      if (isEntryType(terms.typeOf(node.target))) mark(terms.placeKey(node.target));
      for (const entry of node.value.entries) if (entry.field !== undefined && keptFields.has(entry.field) && terms.text(entry.value, newUses()) === undefined && terms.pointer(entry.value, newUses()) === undefined) mark(`.${entry.field}`);
    }
    if (node.kind !== 'call') continue;
    const meaning = meaningOf(making, body, node);
    if (node.result !== undefined && terms.call(id, newUses()) === undefined) {
      const type = terms.typeOf({ kind: 'name', name: node.result, span: node.span });
      if (!isIntType(type)) mark(`${body.ref.name}.${node.result}`);
    }
    if (meaning.kind === 'follow') bind(making, body, terms, node, meaning.body);
    if (meaning.kind === 'unknown') {
      for (const arg of node.args) {
        if (arg.kind !== 'address') continue;
        const type = terms.typeOf(arg.operand);
        if (arg.operand.kind === 'name' && (isIntType(type) || isLocalStruct(type ?? ''))) continue;
        if ((isEntryType(type) || type?.endsWith('*')) && !isAlsoKnown(body, terms, arg.operand)) mark(terms.placeKey(arg.operand));
      }
    }
  }
}

/** Arguments that are not known make parameters that are not known. */
function bind(making: Making, body: Body, terms: Terms, node: CallNode, callee: Body): void {
  for (const [i, param] of callee.ir.params.entries()) {
    const arg = node.args[i];
    if (!arg || canonicalOf(param.type) !== undefined || isIntType(param.type)) continue;
    if (terms.text(arg, newUses()) === undefined) making.facts.open.add(`${callee.ref.name}.${param.name}`);
  }
  if (node.result !== undefined) making.facts.wanted.add(callee.ref);
  void body;
}

/**
 * Loops that only count, or go through a list that scenarios do not have, go round once: edges back to their heads lead out of them instead. What a loop
 * with a label of the user's does is left to its conditions.
 */
function cutLoops(making: Making, body: Body, terms: Terms): ReadonlyMap<string, NodeId> {
  const { ir } = body;
  const cuts = new Map<string, NodeId>();
  const before = predecessors(ir);
  const position = new Map(reversePostOrder(ir).map((id, i) => [id, i]));
  for (const head of loopHeads(ir)) {
    const node = ir.nodes[head]!;
    const backs = before[head]!.filter((p) => position.get(p)! >= position.get(head)!);
    if (node.kind === 'nop' && node.label !== undefined) {
      if (making.keepsAfter) for (const from of backs) cutRetry(ir, from, head, before, terms, cuts);
      continue;
    }
    const members = new Set([head]);
    const open = [...backs];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (members.has(id)) continue;
      members.add(id);
      open.push(...before[id]!);
    }
    const exit = exitOf(ir, head, backs, members, terms, (id) => isAct(making, body, terms, id));
    if (exit !== undefined) for (const from of backs) cuts.set(`${from}>${head}`, exit);
  }
  return cuts;
}

/** `if (open condition) goto again;` is not taken. */
function cutRetry(ir: FunctionIR, from: NodeId, head: NodeId, before: readonly (readonly NodeId[])[], terms: Terms, cuts: Map<string, NodeId>): void {
  let [at, below] = [from, head];
  for (let i = 0; i < 8; i++) {
    const node = ir.nodes[at]!;
    if (node.kind === 'branch') {
      if (terms.condition(node.condition, newUses()) === undefined) cuts.set(`${at}>${below}`, node.whenTrue === below ? node.whenFalse : node.whenTrue);
      return;
    }
    if (before[at]!.length !== 1) return;
    below = at;
    at = before[at]![0]!;
  }
}

/** Addresses and sizes that are compared with each other: the machine has one page, and no addresses. */
function markCounted(making: Making, body: Body): void {
  const { ir, ref } = body;
  const types = new Map([...ir.params, ...ir.locals].map((v) => [v.name, v.type]));
  const isAddress = (expr: Expr): boolean => expr.kind === 'name' && /^(?:unsigned long|loff_t|size_t|u64)$/.test(types.get(expr.name) ?? '');
  for (const node of ir.nodes) {
    if (node.kind !== 'branch' || node.condition.kind !== 'binary' || !/^[=!<>]=?$/.test(node.condition.op)) continue;
    const { left, right } = node.condition;
    for (const [one, other] of [[left, right], [right, left]] as const) {
      if (isAddress(one) && one.kind === 'name' && other.kind !== 'number' && !(other.kind === 'name' && /^[A-Z0-9_]+$/.test(other.name))) making.facts.open.add(`${ref.name}.${one.name}`);
    }
  }
}

/** Where a loop that goes round once ends: the way out of its own condition, at the head or at the end. Undefined where the machine knows that condition. */
function exitOf(ir: FunctionIR, head: NodeId, backs: readonly NodeId[], members: ReadonlySet<NodeId>, terms: Terms, isSeen: (id: NodeId) => boolean): NodeId | undefined {
  /** The branch that a straight way from here comes to, on which nothing happens that others can see. */
  const conditionFrom = (start: NodeId): NodeId | undefined => {
    let at = start;
    for (let i = 0; i < 12; i++) {
      const node = ir.nodes[at]!;
      if (node.kind === 'branch' || node.kind === 'choice') return at;
      const [next] = successors(node);
      if (next === undefined || node.kind === 'return' || (node.kind === 'nop' && node.label !== undefined) || isSeen(at)) return undefined;
      at = next;
    }
    return undefined;
  };
  for (const id of [conditionFrom(head), ...backs]) {
    const node = id === undefined ? undefined : ir.nodes[id];
    if (node?.kind === 'choice') {
      const out = node.targets.find((t) => !members.has(t));
      if (out !== undefined && node.macro !== undefined) return out;
    }
    if (node?.kind !== 'branch' || members.has(node.whenTrue) === members.has(node.whenFalse)) continue;
    if (terms.condition(node.condition, newUses()) !== undefined) return undefined;
    return members.has(node.whenTrue) ? node.whenFalse : node.whenTrue;
  }
  return undefined;
}

/** Values that conditions tell apart, for a variable that may have any. */
function samplesOf(ir: FunctionIR, name: string): string[] {
  const numbers = new Set<number>();
  const names = new Set<string>();
  const visit = (expr: Expr): void => {
    if (expr.kind !== 'binary') return;
    const isOurs = (e: Expr): boolean => e.kind === 'name' && e.name === name;
    const other = isOurs(expr.left) ? expr.right : isOurs(expr.right) ? expr.left : undefined;
    if (!other) {
      [expr.left, expr.right].forEach(visit);
      return;
    }
    if (other.kind === 'number' && other.value !== undefined) for (const d of /^[<>]/.test(expr.op) ? [-1, 0, 1] : [0, 1]) numbers.add(other.value + d);
    else names.add(formatExpr(other));
  };
  for (const node of ir.nodes) if (node.kind === 'branch') visit(node.condition);
  if (numbers.size === 0 || names.size > 0) for (const n of [0, 1]) numbers.add(n);
  return [...[...numbers].sort((a, b) => a - b).map(String), ...names].slice(0, 6);
}
