/** Where things are written down in the memory of a workspace. */

/** The race that the panel shows, or showed last. */
export const RACE_MEMORY = 'racePanel';
