/** What is shown of an examined variant, as a file of another format. */
import type { Examination } from '../examine';
import type { Exploration } from '../explorer/result';
import { positionOf } from '../litmus/problem';
import { formatValue } from '../machine/values';
import { renderJson } from './json';
import { renderMermaid } from './mermaid';
import { toPromela } from './promela';
import { violatedProperty } from './slice';
import { renderSvg } from './svg';

export type ExportFormat = 'svg' | 'mermaid' | 'json' | 'litmus' | 'promela';

/** The text of the file; undefined for a picture of a variant in which nothing goes wrong. */
export function exportText(examination: Examination, format: ExportFormat): string | undefined {
  const { scenario, selection, program, diagram, trace } = examination;
  switch (format) {
    case 'svg': return diagram && renderSvg(diagram, { title: scenario.title });
    case 'mermaid': return diagram && renderMermaid(diagram);
    case 'litmus': return scenario.text;
    case 'promela': return toPromela(program, { name: `${scenario.name}+${selection.variant}` });
    case 'json': return renderJson({
      scenario: scenario.name, variant: selection.variant, program, exploration: shownExploration(examination), trace, format: formatValue,
      lineOf: (offset) => positionOf(scenario.text, offset).line,
    });
  }
}

/** With the schedule that is shown for its witness: what is told of a witness is to be about that one. */
function shownExploration({ exploration, trace, chosen }: Examination): Exploration {
  if (!chosen || trace === undefined) return exploration;
  const property = violatedProperty(trace);
  const schedule = trace.steps.map(({ move }) => move);
  const contextSwitches = schedule.filter(({ thread }, index) => index > 0 && thread !== schedule[index - 1]?.thread).length;
  return { ...exploration, witness: property && { property, schedule, contextSwitches } };
}
