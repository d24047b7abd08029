/** Between two tests the process answers its runner, which gives up on one that it has not heard from for a minute. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach } from 'vitest';

afterEach(async () => {
  await nextTurn();
});
