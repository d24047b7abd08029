/**
 * What the scanner knows of C's words and of the kernel's dialect: the tables behind the masking.
 * Most of the dialect is recognised by shape (see mask.ts); a table holds only what shape cannot tell.
 */

/** What a word is, as bits: a word may be several things at once. */
export const STATEMENT = 1 << 0; // A keyword that no declaration contains: it ends a run of specifiers.
export const TYPE = 1 << 1; // A keyword (or a name the grammar treats as one) that names a type by itself.
export const TAG = 1 << 2; // struct, union, enum.
export const STORAGE = 1 << 3; // Storage classes and qualifiers that the grammar reads.
export const ATTRIBUTE = 1 << 4; // An annotation without arguments: blanked wherever it stands.
export const ATTRIBUTE_CALL = 1 << 5; // An annotation with arguments: blanked together with them.
export const TYPEOF = 1 << 6; // typeof and its relatives.
export const ASM = 1 << 7; // Inline assembly.
export const LOOP = 1 << 8; // An iteration macro, by its name: it heads a statement.
export const UNDERSCORES = 1 << 9; // Begins with two underscores.
export const CONTROL = 1 << 10; // if, while, for, switch: a parenthesis follows, and it is no call.
export const OFFSET = 1 << 11; // offsetof and relatives: a type and a member, nothing is read.
export const HEAD_MACRO = 1 << 12; // SYSCALL_DEFINEn and relatives: (name, type, argument, ...) followed by a body.
export const LOCK_FACT = 1 << 13; // An annotation that says something about a lock.
export const NO_CALL = 1 << 14; // A keyword that takes parentheses but calls nothing and takes types as they are.
export const ALIGNMENT = 1 << 15; // alignof: the grammar takes a type only.

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** Bits that each known word has. */
const table: readonly (readonly [bits: number, list: string])[] = [
  [STATEMENT, 'return goto else do case default break continue'],
  [STATEMENT | CONTROL, 'if while for switch'],
  [STATEMENT | NO_CALL, 'sizeof _Generic defined _Static_assert static_assert'],
  [STATEMENT | NO_CALL | ALIGNMENT, '_Alignof __alignof__ __alignof alignof'],
  [TYPE, 'void char short int long float double signed unsigned bool _Bool size_t ssize_t __signed__ __int128 __int128_t __uint128_t'],
  [TAG, 'struct union enum'],
  [STORAGE, 'static extern register auto typedef inline __inline __inline__ const volatile restrict __restrict__ __thread _Thread_local _Atomic'],
  // These qualify as well, but the grammar does not know these spellings.
  [ATTRIBUTE, '__restrict __const __volatile__ __volatile __extension__'],
  [TYPEOF, 'typeof __typeof__ __typeof typeof_unqual __typeof_unqual__ typeof_member __unqual_scalar_typeof __unqual_typeof'],
  [STATEMENT | ASM, 'asm __asm__ __asm asm_volatile_goto asm_goto_output asm_inline'],
  [OFFSET, 'offsetof __builtin_offsetof offsetofend sizeof_field'],
  // Address spaces and the like also stand between two stars, where shape cannot tell them from a multiplication.
  [ATTRIBUTE, '__user __kernel __iomem __percpu __rcu __force __nocast __private __safe __seg_gs __seg_fs __guest __bitwise'],
  [ATTRIBUTE, `asmlinkage noinline notrace noinstr noinline_for_stack noinline_for_kasan noinline_for_tracing noreturn nokprobe_inline
    fastcall inline_for_stack noasan randomized_struct fastpath_inline`],
  [ATTRIBUTE, `__always_inline __always_unused __maybe_unused __unused __used __must_check __init __exit __initdata __initconst
    __initdata_or_meminfo __init_or_module __meminit __meminitdata __ref __refdata __read_mostly __ro_after_init __packed __weak
    __pure __attribute_const__ __malloc __cold __hot __deprecated __noreturn __kprobes __sched __cpuidle __lockfunc __visible
    __latent_entropy __randomize_layout __no_randomize_layout __designated_init __flatten __cacheline_aligned
    ____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp __noclone __naked __no_kcsan
    __no_kasan_or_inline __no_sanitize_or_inline __no_kcsan_or_inline __no_sanitize_address __no_sanitize_undefined
    __no_context_analysis __nocapture __attribute_pure__ __nosanitize_address`],
  [ATTRIBUTE_CALL, `__attribute__ __attribute __declspec __printf __scanf __section __aligned __nonnull __alloc_size __alias __assume_aligned
    __counted_by __counted_by_le __counted_by_be __counted_by_ptr __sized_by __cleanup __free __no_sanitize __guarded_by __pt_guarded_by
    __nocfi_call __format __malloc_like _Alignas alignas __diagnose_as __bpf_kfunc_decl __access __fd_arg __bos0 __dealloc_free
    __mode __vector_size __copy __ifunc __constructor __optimize __target __nonstring_size __excludes __return_acquires`],
  [ATTRIBUTE_CALL | LOCK_FACT, `__must_hold __must_hold_shared __acquires __acquires_shared __releases __releases_shared __releases_generic
    __cond_acquires __cond_acquires_shared __cond_releases __acquires_ret __acquires_shared_ret __must_not_hold`],
];

const known = new Map<string, number>();
for (const [bits, list] of table) for (const word of words(list)) known.set(word, (known.get(word) ?? 0) | bits);

/** Words that every interner should hold before anything else. */
export const knownWords: readonly string[] = [...known.keys()];

/** The bits of a word: the table's, and what its shape says. */
export function classify(word: string): number {
  let bits = known.get(word) ?? 0;
  if (word.startsWith('__')) bits |= UNDERSCORES;
  if (bits & (STATEMENT | STORAGE | TYPE | TAG)) return bits;
  if (/for_?each|^scoped_|^each_/.test(word)) bits |= LOOP;
  if (/(?:^|_)(?:SYSCALL_)?(?:DEFINE|CALL_?)\d$/.test(word)) bits |= HEAD_MACRO;
  return bits;
}

/** What an annotation's name says about a lock. */
export function lockFact(word: string): 'must_hold' | 'acquires' | 'releases' | 'cond_acquires' | undefined {
  if (word.startsWith('__must_hold')) return 'must_hold';
  if (word.startsWith('__cond_acquires')) return 'cond_acquires';
  if (word.startsWith('__acquires')) return 'acquires';
  if (word.startsWith('__releases')) return 'releases';
  return undefined;
}

/** Macros that only a known kind of translation unit defines: 0 when the test for them is false in kernel C, 1 when it is true. */
export const settledMacros: ReadonlyMap<string, 0 | 1> = new Map([
  ['__ASSEMBLY__', 0], ['__ASSEMBLER__', 0], ['__cplusplus', 0], ['LINKER_SCRIPT', 0], ['__KERNEL__', 1],
]);
