import { describe, expect, it } from 'vitest';
import { lowered, lowerText } from './lower-support';

describe('calls', () => {
  it('hoists nested calls in evaluation order', () => {
    expect(lowered('x = f(g(a), h(b)) + k();')).toEqual([
      '0 $1 = g(a)', '1 $2 = h(b)', '2 $3 = f($1, $2)', '3 $4 = k()', '4 x = $3 + $4', '5 return',
    ]);
  });

  it('gives no temporary to a value nobody uses', () => {
    expect(lowered('f(a); (void)g(b); h(c), k(d);')).toEqual(['0 f(a)', '1 g(b)', '2 h(c)', '3 k(d)', '4 return']);
  });

  it('knows calls through pointers', () => {
    expect(lowered('int (*fn)(int) = pick(); fn(1); (*fn)(2); vmf->ops->fault(vmf); (take)(3); pick()(4);')).toEqual([
      '0 $1 = pick()', '1 let fn = $1', '2 (*fn)(1)', '3 (*fn)(2)', '4 (*vmf->ops->fault)(vmf)', '5 take(3)', '6 $2 = pick()', '7 (*$2)(4)', '8 return',
    ]);
  });

  it('sees through wrappers and casts', () => {
    expect(lowered('x = READ_ONCE(*p); y = (pte_t *)f(q); z = (u64)(w); v = (u32)-1; r = rcu_dereference_protected(a->b, lockdep_is_held(l));')).toEqual([
      '0 x = *p', '1 $1 = f(q)', '2 y = $1', '3 z = w', '4 v = -1', '5 r = a->b', '6 return',
    ]);
  });

  it('counts before it negates: !x++ is !(x++)', () => {
    expect(lowered('if (!p++) f(); x = -a->n++; y = (u64)i--; z = !!c++; v = *q++;')).toEqual([
      '0 $1 = p', '1 p = p + 1', '2 if $1 -> 4 else 3', '3 f()', '4 $2 = a->n', '5 a->n = a->n + 1', '6 x = -$2', '7 $3 = i', '8 i = i - 1', '9 y = $3',
      '10 $4 = c', '11 c = c + 1', '12 if $4 -> 13 else 14', '13 z = 1 -> 15', '14 z = 0', '15 $5 = q', '16 q = q + 1', '17 v = *$5', '18 return',
    ]);
  });

  it('writes WRITE_ONCE as an assignment', () => {
    expect(lowered('WRITE_ONCE(*p, f(v));')).toEqual(['0 $1 = f(v)', '1 *p = $1', '2 return']);
  });

  it('ends the path at BUG and branches at BUG_ON', () => {
    expect(lowered('BUG_ON(!a); if (b) BUG(); if (c) panic("x"); g();')).toEqual([
      '0 if a -> 1 else 7', '1 if b -> 2 else 3', '2 stop', '3 if c -> 4 else 5', '4 stop', '5 g()', '6 return', '7 stop',
    ]);
  });

  it('drops debug checks, keeps lock assertions, and keeps what WARN_ON evaluates', () => {
    expect(lowered('VM_BUG_ON_FOLIO(f(a), b); lockdep_set_class(a); BUILD_BUG_ON(c); lockdep_assert_held(&l); WARN_ON(a); WARN_ON_ONCE(g());')).toEqual([
      '0 lockdep_assert_held(&l)', '1 g()', '2 return',
    ]);
  });

  it('uses the condition of WARN_ON', () => {
    expect(lowered('if (WARN_ON_ONCE(!f(a))) return 1;')).toEqual(['0 $1 = f(a)', '1 if $1 -> 2 else 3', '2 return', '3 return 1']);
  });
});

describe('values that choose', () => {
  it('assigns on each arm', () => {
    expect(lowered('x = a && f(b); y = !c; z = a ? f(b) : c;')).toEqual([
      '0 if a -> 1 else 4', '1 $1 = f(b)', '2 if $1 -> 3 else 4', '3 x = 1 -> 5', '4 x = 0', '5 if c -> 6 else 7', '6 y = 0 -> 8', '7 y = 1',
      '8 if a -> 9 else 11', '9 $2 = f(b)', '10 z = $2 -> 12', '11 z = c', '12 return',
    ]);
  });

  it('returns on each arm', () => {
    expect(lowered('return a && !b;')).toEqual(['0 if a -> 1 else 3', '1 if b -> 3 else 2', '2 return 1', '3 return 0']);
    expect(lowered('return a ? f(b) : -EFAULT;')).toEqual(['0 if a -> 1 else 3', '1 $1 = f(b)', '2 return $1', '3 return -EFAULT']);
  });

  it('builds an argument in a temporary', () => {
    expect(lowered('f(a || b, c);')).toEqual(['0 if a -> 2 else 1', '1 if b -> 2 else 3', '2 $1 = 1 -> 4', '3 $1 = 0', '4 f($1, c)', '5 return']);
  });

  it('evaluates the first operand of a ?: b once', () => {
    expect(lowered('x = f(a) ?: b;')).toEqual(['0 $2 = f(a)', '1 $1 = $2', '2 if $1 -> 4 else 3', '3 $1 = b', '4 x = $1', '5 return']);
  });

  it('leaves out what a constant keeps from being run', () => {
    expect(lowered('if (0 && f()) g();')).toEqual(['0 return']);
    expect(lowered('if (1 || f()) g();')).toEqual(['0 g()', '1 return']);
  });

  it('drops a branch whose arms do nothing', () => {
    expect(lowered('if (a && b) ; a ? b : c; f(x) && y;')).toEqual(['0 $1 = f(x)', '1 return']);
  });
});

describe('assignments', () => {
  it('works inside conditions', () => {
    expect(lowered('while (!(pte = g())) h(); if ((x = f()) != NULL) k();')).toEqual([
      '0 $1 = g()', '1 pte = $1', '2 if pte -> 3 else 8', '3 $2 = f()', '4 x = $2', '5 if x != NULL -> 6 else 7', '6 k()', '7 return', '8 h() -> 0',
    ]);
  });

  it('writes out compound assignments and steps', () => {
    expect(lowered('a += f(b); a <<= 2; p->n++; --p->n; x = a++; *p++ = *q--; y = ++i;')).toEqual([
      '0 $1 = f(b)', '1 a = a + $1', '2 a = a << 2', '3 p->n = p->n + 1', '4 p->n = p->n - 1', '5 $2 = a', '6 a = a + 1', '7 x = $2',
      '8 $3 = p', '9 p = p + 1', '10 $4 = q', '11 q = q - 1', '12 *$3 = *$4', '13 i = i + 1', '14 y = i', '15 return',
    ]);
  });

  it('chains from right to left and honours the comma', () => {
    expect(lowered('x = y = z, a = (f(), b);')).toEqual(['0 y = z', '1 x = y', '2 f()', '3 a = b', '4 return']);
  });

  it('has one spelling for one place', () => {
    expect(lowered('(*p).x = (&y)->z; *&a = &*b; (*p)->q[i].r = 1;')).toEqual(['0 p->x = y.z', '1 a = b', '2 (*p)->q[i].r = 1', '3 return']);
  });

  it('keeps initialisers with their field paths', () => {
    expect(lowered('struct vm_fault v = { .flags = f(x), .a.b = 2, [3] = 4, 5 }; w = (struct range){ .end = g() };')).toEqual([
      '0 $1 = f(x)', '1 let v = { .flags = $1, .a.b = 2, [3] = 4, 5 }', '2 $2 = g()', '3 w = { .end = $2 }', '4 return',
    ]);
  });
});

describe('other expressions', () => {
  it('lowers statement expressions in place', () => {
    expect(lowered('x = ({ int t = f(); g(t); t; });')).toEqual(['0 $1 = f()', '1 let t = $1', '2 g(t)', '3 $2 = t', '4 x = $2', '5 return']);
  });

  it('reads literals', () => {
    const ir = lowerText("int f(void) { x = 0x10UL + 'a' + '\\n' + 010 + 1.5; return NULL; }");
    const values: (number | undefined)[] = [];
    const walk = (expr: unknown): void => {
      if (typeof expr !== 'object' || expr === null) return;
      const record = expr as Record<string, unknown>;
      if (record.kind === 'number') values.push(record.value as number | undefined);
      walk(record.left);
      walk(record.right);
      walk(record.value);
    };
    ir.nodes.forEach(walk);
    expect(values).toEqual([16, 97, 10, 8, undefined, 0]);
  });

  it('does not look into sizeof', () => {
    expect(lowered('n = sizeof(struct foo) * sizeof f(x) + offsetof(struct foo, a);')).toEqual([
      '0 n = (`sizeof(struct foo)` * `sizeof f(x)`) + `offsetof(struct foo, a)`', '1 return',
    ]);
  });

  it('tells casts from arithmetic by what is a variable', () => {
    expect(lowered('long my_t = 1; x = (my_t) & m; y = (pgoff_t)-n; z = (pte_t)(x);')).toEqual([
      '0 let my_t = 1', '1 x = my_t & m', '2 y = -n', '3 z = x', '4 return',
    ]);
  });
});
