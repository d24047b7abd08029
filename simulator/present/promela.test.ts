import { describe, expect, test } from 'vitest';
import type { Program } from '../machine/program';
import { add, addressOf, at, eq, goto, lt, not, ProgramBuilder, set, store, violate, when } from '../testing';
import { randomProgram } from '../testing-random';
import { assertedProperty, toPromela } from './promela';

function small(): Program {
  const b = new ProgramBuilder();
  const x = b.shared('pte[0]', { bits: 2 });
  const ptl = b.lock('ptl');
  b.thread('P0', (t) => {
    const old = t.local('old', { bits: 2 });
    t.acquire(ptl).step('old = pte; pte = old + 1', set(old, x), when(lt(old, 2), set(x, add(old, 1)), set(old, 0), goto('done')), set(old, 0));
    t.sleep('sleep', eq(x, 1)).label('done').release(ptl);
  });
  return b.build(eq(x, 1));
}

describe('Promela', () => {
  test('a program as a model', () => {
    expect(toPromela(small(), { name: 'a small one' }).replace(/mtype = [^\n]*/, 'mtype')).toBe(`/*
 * a small one
 *
 * One transition is one atomic step. For the states and the shortest counterexamples of the explorer:
 *   spin -o1 -o2 -o3 -a MODEL && gcc -O2 -DBFS -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -c0
 * A pointer is the number of the shared word it points to plus one.
 */

mtype

byte pte_0;\t/* pte[0], number */
byte ptl;\t/* ptl, lock */
byte ended;\t/* how many threads are where they may stay for ever */

active proctype P0() {
S0:\t/* P0: lock(1) */
  if :: d_step { ptl == 0 -> ptl = 1 } fi;
S1:\t/* P0: old = pte; pte = old + 1 */
  if
  :: d_step { pte_0 < 2 && (pte_0 + 1) > 3 -> assert(!out_of_range) }; goto S1
  :: d_step { pte_0 < 2 && (pte_0 + 1) <= 3 -> pte_0 = pte_0 + 1 }; goto S3
  :: d_step { pte_0 >= 2 -> ended++ }
  fi;
end_S2:\t/* P0: sleep */
  if :: d_step { pte_0 == 1 -> ended-- } fi;
S3:\t/* P0: unlock(1) */
  if
  :: d_step { ptl != 1 -> assert(!unlock_not_held) }; goto S3
  :: d_step { ptl == 1 -> ptl = 0; ended++ }
  fi;
end_done:
  false
}

active proctype Final() {\t/* what final states are asked */
end_watch:
  do
  :: d_step { timeout && ended == 1 && pte_0 == 1 -> assert(!exists_of_scenario) }
  od
}
`);
  });

  test('asks only the properties that are wanted', () => {
    const text = toPromela(small(), { properties: ['deadlock'] });
    expect(text).not.toContain('assert(');
    expect(text).toContain('d_step { ptl != 1 }; goto S3');
    expect(toPromela(small(), { properties: ['exists'] }).match(/assert\(!\w+\)/g)).toEqual(['assert(!exists_of_scenario)']);
  });

  test('pointers become the words they can lead to, and a violation where they lead nowhere', () => {
    const b = new ProgramBuilder();
    const [x, y] = [b.shared('x'), b.shared('y')];
    const p = b.shared('p', { kind: 'pointer' });
    b.thread('P0', (t) => t.step('p = &x', set(p, addressOf(x))).step('p = &y', set(p, addressOf(y))));
    b.thread('P1', (t) => t.step('*p = 1', store(p, 1)).wait('*p', at(p)));
    const text = toPromela(b.build());
    expect(text).toContain('if :: p == 1 -> x = 1 :: else -> y = 1 fi');
    expect(text).toContain('d_step { p != 1 && p != 2 -> assert(!null_pointer) }; goto S0');
    expect(text).toContain('(p == 1 -> x : y)');
  });

  test('names and comments that C or Promela would take for something else', () => {
    const b = new ProgramBuilder();
    const words = ['int', 'len', 'S1', 'mm->flags', '/* x */', 'N', 'bug'].map((name) => b.shared(name, { bits: 1 }));
    b.thread('P0', (t) => {
      for (const word of words) t.step('x */ y /* z', set(word, not(word)));
    });
    const text = toPromela(b.build());
    for (const name of ['int_', 'len_', 'S1_', 'mm_flags', 'x', 'N_', 'bug_2']) expect(text).toContain(`bit ${name};`);
    expect(text.replace(/\/\*[^]*?\*\//g, '')).not.toMatch(/\*\/|\/\*/);
  });

  test('the number of a failed assertion is that of its property', () => {
    const names = /mtype = \{ (.*) \};/.exec(toPromela(small()))![1]!.split(', ');
    expect(assertedProperty(names.length - names.indexOf('null_pointer'))).toBe('null-pointer');
    expect(assertedProperty(1)).toBe('exists');
    expect(assertedProperty(99)).toBeUndefined();
  });

  test('every label that is gone to is there, once in its process, and none is within a d_step', () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = toPromela(randomProgram(seed)).replace(/\/\*[^]*?\*\//g, '');
      expect(toPromela(randomProgram(seed)).replace(/\/\*[^]*?\*\//g, '')).toBe(text);
      for (const [, body] of text.matchAll(/active proctype \w+\(\) \{([^]*?)\n\}/g)) {
        const labels = [...body!.matchAll(/^(\w+):/gm)].map((match) => match[1]);
        expect(new Set(labels).size).toBe(labels.length);
        for (const [, target] of body!.matchAll(/goto (\w+)/g)) expect(labels).toContain(target);
        for (const [, inside] of body!.matchAll(/d_step \{ (.*?) \}/g)) expect(inside).not.toContain('goto');
      }
    }
  });

  test('a start that ends the thread, and a violation that is certain', () => {
    const b = new ProgramBuilder();
    b.thread('P0', (t) => t.start(goto('end')).step('never', violate('bug')));
    b.thread('P1', (t) => t.step('always', violate('bug')));
    const text = toPromela(b.build());
    expect(text).toContain('active proctype P0() {\nend_done:\n  false\n}');
    expect(text).toContain('if :: d_step { assert(!bug) }; goto S0 fi;');
  });
});
