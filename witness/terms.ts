/** Expressions of the kernel's code as the slice writes them; undefined for what the machine cannot know. */
import { formatExpr } from '../parser/cfg';
import type { Expr, NodeId } from '../parser/ir';
import { dropFlags } from '../kernel/flags';
import { constants } from '../simulator/machine/values';
import { library } from './library';
import { meaningOf, type CallNode } from './meaning';
import { canonicalOf, fieldType, isEntryType, isFolioType, isIntType, isLocalStruct, isPointer, keptFields, pointee } from './objects';
import type { Body, Making } from './parts';

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

/** `DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, address, flags)` and its kin declare a variable. */
export function declaredByMacro(node: CallNode): string | undefined {
  const [first] = node.args;
  return (/^DEFINE_\w*VMA_WALK$/.test(node.callee ?? '') || isCursor(node)) && first?.kind === 'name' ? first.name : undefined;
}

/** `XA_STATE(xas, &mapping->i_pages, index)`. */
const isCursor = (node: CallNode): boolean => /^XA_STATE(?:_ORDER)?$/.test(node.callee ?? '');

export function createTerms(making: Making, body: Body, folded: (temporary: string) => NodeId | undefined, rename: (name: string) => string): Terms {
  const { ir, ref } = body;
  const types = new Map([...ir.params, ...ir.locals].map((v) => [v.name, v.type]));
  for (const node of ir.nodes) {
    const name = node.kind === 'call' ? declaredByMacro(node) : undefined;
    if (name !== undefined && node.kind === 'call') types.set(name, isCursor(node) ? 'struct xa_state' : 'struct page_vma_mapped_walk');
  }
  const definitions = new Map<string, CallNode[]>();
  for (const node of ir.nodes) if (node.kind === 'call' && node.result !== undefined) definitions.set(node.result, [...(definitions.get(node.result) ?? []), node]);
  const isOpen = (key: string | undefined): boolean => key !== undefined && making.facts.open.has(key);

  function typeOf(expr: Expr): string | undefined {
    switch (expr.kind) {
      case 'name': {
        const own = types.get(expr.name);
        if (own !== undefined || !expr.name.startsWith('$')) return own;
        return typeOfTemporary(expr.name);
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
    for (const node of ir.nodes) {
      if (node.kind === 'assign' && node.value.kind === 'name' && node.value.name === name && !(node.target.kind === 'name' && node.target.name.startsWith('$'))) return typeOf(node.target);
    }
    for (const node of definitions.get(name) ?? []) {
      const meaning = meaningOf(making, body, node);
      if (meaning.kind === 'follow') return meaning.body.ir.returnType;
      if (meaning.kind === 'library') return library.get(node.callee!)?.returns;
      if (meaning.kind === 'entry') return `${meaning.name}_t *`;
      if ((meaning.kind === 'value' || meaning.kind === 'act') && meaning.effect) {
        switch (meaning.effect.op) {
          case 'map': return meaning.effect.level === 'pmd' ? 'pmd_t *' : 'pte_t *';
          case 'lock-pointer': return 'spinlock_t *';
          case 'acquire': return meaning.effect.lock.from === 'result' ? 'spinlock_t *' : 'pte_t *';
          case 'read': case 'clear': case 'modify-start': return meaning.effect.level === 'pmd' ? 'pmd_t' : 'pte_t';
          case 'derive': return /page$|folio$/.test(node.callee!) && !/^mk_|^make_/.test(node.callee!) ? 'struct folio *' : 'pte_t';
          case 'cache-load': return 'struct folio *';
          default: return 'int';
        }
      }
    }
    return ir.nodes.some((n) => n.kind === 'assign' && n.target.kind === 'name' && n.target.name === name) ? 'int' : undefined;
  }

  function placeKey(expr: Expr): string | undefined {
    if (expr.kind === 'name') return types.has(expr.name) || expr.name.startsWith('$') ? `${ref.name}.${expr.name}` : undefined;
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
    if (expr.kind === 'address' && expr.operand.kind === 'name' && types.get(expr.operand.name) === 'pmd_t') return undefined;
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
        if (operand.kind === 'name' && types.has(operand.name)) {
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
    const type = types.get(name);
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
        walk(node, given, effect.level, uses);
        if (effect.op === 'map' && !given.some((g) => g !== undefined)) {
          uses.objects.add(effect.level === 'pmd' ? 'pmd' : 'pte');
          return effect.level === 'pmd' ? 'pmd' : 'pte';
        }
        // pte_offset_map_nolock(mm, pmd, addr, &ptl): the lock's place.
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
    const known = expr.kind === 'address' && expr.operand.kind === 'name' ? text(expr, uses) ?? `&${expr.operand.name}` : expr.kind === 'name' && isLocalStruct((types.get(expr.name) ?? '').replace(/\s*\*$/, '')) ? text(expr, uses) : undefined;
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

  function constantOf(expr: Expr): boolean | undefined {
    if (expr.kind === 'number') return expr.value === undefined ? undefined : expr.value !== 0;
    // The worlds of a slice run faults under mmap_lock.
    if (expr.kind === 'binary' && expr.op === '&' && expr.right.kind === 'name' && expr.right.name === 'FAULT_FLAG_VMA_LOCK') return false;
    // Userspace does not write: what callers ask for on its behalf is no fake write.
    if (making.isOwnFault && mentions(expr, 'FOLL_WRITE')) return false;
    // Nobody asks that protection be dropped.
    if (expr.kind === 'binary' && expr.op === '&' && expr.right.kind === 'name' && dropFlags.has(expr.right.name)) return false;
    const given = givenPointer(expr);
    if (given !== undefined) return given;
    // The scenario has its objects.
    if (expr.kind === 'binary' && /^[=!]=$/.test(expr.op) && expr.right.kind === 'number' && expr.right.value === 0 && canonicalOf(typeOf(expr.left)) !== undefined) return expr.op === '!=';
    if ((canonicalOf(typeOf(expr)) ?? 'anon_vma') !== 'anon_vma' && (expr.kind === 'name' || expr.kind === 'field')) return true;
    if (expr.kind !== 'name') return undefined;
    if (expr.name === 'true' || expr.name === 'false') return expr.name === 'true';
    const node = expr.name.startsWith('$') ? folded(expr.name) : undefined;
    const call = node === undefined ? undefined : ir.nodes[node];
    if (call?.kind !== 'call') return undefined;
    const meaning = meaningOf(making, body, call);
    return meaning.kind === 'constant' ? meaning.value !== 0 : undefined;
  }

  /** Whether a pointer that callers in the slice hand in is there: all of them give an address, or all of them NULL. */
  function givenPointer(expr: Expr): boolean | undefined {
    const index = expr.kind === 'name' ? ir.params.findIndex((p) => p.name === expr.name) : -1;
    const type = ir.params[index]?.type;
    if (expr.kind !== 'name' || type === undefined || !isPointer(type) || isKept(type) || canonicalOf(type) !== undefined) return undefined;
    const args = [...making.bodies.values()].flatMap((other) => other.ir.nodes.flatMap((n, id) => (n.kind === 'call' && n.callee === ref.name && other.region.has(id) ? [n.args[index]] : [])));
    if (args.length > 0 && args.every((a) => a?.kind === 'address')) return true;
    return args.length > 0 && args.every((a) => a?.kind === 'number' && a.value === 0 || a?.kind === 'name' && a.name === 'NULL') ? false : undefined;
  }

  const condition = (expr: Expr, uses: Uses): string | undefined => (canonicalOf(typeOf(expr)) === undefined ? text(expr, uses) : undefined);

  return { text, pointer, condition, isAllocated, call: callText, typeOf, placeKey, isOpen, constantOf };
}

function parenthesised(expr: Expr, text: string): string {
  return expr.kind === 'binary' || (expr.kind === 'unary' && text.startsWith('-')) ? `(${text})` : text;
}

function mentions(expr: Expr, name: string): boolean {
  if (expr.kind === 'name') return expr.name === name;
  return expr.kind === 'binary' && (mentions(expr.left, name) || mentions(expr.right, name));
}
