/** Types of the expressions of a function, as far as its declarations and the kernel model tell them. */
import { walkDeclarations } from '../kernel/rmap';
import type { Expr } from '../parser/ir';
import { library } from './library';
import { meaningOf, type CallNode } from './meaning';
import { fieldType, isFolioType, isPointer, pointee } from './objects';
import type { Body, Making } from './parts';

export interface Types {
  typeOf(expr: Expr): string | undefined;
  /** Types of parameters, locals and what macros declare, by name. */
  readonly declared: ReadonlyMap<string, string>;
  /** The calls whose results a variable takes. */
  readonly definitions: ReadonlyMap<string, readonly CallNode[]>;
}

export function createTypes(making: Making, body: Body): Types {
  const { ir } = body;
  const types = new Map([...ir.params, ...ir.locals].map((v) => [v.name, v.type]));
  for (const node of ir.nodes) {
    const name = node.kind === 'call' ? declaredByMacro(node) : undefined;
    if (name !== undefined && node.kind === 'call') types.set(name, isCursor(node) ? 'struct xa_state' : 'struct page_vma_mapped_walk');
  }
  const definitions = new Map<string, CallNode[]>();
  for (const node of ir.nodes) if (node.kind === 'call' && node.result !== undefined) definitions.set(node.result, [...(definitions.get(node.result) ?? []), node]);
  /** Where the values of temporaries go, and all variables that are assigned to. */
  const keeper = new Map<string, Expr>();
  const assigned = new Set<string>();
  for (const node of ir.nodes) {
    if (node.kind !== 'assign') continue;
    const { target, value } = node;
    if (target.kind === 'name') assigned.add(target.name);
    if (value.kind === 'name' && !keeper.has(value.name) && !(target.kind === 'name' && target.name.startsWith('$'))) keeper.set(value.name, target);
  }
  const ofTemporaries = new Map<string, string | undefined>();
  return { typeOf, declared: types, definitions };

  function typeOf(expr: Expr): string | undefined {
    switch (expr.kind) {
      case 'name': {
        const own = types.get(expr.name);
        if (own !== undefined || !expr.name.startsWith('$')) return own;
        if (!ofTemporaries.has(expr.name)) ofTemporaries.set(expr.name, typeOfTemporary(expr.name));
        return ofTemporaries.get(expr.name);
      }
      case 'field': return fieldType(expr.field);
      case 'deref': {
        const type = typeOf(expr.operand);
        return type !== undefined && isPointer(type) ? pointee(type) : undefined;
      }
      case 'address': {
        // `&folio->page` is the folio.
        if (expr.operand.kind === 'field' && expr.operand.field === 'page' && isFolioType(typeOf(expr.operand.base))) return 'struct page *';
        const type = typeOf(expr.operand);
        return type === undefined ? undefined : `${type} *`.replace('* *', '**');
      }
      case 'index': {
        const type = typeOf(expr.base);
        return type !== undefined && isPointer(type) ? pointee(type) : undefined;
      }
      case 'binary': return /^[=!<>]=?$/.test(expr.op) ? 'bool' : typeOf(expr.left);
      case 'number': return 'int';
      default: return undefined;
    }
  }

  function typeOfTemporary(name: string): string | undefined {
    const kept = keeper.get(name);
    if (kept) return typeOf(kept);
    for (const node of definitions.get(name) ?? []) {
      const meaning = meaningOf(making, body, node);
      if (meaning.kind === 'follow') return meaning.body.ir.returnType;
      if (meaning.kind === 'library') return library.get(node.callee!)?.returns;
      if (meaning.kind === 'entry') return `${meaning.name}_t *`;
      if ((meaning.kind === 'value' || meaning.kind === 'act') && meaning.effect) {
        switch (meaning.effect.op) {
          case 'map': return meaning.effect.level === 'pmd' ? 'pmd_t *' : 'pte_t *';
          case 'lock-pointer': return meaning.effect.lock.from === 'result' ? 'spinlock_t *' : meaning.effect.level === 'pmd' ? 'pmd_t *' : 'pte_t *';
          case 'acquire': return meaning.effect.lock.from === 'result' ? 'spinlock_t *' : 'pte_t *';
          case 'read': case 'clear': case 'modify-start': return meaning.effect.level === 'pmd' ? 'pmd_t' : 'pte_t';
          case 'derive': return /page$|folio$/.test(node.callee!) && !/^mk_|^make_/.test(node.callee!) ? 'struct folio *' : 'pte_t';
          case 'cache-load': return 'struct folio *';
          default: return 'int';
        }
      }
    }
    return assigned.has(name) ? 'int' : undefined;
  }
}

/** `DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, address, flags)` and its kin declare a variable. */
export function declaredByMacro(node: CallNode): string | undefined {
  const [first] = node.args;
  return (walkDeclarations.has(node.callee ?? '') || isCursor(node)) && first?.kind === 'name' ? first.name : undefined;
}

/** `XA_STATE(xas, &mapping->i_pages, index)`. */
export const isCursor = (node: CallNode): boolean => /^XA_STATE(?:_ORDER)?$/.test(node.callee ?? '');
