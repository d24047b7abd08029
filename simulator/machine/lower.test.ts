/** C is lowered as C means it: what a thread computes on its own, run alone. */
import { describe, expect, it } from 'vitest';
import { exploreIn, litmus, problemsOf, programIn, runAlone, stepsOf } from './testing';

/** Runs statements that leave their result in `*out`. */
const out = (body: string, helpers = ''): number | string => {
  const end = runAlone('int out; int one = 1; int two = 2; bool flag;', body, helpers);
  return end['violated'] ?? (Object.keys(end).some((key) => key.startsWith('left in')) ? JSON.stringify(end) : end['out']!);
};

describe('variables', () => {
  it.each([
    ['a local assigned once in a loop', 'int i, last; for (i = 0; i < 3; i++) { if (i > 0) *out = last * 10 + i; else *out = 0; last = i + 4; }', 52],
    ['a constant assigned once in a loop, used before', 'int i, c = 0; for (i = 0; i < 3; i++) { int k; if (i > 0) c += k; k = 5; } *out = c;', 10],
    ['a variable assigned in one branch', 'int r = 7; if (*one) r = 1; *out = r;', 1],
    ['a variable not assigned in the branch taken', 'int r = 7; if (!*one) r = 1; *out = r;', 7],
    ['a variable of the same name in two blocks', '{ int a = 1; *out = a; } { int a = 2; *out = *out * 10 + a; }', 12],
    ['a conditional expression', 'int a = *one ? 3 : 4; *out = a;', 3],
    ['a conditional expression of constants', 'int a = 0 ? 3 : 4; *out = a;', 4],
    ['&& as a value', 'bool a = *one && *two; bool b = *one && !*two; *out = a * 2 + b;', 2],
    ['|| as a value', 'bool a = !*one || *two; bool b = !*one || !*two; *out = a * 2 + b;', 2],
    ['++ on a shared word', '(*out)++; (*out)++; *out += 3;', 5],
    ['postfix and prefix', 'int a = 1; int b = a++; int c = ++a; *out = b * 10 + c;', 13],
    ['compound assignment', 'int a = 12; a |= 3; a &= ~4; a <<= 1; *out = a;', 22],
    ['a variable that is read before it is changed', 'int a = *one; int b = a; a = 5; *out = b;', 1],
    ['swap', 'int a = *one, b = *two, t; t = a; a = b; b = t; *out = a * 10 + b;', 21],
    ['the comma', 'int a; a = (*one, *two); *out = a;', 2],
  ] as const)('%s', (_, body, expected) => expect(out(body)).toBe(expected));
});

describe('numbers', () => {
  it.each([
    ['a negative number is less than 0', 'int a = *one - 2; *out = a < 0;', 1],
    ['a negative number is less than 1', 'int a = *one - 2; *out = a < 1;', 1],
    ['a negative number is at most 0', 'int a = *one - 2; *out = a <= 0;', 1],
    ['a negative number is not greater than 0', 'int a = -*one; *out = (a > 0) * 2 + (a >= 0);', 0],
    ['0 is greater than a negative one', 'int a = -*one; *out = 0 > a;', 1],
    ['two negative ones compare', 'int a = -*one, b = -*two; *out = b < a;', 1],
    ['constants compare as well', '*out = -1 < 0;', 1],
    ['a negative constant and a variable', 'int a = *one; *out = -1 < a;', 1],
    ['an error code', 'int ret = -EAGAIN; if (*one) ret = 0; if (*two) ret = -EBUSY; *out = ret == -EBUSY;', 1],
    ['subtraction wraps and comes back', 'int a = *one - 2; a = a + 3; *out = a;', 2],
    ['a shared word holds negative numbers', '*out = *one - 2; *out = *out < 0;', 1],
    ['a shared word counts down', '*out = 0; (*out)--; (*out)++;', 0],
    ['negation of a variable', 'int a = -*one; *out = a + 2;', 1],
    ['complement', 'int a = ~*one; *out = a & 7;', 6],
    ['multiplication of negative numbers', 'int a = -*one; *out = a * a;', 1],
    ['division of negative numbers', 'int a = -4 * *one; *out = a / *two == -2;', 1],
    ['division by zero gives zero', 'int a = *one; *out = 4 / (a - 1);', 0],
    ['shifting a negative number to the right', 'int a = -4 * *one; *out = (a >> 1) == -2;', 1],
    ['shifting out of the word', 'int a = *one; *out = (a << 15) << 1;', 0],
    ['unsigned numbers are never negative', 'unsigned long a = *one; a -= 2; *out = a > 5;', 1],
    ['a bool is 0 or 1', 'bool a = *two; *out = a;', 1],
    ['a constant in a bool', 'bool a = 4; *out = a;', 1],
    ['a shared bool is 0 or 1', '*flag = *two; *out = *flag;', 1],
    ['! of a number', 'int a = *two; *out = !a * 2 + !!a;', 1],
  ] as const)('%s', (_, body, expected) => expect(out(body)).toBe(expected));
});

describe('control flow', () => {
  it.each([
    ['while', 'int i = 0; while (i < 4) i++; *out = i;', 4],
    ['do-while runs once at least', 'int i = 5; do { i++; } while (i < 4); *out = i;', 6],
    ['break and continue', 'int i, n = 0; for (i = 0; i < 9; i++) { if (i == 2) continue; if (i == 5) break; n += i; } *out = n;', 8],
    ['goto out of nested loops', 'int i, j; for (i = 0; i < 3; i++) for (j = 0; j < 3; j++) if (i == 1 && j == 2) goto found;\nfound:\n *out = i * 10 + j;', 12],
    ['goto back', 'int n = 0;\nagain:\n n++; if (n < 3) goto again; *out = n;', 3],
    ['switch', 'switch (*two) { case 1: *out = 10; break; case 2: *out = 20; break; default: *out = 30; }', 20],
    ['switch falls through', 'int n = 0; switch (*one) { case 1: n += 1; case 2: n += 2; break; case 3: n += 4; } *out = n;', 3],
    ['switch without a case', 'int n = 1; switch (*out) { case 4: n = 4; break; default: n = 9; } *out = n;', 9],
    ['switch on enumerators', 'switch (*two) { case B: *out = 1; break; case C: *out = 2; }', 2, 'enum { A, B, C };'],
    ['enumerators with values', '*out = B * 10 + C;', 56, 'enum { A = 1, B = 5, /* next */ C };'],
    ['negative enumerators', '*out = (B < 0) * 10 + (C == 0);', 11, 'enum { A, B = -1, C };'],
    ['if with no else', 'if (*one) *out = 1; else *out = 2;', 1],
    ['nested conditions', 'if ((*one || *two) && !(*out)) *out = 5;', 5],
    ['BUG_ON', 'BUG_ON(*two == 2);', 'bug'],
    ['BUG_ON that holds not', 'BUG_ON(*two == 1); *out = 1;', 1],
    ['a statement after return', 'if (*one) return; *out = 1;', 0],
  ] as const)('%s', (_, body, expected, helpers: string = '') => expect(out(body, helpers)).toBe(expected));
});

describe('functions of the file', () => {
  it.each([
    ['are called twice with different arguments', '*out = twice(1) * 10 + twice(*two);', 24, 'int twice(int n) { return n + n; }'],
    ['keep their locals apart', '*out = f(1) + f(*two);', 9, 'int f(int n) { int a = 5; if (n > 1) a = 1; return a + n; }'],
    ['assign their parameters', 'int a = *two; *out = f(a) * 10 + a;', 42, 'int f(int n) { n += 2; return n; }'],
    ['assign their parameters, given a constant', '*out = f(2) * 10 + f(3);', 45, 'int f(int n) { n += 2; return n; }'],
    ['return from the middle of a loop', '*out = f(*two);', 2, 'int f(int n) { int i; for (i = 0; i < 9; i++) { if (i == n) return i; } return 7; }'],
    ['return one of several constants', '*out = f(*one) * 10 + f(*two);', 34, 'int f(int n) { if (n == 1) return 3; return 4; }'],
    ['return bool', '*out = f(*two);', 1, 'bool f(int n) { return n & 2; }'],
    ['take bool', '*out = f(*two);', 1, 'int f(bool n) { return n; }'],
    ['return nothing', 'f(); f();', 2, 'void f(void) { *out += 1; }'],
    ['fill a variable', 'int a; f(&a); *out = a;', 4, 'void f(int *p) { *p = 4; }'],
    ['fill a variable on one of two ways', 'int a; f(&a); *out = a;', 4, 'void f(int *p) { *p = 0; if (*one) *p = 4; }'],
    ['fill a variable that has a value', 'int a = 3; if (f(&a)) a++; *out = a;', 5, 'int f(int *p) { *p = 4; return 1; }'],
    ['leave a variable alone', 'int a = 3; f(&a); *out = a;', 3, 'void f(int *p) { if (!*one) *p = 4; }'],
    ['pass pointers on', 'int a; g(&a); *out = a;', 6, 'void f(int *p) { *p = 4; *p = *p + 2; } void g(int *q) { f(q); }'],
    ['take pointers to shared words', 'f(out, two);', 3, 'void f(int *p, int *q) { *p = *q + 1; }'],
    ['take one of two shared words', 'int *p = one; if (*one) p = two; *out = *p * 10; p = one; *out += *p;', 21],
    ['swap two variables', 'int a = *one, b = *two; swap(&a, &b); *out = a * 10 + b;', 21, 'void swap(int *p, int *q) { int t = *p; *p = *q; *q = t; }'],
    ['are called in a condition', 'if (f(*one) && f(*out)) *out = 1; else *out = 2;', 2, 'bool f(int n) { return n; }'],
    ['are called as arguments of each other', '*out = f(f(*one));', 3, 'int f(int n) { return n + 1; }'],
    ['are called in a loop', 'int i, n = 0; for (i = 0; i < 3; i++) n += f(i); *out = n;', 12, 'int f(int n) { int r = 2; if (n == 1) r = 8; return r; }'],
  ] as const)('%s', (_, body, expected, helpers: string = '') => expect(out(body, helpers)).toBe(expected));

  it.each([
    ['a call of itself', 'int f(int n) { return f(n); }\nP0() { f(1); }', 'f() calls itself'],
    ['a wrong number of arguments', 'int f(int n) { return n; }\nP0() { f(); }', 'f() takes 1 argument, not 0'],
    ['a struct by value', 'void f(struct vm_fault v) { v.flags = 1; }\nP0() { struct vm_fault vmf = { .flags = 0 }; f(vmf); }', 'pass a pointer'],
  ])('%s is refused', (_, body, message) => expect(problemsOf(litmus('int x;', body)).join()).toContain(message));
});

describe('local structs', () => {
  it.each([
    ['keep fields apart', 'struct vm_fault v = { .flags = 1, .pgoff = 2 }; *out = v.flags * 10 + v.pgoff;', 12],
    ['have fields that are 0 unless initialised', 'struct vm_fault v = { .flags = 1 }; *out = v.pgoff + v.flags;', 1],
    ['are initialised again in a loop', 'int i, n = 0; for (i = 0; i < 2; i++) { struct vm_fault v = { .flags = 1 }; n = n * 10 + v.pgoff; v.pgoff = 5; } *out = n;', 0],
    ['of one name in two blocks', '{ struct vm_fault v = { .flags = 1 }; *out = v.flags; } { struct vm_fault v = { .flags = 2 }; *out = *out * 10 + v.flags; }', 12],
    ['are filled by functions', 'struct vm_fault v = { .flags = 1 }; f(&v); *out = v.flags * 10 + v.pgoff;', 37, 'void f(struct vm_fault *p) { p->flags = 3; p->pgoff = 7; }'],
    ['are filled by functions of functions', 'struct vm_fault v = { .flags = 1 }; g(&v); *out = v.flags;', 3, 'void f(struct vm_fault *p) { p->flags |= 2; } void g(struct vm_fault *q) { f(q); }'],
    ['are copied', 'struct vm_fault v = { .flags = 1 }; struct vm_fault w = v; w.flags = 2; *out = v.flags * 10 + w.flags;', 12],
    ['are copied with the fields set later', 'struct vm_fault v = { .flags = 1 }, w; v.pgoff = *two; w = v; v.pgoff = 9; *out = w.pgoff;', 2],
    ['lead to other structs', 'struct vm_fault v = { .flags = 1 }; struct walk w = { .vmf = &v }; w.vmf->flags = 4; *out = v.flags;', 4],
    ['lead to other structs through functions', 'struct vm_fault v = { .flags = 1 }; struct walk w = { .vmf = &v }; f(&w); *out = v.flags;', 4, 'void f(struct walk *w) { w->vmf->flags = 4; }'],
    ['are pointed to', 'struct vm_fault v = { .flags = 1 }; struct vm_fault *p = &v; p->flags = 6; *out = v.flags;', 6],
    ['have fields that are pointed to', 'struct vm_fault v = { .flags = 1 }; f(&v.flags); *out = v.flags;', 8, 'void f(int *p) { *p = 5; if (*one) *p = 8; }'],
    ['have fields that a variable points to', 'struct vm_fault v = { .flags = 1 }; int *p = &v.flags; *p = 5; *out = v.flags;', 5],
    ['belong to the call that declares them', '*out = f(1) * 10 + f(2);', 13, 'int f(int n) { struct vm_fault v = { .flags = 1 }; if (n == 2) v.flags = 3; return v.flags; }'],
  ] as const)('%s', (_, body, expected, helpers: string = '') => expect(out(body, helpers)).toBe(expected));
});

describe('shared objects', () => {
  it.each([
    ['an element by a constant', 'int a[3] = { 4, 5, 6 };', '*out = a[1] * 10 + *(a + 2);', 56],
    ['an element by a variable', 'int a[3] = { 4, 5, 6 };', 'int i, n = 0; for (i = 0; i < 3; i++) n = n * 10 + a[i]; *out = n;', 456],
    ['a pointer that moves', 'int a[3] = { 4, 5, 6 };', 'int *p = a; p++; *out = *p * 10; p++; *out += *p;', 56],
    ['an element out of range', 'int a[3]; int after = 9;', 'int i = *one; *out = a[i + 2];', 'out-of-range'],
    ['a store out of range', 'int a[3]; int after = 9;', 'int i = *one; a[i + 2] = 1;', 'out-of-range'],
    ['NULL', '', 'int *p = NULL; if (!*one) p = out; *p = 1;', 'null-pointer'],
    ['a field behind NULL', 'struct folio f;', 'struct folio *p = &f; if (*one) p = NULL; folio_lock(p);', 'null-pointer'],
    ['a folio of an array', 'struct folio f[2];', 'struct folio *p = f + 1; folio_lock(p); *out = 1; folio_unlock(&f[1]);', 1],
  ] as const)('%s', (_, init, body, expected) => {
    const end = runAlone(`int out; int one = 1; ${init}`, body);
    expect(end['violated'] ?? end['out']).toBe(expected);
  });

  it('what a pointer must be is asked before exploring', () => {
    const init = 'spinlock_t ptl; struct mutex m; pte_t pte __guarded_by(ptl); int x; struct mm_struct mm;';
    const first = (body: string): string => problemsOf(litmus(init, `P0() {\n${body}\n}`))[0] ?? 'none';
    expect(first('set_pte_at(mm, 0, x, PTE_NONE);')).toContain('x is no page-table entry');
    expect(first('pte_t v = ptep_get(pte + 1);')).toContain('pte + 1 is no page-table entry');
    expect(first('spin_lock(x);')).toContain('x is no lock');
    expect(first('mutex_lock(ptl);')).toContain('ptl has no mutex');
    expect(first('spin_lock(mm);')).toContain('mm is no lock');
    expect(first('int v = x[1];')).toContain('x has 1 element');
  });
});

describe('steps', () => {
  const init = 'spinlock_t lock; int x; int y; int quiet = 3; pte_t pte __guarded_by(lock) = PTE_PRESENT;';
  const steps = (body: string, helpers = ''): string[] => stepsOf(programIn(litmus(init, `${helpers}\nP0() {\n${body}\n}\nP1() { *x = 1; *y = 1; set_pte_at(mm, 0, pte, PTE_NONE); }`)));

  it('are one for each access to what is shared', () => {
    expect(steps('int a = *x; a++; if (a > 1) a = 0; *y = a;')).toEqual(['a = *x', '*y = a']);
    expect(steps('*x = *x + *y;')).toHaveLength(3);
    expect(steps('spin_lock(lock); *x = 1; spin_unlock(lock);')).toEqual(['spin_lock(lock)', '*x = 1', 'spin_unlock(lock)']);
  });

  it('are none for what nobody writes', () => {
    expect(steps('int a = *quiet; if (a == 3) *y = a;')).toEqual(['*y = a']);
    expect(steps('int *p = quiet; if (*x) p = y; *y = *p;')).toHaveLength(3);
  });

  it('are none for locals', () => {
    expect(steps('int i, n = 0; for (i = 0; i < 5; i++) n += i; *y = n;')).toEqual(['*y = n']);
  });

  it('of the two sides of && only as far as they are needed', () => {
    const { states } = exploreIn('int x; int y; int z;', 'P0() { if (*x && *y) *z = 1; }\nP1() { *x = 1; *y = 1; *z = 0; }');
    // P0 is before *x with P1 anywhere (4), before *y once x is set (3), before *z once y is set (2), at the end with z = 0 (4) and with z = 1 (2).
    expect(states).toBe(4 + 3 + 2 + 4 + 2);
  });

  it('are counted by hand', () => {
    // One state for each of the 5 places where one thread has not begun, 2 values of x in the 3 others but the last, where x and y have 2 values each.
    expect(exploreIn('int x; int y;', 'P0() { *x = 1; *y = 1; }\nP1() { *x = 2; *y = 2; }').states).toBe(5 + 3 * 2 + 4);
  });
});

describe('locks', () => {
  const init = 'int out; spinlock_t a; spinlock_t b; struct mutex m; struct rw_semaphore s; struct mm_struct mm; struct vm_area_struct vma; struct folio f; struct address_space mapping; struct anon_vma anon_vma; int one = 1;';
  it.each([
    ['spin_trylock on a free lock', 'if (spin_trylock(a)) { *out = 1; spin_unlock(a); }', 1],
    ['spin_trylock on a lock of one\'s own', 'spin_lock(a); if (spin_trylock(a)) *out = 1; spin_unlock(a);', 0],
    ['mutex_trylock', 'if (mutex_trylock(m)) { *out = 1; mutex_unlock(m); }', 1],
    ['mmap_read_trylock', 'if (mmap_read_trylock(mm)) { *out = 1; mmap_read_unlock(mm); }', 1],
    ['mmap_write_lock_killable', 'if (mmap_write_lock_killable(mm)) return; *out = 1; mmap_write_unlock(mm);', 1],
    ['guard(spinlock)', '{ guard(spinlock)(a); *out = 1; } spin_lock(a); spin_unlock(a);', 1],
    ['guard(spinlock) and return', '{ guard(spinlock)(a); if (*one) return; *out = 1; } *out = 2;', 0],
    ['guard(mutex)', '{ guard(mutex)(m); *out = mutex_trylock(m); }  mutex_lock(m); mutex_unlock(m);', 0],
    ['guard(rwsem_read)', '{ guard(rwsem_read)(s); *out = down_write_trylock(s); } down_write(s); up_write(s);', 0],
    ['two locks', 'double_pt_lock(a, b); *out = 1; double_pt_unlock(a, b);', 1],
    ['one lock given twice', 'double_pt_lock(a, a); *out = 1; double_pt_unlock(a, a);', 1],
    ['a recursive lock', 'spin_lock(a); spin_lock(a);', 'recursive-lock'],
    ['a recursive read lock', 'down_read(s); down_read(s);', 'recursive-lock'],
    ['a sleeping lock under a spinlock', 'spin_lock(a); mutex_lock(m);', 'sleep-in-atomic'],
    ['might_sleep() under a spinlock', 'spin_lock(a); might_sleep(); spin_unlock(a);', 'sleep-in-atomic'],
    ['might_sleep() under a mutex', 'mutex_lock(m); might_sleep(); mutex_unlock(m); *out = 1;', 1],
    ['a lock that is kept', 'spin_lock(a);', 'lock-imbalance'],
    ['a lock that is kept on one way', 'spin_lock(a); if (*one) return; spin_unlock(a);', 'lock-imbalance'],
    ['an unlock too many on one way', 'if (!*one) spin_lock(a); spin_unlock(a);', 'unlock-not-held'],
    ['an unlock of a reader as a writer', 'down_read(s); up_write(s);', 'unlock-not-held'],
    ['folio_lock', 'folio_lock(&f); *out = folio_trylock(&f); folio_unlock(&f);', 0],
    ['i_mmap and anon_vma', 'i_mmap_lock_read(mapping); anon_vma_lock_write(anon_vma); *out = 1; anon_vma_unlock_write(anon_vma); i_mmap_unlock_read(mapping);', 1],
    ['a lock chosen when the thread runs', 'spinlock_t *p = a; if (*one) p = b; spin_lock(p); *out = spin_trylock(a); spin_unlock(a); spin_unlock(p);', 1],
  ] as const)('%s', (_, body, expected) => {
    const end = runAlone(init, body);
    expect(end['violated'] ?? end['out']).toBe(expected);
    for (const name of ['a', 'b', 'm', 's', 'mm.mmap_lock', 'f.lock']) if (end['violated'] === undefined) expect(end[name], name).toBe(0);
  });

  it('guards that are not known are refused', () => {
    expect(problemsOf(litmus(init, 'P0() { guard(strange)(m); }'))[0]).toContain('guard(strange) is not known here');
  });

  it('two locks are taken in the order of their addresses, so that nobody waits for each other', () => {
    expect(exploreIn('spinlock_t a; spinlock_t b;', 'P0() { double_pt_lock(a, b); double_pt_unlock(a, b); }\nP1() { double_pt_lock(b, a); double_pt_unlock(b, a); }').verdict).toBe('Never');
  });
});

describe('page tables', () => {
  const init = 'struct mm_struct mm; struct vm_area_struct vma; spinlock_t ptl; spinlock_t pml; int out; int zero; struct folio f; pte_t pte[2] __guarded_by(ptl) = { PTE_PRESENT | page(f), PTE_NONE };';
  const table = `${init} pmd_t pmd __guarded_by(pml) __maps(pte) = PMD_TABLE;`;
  const none = `${init} pmd_t pmd __guarded_by(pml) __maps(pte) = PTE_NONE;`;
  const huge = `${init} pmd_t pmd __guarded_by(pml) __maps(pte) = PTE_PRESENT;`;
  const mapLock = 'spinlock_t *ptl; pte_t *p = pte_offset_map_lock(mm, pmd, 0, &ptl); if (!p) { *out = 1; return; } *out = 2 + pte_none(ptep_get(p)); pte_unmap_unlock(p, ptl);';
  it.each([
    ['pte_offset_map_lock() finds the table', table, mapLock, 2],
    ['pte_offset_map_lock() finds none', none, mapLock, 1],
    ['pte_offset_map() finds the second entry', table, 'pte_t *p = pte_offset_map(pmd, 1); if (p) *out = 2 + pte_none(ptep_get(p));', 3],
    ['pte_offset_map() finds no table', huge, 'pte_t *p = pte_offset_map(pmd, 1); *out = !p;', 1],
    ['an entry after the last', table, 'pte_t *p = pte_offset_map(pmd, 1); if (p) *out = pte_none(ptep_get(p + 1));', 'out-of-range'],
    ['pmd_trans_huge_lock() on a huge page', huge, 'spinlock_t *l = pmd_trans_huge_lock(pmd, vma); if (l) { *out = 1; spin_unlock(l); }', 1],
    ['pmd_trans_huge_lock() on a table', table, 'spinlock_t *l = pmd_trans_huge_lock(pmd, vma); if (l) { *out = 1; spin_unlock(l); }', 0],
    ['a value is kept', table, 'pte_t v = ptep_get(pte); pte_t w = pte_mkwrite(v); *out = pte_write(v) * 2 + pte_write(w);', 1],
    ['pte_same()', table, 'pte_t v = ptep_get(pte); set_pte_at(mm, 0, pte, pte_mkuffd_wp(v)); *out = pte_same(ptep_get(pte), v);', 0],
    ['ptep_get_and_clear()', table, 'pte_t v = ptep_get_and_clear(mm, 0, pte); *out = pte_none(ptep_get(pte)) * 2 + pte_present(v);', 3],
    ['vm_normal_folio()', table, 'struct folio *p = vm_normal_folio(vma, 0, ptep_get(pte)); *out = p == &f;', 1],
    ['NULL as an entry', table, 'pte_t *p = NULL; if (*out) p = pte; set_pte_at(mm, 0, p, PTE_NONE);', 'null-pointer'],
  ] as const)('%s', (_, declared, body, expected) => {
    const end = runAlone(declared, body);
    expect(end['violated'] ?? end['out']).toBe(expected);
  });

  it('the result of what has none is refused', () => {
    expect(problemsOf(litmus(table, 'P0() { int a = set_pte_at(mm, 0, pte, PTE_NONE); *out = a; }'))[0]).toContain('set_pte_at() has no value');
  });
});

describe('exists', () => {
  it('reads variables of threads, 0 when they were not assigned', () => {
    const found = (r: number): string => exploreIn('int x;', `P0() { int r; if (*x) r = 1; }\nP1() { *x = 1; }\nexists (0:r = ${r})`).verdict;
    expect(found(1)).toBe('Sometimes');
    expect(exploreIn('int x;', 'P0() { int r; if (*x) r = 1; }\nexists (0:r = 1)').verdict).toBe('Never');
    expect(found(0)).toBe('Sometimes');
  });

  it('reads variables of threads that sleep in handle_userfault()', () => {
    const body = 'P0() { struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT, .pte = pte }; int r = *x; mmap_read_lock(mm); handle_userfault(&vmf, VM_UFFD_MISSING); r = 5; *x = r; }\nexists (0:r = 1)';
    expect(exploreIn('struct mm_struct mm; int x = 1; pte_t pte = PTE_NONE;', body).verdict).toBe('Sometimes');
  });
});
