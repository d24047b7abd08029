/** How much memory V8 takes beside what is in use. */
import { setFlagsFromString } from 'node:v8';

/** Garbage that may lie about before it is collected, in percent of what is in use. V8 by itself lets a heap of our size grow to four times that. */
const GROWTH_PERCENT = 100;

/** Keeps the heaps of all threads of this process close to what they need: a server runs all day beside others. */
export function boundHeapGrowth(): void {
  // V8 reads this figure at each collection. Programs on Electron may have frozen all flags by now, and then setting one ends the process.
  if (process.versions.electron === undefined) setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}

/** For the thread that checks whole trees: many times what the largest trees need. A thread that goes beyond that ends, and the server does not. */
export const THREAD_MEGABYTES = 1024;
/** The young generation has three parts, of which two are as large as the third grows; V8's own figure is 48. */
export const THREAD_YOUNG_MEGABYTES = 24;
