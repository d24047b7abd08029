import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { examine, type Examination } from '../examine';
import { readScenario } from '../litmus/scenario';
import { buildRaceView } from './build-race-view';
import type { RaceView } from './race-view';

const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../scenarios/hugetlb-missing-unstable-pte.litmus'), 'utf8');
let buggy: Examination;
let fixed: Examination;
let view: RaceView;

beforeAll(async () => {
  const backend = await loadBackend();
  const { scenario } = readScenario(text);
  const look = (variant: string): Examination => examine(scenario!, backend, { variant, adversaries: [] }).examination!;
  buggy = look('buggy');
  fixed = look('fixed');
  view = buildRaceView({ examination: buggy, counterpart: fixed, source: 'here.litmus' });
});

const cell = (state: number, name: string) => view.states[state]?.groups.flatMap(({ cells }) => cells).find((found) => found.name === name);
const stepOf = (call: string): number => view.steps.find(({ text: code }) => code.includes(call))?.n ?? -1;

describe('buildRaceView', () => {
  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view).toMatchObject({ version: 1, name: 'hugetlb-missing-unstable-pte', rule: 'lockless-pte-to-userfault', variant: 'buggy', source: 'here.litmus' });
  });

  it('says what goes wrong, how it was found and what was not looked at', () => {
    expect(view.verdict).toMatchObject({ word: 'Sometimes', tone: 'bad', headline: 'MISSING event, but the page exists!' });
    expect(view.verdict.detail).toMatch(/^\d+ steps, 1 preemption, \d+ states, all explored$/);
    expect(view.sentence).toMatch(/it was there the whole time\.$/);
    expect(view.memoryModel).toMatch(/weak memory is not explored/);
  });

  it('tells the function of the kernel that a step is modelled on, whoever calls it', () => {
    expect(view.steps[stepOf('huge_ptep_modify_prot_start') - 1]?.anchor).toEqual({ file: 'mm/hugetlb.c', function: 'hugetlb_change_protection' });
    // handle_userfault() is called by a helper that is none of the functions named.
    expect(view.steps.at(-1)).toMatchObject({ function: 'hugetlb_handle_userfault', anchor: { file: 'mm/hugetlb.c', function: 'hugetlb_no_page' } });
    expect(view.steps[stepOf('user_read') - 1]?.anchor).toBeNull();
  });

  it('has a state for each step and one before', () => {
    expect(view.states).toHaveLength(view.steps.length + 1);
    expect(view.steps.map(({ n }) => n)).toEqual(view.steps.map((_, index) => index + 1));
    expect(view.steps.at(-1)?.violated).toBe('MISSING event, but the page exists!');
    expect(view.steps.slice(0, -1).every(({ violated }) => violated === null)).toBe(true);
  });

  it('shows what a step changed, and since when a value holds', () => {
    const clears = stepOf('huge_ptep_modify_prot_start');
    expect(cell(clears, 'pte')).toMatchObject({ value: 'none', before: expect.stringContaining('present') as string, since: clears });
    expect(cell(clears + 1, 'pte')).toMatchObject({ value: 'none', before: null, since: clears });
    expect(cell(0, 'pte')).toMatchObject({ before: null, since: null });
    const locks = stepOf('huge_pte_lock');
    expect(cell(locks, 'page_table_lock')).toMatchObject({ value: 'P0', before: 'free', since: locks });
    expect(cell(locks + 1, 'page_table_lock')).toMatchObject({ value: 'P0', before: null, since: locks });
    expect(cell(view.steps.length, 'uffd events')).toMatchObject({ value: 'MISSING from P1', before: 'none' });
  });

  it('shows locals from where they are assigned', () => {
    const reads = stepOf('orig_pte = huge_ptep_get');
    expect(cell(reads - 1, 'vmf.orig_pte (P1)')).toBeUndefined();
    expect(cell(reads, 'vmf.orig_pte (P1)')).toMatchObject({ value: 'none' });
    expect(view.states.flatMap(({ groups }) => groups.flatMap(({ cells }) => cells)).some(({ name }) => name.includes('$'))).toBe(false);
  });

  it('says who could go on, and who waits for what', () => {
    expect(view.states[0]?.next).toMatchObject([{ thread: 0, status: 'ready', short: 'mmap_read_lock(mm)' }, { thread: 1, status: 'ready' }]);
    const never = buildRaceView({ examination: fixed, counterpart: buggy });
    expect(never.fix?.diagram.rows.some((row) => row.kind === 'pending' && /waits for page_table_lock, held by P0/.test(row.why))).toBe(true);
  });

  it('gives rows their lines in the file, windows and locks their rows', () => {
    const { rows, windows, locks } = view.diagram!;
    const row = rows.find((candidate) => candidate.kind === 'step' && candidate.text.includes('modify_prot_start'));
    expect(row).toMatchObject({ short: 'old_pte = huge_ptep_modify_prot_start()', line: text.split('\n').findIndex((line) => line.includes('old_pte = huge_ptep_modify_prot_start')) + 1 });
    expect(windows).toMatchObject([{ kind: 'cleared', words: 'pte is transiently none', threads: [1], to: null }]);
    for (const { firstRow, lastRow } of [...windows, ...locks]) {
      expect(firstRow).toBeGreaterThanOrEqual(0);
      expect(lastRow).toBeLessThan(rows.length);
    }
    const tracks = locks.filter(({ thread }) => thread === 0).map(({ track }) => track);
    expect(tracks).toEqual(tracks.map((_, index) => index));
  });

  it('shows what the fix blocks', () => {
    expect(view.fix).toMatchObject({ title: 'What the fix blocks', sentence: expect.stringContaining('waits for page_table_lock') as string, verdict: expect.stringMatching(/^Never, /) as string });
    expect(view.text).toContain('handle_userfault');
  });

  it('shows a variant in which nothing fails by its verdict, what was reached, and the other schedule replayed on it', () => {
    const never = buildRaceView({ examination: fixed, counterpart: buggy });
    expect(never).toMatchObject({ variant: 'fixed', verdict: { word: 'Never', tone: 'good', headline: null }, sentence: null, diagram: null, steps: [], states: [], uncovered: null });
    expect(never.covered.length).toBeGreaterThan(0);
    expect(never.fix?.sentence).toBe(view.fix?.sentence);
    expect(buildRaceView({ examination: { ...fixed, uncovered: ['retry'] } }).uncovered).toMatch(/retry had to be reached and was not/);
  });

  it('does without a counterpart', () => {
    expect(buildRaceView({ examination: buggy }).fix).toBeNull();
    expect(buildRaceView({ examination: fixed })).toMatchObject({ fix: null, text: null });
  });
});
