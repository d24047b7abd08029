/** Entry of the thread's bundle. */
import os from 'node:os';
import { parentPort } from 'node:worker_threads';
import { loadEngine } from '../product';
import type { Port } from '../thread-line';
import type { FromProver, ToProver } from './messages';
import { serveProver } from './thread';

/** Nobody types here: only a cancellation is waited for. */
const SLICE_MS = 25;

/** Whoever types goes first. It cannot be taken back. Elsewhere a priority is that of the whole process. */
function giveWay(): void {
  if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
}

const port = parentPort as Port<ToProver, FromProver> | null;
// A failure to load ends the thread, which the server takes for what it is.
if (port !== null) void loadEngine().then((engine) => serveProver(port, engine, { slice: SLICE_MS, giveWay }));
