import { describe, expect, it } from 'vitest';
import { lowered } from './lower-support';

describe('branches', () => {
  it('splits short-circuit conditions and swaps negations away', () => {
    expect(lowered('if (likely(!(a && f(b))) || unlikely(!!c)) x(); else y();')).toEqual([
      '0 if a -> 1 else 5', '1 $1 = f(b)', '2 if $1 -> 3 else 5', '3 if c -> 5 else 4', '4 y() -> 6', '5 x()', '6 return',
    ]);
  });

  it('lowers ladders', () => {
    expect(lowered('if (a) x(); else if (b == 0) y(); else { z(); }')).toEqual([
      '0 if a -> 1 else 2', '1 x() -> 5', '2 if b == 0 -> 3 else 4', '3 y() -> 5', '4 z()', '5 return',
    ]);
  });

  it('keeps comparisons of call results as they are', () => {
    expect(lowered('if (f(a) == 0) x();')).toEqual(['0 $1 = f(a)', '1 if $1 == 0 -> 2 else 3', '2 x()', '3 return']);
  });
});

describe('loops', () => {
  it('evaluates the condition of a while loop each time', () => {
    expect(lowered('while (page_vma_mapped_walk(&pvmw)) { if (a) continue; if (b) break; x(); }')).toEqual([
      '0 $1 = page_vma_mapped_walk(&pvmw)', '1 if $1 -> 2 else 5', '2 if a -> 0 else 3', '3 if b -> 5 else 4', '4 x() -> 0', '5 return',
    ]);
  });

  it('sends continue in a do loop to its condition', () => {
    expect(lowered('do { if (a) continue; if (b) break; x(); } while (p++, addr != end);')).toEqual([
      '0 if a -> 3 else 1', '1 if b -> 5 else 2', '2 x()', '3 p = p + 1', '4 if addr != end -> 0 else 5', '5 return',
    ]);
  });

  it('lowers every part of a for loop', () => {
    expect(lowered('for (int i = 0, n = f(); i < n && g(i); i++, m--) { if (a) continue; x(i); }')).toEqual([
      '0 let i = 0', '1 $1 = f()', '2 let n = $1', '3 if i < n -> 4 else 10', '4 $2 = g(i)', '5 if $2 -> 6 else 10', '6 if a -> 8 else 7', '7 x(i)',
      '8 i = i + 1', '9 m = m - 1 -> 3', '10 return',
    ]);
    expect(lowered('for (i = 0; ; ) if (f()) break; for (; a; ) ;')).toEqual([
      '0 i = 0', '1 $1 = f()', '2 if $1 -> 3 else 1', '3 if a -> 3 else 4', '4 return',
    ]);
  });

  it('makes no loop of what is done once, and no way out of an endless one', () => {
    expect(lowered('while (1) { if (a) break; } do { x(); } while (0);')).toEqual(['0 if a -> 1 else 0', '1 x()', '2 return']);
  });

  it('keeps an endless empty loop', () => {
    expect(lowered('if (a) for (;;) ; x();')).toEqual(['0 if a -> 1 else 2', '1 nop -> 1', '2 x()', '3 return']);
  });

  it('makes a choice of an iteration macro', () => {
    expect(lowered('list_for_each_entry(page, &pages, lru) { if (a) continue; if (b) break; x(page); }')).toEqual([
      '0 choice list_for_each_entry(page, &pages, lru) -> 1 | 4', '1 if a -> 0 else 2', '2 if b -> 4 else 3', '3 x(page) -> 0', '4 return',
    ]);
    expect(lowered('for_each_possible() x(); for_each_set_bit(i, bits(m), 8) y(i);')).toEqual([
      '0 choice for_each_possible() -> 1 | 2', '1 x() -> 0', '2 $1 = bits(m)', '3 choice for_each_set_bit(i, $1, 8) -> 4 | 5', '4 y(i) -> 3', '5 return',
    ]);
  });

  it('makes a choice of an iteration macro with a short name', () => {
    expect(lowered('loop(i, n) { if (a) continue; x(i); }')).toEqual(['0 choice loop(i, n) -> 1 | 3', '1 if a -> 0 else 2', '2 x(i) -> 0', '3 return']);
  });

  it('makes a choice of an iteration macro behind a do block', () => {
    expect(lowered('do { if (a) continue; x(); } for_each_vma(vmi, vma);')).toEqual([
      '0 if a -> 2 else 1', '1 x()', '2 choice for_each_vma(vmi, vma) -> 0 | 3', '3 return',
    ]);
  });
});

describe('switch', () => {
  it('compares in order, falls through, and keeps the default for last', () => {
    expect(lowered('switch (f(a)) { case X: x(); fallthrough; case Y: y(); break; default: d(); case Z: return 3; } e();')).toEqual([
      '0 $1 = f(a)', '1 if $1 == X -> 2 else 3', '2 x() -> 4', '3 if $1 == Y -> 4 else 7', '4 y()', '5 e()', '6 return',
      '7 if $1 == Z -> 9 else 8', '8 d()', '9 return 3',
    ]);
  });

  it('evaluates the value once and knows ranges', () => {
    expect(lowered("switch (p->x) { case 1 ... 3: case 7: case LOW...'\\n': x(); }")).toEqual([
      '0 $1 = p->x', '1 if $1 >= 1 -> 2 else 3', '2 if $1 <= 3 -> 6 else 3', '3 if $1 == 7 -> 6 else 4',
      '4 if $1 >= LOW -> 5 else 7', "5 if $1 <= '\\n' -> 6 else 7", '6 x()', '7 return',
    ]);
  });

  it('tells the break of a loop inside from its own', () => {
    expect(lowered('switch (a) { case 1: while (b) { if (c) break; continue; } break; } x();')).toEqual([
      '0 $1 = a', '1 if $1 == 1 -> 2 else 4', '2 if b -> 3 else 4', '3 if c -> 4 else 2', '4 x()', '5 return',
    ]);
  });
});

describe('jumps', () => {
  it('connects gotos both ways and keeps labels', () => {
    expect(lowered('again: if (f()) goto again; if (a) goto out; x(); out: return 1; dead();')).toEqual([
      '0 again:', '1 $1 = f()', '2 if $1 -> 0 else 3', '3 if a -> 5 else 4', '4 x()', '5 out:', '6 return 1',
    ]);
  });

  it('allows labels at the end of a block and in front of declarations', () => {
    expect(lowered('if (a) { goto out; out: } l: int x = 1; m: n: ;')).toEqual([
      '0 if a -> 1 else 2', '1 out:', '2 l:', '3 let x = 1', '4 m:', '5 n:', '6 return',
    ]);
  });

  it('lets a computed goto reach every label', () => {
    expect(lowered('goto *p; l: x(); m: y();')).toEqual(['0 choice -> 1 | 3', '1 l:', '2 x()', '3 m:', '4 y()', '5 return']);
  });

  it('lets inline assembly jump', () => {
    expect(lowered('asm goto("j" : : : : out); x(); out: y();')).toEqual([
      '0 unknown `asm goto("j" : : : : out)`', '1 choice -> 2 | 3', '2 x()', '3 out:', '4 y()', '5 return',
    ]);
  });
});

describe('scopes with clean-up', () => {
  it('releases a guard on every way out', () => {
    expect(lowered('guard(mutex)(&m); if (a) return g(b); if (b) goto out; { guard(rcu)(); if (c) goto out; if (d) return 0; } out: z();')).toEqual([
      '0 guard_mutex(&m)', '1 if a -> 2 else 5', '2 $1 = g(b)', '3 guard_mutex_exit(&m)', '4 return $1', '5 if b -> 14 else 6', '6 guard_rcu()',
      '7 if c -> 8 else 9', '8 guard_rcu_exit() -> 14', '9 if d -> 10 else 13', '10 guard_rcu_exit()', '11 guard_mutex_exit(&m)', '12 return 0',
      '13 guard_rcu_exit()', '14 out:', '15 z()', '16 guard_mutex_exit(&m)', '17 return',
    ]);
  });

  it('releases before a jump out of a loop body', () => {
    expect(lowered('while (a) { guard(m)(&x); if (b) continue; if (c) break; f(); } again: { guard(n)(&y); if (g()) goto again; }')).toEqual([
      '0 if a -> 1 else 8', '1 guard_m(&x)', '2 if b -> 3 else 4', '3 guard_m_exit(&x) -> 0', '4 if c -> 5 else 6', '5 guard_m_exit(&x) -> 8', '6 f()',
      '7 guard_m_exit(&x) -> 0', '8 again:', '9 guard_n(&y)', '10 $1 = g()', '11 if $1 -> 12 else 13', '12 guard_n_exit(&y) -> 8', '13 guard_n_exit(&y)',
      '14 return',
    ]);
  });

  it('fixes the returned value before it releases', () => {
    expect(lowered('guard(mutex)(&m); return p->x;')).toEqual(['0 guard_mutex(&m)', '1 $1 = p->x', '2 guard_mutex_exit(&m)', '3 return $1']);
  });

  it('treats scoped_guard as a block that break leaves', () => {
    expect(lowered('scoped_guard(spinlock, &s->l) { if (a) break; if (b) return 1; x(); } y();')).toEqual([
      '0 guard_spinlock(&s->l)', '1 if a -> 2 else 3', '2 guard_spinlock_exit(&s->l) -> 8', '3 if b -> 4 else 6', '4 guard_spinlock_exit(&s->l)',
      '5 return 1', '6 x()', '7 guard_spinlock_exit(&s->l)', '8 y()', '9 return',
    ]);
  });

  it('knows CLASS and __free', () => {
    expect(lowered('CLASS(fd, file)(n); char *s __free(kfree) = dup(file); if (!s) return -ENOMEM; use(s);')).toEqual([
      '0 $1 = class_fd(n)', '1 let file = $1', '2 $2 = dup(file)', '3 let s = $2', '4 if s -> 5 else 9', '5 use(s)', '6 __free_kfree(s)',
      '7 class_fd_exit(file)', '8 return', '9 __free_kfree(s)', '10 class_fd_exit(file)', '11 return -ENOMEM',
    ]);
  });
});

describe('text the grammar cannot read', () => {
  it('keeps what is readable around it', () => {
    expect(lowered('x(); f(a b c) = 1; if (q r s) y(); if (a && (b c) && g()) z(); return 3 4;')).toEqual([
      '0 x()', '1 unknown `f(a b c) = 1;`', '2 unknown `(q r s)`', '3 choice -> 4 | 5', '4 y()', '5 if a -> 6 else 11', '6 unknown `(b c)`',
      '7 choice -> 8 | 11', '8 $1 = g()', '9 if $1 -> 10 else 11', '10 z()', '11 unknown `return 3 4;`', '12 return',
    ]);
  });

  it('marks inline assembly as unknown', () => {
    expect(lowered('asm volatile("nop" : "=r"(a));')).toEqual(['0 unknown `asm volatile("nop" : "=r"(a))`', '1 return']);
  });

  it('tells a call without a semicolon from a declaration', () => {
    expect(lowered('TRACE(a)\ng(b); h();')).toEqual(['0 TRACE(a)', '1 g(b)', '2 h()', '3 return']);
  });

  it('keeps a call that reads as a type', () => {
    expect(lowered('int n; account(ROUND(n * sizeof(struct page), SIZE));')).toEqual(['0 let n', '1 account(`ROUND(n * sizeof(struct page), SIZE)`)', '2 return']);
  });
});
