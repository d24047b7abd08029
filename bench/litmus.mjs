// The explorer against SPIN on a scenario of growing size, and on the shipped ones: node bench/litmus.mjs [--rounds N] [--sizes 3x3,2x4,3x4] [--only sizes|verdicts]
// README.md in this folder says how to read it. Needs spin and gcc.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { measure, median, table } from './measure.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, sizes: { type: 'string', default: '3x3,2x4,3x4' }, only: { type: 'string' } } });
const rounds = Number(options.rounds);
const sizes = options.sizes.split(',').map((size) => size.split('x').map(Number));
for (const command of ['spin', 'gcc']) requireCommand(command);
const cli = path.join(projectDir, 'dist/cli.js');
if (!fs.existsSync(cli)) fail('dist/cli.js is missing. Run: npm run build');

const bundles = path.join(projectDir, '.cache/bench-litmus');
await build({
  entryPoints: ['explore-once', 'spin-once'].map((name) => path.join(projectDir, `bench/spin/${name}.ts`)),
  outdir: bundles, outExtension: { '.js': '.cjs' }, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning',
  external: ['tree-sitter', 'tree-sitter-c', 'web-tree-sitter'],
  define: { 'import.meta.dirname': JSON.stringify(path.join(projectDir, 'scripts')) },
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
});
const { allAtOnce, compileScaled, contenders, forVerdicts, verdictTimes } = await import(pathToFileURL(path.join(bundles, 'spin-once.cjs')).href);

console.log(`# Explorer and SPIN\n\n${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.availableParallelism()} cores, load ${os.loadavg()[0].toFixed(1)}, node ${process.version}, ${spinVersion()}, ${rounds} interleaved rounds.`);
if (options.only !== 'verdicts') for (const [pages, faulters] of sizes) await compare(pages, faulters);
if (options.only !== 'sizes') await verdicts();

async function compare(pages, faulters) {
  const hashBits = Math.max(20, Math.ceil(Math.log2((await explorer(pages, faulters, 'full')()).states)));
  const pans = await Promise.all(contenders.map(({ options: pan }) => compileScaled(pages, faulters, pan, hashBits)));
  try {
    const all = [
      { name: 'mm-review, every state', run: explorer(pages, faulters, 'full') },
      { name: 'mm-review', run: explorer(pages, faulters, 'reduced') },
      ...pans.map((pan, index) => ({ name: contenders[index].name, compile: pan.cpuSeconds, run: () => pan.run() })),
    ];
    const runs = all.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < all.length; turn++) {
        const index = (turn + round) % all.length;
        runs[index].push(await all[index].run());
      }
    }
    const cpuOf = (index) => Math.min(...runs[index].map((run) => run.cpuSeconds));
    const rate = (index) => runs[index][0].states / cpuOf(index);
    const fastest = Math.max(...contenders.flatMap(({ options: pan }, index) => (pan.reduce ? [] : [rate(index + 2)])));
    console.log(`\n## ${pages} pages, ${faulters} faulting threads\n`);
    console.log(table(['contender', 'states', 'spin and gcc, CPU s', 'median s', 'best s', 'user CPU s', 'million states/s of CPU', 'against SPIN', 'all in, CPU s', 'bytes/state', 'peak MB'], all.map(({ name, compile }, index) => [
      name, String(runs[index][0].states), compile === undefined ? '-' : compile.toFixed(1), median(runs[index].map((run) => run.seconds)).toFixed(2),
      Math.min(...runs[index].map((run) => run.seconds)).toFixed(2), cpuOf(index).toFixed(2), (rate(index) / 1e6).toFixed(2), `${(rate(index) / fastest).toFixed(2)} x`,
      Math.min(...runs[index].map((run) => run.processCpuSeconds ?? run.cpuSeconds + compile)).toFixed(2),
      (runs[index][0].bytes / runs[index][0].states).toFixed(0), Math.max(...runs[index].map((run) => run.megabytes)).toFixed(0),
    ])));
    const [ours, , depth] = runs;
    if (ours[0].states !== depth[0].states) throw new Error(`mm-review finds ${ours[0].states} states, SPIN ${depth[0].states}`);
  } finally {
    for (const pan of pans) await pan.remove();
  }
}

/** From a program to its verdict; SPIN's checker has to be compiled for each. */
async function verdicts() {
  const times = [];
  for await (const time of verdictTimes(cli)) times.push(time);
  const [whole, inProcess] = ['process', 'inProcess'].map((kind) => times.map((time) => time.spin.cpuSeconds / time[kind].cpuSeconds));
  console.log(`\n## Time to verdict, shipped scenarios\n\nUser CPU seconds; SPIN ${forVerdicts.search} first with its reductions, gcc ${forVerdicts.optimize}.\n`);
  console.log(table(['scenario', 'states', 'SPIN, gcc and all', 'mm-review, whole process', 'ratio', 'mm-review, in process', 'ratio'], times.map((time, index) => [
    time.name, String(time.states), time.spin.cpuSeconds.toFixed(2), time.process.cpuSeconds.toFixed(2), `${whole[index].toFixed(1)} x`, time.inProcess.cpuSeconds.toFixed(3), `${inProcess[index].toFixed(0)} x`,
  ])));
  const sum = (pick) => times.reduce((total, time) => total + pick(time).cpuSeconds, 0);
  const range = (ratios) => `at least ${Math.min(...ratios).toFixed(1)} x, median ${median(ratios).toFixed(1)} x`;
  console.log(`\n${times.length} programs. Ratio of user CPU, whole process: ${range(whole)}; in process: ${range(inProcess)}.`);
  console.log(`Sums: SPIN ${sum((time) => time.spin).toFixed(1)} s, a process for each ${sum((time) => time.process).toFixed(1)} s, in process ${sum((time) => time.inProcess).toFixed(1)} s.`);
  const scenarios = [...new Set(times.map(({ scenario }) => scenario))];
  const rows = [];
  for (const scenario of scenarios) {
    const own = times.filter((time) => time.scenario === scenario);
    const spin = own.reduce((total, time) => total + time.spin.cpuSeconds, 0);
    const runs = [];
    for (let round = 0; round < rounds; round++) runs.push((await allAtOnce(cli, scenario)).cpuSeconds);
    rows.push([scenario, String(own.length), spin.toFixed(2), median(runs).toFixed(2), `${(spin / median(runs)).toFixed(1)} x`]);
  }
  console.log('\nEach scenario with all that its Expect lines name: SPIN builds a checker for each program, mm-review takes the file once.\n');
  console.log(table(['scenario', 'programs', 'SPIN, gcc and all', 'mm-review simulate SCENARIO', 'ratio'], rows));
  const all = await allAtOnce(cli);
  console.log(`mm-review simulate, all that ships and all combinations in one process: ${all.seconds.toFixed(1)} s, user CPU ${all.cpuSeconds.toFixed(1)} s.`);
}

/** Explores in a process of its own; the time is that of the exploration, without node's start and the reading of the scenario. */
function explorer(pages, faulters, mode) {
  return async () => {
    const { stdout } = await measure(process.execPath, [path.join(bundles, 'explore-once.cjs'), String(pages), String(faulters), mode], { cwd: projectDir, allowedStatus: [0] });
    return JSON.parse(stdout);
  };
}

function spinVersion() {
  return /Spin Version (\S+)/.exec(execFileSync('spin', ['-V'], { encoding: 'utf8' }))?.[0] ?? 'SPIN';
}

function requireCommand(command) {
  if ((process.env.PATH ?? '').split(':').some((folder) => fs.existsSync(path.join(folder, command)))) return;
  fail(`${command} is missing: apt-get install spin gcc libc6-dev`);
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(1);
}
