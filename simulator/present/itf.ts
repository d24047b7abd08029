/**
 * A trace in the Informal Trace Format of Apalache (https://apalache-mc.org/docs/adr/015adr-trace.html), so that viewers for it can show ours. Besides the
 * words there are two variables: who moved to come to this state, and what was executed.
 */
import type { Trace } from '../explorer/result';
import type { Program } from '../machine/program';
import { valueText, wordName, type FormatValue } from './format';

/** The text of the file, ended by a newline. */
export function renderItf(program: Program, trace: Trace, options: { readonly format: FormatValue; readonly description: string }): string {
  const names = program.words.map((_, word) => wordName(program, word));
  const states = trace.states.map((state, index) => {
    const traced = trace.steps[index - 1];
    const thread = traced && program.threads[traced.move.thread];
    return {
      '#meta': { index },
      'last.thread': thread?.name ?? '',
      'last.step': thread?.steps[traced?.step ?? -1]?.text ?? '',
      ...Object.fromEntries(names.map((name, word) => {
        const value = state.words[word] ?? 0;
        return [name, program.words[word]?.kind === 'int' ? value : valueText(program, word, value, options.format)];
      })),
    };
  });
  const meta = { format: 'ITF', 'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html', description: options.description };
  return `${JSON.stringify({ '#meta': meta, vars: ['last.thread', 'last.step', ...names], states }, undefined, 2)}\n`;
}
