import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { createTree } from './tree';

const backend = await loadBackend('native');

/** Each function calls those that are named, in this order; `lock` takes a page-table lock. */
function treeOf(calls: Readonly<Record<string, string>>) {
  const body = (names: string): string => names.split(' ').filter(Boolean).map((name) => (name === 'lock' ? '	pte_offset_map_lock(mm, pmd, addr, &ptl);\n' : `	${name}();\n`)).join('');
  const text = Object.entries(calls).map(([name, names]) => `void ${name}(void)\n{\n${body(names)}}\n`).join('\n');
  const tree = createTree(backend, { indexFiles: () => ['mm/a.c'], read: () => text });
  return (...order: string[]) => Object.fromEntries(order.map((name) => [name, [tree.touchesPageTables(tree.definitions(name)[0]!), tree.changesPageTables(tree.definitions(name)[0]!)]] as const));
}

describe('touchesPageTables', () => {
  const yes = [true, true];
  const no = [false, false];

  it('answers for functions that call each other, whoever is asked first', () => {
    const calls = { a: 'b c', b: 'a', c: 'lock', x: 'y z', y: 'x', z: '' };
    expect(treeOf(calls)('a', 'b', 'c', 'x', 'y', 'z')).toEqual({ a: yes, b: yes, c: yes, x: no, y: no, z: no });
    expect(treeOf(calls)('b', 'a', 'y', 'x')).toEqual({ a: yes, b: yes, x: no, y: no });
  });

  it('tells a cycle from what it only calls', () => {
    const calls = { a: 'quiet b', b: 'c d', c: 'b quiet', d: 'a lock', quiet: 'silent', silent: 'quiet' };
    for (const first of Object.keys(calls)) {
      expect(treeOf(calls)(first, ...Object.keys(calls))).toEqual({ a: yes, b: yes, c: yes, d: yes, quiet: no, silent: no });
    }
  });
});
