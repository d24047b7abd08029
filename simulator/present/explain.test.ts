import { describe, expect, test } from 'vitest';
import { replay } from '../explorer/replay';
import type { Program, PropertyId } from '../machine/program';
import { goto, ProgramBuilder, violate } from '../testing';
import { capitalized, explain, preemptionPoints, preemptionWords } from './explain';
import { PROPERTY_TITLES } from './property-words';
import { abba, dress, formatForTests as format, hugetlb, hugetlbSchedule, khugepaged, khugepagedSchedule, schedule, take, zap, zapSchedule } from './test-programs';

const sentence = (program: Program, moves: ReturnType<typeof schedule>): string | undefined => explain(program, replay(program, moves).trace, { format })?.sentence;

describe('the sentence', () => {
  test('names the window and who is deceived', () => {
    expect(sentence(hugetlb(false), hugetlbSchedule)).toBe('The page fault reads pte while UFFDIO_WRITEPROTECT has it cleared for an update, and tells userspace that the page is missing; it was there the whole time.');
  });

  test('names who lost the bit', () => {
    expect(sentence(zap(false), zapSchedule)).toBe('The write to the mapping writes to a page that userspace has write-protected, and userspace gets no WP event: reclaim has taken the uffd-wp bit out of pte in ptep_clear_flush().');
  });

  test('names who set the bit', () => {
    expect(sentence(khugepaged(false), khugepagedSchedule)).toBe('Khugepaged maps a huge page writable over pte[0], which UFFDIO_WRITEPROTECT has write-protected; userspace will get no WP event for a write to it.');
  });

  test('names all who wait', () => {
    expect(sentence(abba(), schedule('01'))).toBe('Khugepaged waits for ptl, which MADV_DONTNEED holds, and MADV_DONTNEED waits for i_pages.xa_lock, which khugepaged holds: neither can go on.');
  });

  test('there is one for every property', () => {
    for (const property of Object.keys(PROPERTY_TITLES) as PropertyId[]) {
      if (property === 'deadlock' || property === 'exists') continue;
      const b = new ProgramBuilder();
      const ptl = b.lock('ptl');
      b.thread('P0', (t) => {
        take(t, 'spin_lock(ptl)', ptl);
        t.stepWith({ lock: ptl }, 'handle_userfault(vmf, VM_UFFD_MINOR)', [violate(property), goto('end')]);
      });
      const program = dress(b.build(), ['page fault']);
      const words = sentence(program, schedule('00'));
      expect(words).toMatch(/^[A-Z`].*[^.]\.$/);
      expect(words).not.toMatch(/undefined|\?/);
    }
  });

  test('nothing is said of a schedule that is fine', () => {
    expect(sentence(hugetlb(true), schedule('00'))).toBeUndefined();
  });
});

describe('preemptions', () => {
  const program = hugetlb(false);
  const { trace } = replay(program, hugetlbSchedule);

  test('a switch away from a thread that could go on', () => {
    expect(preemptionPoints(trace)).toEqual([3]);
    expect(preemptionWords(program, trace, 1)).toBe('One preemption, of P0 after `old = huge_ptep_modify_prot_start(vma, address, ptep)`.');
  });

  test('a switch away from a thread that has ended is none', () => {
    expect(preemptionPoints(replay(zap(false), schedule('0000 00 000 0 1')).trace)).toEqual([]);
    expect(preemptionWords(zap(false), replay(zap(false), zapSchedule).trace, 0)).toBe('No race is needed: one order of the threads suffices.');
  });

  test('one thread alone', () => {
    expect(preemptionWords(program, replay(program, schedule('00')).trace, 0)).toBe('No race is needed: one thread suffices.');
  });

  test('the shortest schedule may have more of them than are needed', () => {
    expect(preemptionWords(program, replay(program, schedule('0011')).trace, 2)).toBe('2 preemptions suffice; the schedule shown is shorter and has 1.');
  });
});

test('a sentence begins with a capital, unless it begins with the name of a function', () => {
  expect(capitalized('the page is missing')).toBe('The page is missing');
  expect(capitalized('collapse_file() fills a hole')).toBe('collapse_file() fills a hole');
});
