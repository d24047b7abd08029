import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { explore } from '../explorer/explore';
import { replay } from '../explorer/replay';
import { wordName } from './format';
import { fromJson, renderJson, verify } from './json';
import { renderItf } from './itf';
import { formatForTests as format, hugetlb } from './test-programs';

const program = hugetlb(false);
const exploration = explore(program);
const { trace } = replay(program, exploration.witness!.schedule);
const text = renderJson({ scenario: 'hugetlb', variant: 'buggy', program, exploration, trace, format, lineOf: () => 7 });
/** The file with a change in it. */
const changed = (change: (data: Record<string, unknown>) => void): string => {
  const data = JSON.parse(text) as Record<string, unknown>;
  change(data);
  return JSON.stringify(data);
};

describe('JSON', () => {
  test('says what was found, step by step', () => {
    const data = JSON.parse(text) as { version: number; steps: { n: number }[]; states: Record<string, unknown>[] };
    expect(data).toMatchObject({ version: 1, scenario: 'hugetlb', variant: 'buggy', property: 'unjustified-event', verdict: 'Sometimes', stats: { preemptions: 1, contextSwitches: 1 } });
    expect(data.steps[3]).toMatchObject({ n: 4, thread: 'P0', way: 0, kind: 'clear', function: 'hugetlb_change_protection', line: 7, writes: ['pte', 'P0:old'] });
    expect(data.states).toHaveLength(trace.states.length);
    expect(data.states[4]).toEqual({ pte: { value: 0, text: 'none' }, 'P0:old': { value: 3, text: 'present, writable' } });
  });

  test('is read back, and replays', () => {
    const { claim, problems } = fromJson(text);
    expect(problems).toEqual([]);
    expect(verify(program, claim!, replay)).toMatchObject({ problems: [] });
  });

  test('is not believed', () => {
    const problemsOf = (file: string, against = program): readonly string[] => verify(against, fromJson(file).claim!, replay).problems;
    expect(problemsOf(changed((data) => { data['property'] = 'deadlock'; }))).toEqual(['The schedule is said to show "deadlock", but it shows "event for a page that was there".']);
    expect(problemsOf(changed((data) => { (data['steps'] as { thread: string }[])[0]!.thread = 'P9'; }))).toEqual(expect.arrayContaining(['Step 1 is one of P9, and the scenario has no such thread.']));
    expect(problemsOf(changed((data) => { (data['steps'] as { label: string }[])[1]!.label = 'BUG()'; }))[0]).toMatch(/^Step 2 is said to be `BUG\(\)`, but there the scenario has `i_mmap_lock_write/);
    expect(problemsOf(changed((data) => { (data['steps'] as { way: number }[])[1]!.way = 5; }))[0]).toMatch(/^The schedule cannot be replayed: move 2: /);
    expect(problemsOf(text, hugetlb(true))[0]).toMatch(/^The schedule cannot be replayed: /);
  });

  test('what is no such file is refused in words', () => {
    expect(fromJson('{').problems[0]).toMatch(/^This is no JSON: /);
    expect(fromJson('[]').problems).toEqual(['A schedule is an object.']);
    expect(fromJson('{}').problems).toEqual(['Only version 1 can be read, this is without one.']);
    expect(fromJson('{"version": 2}').problems).toEqual(['Only version 1 can be read, this is 2.']);
    expect(fromJson('{"version": 1, "scenario": "x", "variant": 3, "property": "toString", "steps": [{}]}').problems).toEqual(['There is no property "toString".', 'Step 1 must have "thread", "way" and "label".', '"variant" must be a string.']);
  });

  test('the page about the format names every member', () => {
    const page = fs.readFileSync(path.join(import.meta.dirname, '../../docs/schedule-format.md'), 'utf8');
    const data = JSON.parse(text) as { stats: object; steps: object[] };
    for (const member of [...Object.keys(data), ...Object.keys(data.stats), ...Object.keys(data.steps[0]!)]) expect(page).toContain(`\`${member}\``);
  });

  test('words have names of their own', () => {
    const names = program.words.map((_, word) => wordName(program, word));
    expect(new Set(names).size).toBe(names.length);
  });
});

test('ITF has a state for each step', () => {
  const data = JSON.parse(renderItf(program, trace, { format, description: 'hugetlb' })) as { vars: string[]; states: Record<string, unknown>[] };
  expect(data).toMatchObject({ '#meta': { format: 'ITF', description: 'hugetlb' } });
  expect(data.states).toHaveLength(trace.states.length);
  expect(data.states[4]).toMatchObject({ '#meta': { index: 4 }, 'last.thread': 'P0', pte: 'none' });
  for (const state of data.states) expect(Object.keys(state).sort()).toEqual(['#meta', ...data.vars].sort());
});
