/** Whether what a schedule violates would be violated without the slice: then it says nothing about the user's code. */
import { explore } from '../simulator/explorer/explore';
import type { Program, PropertyId } from '../simulator/machine/program';

/** True when the threads beside the slice, which is the first thread, violate one of the properties by themselves. */
export function isDoneByOthers(program: Program, properties: readonly PropertyId[] | undefined, maxStates: number): boolean {
  const [slice, ...others] = program.threads;
  if (slice === undefined || others.length === 0) return false;
  const gone: Program = {
    ...program,
    // Nobody goes through the place: what is violated counts from the start.
    words: program.words.map((word) => (word.scope === 'ghost' && word.name.startsWith('through(') ? { ...word, initial: 1 } : word)),
    threads: [{ ...slice, start: [{ kind: 'goto', step: 'end' }] }, ...others],
  };
  return explore(gone, { maxStates, maxPreemptionStates: 0, properties }).verdict === 'Sometimes';
}
