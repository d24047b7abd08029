/** What a move leads to, as a number: a state, a violation, or neither. */

/** No such state. */
export const NONE = -100;
/** The state is new and there is no room for it. */
export const FULL = -101;

/** What is below 0 down to -15 is a violation, of the property whose rank is -1 - target. */
export const isViolation = (target: number): boolean => target < 0 && target > NONE;
export const rankOfTarget = (target: number): number => -1 - target;
