/** Scenarios of a few lines, for tests. */
import { loadBackend } from '../../parser/backend';
import { explore } from '../explorer/explore';
import { replay } from '../explorer/replay';
import type { Exploration } from '../explorer/result';
import type { Problem } from '../litmus/problem';
import { positionOf } from '../litmus/problem';
import { programOf, readScenario, type ProgramOptions } from '../litmus/scenario';
import type { Program } from './program';

const backend = await loadBackend();

/** A litmus file around an init block and the rest. */
export function litmus(init: string, body: string, header = ''): string {
  return `C test\n(*\n${header}\n*)\n{\n${init}\n}\n${body}\n`;
}

/** What is wrong with a file as `line:column message`, in a variant. */
export function problemsOf(text: string, options: Partial<ProgramOptions> = {}): string[] {
  const { scenario, problems } = readScenario(text);
  const all = scenario && problems.length === 0 ? programOf(scenario, backend, { variant: 'buggy', ...options }).problems : problems;
  return all.map((problem) => said(text, problem));
}

/** The program of a file; an error in it fails the test. */
export function programIn(text: string, options: Partial<ProgramOptions> = {}): Program {
  const { scenario, problems } = readScenario(text);
  const { program, problems: more } = scenario && problems.length === 0 ? programOf(scenario, backend, { variant: 'buggy', ...options }) : { program: undefined, problems };
  if (!program) throw new Error(more.map((problem) => said(text, problem)).join('\n'));
  return program;
}

/** Texts of a thread's steps. */
export function stepsOf(program: Program, thread = 0): string[] {
  return program.threads[thread]!.steps.map((step) => step.text);
}

/** Explores without reduction, so that numbers of states can be counted by hand. */
export function exploreIn(init: string, body: string): Exploration & { readonly program: Program } {
  const program = programIn(litmus(init, body));
  return { ...explore(program, { reduce: false, maxStates: 100_000 }), program };
}

/** The final value of each shared word and ghost when one thread runs alone, with the property that it violates, if any. */
export function runAlone(init: string, body: string, helpers = ''): Record<string, number | string> {
  const program = programIn(litmus(init, `${helpers}\nP0() {\n${body}\n}`));
  let schedule: { thread: number; way: number }[] = [];
  for (let i = 0; i < 200; i++) {
    const longer = [...schedule, { thread: 0, way: 0 }];
    if (replay(program, longer).problem !== undefined) break;
    schedule = longer;
  }
  const last = replay(program, schedule).trace.states.at(-1)!;
  const found: Record<string, number | string> = {};
  for (const [id, word] of program.words.entries()) if (word.scope !== 'local' && !word.name.includes('P0')) found[word.name] = last.words[id]!;
  // Locals that are no use any more must be zero, or states that behave alike would differ.
  for (const [id, word] of program.words.entries()) if (word.scope === 'local' && last.threads[0]!.kind === 'ended' && last.words[id] !== 0) found[`left in ${word.name}`] = last.words[id]!;
  if (last.violated !== undefined) found['violated'] = last.violated;
  return found;
}

function said(text: string, problem: Problem): string {
  const { line, column } = positionOf(text, problem.offset);
  return `${line}:${column} ${problem.message}`;
}
