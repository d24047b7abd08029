/** The checker that holds the kernel model to real trees, on small texts: it has to fail when an entry is wrong. */
import { describe, expect, it } from 'vitest';
import { inert, read, rowsOf, shape } from '../kernel/build';
import { counts, functionsOf } from '../kernel/documented/build';
import type { Constant, Documented, Lifetime, Parameters, Primitive } from '../kernel/types';
import { type IndexedTree, isSourceIn, problemsOf } from './trees/model-check';
import { createSymbolIndex } from './trees/symbols';

const header = `
#ifndef SHELF_H
#define SHELF_H
enum shelf_flag { SHELF_LOW = 1, SHELF_HIGH = BIT(2), };
#define SHELF_ALL	(SHELF_LOW | \\
			 SHELF_HIGH)
# define SHELF_MAX 12
/* The old name. */
#define shelf_take shelf_pick
#define shelf_loop shelf_loop
#define shelf_each(s, ...)	for (;;)
#ifdef CONFIG_SHELF
extern int shelf_pick(struct shelf *s, void (*done)(int, int),
		      unsigned long flags) __must_check;
static inline bool shelf_empty(const struct shelf *s)
{
	return shelf_count(s, 0) == 0;
}
#else
static inline int shelf_pick(struct shelf *s, void (*done)(int, int), unsigned long flags) { return 0; }
static inline bool shelf_empty(const struct shelf *s) { return true; }
#endif
#define shelf_mask(s) ((s)->mask & shelf_hidden(1, 2))
struct shelf_ops {
	int (*shelf_op)(struct shelf *s);
};
int shelf_total(void);
static int value = shelf_initial(1);
#endif
`;
const source = `
static struct shelf *
shelf_walk(struct shelf *s, int how)
	__must_hold(&s->lock)
{
	int shelf_local(int);
	return shelf_inner(s, how, 3);
}
EXPORT_SYMBOL(shelf_walk);
int shelf_printf(const char *format, ...) { return 0; }
static const struct shelf_ops ops = { .a = shelf_wrapped(2), };
enum shelf_flag shelf_kind(struct shelf *s) { return 0; }
struct shelf *shelf_first(void) { return 0; }
`;

function treeOf(major: number, minor: number): IndexedTree {
  const symbols = createSymbolIndex(() => true);
  symbols.add('include/shelf.h', header);
  symbols.add('mm/shelf.c', source);
  return { version: [major, minor], symbols };
}

const tree = treeOf(6, 12);
const { symbols } = tree;

describe('the index of symbols', () => {
  it('counts parameters of definitions, declarations and macros', () => {
    const counts: Record<string, number[]> = { shelf_pick: [3], shelf_empty: [1], shelf_mask: [1], shelf_total: [0], shelf_walk: [2], shelf_each: [-1], shelf_printf: [-1], shelf_take: [3], shelf_kind: [1], shelf_first: [0] };
    for (const [name, wanted] of Object.entries(counts)) expect([...symbols.aritiesOf(name)], name).toEqual(wanted);
  });

  it('finds constants', () => {
    for (const name of ['SHELF_LOW', 'SHELF_HIGH', 'SHELF_ALL', 'SHELF_MAX']) expect(symbols.get(name)?.isConstant, name).toBe(true);
    expect(symbols.get('shelf_empty')?.isConstant).toBe(false);
  });

  it('does not take calls, fields, locals or comments for declarations', () => {
    for (const name of ['shelf_count', 'shelf_hidden', 'shelf_inner', 'shelf_local', 'shelf_wrapped', 'shelf_initial', 'shelf_op', 'shelf_loop', 'BIT', 'for']) expect(symbols.get(name), name).toBeUndefined();
  });

  it('knows the files', () => {
    expect([...(symbols.get('shelf_pick')?.files ?? [])]).toEqual(['include/shelf.h']);
    expect([...(symbols.get('shelf_walk')?.files ?? [])]).toEqual(['mm/shelf.c']);
  });
});

const primitive = (name: string, ...shapes: Primitive['shapes']): Primitive => rowsOf('lock')(name, shapes, 'Ours.', `mm/shelf.c:${name}`);
const documented = (name: string, parameters: number | readonly Parameters[], lifetime: Lifetime = {}): Documented => functionsOf('lock', 'mm/shelf.c', 'helper', [[name, parameters, 'Ours.', lifetime]])[0]!;
const constant = (name: string, lifetime: Lifetime = {}): Constant => ({ name, area: 'fault', meaning: 'Ours.', source: `include/shelf.h:${name}`, ...lifetime });

describe('the checker', () => {
  it('is content with what is true', () => {
    const fine = [
      primitive('shelf_walk', read('pte', 0, 2)), primitive('shelf_pick', inert()), primitive('shelf_each', shape(2, { op: 'inert' })), primitive('shelf_take', inert(3)),
      documented('shelf_empty', 1), documented('shelf_printf', 4), documented('shelf_gone', 1, { until: [6, 11] }), documented('shelf_later', 1, { since: [6, 13] }),
      documented('shelf_walk', counts(3, 2)), primitive('shelf_first', shape(1, { op: 'inert' }, { until: [6, 4] }), shape(0, { op: 'inert' }, { since: [6, 5] })), constant('SHELF_ALL'), constant('SHELF_LOW', { since: [6, 12] }),
    ];
    for (const entry of fine) expect(problemsOf(entry, tree), entry.name).toEqual([]);
  });

  it('tells of names that are not there, and of those that are', () => {
    expect(problemsOf(documented('shelf_gone', 1), tree)).toEqual(['6.12 shelf_gone: not in the tree']);
    expect(problemsOf(primitive('shelf_inner', inert()), tree)).toEqual(['6.12 shelf_inner: not in the tree']);
    expect(problemsOf(constant('SHELF_NONE'), tree)).toEqual(['6.12 SHELF_NONE: not in the tree']);
    expect(problemsOf(documented('shelf_walk', 2, { since: [6, 13] }), tree)).toEqual(['6.12 shelf_walk: is in the tree, the model says it is not']);
    expect(problemsOf(constant('SHELF_LOW', { until: [6, 11] }), tree)).toEqual(['6.12 SHELF_LOW: is in the tree, the model says it is not']);
  });

  it('tells of wrong numbers of arguments', () => {
    expect(problemsOf(documented('shelf_walk', 3), tree)).toEqual(['6.12 shelf_walk: takes 2, the model says 3']);
    expect(problemsOf(primitive('shelf_pick', inert(2)), tree)).toEqual(['6.12 shelf_pick: takes 3, the model says 2']);
    expect(problemsOf(documented('shelf_walk', counts(2, 3)), tree)).toEqual(['6.12 shelf_walk: takes 2, the model says 3']);
    expect(problemsOf(primitive('shelf_walk', shape(2, { op: 'inert' }), shape(3, { op: 'inert' })), tree)).toEqual(['6.12 shelf_walk: takes 2, the model says 2 or 3']);
  });

  it('tells functions from constants', () => {
    expect(problemsOf(documented('SHELF_MAX', 1), tree)).toEqual(['6.12 SHELF_MAX: takes no arguments, it is no function, the model says 1']);
    expect(problemsOf(primitive('SHELF_MAX', inert()), tree)).toEqual(['6.12 SHELF_MAX: is no function']);
    expect(problemsOf(constant('shelf_empty'), tree)).toEqual(['6.12 shelf_empty: is no constant']);
  });

  it('accepts what was backported, and only there', () => {
    const backported = { into: [[6, 12]], why: 'with a fix' } as const;
    expect(problemsOf(documented('shelf_walk', 2, { since: [6, 15], backported }), tree)).toEqual([]);
    expect(problemsOf(documented('shelf_walk', 2, { since: [6, 15], backported }), treeOf(6, 6))).toEqual(['6.6 shelf_walk: is in the tree, the model says it is not']);
    expect(problemsOf(documented('shelf_gone', 2, { since: [6, 15], backported }), tree)).toEqual(['6.12 shelf_gone: not in the tree']);
    expect(problemsOf(primitive('shelf_walk', shape(3, { op: 'inert' }, { until: [6, 13] }), shape(2, { op: 'inert' }, { since: [6, 14], backported })), tree)).toEqual([]);
    expect(problemsOf(primitive('shelf_walk', shape(2, { op: 'inert' }, { until: [6, 13] }), shape(3, { op: 'inert' }, { since: [6, 14], backported })), tree)).toEqual(['6.12 shelf_walk: takes 2, the model says 2 or 3']);
  });

  it('holds the source to the file that declares the symbol', () => {
    expect(isSourceIn(documented('shelf_walk', 2), tree)).toBe(true);
    expect(isSourceIn(documented('shelf_empty', 1), tree)).toBe(false);
    expect(isSourceIn(constant('SHELF_ALL'), tree)).toBe(true);
  });
});
