/** What is refused before exploring, with its place. */
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { formatProblem } from '../litmus/problem';
import { programOf, readAdversary, readScenario } from '../litmus/scenario';
import { litmus, problemsOf } from './testing';

const init = 'spinlock_t ptl; spinlock_t other; struct mutex m; struct mm_struct mm; pte_t pte __guarded_by(ptl); int x; ghost int g; ghost int h;';
const said = (body: string, header = ''): string => problemsOf(litmus(init, body, header)).join('\n');
const P1 = '\nP1() { *x = 1; }';

describe('unlocks', () => {
  it.each([
    ['never taken', 'P0() { *x = 1; spin_unlock(ptl); }', '8:16 P0 releases ptl here, and took it on no way that leads here'],
    ['released twice', 'P0() { spin_lock(ptl); spin_unlock(ptl);\nspin_unlock(ptl); }', '9:1 P0 releases ptl here, and took it on no way that leads here'],
    ['another one taken', 'P0() { spin_lock(other); spin_unlock(ptl); }', '8:26 P0 releases ptl here, and took it on no way that leads here'],
    ['in a function', 'void f(void) {\nmutex_unlock(m); }\nP0() { *x = 1; f(); }', '9:1 P0 releases m here, and took it on no way that leads here'],
    ['dropped by handle_userfault()', 'P0() { struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT, .pte = pte };\nhandle_userfault(&vmf, VM_UFFD_MISSING); }', '9:1 P0 releases mm.mmap_lock here, and took it on no way that leads here'],
  ])('%s', (_, body, message) => expect(said(body)).toBe(message));

  it.each([
    ['on one of two ways', 'P0() { if (*x) spin_lock(ptl); spin_unlock(ptl); }'],
    ['if the trylock succeeded', 'P0() { if (spin_trylock(ptl)) spin_unlock(ptl); }'],
    ['taken in the iteration before', 'P0() { int i; for (i = 0; i < 2; i++) { if (i) spin_unlock(ptl); else spin_lock(ptl); } }'],
    ['known only when the thread runs', 'P0() { spinlock_t *l = ptl; if (*x) l = other; spin_lock(l); spin_unlock(ptl); }'],
  ])('are let pass: %s', (_, body) => expect(said(body + P1)).toBe(''));
});

describe('ghosts', () => {
  const decides = 'a ghost decides what happens here: only ghost_assert(), ghost_set() and exists may look at ghosts';
  it.each([
    ['in a condition', 'P0() {\nif (*g) *x = 1; }', `9:5 ${decides}`],
    ['stored', 'P0() {\n*x = *g; }', `9:1 ${decides}`],
    ['by way of a variable', 'P0() { int a = *g; int b = a + 1;\n*x = b; }', `9:1 ${decides}`],
    ['by way of a condition on a variable', 'P0() { int a = 0; if (*g) a = 1;\n*x = a; }', `9:1 ${decides}`],
    ['as an address', 'P0() { int *p = x; if (*g) p = NULL;\n*p = 1; }', `9:1 ${decides}`],
    ['to leave early', 'P0() {\nif (*g) return;\n*x = 1; }', `9:5 ${decides}`],
    ['assigned', 'P0() {\n*g = 1; }', '9:1 g is a ghost: ghost_set(g, value) sets it'],
  ])('are refused: %s', (_, body, message) => expect(said(body)).toBe(message));

  it.each([
    ['in properties', 'P0() { *x = 1; ghost_assert(*g == 0 || *h); ghost_assert(!*g && *h != 3); }'],
    ['to set others', 'P0() { *x = 1; ghost_set(g, *h + 1); if (*h) ghost_set(g, 2); *x = 2; }'],
    ['in exists', 'P0() { *x = 1; ghost_set(g, 1); }\nexists (g = 1)'],
    ['of the machine', 'void f(void) { struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT, .pte = pte }; mmap_read_lock(mm); handle_userfault(&vmf, VM_UFFD_MISSING); }\nP0() { ghost_arm(pte); while (!user_write(pte)) f(); }'],
  ])('are let pass: %s', (_, body) => expect(said(body)).toBe(''));
});

describe('names', () => {
  it.each([
    ['a lock that is none', 'P0() {\nspin_lock(plt); }', "9:11 plt is not declared (did you mean 'ptl'?)"],
    ['a call that is none', 'P0() {\nspin_lok(ptl); }', "9:1 spin_lok() is neither a kernel primitive nor a function of this file (did you mean 'spin_lock'?)"],
    ['a thread that does nothing', 'P0() { *x = 1; }\nP1() { int a = 1; a++; }', '9:1 P1 does nothing that another thread could see'],
    ['a function that nobody calls', 'static void helper(void) { *x = 2; }\nP0() { *x = 1; }', '8:13 no thread calls helper()'],
    ['a number that is too large', 'P0() {\n*x = 70000; }', '9:6 70000 is no small integer: values are 16 bits wide'],
    ['a field', 'P0() {\nmm->mmap_lok = 1; }', "9:1 mm has no field mmap_lok here (did you mean 'mmap_lock'?)"],
  ])('%s', (_, body, message) => expect(said(body)).toBe(message));

  it('of the header', () => {
    expect(said('P0() { *x = 1; }', ' * Expect: bugy Never')).toBe("3:4 unknown variant bugy (did you mean 'buggy'?)");
    expect(said('P0() { *x = 1; }', ' * Variant: fixed FIX_IT : better')).toBe('3:4 no #ifdef asks for FIX_IT');
    expect(said('P0() {\nhere:\n *x = 1; }', ' * Cover: her')).toBe("3:4 there is no label her (did you mean 'here'?)");
    expect(said('P0() { *x = 1; }', ' * Expct: buggy Never')).toBe("3:4 unknown header line Expct (did you mean 'Expect'?)");
  });

  it('a thread that only another variant has may be empty', () => {
    expect(said('P0() { *x = 1; }\nP1() {\n#ifdef FIX_IT\n*x = 2;\n#endif\n}')).toBe('');
  });

  it('values that do not fit', () => {
    const inInit = (text: string): string => problemsOf(litmus(text, 'P0() { might_sleep(); choose(); }')).join('\n');
    expect(inInit('int x = 70000;')).toContain('70000 does not fit');
    expect(inInit('bool b = 2;')).toContain('2 does not fit');
    expect(inInit('int x = 1 2;')).toContain('a | is missing before 2');
    expect(inInit(Array.from({ length: 18 }, (_, i) => `int a${i}[16];`).join('\n'))).toContain('too many');
    expect(inInit(Array.from({ length: 8 }, (_, i) => `struct folio f${i};`).join('\n'))).toContain('7 folios');
  });
});

it('problems of a library thread are in its file', async () => {
  const backend = await loadBackend();
  const text = litmus(init, 'P0() { *x = 1; }', ' * Adversary: P0');
  const { scenario } = readScenario(text);
  const { adversary } = readAdversary('C nasty\n(*\n *)\n{}\nP()\n{\n\tspin_lock(ptl);\n\tspin_unlok(ptl);\n}\n');
  const { problems } = programOf(scenario!, backend, { variant: 'buggy', adversaries: [adversary!] });
  expect(problems.map((problem) => formatProblem('test.litmus', text, problem))).toEqual([
    "adversaries/nasty.litmus:8:2: error: spin_unlok() is neither a kernel primitive nor a function of this file (did you mean 'spin_unlock'?)",
  ]);
});
