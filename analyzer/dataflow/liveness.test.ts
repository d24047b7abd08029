import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { lowerFunction } from '../../parser/lower';
import { scan } from '../../parser/scan';
import { computeLiveness } from './liveness';

const backend = await loadBackend('wasm');

function liveness(text: string) {
  const { functions, masked } = scan(text);
  const ir = lowerFunction(backend, { original: text, masked }, functions[0]!);
  return { ir, ...computeLiveness(ir) };
}

describe('joins', () => {
  it('are where two ways meet', () => {
    const text = 'void drawer(int a)\n{\n\tif (a)\n\t\topen();\n\tclose();\n}\n';
    const { ir, joins } = liveness(text);
    expect([...joins].map((id) => text.slice(ir.nodes[id]!.span.start, ir.nodes[id]!.span.end))).toEqual(['close()']);
  });

  it('are the loop heads that a function begins with: one comes from outside, and from the end of the loop', () => {
    const { ir, joins } = liveness('void drawer(int a)\n{\n\twhile (a)\n\t\ta = next(a);\n}\n');
    expect(joins.has(ir.entry)).toBe(true);
  });

  it('are not where a function begins otherwise', () => {
    const { ir, joins } = liveness('void drawer(int a)\n{\n\topen();\n\twhile (a)\n\t\ta = next(a);\n}\n');
    expect(joins.has(ir.entry)).toBe(false);
  });
});
