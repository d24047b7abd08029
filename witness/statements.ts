/** Statements of the kernel's code as the slice writes them. */
import { formatExpr } from '../parser/cfg';
import type { Expr, FunctionIR, IrNode, NodeId } from '../parser/ir';
import { meaningOf, type CallNode } from './meaning';
import { isFolioType, isIntType, isLocalStruct, isPointer, keptFields } from './objects';
import type { Body, Making } from './parts';
import { newUses, type Terms, type Uses } from './terms';

/** A function that is being written. */
export interface Writing {
  readonly making: Making;
  readonly body: Body;
  readonly terms: Terms;
  /** Calls whose text is part of another statement, by the temporary that has their result. */
  readonly folds: ReadonlyMap<string, NodeId>;
  readonly rename: (name: string) => string;
  /** Somebody asks for the function's result. */
  readonly wantsResult: boolean;
}

export interface Statements {
  /** The text of a node that is kept; undefined when it needs none. */
  render(node: IrNode, id: NodeId, uses: Uses): string | undefined;
  /** Does an unknown call write to a variable of ours? */
  isOpenWrite(node: CallNode, name: string): boolean;
}

export function createStatements({ making, body, terms, folds, rename, wantsResult }: Writing): Statements {
  const { ir } = body;
  return { render, isOpenWrite };

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


  function isOpenWrite(node: CallNode, name: string): boolean {
    return meaningOf(making, body, node).kind === 'unknown' && isIntType(terms.typeOf({ kind: 'name', name, span: ir.span }));
  }
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
