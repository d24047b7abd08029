import { expect, test } from 'vitest';
import { parseFindingData, withIds, withoutVerdict, type Finding } from './finding';
import { buildTree, parseGrouping } from './tree';
import { aFinding, at } from './testing';

const nameOf = (uri: string): string => uri.replace('file:///linux/', '');
const finding = (id: string, rule: string, file: string, name: string, line: number): Finding => aFinding({ id, rule, function: name, place: at(file, line) });

const findings = [
  finding('1', 'b-rule', 'mm/b.c', 'g', 30),
  finding('2', 'a-rule', 'mm/b.c', 'f', 10),
  finding('3', 'b-rule', 'mm/a.c', 'f', 40),
  finding('4', 'b-rule', 'mm/b.c', 'g', 4),
];
const shape = (grouping: 'rule' | 'file' | 'function'): unknown => buildTree(findings, grouping, nameOf).map((group) => [group.label, group.findings.map(({ description }) => description)]);

test('by rule: places in the order of files and lines', () => {
  expect(shape('rule')).toEqual([['a-rule', ['mm/b.c:11']], ['b-rule', ['mm/a.c:41', 'mm/b.c:5', 'mm/b.c:31']]]);
});

test('by file: its name is not said again', () => {
  expect(shape('file')).toEqual([['mm/a.c', ['line 41']], ['mm/b.c', ['line 5', 'line 11', 'line 31']]]);
});

test('by function: those of two files are two, even with one name', () => {
  expect(shape('function')).toEqual([['f()', ['mm/a.c:41']], ['f()', ['mm/b.c:11']], ['g()', ['mm/b.c:5', 'mm/b.c:31']]]);
});

test('what came of proving a finding stands behind its place, and not in its words', () => {
  const verdict = { kind: 'confirmed', words: 'confirmed by an interleaving of 9 steps', hasScenario: true } as const;
  expect(buildTree([aFinding({ verdict })], 'file', nameOf)[0]?.findings[0]?.description).toBe('line 10, confirmed');
  expect(buildTree([aFinding({ verdict: { ...verdict, kind: 'unresolved' } })], 'rule', nameOf)[0]?.findings[0]?.description).toBe('mm/a.c:10, not decided');
  expect(withoutVerdict('f() does it; confirmed by an interleaving of 9 steps', verdict)).toBe('f() does it');
  expect(withoutVerdict('f() does it', verdict)).toBe('f() does it');
  expect(withoutVerdict('f() does it; g() too', undefined)).toBe('f() does it; g() too');
});

test('steps are numbered, with their places', () => {
  const [group] = buildTree([aFinding({ steps: [{ place: at('mm/a.c', 4), message: 'read' }, { place: at('mm/b.c', 8), message: 'raise' }] })], 'rule', nameOf);
  expect(group?.findings[0]?.steps.map(({ label, description, id }) => [label, description, id])).toEqual([
    ['1. read', 'mm/a.c:5', 'id step 1'], ['2. raise', 'mm/b.c:9', 'id step 2'],
  ]);
});

test('ids of the tree differ from each other', () => {
  for (const grouping of ['rule', 'file', 'function'] as const) {
    const ids = buildTree(findings, grouping, nameOf).flatMap((group) => [group.id, ...group.findings.map(({ id }) => id)]);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('what was remembered is read', () => {
  expect(['rule', 'file', 'function', 'moon', 3, undefined].map(parseGrouping)).toEqual(['rule', 'file', 'function', 'rule', 'rule', 'rule']);
});

test('diagnostics are findings when the server says by what they are known', () => {
  expect(parseFindingData({ fingerprint: 'ab', function: 'f', scenario: 's' })).toEqual({ fingerprint: 'ab', function: 'f', scenario: 's' });
  expect(parseFindingData({ fingerprint: 'ab', function: 'f' })).toEqual({ fingerprint: 'ab', function: 'f', scenario: undefined });
  for (const nothing of [undefined, null, 'a', {}, { fingerprint: 3, function: 'f' }, { fingerprint: 'ab' }]) expect(parseFindingData(nothing)).toBeUndefined();
});

test('two findings with the same fingerprint have two ids, which do not depend on lines', () => {
  const ids = (line: number): string[] => withIds([1, 2].map(() => ({ ...aFinding({}), place: at('mm/a.c', line), fingerprint: 'ab' }))).map(({ id }) => id);
  expect(new Set(ids(1)).size).toBe(2);
  expect(ids(1)).toEqual(ids(9));
});
