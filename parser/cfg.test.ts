import { describe, expect, it } from 'vitest';
import { nodesLeadingTo, nodesOnCycles } from './cfg';
import type { FunctionIR, IrNode } from './ir';

const span = { start: 0, end: 0 };
const step = (next: number): IrNode => ({ kind: 'nop', label: undefined, span, next });
const fork = (...targets: number[]): IrNode => ({ kind: 'choice', macro: undefined, args: [], span, targets });
const stop: IrNode = { kind: 'stop', span };

function graph(...nodes: IrNode[]): FunctionIR {
  return { name: 'f', params: [], locals: [], returnType: 'void', annotations: [], entry: 0, nodes, span, nameSpan: span, incomplete: false };
}

describe('nodesOnCycles', () => {
  it('finds loops, loops in loops and edges to oneself, and nothing else', () => {
    //  0 -> 1 -> 2 -> 3 -> 2, 3 -> 1, 3 -> 4 -> 4, 4 -> 5
    const ir = graph(step(1), step(2), step(3), fork(2, 1, 4), fork(4, 5), stop);
    expect([...nodesOnCycles(ir)].sort()).toEqual([1, 2, 3, 4]);
  });

  it('is empty for a diamond', () => {
    expect(nodesOnCycles(graph(fork(1, 2), step(3), step(3), stop)).size).toBe(0);
  });
});

describe('nodesLeadingTo', () => {
  it('goes backwards through loops and leaves out side arms', () => {
    // 0 -> 1 | 4, 1 -> 2, 2 -> 1 | 3
    const ir = graph(fork(1, 4), step(2), fork(1, 3), stop, step(5), stop);
    expect([...nodesLeadingTo(ir, (_, id) => id === 3)].sort()).toEqual([0, 1, 2, 3]);
  });
});
