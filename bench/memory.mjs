// Memory of the real server with the whole tree indexed and checked, and how it grows over edits. Alone: node bench/memory.mjs [EDITS] [--collect]
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withEditSession } from './edit-session.mjs';

const probe = new URL('heap-probe.mjs', import.meta.url).href;
/** Edits after which growth counts: code has been compiled and caches are filled by then. */
const WARM_UP = 500;
const EVERY = 500;

/**
 * Megabytes of the server with the file open, with the whole tree checked, and after every 500 edits: `resident` what the process takes, `heap` what its main thread
 * has in use, garbage included. With `collect` garbage is collected before each measurement, which shows what is kept: a leak, if it grows.
 * `growth` is that of the resident memory from the end of the warm-up to the end.
 */
export function measureMemory(edits = 5000, { seed = 1, collect = false, report = () => undefined } = {}) {
  return withEditSession(async ({ client, open, edit, next }) => {
    const points = [];
    const measure = async (name) => {
      const point = { name, ...await ask(client) };
      points.push(point);
      report(point);
    };
    await open();
    await measure('file open');
    const totals = await client.request('workspace/executeCommand', { command: 'mmReview.checkWorkspace' });
    if (!(totals?.files > 100)) throw new Error(`the whole tree was not checked: ${JSON.stringify(totals)}`);
    await measure('whole tree checked');
    for (let count = 1; count <= edits; count++) {
      const { place, character } = next();
      await edit(place, 0, character);
      await edit(place, 1, '');
      if (count % EVERY === 0 || count === edits) await measure(`${count} edits`);
    }
    const warm = points.find(({ name }) => name === `${Math.min(WARM_UP, edits)} edits`);
    return { points, growth: points.at(-1).resident / warm.resident - 1 };
  }, { seed, node: [`--import=${probe}`, ...(collect ? ['--expose-gc'] : [])] });
}

/** What the probe says now. */
async function ask(client) {
  const before = client.log.length;
  process.kill(client.pid, 'SIGUSR2');
  for (;;) {
    const told = /^heap-probe (\{.*\})$/m.exec(client.log.slice(before))?.[1];
    if (told !== undefined) {
      const { heapUsed, heapTotal, external, arrayBuffers } = JSON.parse(told);
      // The kernel's own figure; that of node includes pages that are shared with other processes, too.
      const resident = Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${client.pid}/status`, 'utf8'))[1]) * 1024;
      return Object.fromEntries(Object.entries({ resident, heap: heapUsed, heapTotal, external, arrayBuffers }).map(([name, bytes]) => [name, bytes / 2 ** 20]));
    }
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: { collect }, positionals: [edits = '5000'] } = parseArgs({ allowPositionals: true, options: { collect: { type: 'boolean', default: false } } });
  const print = ({ name, ...sizes }) => console.log(`${name}: ${Object.entries(sizes).map(([what, megabytes]) => `${what} ${megabytes.toFixed(1)}`).join(', ')} MB`);
  const { growth } = await measureMemory(Number(edits), { collect, report: print });
  console.log(`growth after the first ${WARM_UP} edits: ${(100 * growth).toFixed(1)} %`);
}
