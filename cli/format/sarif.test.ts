import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import draft4 from 'ajv/lib/refs/json-schema-draft-04.json';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../analyzer/findings/finding';
import { rules } from '../../analyzer/rules/index';
import type { RuleInfo } from '../../analyzer/rules/rule';
import type { Verdict } from '../../witness/verdict';
import { RULE_PAGES } from '../../server/diagnostics';
import { formatSarif } from './sarif';

// The package's matchers are for another test runner; the standard's schema is what we want of it.
const schema = JSON.parse(fs.readFileSync(createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8')) as object;
const validate = new Ajv({ schemaId: 'id', meta: false, allErrors: true }).addMetaSchema(draft4).compile(schema);

const rule: RuleInfo = { name: 'a-rule', description: 'An event from a guess.', severity: 'warning', commit: '123456789abc ("mm: look again")', scenario: null, since: '1.0.0' };
const other: RuleInfo = { ...rule, name: 'b-rule', severity: 'information' };
const location = { file: 'mm/a.c', line: 3, column: 2, endLine: 3, endColumn: 10 };
const finding: Finding = {
  rule: 'b-rule',
  severity: 'warning',
  message: 'fault() raises MISSING on a guess\nLook again.',
  location,
  function: 'fault',
  steps: [
    { kind: 'lock', location, function: 'fault', message: 'takes the lock' },
    { kind: 'lockless-read', location: { ...location, file: 'mm/b.c', line: 9, endLine: 9 }, function: 'helper', message: 'reads' },
  ],
  scenario: null,
  assumptions: ['helper() returns'],
  fingerprint: 'c0ffee',
};

interface Located {
  readonly message?: { readonly text: string };
  readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object };
}
interface Log {
  readonly runs: readonly [{
    readonly tool: { readonly driver: { readonly rules: readonly { readonly helpUri: string }[] } };
    readonly originalUriBaseIds: object;
    readonly results: readonly {
      readonly message: { readonly text: string };
      readonly codeFlows?: readonly { readonly threadFlows: readonly { readonly locations: readonly { readonly location: Located }[] }[] }[];
      readonly relatedLocations?: readonly Located[];
      readonly locations: readonly Located[];
    }[];
  }];
}

/** What is written for these findings; always valid. */
function log(findings: readonly Finding[], options: Partial<Parameters<typeof formatSarif>[1]> = {}): Log {
  const parsed = JSON.parse(formatSarif(findings, { tool: { name: 'mm-review', version: '1.2.3' }, rules: [rule, other], root: '/linux', complete: true, ...options })) as Log;
  validate(parsed);
  expect(validate.errors ?? []).toEqual([]);
  return parsed;
}
const textOf = (message: string): string | undefined => log([{ ...finding, message }]).runs[0].results[0]?.message.text;

const verdict: Verdict = {
  kind: 'confirmed',
  words: 'Confirmed: 3 steps, 1 preemption.',
  threads: [{ name: 'P0', title: 'page fault' }, { name: 'P1', title: 'P1' }],
  steps: [
    { n: 1, thread: 'P0', function: 'fault', text: 'entry = ptep_get(pte)', place: { file: 'mm/a b.c', line: 7 } },
    { n: 3, thread: 'P1', function: 'P1', text: '(pte_t){0}', place: undefined },
    { n: 4, thread: 'P0', function: 'fault', text: 'handle_userfault()', place: { file: 'mm/a b.c', line: 9 } },
  ],
};

describe('formatSarif with verdicts', () => {
  it('puts the schedule before the path: all threads, then each alone', () => {
    const [result] = log([finding], { verdicts: new Map([[finding, verdict]]) }).runs[0].results;
    expect(result?.message.text).toBe('fault() raises MISSING on a guess.\nLook again.\nConfirmed: 3 steps, 1 preemption.');
    const [schedule, path] = result?.codeFlows ?? [];
    const texts = schedule?.threadFlows.map((flow) => flow.locations.map(({ location }) => location.message?.text));
    expect(texts).toEqual([
      ['Step 1, P0: entry = ptep_get(pte)', 'Step 3, P1: (pte_t){{0}}', 'Step 4, P0: handle_userfault()'],
      ['Step 1, P0: entry = ptep_get(pte)', 'Step 4, P0: handle_userfault()'],
      ['Step 3, P1: (pte_t){{0}}'],
    ]);
    expect(schedule?.threadFlows[0]?.locations[0]?.location.physicalLocation).toEqual({ artifactLocation: { uri: 'mm/a%20b.c', uriBaseId: 'SRCROOT' }, region: { startLine: 7 } });
    expect(schedule?.threadFlows[0]?.locations[1]?.location.physicalLocation).toBeUndefined();
    expect(path?.threadFlows[0]?.locations).toHaveLength(2);
    expect(result?.relatedLocations?.map(({ message }) => message?.text)).toEqual(['takes the lock', 'reads', 'Step 1, P0: entry = ptep_get(pte)', 'Step 4, P0: handle_userfault()']);
    expect(result).toMatchObject({ properties: { verdict: 'confirmed' } });
  });

  it('has no schedule where nothing was confirmed', () => {
    const verdicts = new Map([[finding, { ...verdict, kind: 'not reached', words: 'Not reached.', threads: [], steps: [] } as const]]);
    const [result] = log([finding], { verdicts }).runs[0].results;
    expect(result?.codeFlows).toHaveLength(1);
    expect(result).toMatchObject({ properties: { verdict: 'not reached' }, relatedLocations: [{ id: 1 }, { id: 2 }] });
  });
});

describe('formatSarif', () => {
  it('is held to the schema', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'information', message: { text: 'x' } }] }] })).toBe(false);
  });

  it('is valid for every rule, and for nothing found', () => {
    log(rules.flatMap(({ name }) => [{ ...finding, rule: name }, { ...finding, rule: name, severity: 'information' as const }]), { rules });
    expect(log([], { complete: false }).runs[0]).toMatchObject({ results: [], invocations: [{ executionSuccessful: false }] });
  });

  it('describes the rules', () => {
    expect(log([]).runs[0].tool.driver.rules).toMatchObject([
      { id: 'a-rule', shortDescription: { text: 'An event from a guess.' }, helpUri: `${RULE_PAGES}a-rule.md`, defaultConfiguration: { level: 'warning' } },
      { id: 'b-rule', defaultConfiguration: { level: 'note' } },
    ]);
  });

  it('has a result for each finding', () => {
    expect(log([finding, { ...finding, severity: 'information', steps: [] }]).runs[0]).toMatchObject({
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { SRCROOT: { uri: 'file:///linux/' } },
      results: [
        {
          ruleId: 'b-rule',
          ruleIndex: 1,
          level: 'warning',
          message: { text: 'fault() raises MISSING on a guess.\nLook again.' },
          locations: [{
            physicalLocation: { artifactLocation: { uri: 'mm/a.c', uriBaseId: 'SRCROOT' }, region: { startLine: 3, startColumn: 2, endLine: 3, endColumn: 10 } },
            logicalLocations: [{ name: 'fault', kind: 'function' }],
          }],
          partialFingerprints: { 'mmReviewFinding/v1': 'c0ffee' },
          properties: { assumptions: ['helper() returns'] },
        },
        { level: 'note' },
      ],
    });
  });

  it('takes findings of no rule, such as remarks about comments', () => {
    const [result] = log([{ ...finding, rule: 'unused-allow', severity: 'information' }]).runs[0].results;
    expect(result).toMatchObject({ ruleId: 'unused-allow', level: 'note' });
    expect(result).not.toHaveProperty('ruleIndex');
  });

  it('tells the path as a code flow and as related locations', () => {
    const result = log([finding]).runs[0].results[0];
    expect(result?.codeFlows?.[0]?.threadFlows[0]?.locations).toMatchObject([
      { executionOrder: 1, kinds: ['lock', 'acquire'], location: { message: { text: 'takes the lock' } } },
      { executionOrder: 2, kinds: ['lockless-read'], location: { physicalLocation: { artifactLocation: { uri: 'mm/b.c', uriBaseId: 'SRCROOT' }, region: { startLine: 9 } }, logicalLocations: [{ name: 'helper' }] } },
    ]);
    expect(result?.relatedLocations).toMatchObject([{ id: 1, message: { text: 'takes the lock' } }, { id: 2, message: { text: 'reads' } }]);
    const bare = log([{ ...finding, steps: [] }]).runs[0].results[0];
    expect(bare).not.toHaveProperty('codeFlows');
    expect(bare).not.toHaveProperty('relatedLocations');
  });

  it('makes URIs of odd names', () => {
    const run = log([{ ...finding, location: { ...location, file: 'mm/a b#ü%.c' } }], { root: '/my trees/linux' }).runs[0];
    expect(run.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('mm/a%20b%23%C3%BC%25.c');
    expect(run.originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///my%20trees/linux/' } });
    expect(log([], { root: '/' }).runs[0].originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///' } });
  });

  it('keeps C from being read as placeholders and links', () => {
    expect(textOf('a')).toBe('a');
    expect(textOf('table[i] = { 0 }')).toBe('table[i] = { 0 }');
    expect(textOf('(pte_t){0}')).toBe('(pte_t){{0}}');
    expect(textOf('calls table[i](2)')).toBe('calls table\\[i\\](2)');
  });
});
