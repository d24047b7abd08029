// The explorer against SPIN on a scenario of growing size: node bench/litmus.mjs [--rounds N] [--sizes 3x3,2x4,3x4]
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

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, sizes: { type: 'string', default: '3x3,2x4,3x4' } } });
const rounds = Number(options.rounds);
const sizes = options.sizes.split(',').map((size) => size.split('x').map(Number));
for (const command of ['spin', 'gcc']) requireCommand(command);

const bundles = path.join(projectDir, '.cache/bench-litmus');
await build({
  entryPoints: ['explore-once', 'spin-once'].map((name) => path.join(projectDir, `bench/spin/${name}.ts`)),
  outdir: bundles, outExtension: { '.js': '.cjs' }, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning',
  external: ['tree-sitter', 'tree-sitter-c', 'web-tree-sitter'],
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
});
const { compileScaled, contenders } = await import(pathToFileURL(path.join(bundles, 'spin-once.cjs')).href);

console.log(`# Explorer and SPIN\n\n${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.availableParallelism()} cores, load ${os.loadavg()[0].toFixed(1)}, node ${process.version}, ${spinVersion()}, ${rounds} interleaved rounds.`);
for (const [pages, faulters] of sizes) await compare(pages, faulters);

async function compare(pages, faulters) {
  const hashBits = Math.max(20, Math.ceil(Math.log2((await explorer(pages, faulters, 'full')()).states)));
  const pans = await Promise.all(contenders.map(({ options: pan }) => compileScaled(pages, faulters, pan, hashBits)));
  try {
    const all = [
      { name: 'mm-review, every state', run: explorer(pages, faulters, 'full') },
      { name: 'mm-review', run: explorer(pages, faulters, 'reduced') },
      ...pans.map((pan, index) => ({ name: contenders[index].name, compile: pan.spinSeconds + pan.gccSeconds, run: () => pan.run() })),
    ];
    const runs = all.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < all.length; turn++) {
        const index = (turn + round) % all.length;
        runs[index].push(await all[index].run());
      }
    }
    console.log(`\n## ${pages} pages, ${faulters} faulting threads\n`);
    console.log(table(['contender', 'states', 'compile s', 'median s', 'best s', 'processor s', 'million states/s of processor time', 'peak MB'], all.map(({ name, compile }, index) => {
      const cpu = Math.min(...runs[index].map((run) => run.cpuSeconds));
      return [
        name, String(runs[index][0].states), compile === undefined ? '-' : compile.toFixed(1), median(runs[index].map((run) => run.seconds)).toFixed(2),
        Math.min(...runs[index].map((run) => run.seconds)).toFixed(2), cpu.toFixed(2), (runs[index][0].states / cpu / 1e6).toFixed(2), Math.max(...runs[index].map((run) => run.megabytes)).toFixed(0),
      ];
    })));
    const [ours, , depth] = runs;
    if (ours[0].states !== depth[0].states) throw new Error(`mm-review finds ${ours[0].states} states, SPIN ${depth[0].states}`);
  } finally {
    for (const pan of pans) await pan.remove();
  }
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
  console.error(`bench: ${command} is missing: apt-get install spin gcc`);
  process.exit(1);
}
