/** Schedules in a list, in a line of words each. */
import { replay } from '../explorer/replay';
import type { Move, Trace } from '../explorer/result';
import type { ListedSchedule } from '../explorer/schedules';
import type { Program } from '../machine/program';
import { formatValue } from '../machine/values';
import { listName } from './diagram';
import { violationNote } from './property-words';
import type { ScheduleEntry } from './race-view';
import { violatedProperty } from './slice';

/** One that a search has listed. */
export function listedEntry(program: Program, { schedule }: Pick<ListedSchedule, 'schedule'>): ScheduleEntry {
  const { trace } = replay(program, schedule);
  const property = violatedProperty(trace);
  if (property === undefined) return entry(schedule, trace, program, false, endWords(program, trace));
  const note = violationNote(program, trace, property, formatValue);
  const last = trace.steps.at(-1);
  const step = last?.violated === undefined ? undefined : program.threads[last.move.thread]?.steps[last.step];
  const at = step && last ? `, at ${listName(program, step)}() of ${program.threads[last.move.thread]?.name ?? '?'}` : '';
  return entry(schedule, trace, program, true, `${note.replace(/!$/, '')}${at}`);
}

/** One that reaches a label. */
export function labelEntry(program: Program, { label, schedule }: { readonly label: string; readonly schedule: readonly Move[] }): ScheduleEntry {
  const { trace } = replay(program, schedule);
  return entry(schedule, trace, program, violatedProperty(trace) !== undefined, `reaches ${label}`);
}

/** `P0, P1, P0`: who moves, in order; long ones are cut. */
export function orderWords(program: Program, schedule: readonly Move[]): string {
  const runs = schedule.filter((move, index) => move.thread !== schedule[index - 1]?.thread).map(({ thread }) => program.threads[thread]?.name ?? '?');
  return runs.length > MOST_RUNS ? `${runs.slice(0, MOST_RUNS).join(', ')} …` : runs.join(', ');
}

const MOST_RUNS = 7;

function entry(schedule: readonly Move[], trace: Trace, program: Program, fails: boolean, words: string): ScheduleEntry {
  const steps = trace.steps.length;
  return { title: `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`, detail: `${steps} ${steps === 1 ? 'step' : 'steps'}: ${orderWords(program, schedule)}`, fails, moves: schedule };
}

/** How a schedule ends in which nothing goes wrong. */
function endWords(program: Program, trace: Trace): string {
  const waiting = program.threads.flatMap(({ name }, thread) => (trace.states.at(-1)?.threads[thread]?.kind === 'waits' ? [name] : []));
  if (waiting.length === 0) return 'all threads end';
  return `${waiting.join(' and ')} ${waiting.length === 1 ? 'waits' : 'wait'} at the end`;
}
