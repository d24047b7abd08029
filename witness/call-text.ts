/** Calls as the slice writes them: functions of the slice, of the library, and primitives with the arguments that matter. */
import { formatExpr } from '../parser/cfg';
import type { Expr, NodeId } from '../parser/ir';
import { library } from './library';
import { meaningOf, type CallNode } from './meaning';
import { canonicalOf, isEntryType, isFolioType, isIntType, isLocalStruct, isPointer } from './objects';
import type { Body, Making } from './parts';
import type { Terms, Uses } from './terms';
import { declaredByMacro, isCursor, type Types } from './types-of';

/** What is needed of a function to write its calls. */
export interface CallWords extends Pick<Terms, 'text' | 'pointer'> {
  readonly making: Making;
  readonly body: Body;
  readonly types: Types;
}

/** Writes calls: undefined when the result is open, or when the call does nothing. */
export function createCallText({ making, body, types, text, pointer }: CallWords): (id: NodeId, uses: Uses) => string | undefined {
  const { ir, ref } = body;
  const { typeOf } = types;
  return callText;

  function callText(id: NodeId, uses: Uses): string | undefined {
    const node = ir.nodes[id];
    if (node?.kind !== 'call') return undefined;
    const declared = declaredByMacro(node);
    if (declared !== undefined && isCursor(node)) {
      uses.objects.add('i_pages');
      return `XA_STATE(${declared}, i_pages, ${(node.args[2] && text(node.args[2], uses)) ?? '0'})`;
    }
    if (declared !== undefined) return `struct page_vma_mapped_walk ${declared} = { 0 }`;
    const meaning = meaningOf(making, body, node);
    const name = node.callee!;
    uses.calls.add(id);
    switch (meaning.kind) {
      case 'unknown': return undefined;
      case 'constant': return String(meaning.value);
      case 'entry':
        uses.objects.add(meaning.name);
        return meaning.name;
      case 'library': {
        const takes = library.get(name)!.takes.map((i) => text(node.args[i]!, uses));
        if (takes.some((arg) => arg === undefined)) return undefined;
        return `${name}(${takes.join(', ')})`;
      }
      case 'follow': {
        const { facts } = making;
        if (facts.empty.has(meaning.body.ref)) return undefined;
        const wanted = facts.params.get(meaning.body.ref) ?? new Set();
        const args = meaning.body.ir.params.flatMap((param, i) => (wanted.has(param.name) ? [argument(node.args[i], param.type, uses)] : []));
        return `${name}(${args.join(', ')})`;
      }
      case 'act': case 'value': return primitiveText(node, meaning, uses);
    }
  }

  /** An argument of a function of the slice. What is open there was made open in the function as well, but for small numbers. */
  function argument(expr: Expr | undefined, type: string, uses: Uses): string {
    if (expr === undefined) return '0';
    return (isPointer(type) ? pointer(expr, uses) : text(expr, uses)) ?? (isIntType(type) ? 'choose()' : '0');
  }

  /** A primitive: arguments that matter in full, others as they are if they are plain. */
  function primitiveText(node: CallNode, meaning: Extract<ReturnType<typeof meaningOf>, { kind: 'act' | 'value' }>, uses: Uses): string | undefined {
    const { args } = node;
    const name = node.callee!;
    const at = (index: number): number => (index < 0 ? args.length + index : index);
    const given = args.map(() => undefined as string | undefined);
    /** Sets argument `index`; true when that is not possible. */
    const lacks = (index: number, how: 'value' | 'pointer' | 'object', object?: string): boolean => {
      const expr = args[at(index)];
      if (!expr) return true;
      if (how === 'object') uses.objects.add(object!);
      given[at(index)] = how === 'object' ? object : how === 'pointer' ? pointer(expr, uses) : text(expr, uses);
      return given[at(index)] === undefined;
    };
    const { effect } = meaning;
    if (!effect) {
      if (name === 'XA_STATE') {
        uses.objects.add('i_pages');
        given[0] = args[0]?.kind === 'name' ? args[0].name : undefined;
        given[1] = 'i_pages';
        given[2] = (args[2] && text(args[2], uses)) ?? '0';
      } else if (name === 'xas_set') {
        given[0] = text(args[0]!, uses);
        given[1] = text(args[1]!, uses) ?? '0';
        if (given[0] === undefined) return undefined;
      } else if (args.length > 0 && lacks(args.length - 1, meaning.kind === 'act' ? 'pointer' : 'value')) {
        return undefined;
      }
      return finish(name, args, given);
    }
    switch (effect.op) {
      case 'acquire':
        if (effect.lock.from === 'field') return undefined;
        if (effect.slot === undefined && effect.lock.from === 'out') {
          if (lacks(effect.lock.index, 'value')) return undefined;
          walk(node, given, effect.level, uses);
        } else if (lacks(effect.slot ?? args.length - 1, 'pointer') || (effect.lock.from === 'out' && lacks(effect.lock.index, 'value'))) {
          return undefined;
        }
        break;
      case 'map': case 'lock-pointer': {
        // pte_offset_map_nolock(mm, pmd, addr, &ptl): the lock's place. pte_offset_map_rw_nolock() also says through which pmd it went.
        if (effect.op === 'lock-pointer' && effect.lock.from === 'out') {
          if (lacks(effect.lock.index, 'value')) return undefined;
          for (const [i, expr] of args.entries()) given[i] ??= localPmd(expr, uses);
        }
        walk(node, given, effect.level, uses);
        if (effect.op === 'map' && !given.some((g) => g !== undefined)) {
          uses.objects.add(effect.level === 'pmd' ? 'pmd' : 'pte');
          return effect.level === 'pmd' ? 'pmd' : 'pte';
        }
        break;
      }
      case 'release': if (effect.lock.from !== 'arg' || lacks(effect.lock.index, 'value')) return undefined; break;
      case 'spin-lock': case 'spin-unlock': if (typeOf(args[effect.arg]!) !== 'spinlock_t *' || lacks(effect.arg, 'value')) return undefined; break;
      case 'double-lock': case 'double-unlock': if (effect.args.some((i) => lacks(i, 'value'))) return undefined; break;
      case 'read': case 'test-slot': case 'clear': case 'modify-start': if (lacks(effect.slot, 'pointer')) return undefined; break;
      case 'store': case 'modify-commit':
        if (lacks(effect.slot, 'pointer') || lacks(effect.value, 'value')) return undefined;
        break;
      case 'mark':
        if (lacks(effect.slot, 'pointer') || lacks(effect.old, 'value') || lacks(0, 'object', 'vma')) return undefined;
        if (name.startsWith('zap_') && lacks(effect.old - 1, 'value')) given[effect.old - 1] = '0';
        break;
      case 'compare': if (effect.args.some((i) => lacks(i, 'value'))) return undefined; break;
      case 'test': if (lacks(effect.arg, 'value')) return undefined; break;
      case 'vma-flag': if (lacks(effect.arg, 'object', 'vma')) return undefined; break;
      case 'event': if (lacks(0, 'value') || lacks(effect.reason, 'value')) return undefined; break;
      case 'derive': {
        if (args.some((arg, i) => derivedArgument(name, arg, i, given, uses))) return undefined;
        break;
      }
      case 'mm-lock': case 'mm-unlock': {
        const object = lockObject(effect.lock, args[0], uses);
        if (object === undefined) return undefined;
        if (args.length > 0) given[0] = object;
        break;
      }
      case 'cache-lock': case 'cache-unlock': case 'cache-load': case 'cache-store':
        given[effect.arg] = cursor(args[effect.arg]!, uses);
        if (effect.op === 'cache-store' && lacks(effect.value, 'pointer')) return undefined;
        break;
      default: return undefined;
    }
    return finish(name, args, given);
  }

  /** Arguments of a call that walks to an entry: the entry or pmd that it starts from, and the first page. */
  function walk(node: CallNode, given: (string | undefined)[], level: string, uses: Uses): void {
    for (const [i, arg] of node.args.entries()) {
      if (given[i] !== undefined) continue;
      const type = typeOf(arg);
      if (type === 'pmd_t *' || type === 'pte_t *') {
        given[i] = text(arg, uses) ?? pointer(arg, uses);
        // Addresses are numbers of pages; the slice looks at the first.
        if (type === 'pmd_t *' && level !== 'pmd' && i + 1 < node.args.length && given[i + 1] === undefined) given[i + 1] = '0';
      } else if (arg.kind === 'address' && typeOf(arg.operand) === 'spinlock_t *') {
        given[i] = text(arg, uses);
      }
    }
  }

  /** `&pmdval`, a pmd that the function keeps in a local. */
  function localPmd(expr: Expr, uses: Uses): string | undefined {
    if (expr.kind !== 'address' || expr.operand.kind !== 'name' || types.declared.get(expr.operand.name) !== 'pmd_t') return undefined;
    const name = text(expr.operand, uses);
    return name === undefined ? undefined : `&${name}`;
  }

  /** An argument of a helper that computes a value; true when the value cannot be known. */
  function derivedArgument(name: string, arg: Expr, i: number, given: (string | undefined)[], uses: Uses): boolean {
    const type = typeOf(arg);
    if (isFolioType(type)) given[i] = pointer(arg, uses);
    else if (canonicalOf(type) !== undefined) given[i] = text(arg, uses);
    else given[i] = text(arg, uses);
    if (given[i] !== undefined) return false;
    // Protections, addresses and sizes that the machine does not look at.
    if (isEntryType(type) || isFolioType(type)) return true;
    if (i === 0) return !/^vm_normal_/.test(name);
    given[i] = '0';
    return false;
  }

  /** The object whose lock is taken. */
  function lockObject(lock: string, expr: Expr | undefined, uses: Uses): string | undefined {
    const name = lock === 'mmap_lock' ? 'mm' : lock === 'vma lock' || lock === 'hugetlb vma lock' ? 'vma' : lock === 'i_mmap_rwsem' ? 'mapping' : lock === 'anon_vma lock' ? 'anon_vma' : undefined;
    if (name !== undefined) {
      uses.objects.add(name);
      return name;
    }
    if (expr === undefined) return undefined;
    if (lock === 'folio lock') return text(expr, uses);
    if (lock === 'mutex' && /fault_mutex/.test(ref.text.slice(expr.span.start, expr.span.end))) {
      uses.objects.add('hugetlb_fault_mutex');
      return 'hugetlb_fault_mutex';
    }
    return undefined;
  }

  /** A cursor of the function, or the page cache itself. */
  function cursor(expr: Expr, uses: Uses): string {
    const known = expr.kind === 'address' && expr.operand.kind === 'name' ? text(expr, uses) ?? `&${expr.operand.name}` : expr.kind === 'name' && isLocalStruct((types.declared.get(expr.name) ?? '').replace(/\s*\*$/, '')) ? text(expr, uses) : undefined;
    uses.objects.add('i_pages');
    return known ?? 'i_pages';
  }

  /** Arguments that do not matter are kept if they are plain names, and are 0 otherwise. */
  function finish(name: string, args: readonly Expr[], given: readonly (string | undefined)[]): string {
    return `${name}(${args.map((arg, i) => given[i] ?? (plain(arg) || '0')).join(', ')})`;
  }

  /** An argument that nobody looks at, as the kernel has it; undefined where that would be more than names and fields. */
  function plain(arg: Expr): string | undefined {
    const name = canonicalOf(typeOf(arg));
    if (name !== undefined) return name;
    const text = formatExpr(arg);
    return /^[\w>.-]+$/.test(text) ? text : undefined;
  }
}
