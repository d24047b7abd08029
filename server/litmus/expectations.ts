/** Do the `Expect` lines hold? Explored with a limit: scenarios of the usual size take milliseconds, and what is larger is left to the command line. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Complaint } from './check';
import type { LitmusFile } from './document';
import type { Span } from './text';
import type { ParserBackend } from '../../parser/types';
import { disagreement, present, type Examination } from '../../simulator/examine';
import { exploreAsync } from '../../simulator/explorer/explore';
import { programOf, type Adversary, type Expectation } from '../../simulator/litmus/scenario';

/** States of one variant, and of all variants of a file. */
const MAX_STATES = 50_000;
const MAX_STATES_OF_FILE = 400_000;
/** States between two looks at what else there is to do: about two milliseconds. */
const EVERY = 512;

/** One complaint for each line that does not hold, none about what is too large; undefined when it was abandoned. */
export async function checkExpectations(file: LitmusFile, adversaries: readonly Adversary[], backend: ParserBackend, abandoned: () => boolean): Promise<readonly Complaint[] | undefined> {
  const { scenario } = file;
  const found: Complaint[] = [];
  let states = 0;
  for (const expectation of scenario?.expectations ?? []) {
    await nextTurn();
    if (abandoned() || scenario === undefined) return undefined;
    const library = expectation.adversaries.flatMap((name) => adversaries.filter((adversary) => adversary.name === name));
    const selection = { variant: expectation.variant, adversaries: library };
    const { program } = programOf(scenario, backend, selection);
    if (program === undefined || library.length < expectation.adversaries.length) continue;
    const exploration = await exploreAsync(program, {
      properties: scenario.checked, maxStates: Math.min(MAX_STATES, MAX_STATES_OF_FILE - states), maxPreemptionStates: 0, every: EVERY, pause: async () => { await nextTurn(); }, onProgress: abandoned,
    });
    if (exploration.limit === 'cancelled') return undefined;
    states += exploration.states;
    // Of what was only explored in part nothing is said, not even a Sometimes: a shorter schedule may be found later.
    if (exploration.limit === undefined) {
      const examination = present(scenario, selection, program, exploration);
      const wrong = disagreement(examination, expectation);
      if (wrong !== undefined) found.push({ ...verdictSpan(file, expectation), message: `${wrong} (${exploration.states} states explored)`, ...verdictOf(examination) });
    }
    if (states >= MAX_STATES_OF_FILE) break;
  }
  return found;
}

/** The verdict of the line, with what follows it. */
function verdictSpan({ outline }: LitmusFile, { offset }: Expectation): Span {
  const line = outline.lines.find(({ key }) => key.start === offset);
  const verdict = line?.words.find(({ text }) => text === 'Sometimes' || text === 'Never');
  return { start: verdict?.start ?? offset, end: line?.end ?? offset };
}

/** What the line would have to say. A Never that proves nothing is no expectation to write down. */
function verdictOf({ exploration: { verdict, witness }, uncovered }: Examination): { readonly found?: string } {
  if (verdict === 'Sometimes') return { found: `Sometimes ${witness?.schedule.length ?? 0}` };
  return uncovered.length === 0 ? { found: 'Never' } : {};
}
