/** Programs of any shape, and schedules of them, for tests of properties that hold for all. */
import { initialState, execute, statusOf } from '../explorer/interpret';
import type { Move } from '../explorer/result';
import type { Program, PropertyId, StepKind } from '../machine/program';
import { eq, goto, ProgramBuilder, set, violate, when, type Act, type WordExp } from '../testing';
import { drop, dress, take } from './test-programs';

/** A small generator of numbers that is the same everywhere. */
export function generator(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 12345;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PROPERTIES: readonly PropertyId[] = ['unjustified-event', 'armed-page-written', 'armed-under-huge', 'sleep-in-atomic', 'assert', 'bug', 'observed-hole-filled', 'kernel-fault-sigbus', 'lock-imbalance', 'null-pointer'];
const KINDS: readonly StepKind[] = ['load', 'store', 'clear', 'user-access', 'event', 'sleep', 'wake', 'choose', 'other'];
const NAMES = ['x', 'pte_same', 'huge_ptep_modify_prot_start', 'READ_ONCE', 'a_really_long_helper_name_that_somebody_thought_was_a_good_idea_at_the_time_and_kept', 'set_pte_at', 'do', 'handle_userfault', 'averylongnamewithoutanyunderscoreinitthatmustbebrokensomewherebecauseitdoesnotfit'];
const ARGUMENTS = ['vma', 'address', '&vmf->pte', 'VM_UFFD_MISSING', 'FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE', 'pte_mkuffd_wp(pte_wrprotect(old))', '0', 'mm->def_flags & VM_LOCKED ? 1 :\n\t\t2'];

export function randomProgram(seed: number): Program {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const b = new ProgramBuilder();
  const count = 1 + random(6);
  const words = Array.from({ length: 1 + random(4) }, (_, index) => b.shared(index % 2 ? `pte[${index}]` : 'mm.some_counter', { kind: random(3) ? 'entry' : random(2) ? 'slot' : 'int', initial: random(4) }));
  const lock = b.lock(pick(['ptl', 'mapping.i_pages.xa_lock', 'hugetlb_fault_mutex_table[0]']));
  const titles: string[] = [];
  for (let thread = 0; thread < count; thread++) {
    titles.push(pick(['', 'page fault', 'UFFDIO_WRITEPROTECT', 'a thread with a title that is much longer than any column could ever be wide', 'khugepaged\t(with a tab)']));
    b.thread(`P${thread}`, (t) => {
      const local = t.local('seen');
      const length = 1 + random(9);
      for (let step = 0; step < length; step++) {
        const depth = random(8);
        const functions = Array.from({ length: depth }, (_, level) => (random(4) ? `level_${level}` : pick(NAMES).replace(/^do$/, 'go'))).join('/');
        const text = `${depth ? `${functions}: ` : ''}${random(3) ? '' : 'seen = '}${pick(NAMES)}(${Array.from({ length: random(5) }, () => pick(ARGUMENTS)).join(', ')})`;
        if (random(6) === 0) {
          take(t, text, lock);
          if (random(2)) drop(t, 'spin_unlock(ptl)', lock);
          continue;
        }
        t.stepWith({ kind: pick(KINDS) }, text, acts(random, words, local, pick), ...(random(5) ? [] : [acts(random, words, local, pick)]));
      }
    });
  }
  return dress(b.build(random(3) ? undefined : eq(words[0]!, random(4))), titles);
}

function acts(random: (below: number) => number, words: readonly WordExp[], local: WordExp, pick: <T>(list: readonly T[]) => T): Act[] {
  const all: Act[] = [];
  for (let count = random(3); count >= 0; count--) {
    const word = pick(words);
    if (random(2)) all.push(set(local, word));
    if (random(3) === 0) all.push(set(word, random(4)));
    if (random(8) === 0) all.push(violate(pick(PROPERTIES), eq(local, random(3))));
    if (random(6) === 0) all.push(when(eq(local, random(3)), goto('end')));
  }
  return all;
}

/** Any moves that are possible, until none is or the schedule is long enough. */
export function randomSchedule(program: Program, seed: number, longest: number): Move[] {
  const random = generator(seed + 77);
  const moves: Move[] = [];
  let state = initialState(program).state;
  while (moves.length < longest) {
    const ready = program.threads.map((_, thread) => thread).filter((thread) => statusOf(program, state, thread).kind === 'ready');
    const thread = ready[random(ready.length)];
    if (thread === undefined) break;
    const status = statusOf(program, state, thread);
    const move = { thread, way: random(status.kind === 'ended' ? 1 : program.threads[thread]!.steps[status.step]!.ways.length) };
    const done = execute(program, state, move);
    moves.push(move);
    state = done.state;
    if (done.violated !== undefined) break;
  }
  return moves;
}
