/** How long the program has been at work. */

/** What the launcher (`mm-review`) calls the time in which it installed and built. */
const preparing = 'mm-review prepare';

/** Milliseconds since the process began, without those in which the launcher installed and built: a user asks how long the check took. */
export function clock(): () => number {
  const prepared = performance.getEntriesByName(preparing).reduce((total, entry) => total + entry.duration, 0);
  return () => performance.now() - prepared;
}
