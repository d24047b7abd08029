/** Small faults in programs. A fault of the explorer or of the export shows where the two disagree on one. */
import type { Program, Step, Stmt } from '../../simulator/machine/program';
import type { Random } from '../../simulator/testing-random';

/** The program with one step that does nothing but go on, and waits for nothing. */
export function deleteOneStep(program: Program, pick: Random): { readonly program: Program; readonly thread: string; readonly step: number } {
  const candidates = program.threads.flatMap(({ steps }, thread) => steps.map((_, step) => ({ thread, step })));
  const chosen = candidates[pick(candidates.length)];
  if (chosen === undefined) throw new Error('a program without steps');
  const threads = program.threads.map((thread, index) => {
    if (index !== chosen.thread) return thread;
    // What was a copy of another thread is none any more.
    return { ...thread, program: `${thread.program} without step ${chosen.step}`, steps: thread.steps.map((step, at) => (at === chosen.step ? emptied(step, at, thread.steps.length) : step)) };
  });
  return { program: { ...program, threads }, thread: program.threads[chosen.thread]!.name, step: chosen.step };
}

function emptied(step: Step, index: number, steps: number): Step {
  return { ...step, text: `(deleted) ${step.text}`, guard: undefined, mayWaitForever: undefined, ways: [[lastGoto(step.ways[0] ?? []) ?? { kind: 'goto', step: index + 1 < steps ? index + 1 : 'end' }]] };
}

/** Where the step goes when none of its tests holds. */
function lastGoto(statements: readonly Stmt[]): Stmt | undefined {
  const last = statements.at(-1);
  return last?.kind === 'if' ? lastGoto(last.else) : last?.kind === 'goto' ? last : undefined;
}
