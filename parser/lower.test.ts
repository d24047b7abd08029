import { describe, expect, it } from 'vitest';
import { loopHeads, predecessors, reachableFrom, reversePostOrder, formatIr, successors } from './cfg';
import { lowerText } from './lower-support';

const deep = 10_000;

describe('declarations', () => {
  it('spells types without qualifiers and storage class', () => {
    const ir = lowerText(
      'static inline struct folio *const f(const struct mm_struct *mm, unsigned long addr, pte_t **ptepp, const char *names[], void (*fn)(int), bool, ...)\n' +
      '{ struct page *pages[4], **pp; const char *const *s; unsigned long long n; static int once = 1; int (*cb)(void) = fn; struct { int a; } anon; }',
    );
    expect(ir.returnType).toBe('struct folio *');
    expect(ir.params).toEqual([
      { name: 'mm', type: 'struct mm_struct *' }, { name: 'addr', type: 'unsigned long' }, { name: 'ptepp', type: 'pte_t **' },
      { name: 'names', type: 'char **' }, { name: 'fn', type: 'void (*)()' },
    ]);
    expect(ir.locals).toEqual([
      { name: 'pages', type: 'struct page **' }, { name: 'pp', type: 'struct page **' }, { name: 's', type: 'char **' },
      { name: 'n', type: 'unsigned long long' }, { name: 'once', type: 'int' }, { name: 'cb', type: 'int (*)()' }, { name: 'anon', type: 'struct {}' },
    ]);
    expect(formatIr(ir)).not.toContain('once');
  });

  it('renames variables apart that one name would mix', () => {
    const ir = lowerText('void f(int a) { { int i = 1; g(i); } { long i = 2; { long i = 3; g(i); } g(i); } { int i = 4; long a = 5; g(a); } g(a); }');
    expect(ir.locals).toEqual([{ name: 'i', type: 'int' }, { name: 'i#2', type: 'long' }, { name: 'i#3', type: 'long' }, { name: 'a#2', type: 'long' }]);
    expect(formatIr(ir).split('\n').slice(1).map((line) => line.trim().slice(3).trim())).toEqual([
      'let i = 1', 'g(i)', 'let i#2 = 2', 'let i#3 = 3', 'g(i#3)', 'g(i#2)', 'let i = 4', 'let a#2 = 5', 'g(a#2)', 'g(a)', 'return',
    ]);
  });

  it('points into the file', () => {
    const text = 'int f(int a)\n{\n\tif (a > 1)\n\t\tg(a);\n\treturn a;\n}';
    const ir = lowerText(text);
    expect(ir.nodes.map((node) => text.slice(node.span.start, node.span.end))).toEqual(['a > 1', 'g(a)', 'return a;']);
    expect(text.slice(ir.nameSpan.start, ir.nameSpan.end)).toBe('f');
    expect(formatIr(ir, text)).toBe(['f(a: int): int', '    3   0  if a > 1 -> 1 else 2', '    4   1  g(a)', '    5   2  return a'].join('\n'));
  });
});

describe('any text', () => {
  const bodies: Record<string, string> = {
    parentheses: `return ${'('.repeat(deep)}x${')'.repeat(deep)};`,
    blocks: `${'{'.repeat(deep)}x();${'}'.repeat(deep)}`,
    ladders: `${'if (a) b(); else '.repeat(deep)}c();`,
    sums: `x = ${'a + '.repeat(deep)}1;`,
    negations: `if (${'!'.repeat(deep)}a) x();`,
    calls: `x = ${'f('.repeat(deep)}${')'.repeat(deep)};`,
    'open braces': '{'.repeat(deep),
  };
  it.each(Object.keys(bodies))('survives %s without end', (name) => {
    const ir = lowerText(`void f(void) { ${bodies[name]} }`);
    expect(ir.incomplete).toBe(true);
    expect(ir.nodes.length).toBeLessThan(3);
  });

  it.each(['', '}', 'int', 'f(', 'f(x', '{', '@#$', 'int f(void) {', 'int f(void) { goto nowhere; }', 'void f(void) { case 1: break; }', '\u0000\u{1F600}'])(
    'lowers %j to something with valid edges', (text) => {
      const ir = lowerText(text);
      expect(ir.nodes.length).toBeGreaterThan(0);
      for (const node of ir.nodes) for (const next of successors(node)) expect(ir.nodes[next]).toBeDefined();
    },
  );

  it('says when something could not be read', () => {
    expect(lowerText('int f(void) { f(]); }').incomplete).toBe(true);
    expect(lowerText('int f(void) { if (a) { out: } goto out; }').incomplete).toBe(false);
    expect(lowerText('int f(void) { a = b c(); }').incomplete).toBe(true);
  });
});

describe('graph helpers', () => {
  const ir = lowerText('void f(void) { while (a) { if (b) c(); else d(); } }');

  it('numbers nodes in reverse post order', () => {
    expect(formatIr(ir).split('\n').slice(1).map((line) => line.trim())).toEqual(['0  if a -> 1 else 4', '1  if b -> 2 else 3', '2  c() -> 0', '3  d() -> 0', '4  return']);
    expect(reversePostOrder(ir)[0]).toBe(0);
    expect([...reversePostOrder(ir)].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('finds predecessors, loop heads and what is reachable', () => {
    expect(predecessors(ir)).toEqual([[2, 3], [0], [1], [1], [0]]);
    expect([...loopHeads(ir)]).toEqual([0]);
    expect(reachableFrom(ir, 4)).toEqual(new Set([4]));
    expect(reachableFrom(ir, 2).size).toBe(5);
  });
});
