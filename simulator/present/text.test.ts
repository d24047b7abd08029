import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { replay } from '../explorer/replay';
import type { Move } from '../explorer/result';
import type { Program } from '../machine/program';
import { buildDiagram } from './diagram';
import { compareWithFix, fixDiagram } from './fix';
import { randomProgram, randomSchedule } from './random-programs';
import { abba, collapse, counters, formatForTests as format, hugetlb, hugetlbSchedule, khugepaged, khugepagedSchedule, ksm, schedule, zap, zapSchedule } from './test-programs';
import { renderText, TEXT_WIDTH, type TextOptions } from './text';

const folder = path.join(import.meta.dirname, 'goldens');

const draw = (program: Program, moves: readonly Move[], options: TextOptions = {}): string => renderText(buildDiagram(program, replay(program, moves).trace, { format }), options);
const drawFix = (make: (fixed: boolean) => Program, moves: readonly Move[]): string => renderText(fixDiagram(compareWithFix(make(false), replay(make(false), moves).trace, make(true)), format));

const goldens: Readonly<Record<string, () => string>> = {
  'hugetlb.txt': () => draw(hugetlb(false), hugetlbSchedule),
  'hugetlb-numbers.txt': () => draw(hugetlb(false), hugetlbSchedule, { numbers: true }),
  'hugetlb-fix.txt': () => drawFix(hugetlb, hugetlbSchedule),
  'khugepaged.txt': () => draw(khugepaged(false), khugepagedSchedule),
  'khugepaged-fix.txt': () => drawFix(khugepaged, khugepagedSchedule),
  'zap.txt': () => draw(zap(false), zapSchedule),
  'zap-fix.txt': () => drawFix(zap, zapSchedule),
  'ksm.txt': () => draw(ksm(), schedule('000000000')),
  'collapse.txt': () => draw(collapse(), schedule('000 1111 0')),
  'abba.txt': () => draw(abba(), schedule('01')),
  'three-threads.txt': () => draw(counters(3), schedule('012201')),
  'five-threads.txt': () => draw(counters(5), schedule('0123442013')),
};

describe('text diagrams', () => {
  test.each(Object.keys(goldens))('%s', (name) => {
    const file = path.join(folder, name);
    const text = goldens[name]!();
    if (process.env['MM_REVIEW_UPDATE']) fs.writeFileSync(file, text);
    expect(text).toBe(fs.readFileSync(file, 'utf8'));
  });

  test('no golden is left over', () => {
    expect(fs.readdirSync(folder).sort()).toEqual(Object.keys(goldens).sort());
  });

  test('no line is too long, has a tab or ends in blanks, whatever the schedule', () => {
    for (let seed = 0; seed < 250; seed++) {
      const program = randomProgram(seed);
      const trace = replay(program, randomSchedule(program, seed, 30)).trace;
      const diagram = buildDiagram(program, trace, { format });
      for (const numbers of [false, true]) {
        const text = renderText(diagram, { numbers });
        const wrong = text.split('\n').filter((line) => line.length > TEXT_WIDTH || /\t|\s$/.test(line));
        expect(wrong, `seed ${seed}`).toEqual([]);
        expect(text.includes('<=='), `seed ${seed}`).toBe(diagram.property !== undefined);
      }
    }
  });

  test('words are kept whole while the longest fits into a line', () => {
    const program = hugetlb(false);
    const text = draw({ ...program, threads: [...program.threads, ...program.threads] }, hugetlbSchedule);
    for (const word of ['huge_ptep_modify_prot_start', 'huge_ptep_modify_prot_commit', 'handle_userfault', 'hugetlb_change_protection']) expect(text).toContain(word);
  });

  test('a long schedule keeps its columns', () => {
    const program = hugetlb(false);
    const moves = schedule(`${'01'.repeat(2)}`);
    const once = replay(program, moves).trace;
    const long = { steps: Array.from({ length: 50 }, () => once.steps).flat(), states: [...Array.from({ length: 50 }, () => once.states.slice(1)).flat(), once.states[0]!] };
    expect(renderText(buildDiagram(program, long, { format, relevant: long.steps.map(() => true) }))).toContain('-----------------------');
  });

  test('the same schedule gives the same text', () => {
    expect(draw(khugepaged(false), khugepagedSchedule)).toBe(draw(khugepaged(false), khugepagedSchedule));
  });
});
