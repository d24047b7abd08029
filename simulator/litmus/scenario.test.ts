import { expect, test } from 'vitest';
import { loadNativeBackend } from '../../parser/backend';
import { disagreement, examine } from '../examine';
import { programOf, readScenario } from './scenario';

const backend = loadNativeBackend()!;

const scenario = (header: string, body: string) => `C test\n\n(*\n${header}\n *)\n\n{\n\tint x;\n\tint y;\n}\n\n${body}\n`;

const examined = (text: string, index = 0) => {
  const { scenario: read, problems } = readScenario(text);
  expect(problems).toEqual([]);
  const expectation = read!.expectations[index]!;
  const { examination, problems: more } = examine(read!, backend, { variant: expectation.variant, adversaries: [] });
  expect(more).toEqual([]);
  return { examination: examination!, expectation };
};

test('a Never that misses a label can be expected, and nothing else passes for it', () => {
  const text = (expectation: string, value: number) => scenario(` * Expect: ${expectation}\n * Cover: reached`, `P0(int *x)\n{\n\tif (READ_ONCE(*x) == ${value}) {\nreached:\n\t\t;\n\t}\n}\n\nP1(int *x)\n{\n\tWRITE_ONCE(*x, 1);\n}`);
  const verdict = (t: string) => {
    const { examination, expectation } = examined(t);
    return disagreement(examination, expectation);
  };
  expect(verdict(text('buggy Never', 1))).toBeUndefined();
  expect(verdict(text('buggy Never', 2))).toBe('Never, but reached was not reached: that proves nothing');
  expect(verdict(text('buggy Never uncovered', 2))).toBeUndefined();
  expect(verdict(text('buggy Never uncovered', 1))).toBe('expected that a label is not reached, and all were');
  expect(readScenario(text('buggy Sometimes uncovered', 1)).problems.map((p) => p.message)).toEqual(['only a Never can be uncovered']);
  expect(readScenario(text('buggy Never 3', 1)).problems.map((p) => p.message)).toEqual(['what never happens takes no steps']);
});

test('a property that a variant does not look at leaves the way to what follows free', () => {
  const text = (extra: string) => scenario(` * Variant: later LATER\n * Expect: buggy Sometimes 1\n * Expect: later Sometimes 2\n${extra}`,
    'P0(int *x)\n{\n\tWRITE_ONCE(*x, 1);\n\tghost_assert(0);\n\tWRITE_ONCE(*x, 2);\n\tBUG_ON(1);\n}\n\nP1(int *x)\n{\n\tREAD_ONCE(*x);\n#ifdef LATER\n\tREAD_ONCE(*y);\n#endif\n}');
  const both = text(' * Unchecked: later assert');
  expect(examined(both).examination.exploration.witness).toMatchObject({ property: 'assert' });
  const later = examined(both, 1).examination.exploration.witness!;
  expect(later.property).toBe('bug');
  expect(later.schedule.length).toBeGreaterThan(1);
  const messages = (header: string) => readScenario(text(header)).problems.map((p) => p.message);
  expect(messages(' * Unchecked: late assert')).toEqual(["unknown variant late (did you mean 'later'?)"]);
  expect(messages(' * Unchecked: later asert')).toEqual(["unknown property asert (did you mean 'assert'?)"]);
  expect(messages(' * Unchecked: later')).toEqual(['Unchecked: variant property']);
  expect(programOf(readScenario(both).scenario!, backend, { variant: 'later' }).problems).toEqual([]);
});
