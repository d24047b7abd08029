/** Which callees are not calls to lowering: wrappers that are transparent, ends of a path, and checks that only debug builds make. */

export type CallRole =
  /** The value is the first argument; nothing else happens. */
  | 'first argument'
  /** `WRITE_ONCE(a, b)`. */
  | 'assignment'
  /** Does not return. */
  | 'stop'
  /** Does not return when the argument holds. */
  | 'stop if'
  /** Evaluated away; where its value is used, that is the first argument. */
  | 'debug check'
  | 'call';

const roles: ReadonlyMap<string, CallRole> = new Map<string, CallRole>([
  ...['likely', 'unlikely', 'READ_ONCE', '__READ_ONCE', '__builtin_expect', 'data_race', 'rcu_access_pointer',
    'WARN_ON', 'WARN_ON_ONCE', 'WARN', 'WARN_ONCE', 'WARN_TAINT', 'WARN_TAINT_ONCE'].map((name) => [name, 'first argument'] as const),
  ['WRITE_ONCE', 'assignment'],
  ['__WRITE_ONCE', 'assignment'],
  ...['BUG', 'unreachable', '__builtin_unreachable', 'panic', 'do_exit', 'make_task_dead', 'kthread_exit'].map((name) => [name, 'stop'] as const),
  ['BUG_ON', 'stop if'],
]);

const debugCheck = /^(?:VM_BUG_ON|VM_WARN|BUILD_BUG_ON|lockdep_(?!assert_held))/;

export function roleOfCallee(name: string): CallRole {
  const role = roles.get(name);
  if (role) return role;
  switch (name.charCodeAt(0)) {
    case 0x72: // r
      return name.startsWith('rcu_dereference') ? 'first argument' : 'call';
    case 0x56: // V
    case 0x42: // B
    case 0x6c: // l
      return debugCheck.test(name) ? 'debug check' : 'call';
    default:
      return 'call';
  }
}

/** Names of integer types, told from functions by their shape: `(u64)(x)` and `(pte_t)(x)` look like calls to the grammar. */
export function looksLikeTypeName(name: string): boolean {
  return /^(?:\w+_t|_*[us](?:8|16|32|64)|[us]?(?:int|long|char|short)|bool|uintptr|ulong|uint)$/.test(name);
}
