import { describe, expect, it } from 'vitest';
import { scan } from './scan';

const names = (text: string): string[] => scan(text).functions.map((found) => found.name);
/** The masked text with runs of white space as one blank. */
const masked = (text: string): string => scan(text).masked.replace(/\s+/g, ' ').trim();
/** Masked body of the only function that these statements form. */
const body = (statements: string): string => masked(`void f(void)\n{\n${statements}\n}\n`).replace(/^void f\(void\) \{ ?| ?\}$/g, '');

describe('functions', () => {
  it('finds definitions of every shape with their spans', () => {
    const text = [
      'static struct item *find_item(struct list *all, int key)', '{', '\treturn lookup(all, key);', '}', '',
      'const char *const label_of(int kind) {', '\treturn labels[kind];', '}', '',
      'unsigned long', 'count_items(void)', '{', '\treturn 0;', '}', '',
      'int (*handler_of(int kind))(void *)', '{', '\treturn 0;', '}', '',
    ].join('\n');
    const { functions } = scan(text);
    expect(functions.map((found) => found.name)).toEqual(['find_item', 'label_of', 'count_items', 'handler_of']);
    expect(functions.map((found) => found.isStatic)).toEqual([true, false, false, false]);
    for (const found of functions) {
      expect(text.slice(found.nameSpan.start, found.nameSpan.end)).toBe(found.name);
      expect(text[found.bodyStart]).toBe('{');
      expect(text[found.span.end - 1]).toBe('}');
    }
    expect(text.slice(functions[1]?.span.start, functions[1]?.span.end)).toMatch(/^const char[^]*\}$/);
  });

  it('is not misled by types, initialisers and file-level macros', () => {
    expect(names(`
struct box { int (*open)(struct box *); };
static const struct box boxes[] = { { .open = start }, };
enum color { RED, GREEN };
EXPORT_SYMBOL(first)
static DEFINE_MUTEX(box_lock);
DEFINE_PER_CPU(struct box, box_cache) = { 0 };
int declared(int a);
MODULE_LICENSE("GPL")
static int real(void) { return 0; }
late_initcall(real);
struct box __packed other_box(void) { }
`)).toEqual(['real', 'other_box']);
  });

  it('makes heads of macros that define functions', () => {
    const text = 'SYSCALL_DEFINE2(open_box, const char __user *, path, int, mode)\n{\n\treturn go(path, mode);\n}\nSYSCALL_DEFINE0(close_all)\n{\n\treturn 0;\n}\n';
    expect(names(text)).toEqual(['open_box', 'close_all']);
    expect(masked(text)).toMatch(/^long open_box\( const char \* path, int mode\) \{ return go\(path, mode\); \} long close_all\(\) \{/);
  });

  it('finds names that a macro makes', () => {
    const text = 'static u8 NAME_OF(box, read_one)(const void __user *from)\n{\n\treturn 0;\n}\n';
    expect(names(text)).toEqual(['read_one']);
    expect(masked(text)).toBe('static u8 read_one (const void *from) { return 0; }');
    expect(names('TYPE_OF(struct box) {\n\tint a;\n};\n')).toEqual([]);
  });

  it('keeps both definitions of a conditional at file level, but one of a split head', () => {
    const text = `
#ifdef CONFIG_BOX
int weigh(int a)
{
	return a;
}
#else
static inline int weigh(int a) { return 0; }
#endif
#ifdef CONFIG_WIDE
int measure(long a)
#else
int measure(int a)
#endif
{
	return a;
}
#if 0
int dead(void) { }
#elif defined(CONFIG_X)
int alive(void) { }
#endif
`;
    expect(names(text)).toEqual(['weigh', 'weigh', 'measure', 'alive']);
    expect(masked(text)).toContain('int measure(long a) { return a; }');
  });

  it('lists what a body calls, keywords and dropped branches left out', () => {
    const [found] = scan('int f(int a)\n{\n\tif (a) return g(sizeof(int));\n#ifdef X\n\th (a);\n#else\n\tgone(a);\n#endif\n\t/* no(); */ s = "no()";\n\tlist_for_each(p, q) k(p);\n\treturn (*fn)(a);\n}\n').functions;
    expect([...found?.calls ?? []]).toEqual(['g', 'h', 'list_for_each', 'k']);
  });

  it('keeps lock annotations as facts and blanks them', () => {
    const text = 'static int take(struct box *b)\n\t__acquires(&b->lock)\n\t__must_hold(outer(b))\n{\n\treturn 0;\n}\nbool try_take(struct box *b) __cond_acquires(true, &b->lock) {\n}\n';
    expect(scan(text).functions.map((found) => found.annotations)).toEqual([
      [{ kind: 'acquires', lock: '&b->lock' }, { kind: 'must_hold', lock: 'outer(b)' }],
      [{ kind: 'cond_acquires', lock: '&b->lock' }],
    ]);
    expect(masked(text)).toBe('static int take(struct box *b) { return 0; } bool try_take(struct box *b) { }');
  });

  it('keeps a name with two underscores that annotations follow', () => {
    expect(masked('static void __drop(struct box *b)\n\t__releases(b->lock) __releases(other)\n{\n}\n')).toBe('static void __drop(struct box *b) { }');
    expect(names('static __must_check __cold __le32 __pick(int __user *p, int n __maybe_unused)\n{\n}\n')).toEqual(['__pick']);
  });
});

describe('macros', () => {
  it('collects function-like macros with joined lines', () => {
    const { macros } = scan('#define PAIR(a, b) \\\n\tdo { use(a); /* why */ \\\n\t use(b); } while (0)\n#define PLAIN (1)\n# define NONE() 1\nint x;\n#define PAIR(z) z\n');
    expect([...macros.keys()]).toEqual(['PAIR', 'NONE']);
    expect(macros.get('PAIR')?.params).toEqual(['a', 'b']);
    expect(macros.get('PAIR')?.body.replace(/\s+/g, ' ')).toBe('do { use(a); use(b); } while (0)');
  });
});

describe('masking keeps the meaning', () => {
  it('keeps the first branch of a conditional that splits a statement', () => {
    expect(body('\tif (a)\n\t\tone();\n#ifdef X\n\telse if (b)\n\t\ttwo();\n#endif\n\tthree();')).toBe('if (a) one(); else if (b) two(); three();');
    expect(body('#ifdef X\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t\tone();\n\t}')).toBe('if (a) { one(); }');
    expect(body('\tif (a\n#ifdef X\n\t    && b\n#endif\n\t   )\n\t\tone();')).toBe('if (a && b ) one();');
    expect(body('#if 0\n\tone();\n#else\n\ttwo();\n#endif')).toBe('two();');
    expect(body('#if 1\n\tone();\n#elif X\n\ttwo();\n#else\n\tthree();\n#endif')).toBe('one();');
    expect(body('#ifdef A\n# if B\n\tone();\n# else\n\ttwo();\n# endif\n#else\n\tthree();\n#endif\n\tfour();')).toBe('one(); four();');
  });

  it('leaves the body of an iteration macro inside the loop', () => {
    expect(body('\tfor_each_box(b)\n\t\topen(b);\n\tdone();')).toBe('while (b) open(b); done();');
    expect(body('\tlist_for_each_entry_safe(b, n, &all, link) {\n\t\topen(b);\n\t}')).toBe('while (b, n, &all, link) { open(b); }');
    expect(body('\tdo {\n\t\topen(b);\n\t} for_each_vma(vmi, b);\n\tdone();')).toBe('do { open(b); } while (vmi, b); done();');
    expect(body('\tif (a)\n\t\tbox_tree_foreach(b, root, 0, 1)\n\t\t\tif (b->x)\n\t\t\t\topen(b);')).toBe('if (a) while (b, root, 0, 1) if (b->x) open(b);');
    expect(body('\tfor_each_box() {\n\t}')).toBe('while(1) { }');
    expect(body('\tunheard_of_walk(b, all) {\n\t\topen(b);\n\t}')).toBe('while (b, all) { open(b); }');
    // Functions of that name are called, not looped over.
    expect(body('\tret = idr_for_each(&idr, fn, 0);\n\tidr_for_each(&idr, fn, 0);')).toBe('ret = idr_for_each(&idr, fn, 0); idr_for_each(&idr, fn, 0);');
  });

  it('ends a macro statement that brings no semicolon', () => {
    expect(body('\tCHECK_BOX(b)\n\treturn open(b);')).toBe('CHECK_BOX(b) ;return open(b);');
    expect(body('\tCHECK_BOX(b)\n#undef X\n\tone();')).toBe('CHECK_BOX(b) ; one();');
    expect(body('\tone();\n\tFALL_OUT\n\treturn;')).toBe('one(); FALL_OUT ;return;');
  });

  it('keeps scope guards readable', () => {
    expect(body('\tguard(mutex)(&b->lock);\n\tscoped_guard(spinlock, &b->list) {\n\t\topen(b);\n\t}\n\tscoped_guard(rcu)\n\t\topen(b);'))
      .toBe('guard(mutex)(&b->lock); while (spinlock, &b->list) { open(b); } while (rcu) open(b);');
  });

  it('turns types among arguments into names', () => {
    expect(body('\tb = list_entry(p, struct box, link);')).toBe('b = list_entry(p, struct_box, link);');
    expect(body('\tb = list_entry(p, struct\n\t\tbox, link);')).toBe('b = list_entry(p, struc_ , link);');
    expect(body('\tn = min_t(unsigned long, a, b);')).toBe('n = min_t(unsigned_long, a, b);');
    expect(body('\tn = va_arg(ap, int); q = va_arg(ap, box_t *);')).toBe('n = va_arg(ap, in_); q = va_arg(ap, box_t__);');
    expect(body('\tn = f(sizeof(struct box), a * b);')).toBe('n = f(sizeof(struct box), a * b);');
    expect(body('\tn = offsetof(struct box, a.b[1]) + 1;')).toBe('n = sizeof (struct box ) + 1;');
    expect(body('\ttypeof(*p) q = (typeof(x))(y);')).toBe('typeof____ q = (int )(y);');
    expect(body('\tint open(struct box *b);')).toBe('int open(struct box *b);');
  });

  it('blanks annotations and nothing else', () => {
    expect(body('\tstruct box __user *b = (struct box __force *)p;\n\tint x __maybe_unused = 1, *y;')).toBe('struct box *b = (struct box *)p; int x = 1, *y;');
    expect(body('\tstruct box *b __free(kfree) = get();\n\tstatic u8 table[4] __page_aligned_bss;')).toBe('struct box *b = get(); static u8 table[4] ;');
    expect(body('\tstatic DEFINE_MUTEX(lock);\n\tDECLARE_BITMAP(map, 64) = { 0 };')).toBe('DEFINE_MUTEX(lock); DECLARE_BITMAP(map, 64) ;');
    expect(body('\t__acquire(lock);\n\t__set_bit(__x, __y);\n\treturn __z;')).toBe('__acquire(lock); __set_bit(__x, __y); return __z;');
    expect(body('\t__le32 __a = __b * __c;\n\tfoo_t __d;')).toBe('__le32 __a = __b * __c; foo_t __d;');
  });

  it('leaves conditions as they are, token by token', () => {
    const conditions = [
      'a && !b || (c->flags & (X | Y)) == Z', 'unlikely(!pte_same(*p, old))', 'x < y && y > z', '(flags & __FLAG) && __test(x, y)',
      'a ? b : c', 'ptr == (void *)1 || !list_empty(&b->list)', 'READ_ONCE(b->x) != 0 && (ret = call(b, &c)) < 0', '*p++ == \'"\' && q["a"[0]]',
    ];
    for (const condition of conditions) expect(body(`\tif (${condition})\n\t\tgo();`)).toBe(`if (${condition}) go();`);
  });

  it('reads what the grammar cannot: ranges, assembly, statements and operators as arguments, joined strings', () => {
    expect(body('\tswitch (a) {\n\tcase 1 ... 5:\n\t\tone();\n\t}')).toBe('switch (a) { case range__: one(); }');
    expect(body('\tasm volatile(TWO("nop", "x") : "=r" (a) : "r" (b));')).toBe('asm volatile("" : "=r" (a) : "r" (b));');
    expect(body('\tregister long r asm("r0") = a;\n\tasm("x" : : "m" (*(u8 __force *)p));')).toBe('register long r = a; asm("" : : "m" (*(u8 *)p));');
    expect(body('\tassert_op(a, >=, b);\n\tDEBUG(if (a) one(););')).toBe('assert_op(a, __, b); if (a) one(); ;');
    expect(body('\tprintk(KERN_INFO PFX "a" B "c" D(e) "f", g);')).toBe('printk( "a" "c" "f", g);');
  });
});

describe('any text gives a result', () => {
  it('keeps length and line ends', () => {
    const samples = [
      '', '\0\uffff\ud800', '/* open', '"open', '#if', '#if 1\n#else', 'int f(void) {', '}}}})))', '((((', '#define', '#define f(', 'a(b{c}d', '#endif\n#else\n#elif X\n',
      'int f(void)\r\n{\r\n\tg(struct x)\r\n\th();\r\n}\r\n', 'é😀 int f(void) { /* 😀 */ list_for_each(x, "é") { } }', "#error don't\nint f(void) { }",
    ];
    const whole = 'static int __init f(struct a __user *p) __releases(x)\n{\n#ifdef A\n\tlist_for_each(a, b) { c(struct d, (typeof(e) *)f); }\n#else\n\t"x" Y;\n#endif\n\tswitch (a) { case 1 ... 2: asm("a" : : B(c)); }\n}\n';
    for (let end = 0; end <= whole.length; end++) samples.push(whole.slice(0, end), whole.slice(end));
    for (const sample of samples) {
      const result = scan(sample).masked;
      expect(result.length).toBe(sample.length);
    }
    expect(scan(whole).masked.split('\n').length).toBe(whole.split('\n').length);
    expect(names('é😀 int f(void) { /* 😀 */ }')).toEqual(['f']);
  });

  it('does not let an error spread to the next function', () => {
    const good = 'static int good(void)\n{\n\treturn 0;\n}\n';
    for (const bad of ['\tif (a) {\n\t\tone();\n', '\tone(a, (b;\n', '\tone(a));\n', '\tx = "open;\n', '\t}\n']) {
      expect(names(`static int bad(void)\n{\n${bad}}\n\n${good}`), bad).toEqual(expect.arrayContaining(['bad', 'good']));
    }
    // The closing brace is not there yet.
    expect(names(`static int bad(void)\n{\n\tone();\n\n${good}`)).toEqual(['bad', 'good']);
    // A brace in column 0 that is no function's end.
    expect(names(`static int odd(void)\n{\n\tif (a) {\n\t\tb();\n}\nout:\n\treturn 0;\n}\n${good}`)).toEqual(['odd', 'good']);
    expect(scan(`static int odd(void)\n{\n\tif (a) {\n\t\tb();\n}\nout:\n\treturn c();\n}\n`).functions[0]?.calls.has('c')).toBe(true);
    expect(names(`lost (a, b\n${good}`)).toContain('good');
    expect(names(`int missing_semicolon\n${good}`)).toContain('good');
  });

  it('takes linear time: anything quadratic takes longer than a test may', () => {
    for (const piece of ['(', '{', '}', '[', ')', '#if X\n', '#if 0\n', '#else\n', 'A(x)\n#if X\n#endif\n', '/*', '"', 'a b ', 'f(a) ', '{\n', '* ', 'x __y(', '({', '[)']) {
      const text = piece.repeat(Math.ceil(200_000 / piece.length));
      expect(scan(text).masked.length).toBe(text.length);
      expect(scan(`int f(void)\n{\n${text}`).functions.length).toBeLessThanOrEqual(text.length);
    }
  }, 60_000);
});
