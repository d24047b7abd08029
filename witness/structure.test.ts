/** Graphs as C: arms that meet, arms that leave, loops, joined conditions. */
import { expect, test } from 'vitest';
import type { NodeId } from '../parser/ir';
import { conditionText, joinConditions, negated, type Flow, type FlowNode } from './flow';
import { layout } from './layout';
import { structure } from './structure';

const leaf = (text: string): { kind: 'leaf'; text: string; isCompound: boolean } => ({ kind: 'leaf', text, isCompound: / /.test(text) });
const does = (text: string, next: NodeId): FlowNode => ({ kind: 'statement', text, line: undefined, next });
const asks = (text: string, then: NodeId, otherwise: NodeId): FlowNode => ({ kind: 'branch', condition: leaf(text), line: undefined, then, else: otherwise });
const end: FlowNode = { kind: 'end', text: 'return;', line: undefined };

function text(nodes: readonly FlowNode[], labels: readonly (readonly [NodeId, string])[] = [], site?: NodeId): string {
  const flow: Flow = { entry: 0, nodes: new Map(nodes.map((node, id) => [id, node])), labels: new Map(labels), site };
  return layout(structure(joinConditions(flow)), 0, String).join('\n');
}

test('two arms that meet are an if with an else', () => {
  expect(text([asks('a', 1, 2), does('x();', 3), does('y();', 3), does('z();', 4), end])).toBe('if (a)\n\tx();\nelse\n\ty();\nz();\nreturn;');
});

test('an arm that leaves needs no else', () => {
  expect(text([asks('a', 1, 2), end, does('x();', 3), end])).toBe('if (a)\n\treturn;\nx();\nreturn;');
});

test('ways that cross go to the label of the user', () => {
  const crossing = text([asks('a', 1, 2), does('w();', 6), does('v();', 7), does('x();', 5), does('y();', 5), end, asks('b', 3, 4), asks('c', 3, 4)], [[4, 'out']]);
  expect(crossing).toContain('goto out;');
  expect(crossing).toContain('out:\ny();\nreturn;');
});

test('conditions that decide together are joined', () => {
  expect(text([asks('a', 1, 3), asks('b > 0', 2, 3), does('x();', 4), does('y();', 4), end])).toBe('if (a && b > 0)\n\tx();\nelse\n\ty();\nreturn;');
  expect(text([asks('a', 2, 1), asks('b', 2, 3), does('x();', 3), end])).toBe('if (a || b)\n\tx();\nreturn;');
});

test('a loop that is tested first is a while', () => {
  expect(text([does('i = 0;', 1), asks('i < 2', 2, 3), does('x(i++);', 1), end])).toBe('i = 0;\nwhile (i < 2)\n\tx(i++);\nreturn;');
});

test('a loop that is left in the middle is left by a break', () => {
  expect(text([does('lock();', 1), asks('ok()', 3, 2), does('unlock();', 0), does('x();', 4), end])).toBe('for (;;) {\n\tlock();\n\tif (ok())\n\t\tbreak;\n\tunlock();\n}\nx();\nreturn;');
});

test('a loop of the user\'s goto stays one', () => {
  expect(text([does('x();', 1), asks('again()', 0, 2), end], [[0, 'retry']])).toBe('retry:\nx();\nif (again())\n\tgoto retry;\nreturn;');
});

test('the site has its label', () => {
  expect(text([does('x();', 1), does('y();', 2), end], [], 1)).toBe('x();\nsite:\ny();\nreturn;');
});

test('negated conditions read well', () => {
  expect(conditionText(negated(leaf('a == b')))).toBe('a != b');
  expect(conditionText(negated(leaf('a & b')))).toBe('!(a & b)');
  expect(conditionText(negated({ kind: 'and', left: leaf('a'), right: leaf('b < 1') }))).toBe('!a || b >= 1');
  expect(conditionText({ kind: 'and', left: leaf('a & b'), right: { kind: 'or', left: leaf('c'), right: leaf('d') } })).toBe('(a & b) && (c || d)');
});
