import { loadBackend } from '../../parser/backend';
import { programOf, readScenario } from '../../simulator/litmus/scenario';
import type { Program } from '../../simulator/machine/program';
import { scaledScenario } from './scaled';

/** The scaled scenario with its fix, as a program. */
export async function scaledProgram(pages: number, faulters: number): Promise<Program> {
  const { scenario, problems } = readScenario(scaledScenario(pages, faulters));
  const lowered = scenario === undefined ? undefined : programOf(scenario, await loadBackend(), { variant: 'fixed' });
  if (lowered?.program === undefined) throw new Error([...problems, ...(lowered?.problems ?? [])].map((problem) => problem.message).join('\n'));
  return lowered.program;
}
