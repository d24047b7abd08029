// Memory of the real server with the whole tree indexed and checked, and how it grows over edits. Alone: node bench/memory.mjs [EDITS] [--collect]
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withEditSession } from './edit-session.mjs';

const probe = new URL('heap-probe.mjs', import.meta.url).href;
/** Edits between two reports. Growth counts from the second stretch on: code has been compiled and caches are filled by then. */
const EVERY = 500;
/** Edits between two looks at the resident memory: it swings with every collection, and what counts is its mean over a stretch. */
const LOOK = 10;

/**
 * Megabytes of the server with the file open, with the whole tree checked, and after every 500 edits: `resident` what the process takes, `mean` what it took on average
 * since the last time, `heap` what its main thread has in use, garbage included. With `collect` garbage is collected before each measurement, which shows what is
 * kept: a leak, if it grows. `growth` is that of the mean from the second stretch of 500 edits to the last; undefined when there are fewer than three.
 */
export function measureMemory(edits = 5000, { seed = 1, collect = false, report = () => undefined } = {}) {
  return withEditSession(async ({ client, open, edit, next }) => {
    const points = [];
    let looks = [];
    const measure = async (name) => {
      looks.push(residentOf(client));
      const point = { name, mean: looks.reduce((sum, each) => sum + each, 0) / looks.length, ...await ask(client) };
      looks = [];
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
      if (count % LOOK === 0) looks.push(residentOf(client));
      if (count % EVERY === 0 || count === edits) await measure(`${count} edits`);
    }
    const stretches = points.slice(2);
    return { points, growth: stretches.length < 3 ? undefined : stretches.at(-1).mean / stretches[1].mean - 1 };
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
      const sizes = Object.entries({ heap: heapUsed, heapTotal, external, arrayBuffers }).map(([name, bytes]) => [name, bytes / 2 ** 20]);
      return { resident: residentOf(client), ...Object.fromEntries(sizes) };
    }
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

/** Megabytes, as the kernel counts them. */
function residentOf(client) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${client.pid}/status`, 'utf8'))[1]) / 1024;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: { collect }, positionals: [edits = '5000'] } = parseArgs({ allowPositionals: true, options: { collect: { type: 'boolean', default: false } } });
  const print = ({ name, ...sizes }) => console.log(`${name}: ${Object.entries(sizes).map(([what, megabytes]) => `${what} ${megabytes.toFixed(1)}`).join(', ')} MB`);
  const { growth } = await measureMemory(Number(edits), { collect, report: print });
  console.log(growth === undefined ? 'too few edits to speak of growth' : `growth of the mean, from the second stretch of ${EVERY} edits to the last: ${(100 * growth).toFixed(1)} %`);
}
