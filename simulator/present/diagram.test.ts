import { describe, expect, test } from 'vitest';
import { replay } from '../explorer/replay';
import type { Program } from '../machine/program';
import { buildDiagram, type Diagram, type Row } from './diagram';
import { randomProgram, randomSchedule } from './random-programs';
import { relevantSteps } from './slice';
import { abba, counters, formatForTests as format, hugetlb, hugetlbSchedule, khugepaged, khugepagedSchedule, schedule, zap, zapSchedule } from './test-programs';
import { numberRange } from './diagram';

const diagramOf = (program: Program, moves: ReturnType<typeof schedule>): Diagram => buildDiagram(program, replay(program, moves).trace, { format });
const steps = (diagram: Diagram): string[] => diagram.rows.flatMap((row) => (row.kind === 'step' ? [`${row.n} ${row.text.replace(/\(.*/s, '')}`] : []));

describe('what matters', () => {
  test('the update, the lock over it, the look in between, and the event', () => {
    expect(steps(diagramOf(hugetlb(false), hugetlbSchedule))).toEqual([
      '3 ptl = huge_pte_lock', '4 old = huge_ptep_modify_prot_start', '5 write to the page', '8 entry = huge_ptep_get', '11 handle_userfault',
    ]);
  });

  test('a look at a page cache that nobody changes is folded with the locks', () => {
    const folds = diagramOf(hugetlb(false), hugetlbSchedule).rows.flatMap((row) => (row.kind === 'fold' ? [row.names.join(', ')] : []));
    expect(folds).toEqual(['mmap_read_lock', 'i_mmap_lock_write', 'mmap_read_lock, mutex_lock(fault_mutex)', 'filemap_lock_folio, mutex_unlock(fault_mutex)']);
  });

  test('a write that is lost matters, though nothing depends on it', () => {
    const trace = replay(counters(2), schedule('0110')).trace;
    expect(relevantSteps(counters(2), trace)).toEqual([true, false, true, true]);
  });

  test('in a deadlock, the locks that are held', () => {
    expect(relevantSteps(abba(), replay(abba(), schedule('01')).trace)).toEqual([true, true]);
  });
});

describe('windows', () => {
  test('an entry that is cleared under a lock and not put back stays open to the end', () => {
    const { windows, rows } = diagramOf(hugetlb(false), hugetlbSchedule);
    expect(windows).toMatchObject([{ kind: 'cleared', thread: 0, from: 4, to: undefined, threads: [1], words: 'pte is cleared for an update' }]);
    expect(rows.at(-1)).toMatchObject({ kind: 'pending', thread: 0, why: 'not reached', text: expect.stringContaining('huge_ptep_modify_prot_commit') as string });
  });

  test('one that is put back ends there', () => {
    const { windows } = diagramOf(hugetlb(false), schedule('0000 1111 0'));
    expect(windows).toMatchObject([{ kind: 'cleared', from: 4, to: 9 }]);
  });

  test('an entry that is given up for good is not in an update', () => {
    expect(diagramOf(zap(false), zapSchedule).windows).toEqual([]);
  });

  test('a value that changes between look and act is stale', () => {
    const program = counters(2);
    expect(diagramOf(program, schedule('0110')).windows).toMatchObject([{ kind: 'stale', thread: 0, from: 1, to: 4, threads: [1] }]);
  });
});

describe('rows', () => {
  test('a deadlock says who waits for whom', () => {
    const pending = diagramOf(abba(), schedule('01')).rows.flatMap((row) => (row.kind === 'pending' ? [row.why] : []));
    expect(pending).toEqual(['waits for ptl, held by P1', 'waits for i_pages.xa_lock, held by P0']);
  });

  test('functions are named where they are entered, and only those in which something happens', () => {
    const names = diagramOf(khugepaged(false), khugepagedSchedule).rows.flatMap((row) => (row.kind === 'function' ? [`${row.thread} ${row.name}`] : []));
    expect(names).toEqual(['0 hpage_collapse_scan_pmd', '1 change_pte_range', '0 collapse_huge_page', '0 __collapse_huge_page_isolate']);
  });

  test('every step of every schedule is in one row, in order', () => {
    for (let seed = 0; seed < 200; seed++) {
      const program = randomProgram(seed);
      const trace = replay(program, randomSchedule(program, seed, 25)).trace;
      const { rows, windows, locks } = buildDiagram(program, trace, { format });
      const numbers = rows.flatMap((row: Row) => numberRange(row) ?? []);
      expect(numbers, `seed ${seed}`).toEqual(trace.steps.map((_, index) => index + 1));
      for (const { firstRow, lastRow } of [...windows, ...locks]) expect(firstRow <= lastRow && lastRow < Math.max(1, rows.length), `seed ${seed}`).toBe(true);
    }
  });
});
