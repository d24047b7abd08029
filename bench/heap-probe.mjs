// Loaded into the server that bench/memory.mjs measures: on SIGUSR2 it writes the memory of the process to standard error, after a full collection where one can be asked for.
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    writeSync(2, `heap-probe ${JSON.stringify(process.memoryUsage())}\n`);
  });
}
