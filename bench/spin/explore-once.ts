/** Explores a scaled scenario once, in a process of its own, and prints what it took: explore-once PAGES FAULTERS reduced|full */
import { search } from '../../simulator/explorer/search';
import { StateSpace } from '../../simulator/explorer/space';
import { scaledProgram } from './scaled-program';

async function main(): Promise<void> {
  const [pages, faulters, mode] = process.argv.slice(2);
  const program = await scaledProgram(Number(pages), Number(faulters));
  const before = { time: performance.now(), cpu: process.cpuUsage() };
  // What `explore` does for a program in which nothing is wrong; this tells the memory as well.
  const space = new StateSpace(program, 20_000_000, mode === 'reduced');
  const run = search(space, 1 << 30);
  let step = run.next(false);
  while (!step.done) step = run.next(false);
  if (step.value.positive > 0 || step.value.limit !== undefined) throw new Error('the scaled scenario is not one in which nothing is wrong');
  const { user, system } = process.cpuUsage(before.cpu);
  console.log(JSON.stringify({
    states: space.count,
    seconds: (performance.now() - before.time) / 1000,
    cpuSeconds: user / 1e6,
    systemSeconds: system / 1e6,
    /** With node's start, the reading of the scenario and its lowering. */
    processCpuSeconds: process.cpuUsage().user / 1e6,
    bytes: space.bytes,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }));
}

void main();
