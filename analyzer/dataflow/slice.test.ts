import { describe, expect, it } from 'vitest';
import { formatIr, postDominators, successors } from '../../parser/cfg';
import { loadBackend } from '../../parser/backend';
import type { FunctionIR } from '../../parser/ir';
import { lowerFunction } from '../../parser/lower';
import { scan } from '../../parser/scan';
import { slice } from './slice';

const backend = await loadBackend('wasm');

function lower(text: string): FunctionIR {
  const { functions, masked } = scan(text);
  return lowerFunction(backend, { original: text, masked }, functions[0]!);
}

const branches = (ir: FunctionIR): string[] => {
  const reached = new Set([ir.entry]);
  for (const id of reached) for (const next of successors(ir.nodes[id]!)) reached.add(next);
  return [...reached].flatMap((id) => {
    const node = ir.nodes[id]!;
    return node.kind === 'branch' ? [formatIr({ ...ir, nodes: [node] }).split('if ')[1]!.split(' ->')[0]!] : [];
  });
};
const callsOf = (name: string) => (node: FunctionIR['nodes'][number]): boolean => node.kind === 'call' && node.callee === name;

describe('a slice', () => {
  const text = `int f(int a, int b, int c, struct page *page)
{
	int ret = 0;

	if (a)
		account(page);
	if (b)
		ret = 1;
	while (c--)
		account(page);
	change(page);
	if (c)
		count(page);
	return ret;
}`;

  it('steps over branches and loops that decide nothing', () => {
    expect(branches(lower(text))).toEqual(['a', 'b', '$1', 'c']);
    expect(branches(slice(lower(text), callsOf('change')))).toEqual(['b']);
  });

  it('keeps a branch around what counts, and what its condition hangs on', () => {
    const ir = lower(`void f(int a, int b)
{
	int x = 0;

	if (a)
		x = 1;
	if (b)
		note(b);
	if (x)
		change(x);
}`);
    expect(branches(slice(ir, callsOf('change')))).toEqual(['a', 'x']);
  });

  it('keeps a branch that leaves the function or stops', () => {
    const ir = lower(`int f(int a, int b)
{
	if (a)
		return 1;
	BUG_ON(b);
	return 0;
}`);
    expect(branches(slice(ir, () => false))).toEqual(['a', 'b']);
  });

  it('keeps what writes a variable through its address', () => {
    const ir = lower(`int f(int a)
{
	int x;

	if (a)
		fill(&x);
	return x;
}`);
    expect(branches(slice(ir, () => false))).toEqual(['a']);
  });
});

describe('post-dominators', () => {
  it('are where the arms of a branch meet, and undefined where they meet only at the end', () => {
    const ir = lower(`int f(int a, int b)
{
	if (a)
		g();
	h();
	if (b)
		return 1;
	return 0;
}`);
    const after = postDominators(ir);
    const [first, second] = ir.nodes.flatMap((node, id) => (node.kind === 'branch' ? [id] : []));
    expect(ir.nodes[after[first!]!]).toMatchObject({ kind: 'call', callee: 'h' });
    expect(after[second!]).toBeUndefined();
  });

  it('are undefined for what never ends', () => {
    const ir = lower(`void f(int a)
{
	for (;;)
		if (a)
			g();
}`);
    expect(postDominators(ir)[ir.entry]).toBeUndefined();
  });
});
