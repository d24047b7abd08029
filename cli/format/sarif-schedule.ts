/** The schedule that confirms a finding, in SARIF: interleaved first, then each thread by itself. */
import type { ScheduleStep, Verdict } from '../../witness/verdict';
import { literal, uriOf } from './sarif-text';

/** A code flow, or none where nothing was confirmed. `base` stands for the root of the tree. */
export function scheduleFlow({ steps, threads }: Verdict, base: string): object[] {
  if (steps.length === 0) return [];
  const flow = (id: string, text: string, part: readonly ScheduleStep[]): object => ({
    id, message: { text: literal(text) },
    locations: part.map((step) => ({ location: locationOf(step, base), executionOrder: step.n })),
  });
  return [{
    message: { text: 'A schedule that confirms it, step by step, then by threads.' },
    threadFlows: [flow('schedule', 'All threads, in the order of the schedule', steps), ...threads.map(({ name, title }) => flow(name, title === name ? name : `${name}: ${title}`, steps.filter((step) => step.thread === name)))],
  }];
}

/** The steps that stand on a line of the tree, for viewers that show no code flows. */
export function scheduleLocations({ steps }: Verdict, base: string): object[] {
  return steps.filter((step) => step.place !== undefined).map((step) => locationOf(step, base));
}

/** What library threads and userspace do stands on no line: such a location has a message only. */
function locationOf({ n, thread, function: name, text, place }: ScheduleStep, base: string): object {
  return {
    ...(place && { physicalLocation: { artifactLocation: { uri: uriOf(place.file), uriBaseId: base }, region: { startLine: place.line } } }),
    logicalLocations: [{ name, kind: 'function' }],
    message: { text: literal(`Step ${n}, ${thread}: ${text}`) },
  };
}
