import { expect, test } from 'vitest';
import { toDiagnostics } from './diagnostics';
import { DEFAULTS } from './settings';
import type { Finding } from '../analyzer/findings/finding';

const finding: Finding = {
  rule: 'some-rule', severity: 'warning', message: 'first\nsecond', function: 'f',
  location: { file: 'mm/a.c', line: 3, column: 5, endLine: 4, endColumn: 20 },
  steps: [{ kind: 'event', location: { file: 'mm/b.c', line: 1, column: 1, endLine: 2, endColumn: 1 }, function: 'g', message: 'here' }],
  scenario: null, assumptions: [], fingerprint: '0',
};
const around = { uriOf: (file: string) => `file:///linux/${file}`, lengthOf: () => 17, verdictOf: () => undefined };
const all = { relatedInformation: true, codeDescription: true, data: true };

test('a finding of several lines is underlined in its first', () => {
  const [diagnostic] = toDiagnostics([finding], around, DEFAULTS, all);
  expect(diagnostic?.range).toEqual({ start: { line: 2, character: 4 }, end: { line: 2, character: 17 } });
  expect(diagnostic?.relatedInformation?.[0]?.location).toEqual({ uri: 'file:///linux/mm/b.c', range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } } });
});

test('what the analyzer rates as information never becomes a warning', () => {
  const settings = { ...DEFAULTS, rules: { 'some-rule': 'warning' as const } };
  expect(toDiagnostics([{ ...finding, severity: 'information' }], around, settings, all)[0]?.severity).toBe(3);
  expect(toDiagnostics([finding], around, settings, all)[0]?.severity).toBe(2);
});

test('what a finding is known by travels with the diagnostic where the client gives it back', () => {
  const told = { ...finding, scenario: 'a-race' };
  expect(toDiagnostics([told], around, DEFAULTS, all)[0]?.data).toEqual({ fingerprint: '0', function: 'f', scenario: 'a-race' });
  expect(toDiagnostics([told], around, DEFAULTS, { ...all, data: false })[0]).not.toHaveProperty('data');
  expect(toDiagnostics([finding], around, DEFAULTS, all)[0]?.data).toEqual({ fingerprint: '0', function: 'f' });
});
