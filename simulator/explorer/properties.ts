/** The properties in the order in which they are preferred and reported. */
import type { PropertyId } from '../machine/program';

/** A record, so that a property that is added to the type and forgotten here does not compile. */
const RANK: Readonly<Record<PropertyId, number>> = {
  deadlock: 0,
  'lock-imbalance': 1,
  'unlock-not-held': 2,
  'recursive-lock': 3,
  'sleep-in-atomic': 4,
  'kernel-fault-sigbus': 5,
  'unjustified-event': 6,
  'armed-page-written': 7,
  'armed-under-huge': 8,
  'observed-hole-filled': 9,
  bug: 10,
  'null-pointer': 11,
  'out-of-range': 12,
  assert: 13,
  exists: 14,
};

/** All properties, most preferred first. */
export const PROPERTIES: readonly PropertyId[] = (Object.keys(RANK) as PropertyId[]).sort((a, b) => RANK[a] - RANK[b]);

/** The place of a property in `PROPERTIES`. */
export const rankOf = (property: PropertyId): number => RANK[property];
