import { afterEach, describe, expect, it } from 'vitest';
import { loadBackend, loadNativeBackend } from './backend';
import { scan } from './scan';
import { functionErrors } from './stats';
import type { SyntaxNode } from './types';

const text = `
/* é 😀 */
static int __init weigh(struct box __user *b, const char *s)
{
	const char *label = "é😀";

	for_each_box(b) {
		if (b->kind == 'x')
			continue;
		lift(list_entry(b, struct box, link), label);
	}
	do {
		lift(b, "😀");
	} for_each_vma(vmi, b);
	return b ? b->weight : -EINVAL;
}
`;

/** Everything that lowering can see of a tree. */
function dump(node: SyntaxNode): unknown[] {
  return [node.type, node.startIndex, node.endIndex, node.isNamed, node.isMissing, node.hasError, node.childCount, node.childForFieldName('body')?.startIndex,
    ...node.children.map((child) => child && dump(child)), node.namedChildren.length];
}

afterEach(() => {
  delete process.env['MM_REVIEW_PARSER'];
});

describe('back ends', () => {
  it('give the same trees, with positions in UTF-16 units', async () => {
    const native = await loadBackend('native');
    const wasm = await loadBackend('wasm');
    expect([native.name, native.reason, wasm.name, wasm.reason]).toEqual(['native', undefined, 'wasm', undefined]);
    const { masked, functions } = scan(text);
    const [found] = functions;
    const inputs = [masked, text, masked.slice(found?.span.start, found?.span.end), '', 'int f(', '\ud800 }{', '😀'.repeat(9000) + text];
    for (const input of inputs) expect(wasm.withTree(input, dump)).toEqual(native.withTree(input, dump));
    const label = native.withTree(masked, (root) => find(root, 'string_literal'));
    expect(masked.slice(label?.start, label?.end)).toBe('"é😀"');
    expect(masked.length).toBe(text.length);
  });

  it('read texts larger than one piece', async () => {
    const large = `int f(void)\n{\n${'\tx = y(z); /* 😀 */\n'.repeat(20_000)}}\n`;
    for (const name of ['native', 'wasm'] as const) {
      const backend = await loadBackend(name);
      expect(backend.withTree(large, (root) => [root.endIndex, root.hasError])).toEqual([large.length, false]);
    }
  });

  it('can be forced by the environment', async () => {
    process.env['MM_REVIEW_PARSER'] = 'wasm';
    expect((await loadBackend()).name).toBe('wasm');
    expect(loadNativeBackend()).toBeUndefined();
    process.env['MM_REVIEW_PARSER'] = 'native';
    expect((await loadBackend()).name).toBe('native');
    expect(loadNativeBackend()?.name).toBe('native');
  });

  it('can be used again after a reader threw', async () => {
    for (const name of ['native', 'wasm'] as const) {
      const backend = await loadBackend(name);
      expect(() => backend.withTree('int x;', () => { throw new Error('reader'); })).toThrow('reader');
      expect(backend.withTree('int x;', (root) => root.type)).toBe('translation_unit');
    }
  });
});

describe('functionErrors', () => {
  it('counts errors and nested definitions per function', async () => {
    const backend = await loadBackend();
    expect(functionErrors(backend, scan(text))).toEqual([{ name: 'weigh', hasError: false, nested: 0 }]);
    const broken = 'int bad(void)\n{\n\tx = ;\n}\nint good(void)\n{\n\treturn 0;\n}\n';
    expect(functionErrors(backend, scan(broken)).map((found) => found.hasError)).toEqual([true, false]);
    const nested = { ...scan('int f(void)\n{\n}\n'), masked: 'int f(void) { int g(void) { } }', functions: [{ ...scan('int f(void) { }').functions[0]!, span: { start: 0, end: 31 } }] };
    expect(functionErrors(backend, nested)).toEqual([{ name: 'f', hasError: false, nested: 1 }]);
  });
});

function find(node: SyntaxNode, type: string): { start: number; end: number } | undefined {
  if (node.type === type) return { start: node.startIndex, end: node.endIndex };
  for (const child of node.namedChildren) {
    const found = child === null ? undefined : find(child, type);
    if (found !== undefined) return found;
  }
  return undefined;
}
