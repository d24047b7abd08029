/** Slices one function: what is kept of it, which conditions stay, and what becomes of the rest. */
import type { IrNode, NodeId, Span } from '../parser/ir';
import { isAct } from './acts';
import type { Flow } from './flow';
import { foldable } from './folding';
import { cutLoops } from './loops';
import { markCounted, markOpen } from './open-facts';
import type { Body, Making } from './parts';
import { simplify } from './paths';
import { createStatements, type Writing } from './statements';
import { createTerms, newUses } from './terms';
import { writeFlow } from './write-flow';

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
    return facts.objects.has(clean) && objectNames.has(clean) ? `${clean}_` : clean;
  };
  const terms = createTerms(making, body, (t) => folds.get(t), rename);
  markCounted(making, body);
  const cuts = cutLoops(making, body, terms);
  const wantsResult = facts.wanted.has(ref) && ir.returnType !== 'void';
  const writing: Writing = { making, body, terms, folds, rename, wantsResult };
  const statements = createStatements(writing);

  markOpen(making, body, terms);

  /** Nodes that are kept: what others can see, and what that needs. */
  const kept = new Set<NodeId>();
  const used = newUses();
  for (const id of body.region) if (isAct(making, body, terms, id)) kept.add(id);
  for (const id of body.goals) if (body.region.has(id)) kept.add(id);
  let paths = simplify(making, body, terms, cuts, kept);
  for (let before = -1; before !== kept.size + used.names.size; ) {
    before = kept.size + used.names.size;
    paths = simplify(making, body, terms, cuts, kept);
    for (const id of paths.live) {
      const node = ir.nodes[id]!;
      if (node.kind === 'branch') terms.condition(node.condition, used);
      else if (node.kind === 'call' && isAct(making, body, terms, id)) terms.call(id, used);
      else statements.render(node, id, used);
    }
    for (const id of body.region) {
      const node = ir.nodes[id]!;
      if (node.kind === 'assign' && isNeeded(node)) kept.add(id);
      if (node.kind === 'call' && node.result !== undefined && !folds.has(node.result) && used.names.has(node.result)) kept.add(id);
      if (node.kind === 'call' && node.args.some((a) => a.kind === 'address' && a.operand.kind === 'name' && used.names.has(a.operand.name) && statements.isOpenWrite(node, a.operand.name))) kept.add(id);
    }
  }
  const isSeen = [...kept].some((id) => isAct(making, body, terms, id)) || body.goals.size > 0;

  const { flow, answers } = writeFlow({ ...writing, paths, cuts, statements, used, lineOf });
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

  function isResultKnown(): boolean {
    return ir.nodes.some((n, id) => body.region.has(id) && n.kind === 'return' && n.value !== undefined && terms.text(n.value, newUses()) !== undefined);
  }

  function isDeclaredInPlace(name: string): boolean {
    return ir.nodes.some((n) => n.kind === 'assign' && n.value.kind === 'initializer' && n.target.kind === 'name' && n.target.name === name) || ir.nodes.some((n) => n.kind === 'call' && n.callee === 'XA_STATE' && n.args[0]?.kind === 'name' && n.args[0].name === name);
  }
}

/** Objects of the scenario that the text of a function may name: a local of its own must not hide them. */
const objectNames: ReadonlySet<string> = new Set(['pte', 'folio', 'new_folio', 'pmd', 'i_pages', 'vma', 'mm', 'mapping', 'page_table_lock', 'xa_lock']);
