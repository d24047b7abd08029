import { describe, expect, test } from 'vitest';
import { replay } from '../explorer/replay';
import { eq, goto, ProgramBuilder, set, violate, when } from '../testing';
import { compareWithFix, fixDiagram, partingWords } from './fix';
import { randomProgram, randomSchedule } from './random-programs';
import { dress, formatForTests as format, hugetlb, hugetlbSchedule, khugepaged, khugepagedSchedule, schedule, zap, zapSchedule } from './test-programs';
import { renderText } from './text';

const compare = (make: (fixed: boolean) => ReturnType<typeof hugetlb>, moves: ReturnType<typeof schedule>) => compareWithFix(make(false), replay(make(false), moves).trace, make(true));

/** P0 looks, P1 writes, P0 says so or not. */
function warned(text: string, wrong: boolean) {
  const b = new ProgramBuilder();
  const x = b.shared('x');
  b.thread('P0', (t) => {
    t.stepWith({ kind: 'load' }, 'seen = READ_ONCE(x)', [when(eq(x, 2), goto('end'))]);
    t.stepWith({ kind: 'event' }, text, [violate('bug', wrong ? eq(x, 1) : 0), goto('end')]);
  });
  b.thread('P1', (t) => t.stepWith({ kind: 'store' }, 'WRITE_ONCE(x, 1)', [set(x, 1), goto('end')]));
  return dress(b.build(), []);
}

describe('where the schedules part', () => {
  test('the fixed thread waits, and its blocker goes on', () => {
    const comparison = compare(hugetlb, hugetlbSchedule);
    expect(comparison).toMatchObject({ common: 9, parting: { kind: 'waits', thread: 1, n: 10, for: 'ptl, held by P0' }, outcome: 'ended' });
    expect(partingWords(comparison)).toBe('With the fix, huge_pte_lock() of the page fault waits for ptl, held by P0.');
    const after = comparison.trace.steps.slice(9).map(({ move }) => move.thread);
    expect(after.slice(0, 3)).toEqual([0, 0, 1]);
  });

  test('the same step leads elsewhere', () => {
    const comparison = compare(khugepaged, khugepagedSchedule);
    expect(comparison.parting).toMatchObject({ kind: 'branch', thread: 0 });
    expect(partingWords(comparison)).toBe('With the fix, khugepaged goes another way after ptep_get().');
  });

  test('a step that only the fixed program has is shown, though the schedules part later', () => {
    const comparison = compare(zap, zapSchedule);
    expect(comparison).toMatchObject({ extras: [5], parting: { kind: 'branch', thread: 1 } });
    expect(renderText(fixDiagram(comparison, format))).toContain('pte_install_uffd_wp_if_needed()');
  });

  test('the step is gone', () => {
    const comparison = compareWithFix(warned('BUG()', true), replay(warned('BUG()', true), schedule('010')).trace, warned('WARN()', false));
    expect(comparison.parting).toMatchObject({ kind: 'absent', thread: 0 });
    expect(partingWords(comparison)).toBe('With the fix, P0 does not come to `BUG()`.');
  });

  test('the same step does no harm', () => {
    const comparison = compareWithFix(warned('BUG()', true), replay(warned('BUG()', true), schedule('010')).trace, warned('BUG()', false));
    expect(comparison.parting).toMatchObject({ kind: 'harmless', thread: 0, n: 3 });
    expect(renderText(fixDiagram(comparison, format))).toContain('<-- no harm done');
  });

  test('a fix that fixes nothing', () => {
    const comparison = compareWithFix(hugetlb(false), replay(hugetlb(false), hugetlbSchedule).trace, hugetlb(false));
    expect(comparison).toMatchObject({ parting: { kind: 'none' }, outcome: 'violates' });
  });

  test('any two programs can be compared', () => {
    for (let seed = 0; seed < 150; seed++) {
      const program = randomProgram(seed);
      const trace = replay(program, randomSchedule(program, seed, 20)).trace;
      const comparison = compareWithFix(program, trace, randomProgram(seed + 1));
      expect(() => renderText(fixDiagram(comparison, format)), `seed ${seed}`).not.toThrow();
    }
  });
});
