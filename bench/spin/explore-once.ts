/** Explores a scaled scenario once, in a process of its own, and prints what it took: explore-once PAGES FAULTERS reduced|full */
import { explore } from '../../simulator/explorer/explore';
import { scaledProgram } from './scaled-program';

async function main(): Promise<void> {
  const [pages, faulters, mode] = process.argv.slice(2);
  const program = await scaledProgram(Number(pages), Number(faulters));
  const before = { time: performance.now(), cpu: process.cpuUsage() };
  const { states, transitions, verdict } = explore(program, { reduce: mode === 'reduced', maxPreemptionStates: 0 });
  const { user, system } = process.cpuUsage(before.cpu);
  console.log(JSON.stringify({
    states, transitions, verdict,
    seconds: (performance.now() - before.time) / 1000,
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }));
}

void main();
