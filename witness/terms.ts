/** Expressions of the kernel's code as the slice writes them; undefined for what the machine cannot know. */
import type { Expr, NodeId } from '../parser/ir';
import { constants } from '../simulator/machine/values';
import { createCallText } from './call-text';
import { createConstantOf } from './fixed-conditions';
import { canonicalOf, isEntryType, isFolioType, isIntType, isLocalStruct, isPointer, keptFields, pointee } from './objects';
import type { Body, Making } from './parts';
import { createTypes } from './types-of';

/** What a text was made of. */
export interface Uses {
  /** Variables and temporaries of the function. */
  readonly names: Set<string>;
  /** Objects of the scenario. */
  readonly objects: Set<string>;
  /** Calls whose text is part of it. */
  readonly calls: Set<NodeId>;
}

export function newUses(): Uses {
  return { names: new Set(), objects: new Set(), calls: new Set() };
}

export interface Terms {
  /** The expression as text; undefined when it is open. */
  text(expr: Expr, uses: Uses): string | undefined;
  /** The same for a pointer that must lead somewhere: an open one leads to the scenario's object of that type. */
  pointer(expr: Expr, uses: Uses): string | undefined;
  /** A condition as text. A vma may have an anon_vma or not. */
  condition(expr: Expr, uses: Uses): string | undefined;
  /** A call as text; undefined when its result is open (or when it does nothing). */
  call(id: NodeId, uses: Uses): string | undefined;
  typeOf(expr: Expr): string | undefined;
  /** Does the pointer come from an allocation? Those succeed in scenarios. */
  isAllocated(expr: Expr): boolean;
  /** Key of a variable or field among the facts; undefined for what is no place that is kept. */
  placeKey(expr: Expr): string | undefined;
  isOpen(key: string | undefined): boolean;
  /** The constant that a condition is, whatever the state. */
  constantOf(expr: Expr): boolean | undefined;
}

export function createTerms(making: Making, body: Body, folded: (temporary: string) => NodeId | undefined, rename: (name: string) => string): Terms {
  const { ir, ref } = body;
  const types = createTypes(making, body);
  const { typeOf, declared, definitions } = types;
  const isOpen = (key: string | undefined): boolean => key !== undefined && making.facts.open.has(key);
  const callText = createCallText({ making, body, types, text, pointer });
  const constantOf = createConstantOf({ making, body, types, folded, isKept });
  const condition = (expr: Expr, uses: Uses): string | undefined => (canonicalOf(typeOf(expr)) === undefined ? text(expr, uses) : undefined);

  return { text, pointer, condition, isAllocated, call: callText, typeOf, placeKey, isOpen, constantOf };

  function placeKey(expr: Expr): string | undefined {
    if (expr.kind === 'name') return declared.has(expr.name) || expr.name.startsWith('$') ? `${ref.name}.${expr.name}` : undefined;
    if (expr.kind === 'field' && keptFields.has(expr.field) && isStructExpr(expr.base)) return `.${expr.field}`;
    return undefined;
  }

  /** A local struct, or a pointer to one. */
  function isStructExpr(expr: Expr): boolean {
    const type = typeOf(expr);
    return type !== undefined && isLocalStruct(type.replace(/\s*\*$/, ''));
  }

  function canonicalText(expr: Expr, uses: Uses): string | undefined {
    // A pmd that was taken out of the tree and is kept in a local.
    if (expr.kind === 'address' && expr.operand.kind === 'name' && declared.get(expr.operand.name) === 'pmd_t') return undefined;
    const name = canonicalOf(typeOf(expr));
    if (name !== undefined) uses.objects.add(name);
    return name;
  }

  function text(expr: Expr, uses: Uses): string | undefined {
    const object = canonicalText(expr, uses);
    if (object !== undefined) return object;
    switch (expr.kind) {
      case 'number':
        if (/^(?:NULL|true|false)$/.test(expr.text)) return expr.text;
        return expr.value !== undefined && expr.value <= 0x7fff && expr.value >= -0x8000 ? String(expr.value) : undefined;
      case 'name': return nameText(expr.name, uses);
      case 'field': return fieldText(expr, uses);
      case 'deref': {
        const type = typeOf(expr.operand);
        const operand = text(expr.operand, uses);
        return operand === undefined || type === undefined || !isPointer(type) || isLocalStruct(pointee(type)) ? undefined : `*${parenthesised(expr.operand, operand)}`;
      }
      case 'address': {
        const { operand } = expr;
        // `&folio->page` is the folio.
        if (operand.kind === 'field' && /^page$/.test(operand.field) && isFolioType(typeOf(operand.base))) return text(operand.base, uses);
        if (operand.kind === 'name' && declared.has(operand.name)) {
          uses.names.add(operand.name);
          return isOpen(placeKey(operand)) ? undefined : `&${rename(operand.name)}`;
        }
        const inner = placeKey(operand) === undefined ? undefined : text(operand, uses);
        return inner === undefined ? undefined : `&${inner}`;
      }
      case 'unary': {
        const operand = text(expr.operand, uses);
        return operand === undefined ? undefined : `${expr.op}${parenthesised(expr.operand, operand)}`;
      }
      case 'binary': {
        const isPointerMath = (expr.op === '+' || expr.op === '-') && isPointer(typeOf(expr.left) ?? '');
        const [left, right] = [isPointerMath ? pointer(expr.left, uses) : text(expr.left, uses), text(expr.right, uses)];
        return left === undefined || right === undefined ? undefined : `${parenthesised(expr.left, left)} ${expr.op} ${parenthesised(expr.right, right)}`;
      }
      default: return undefined;
    }
  }

  function nameText(name: string, uses: Uses): string | undefined {
    if (name.startsWith('$')) {
      const node = folded(name);
      if (node !== undefined) return callText(node, uses);
      if (isOpen(`${ref.name}.${name}`)) return undefined;
      uses.names.add(name);
      return rename(name);
    }
    const type = declared.get(name);
    if (type === undefined) return constants.has(name) || making.constants.use(name, making.tree.text(ref.file) ?? '') || useHeader(name) ? name : undefined;
    if (isOpen(`${ref.name}.${name}`) || !isKept(type)) return undefined;
    uses.names.add(name);
    return rename(name);
  }

  /** Enumerators of kernel headers are looked for where the functions of the slice stand. */
  function useHeader(name: string): boolean {
    return [...making.bodies.keys()].some((other) => other.file !== ref.file && making.constants.use(name, making.tree.text(other.file) ?? ''));
  }

  function isKept(type: string): boolean {
    const base = type.replace(/\s*\*$/, '');
    if (isLocalStruct(base) || isEntryType(base) || isFolioType(type)) return true;
    return type === 'spinlock_t *' || isIntType(type);
  }

  function fieldText(expr: Extract<Expr, { kind: 'field' }>, uses: Uses): string | undefined {
    if (expr.field === 'vm_flags' || expr.field === 'vm_page_prot') {
      uses.objects.add('vma');
      return typeOf(expr.base) === 'struct vm_area_struct *' ? `vma->${expr.field}` : undefined;
    }
    if (placeKey(expr) === undefined || isOpen(placeKey(expr))) return undefined;
    const base = text(expr.base, uses);
    return base === undefined ? undefined : `${base}${expr.arrow ? '->' : '.'}${expr.field}`;
  }

  function pointer(expr: Expr, uses: Uses): string | undefined {
    const known = text(expr, uses);
    if (known !== undefined) return known;
    const type = typeOf(expr);
    const name = type === 'pte_t *' ? 'pte' : isFolioType(type) ? (isAllocated(expr) ? 'new_folio' : 'folio') : undefined;
    if (name !== undefined) uses.objects.add(name);
    return name;
  }

  function isAllocated(expr: Expr): boolean {
    if (expr.kind === 'address' && expr.operand.kind === 'field') return isAllocated(expr.operand.base);
    if (expr.kind !== 'name') return expr.kind === 'field' && expr.field === 'cow_page';
    const sources = ir.nodes.filter((n) => n.kind === 'assign' && n.target.kind === 'name' && n.target.name === expr.name).map((n) => (n.kind === 'assign' ? n.value : undefined));
    const calls = [...(definitions.get(expr.name) ?? []), ...sources.flatMap((value) => (value?.kind === 'name' ? definitions.get(value.name) ?? [] : []))];
    return /new|hpage/.test(expr.name) || (calls.length > 0 && calls.every((c) => /alloc|new/.test(c.callee ?? '')));
  }
}

function parenthesised(expr: Expr, text: string): string {
  return expr.kind === 'binary' || (expr.kind === 'unary' && text.startsWith('-')) ? `(${text})` : text;
}
