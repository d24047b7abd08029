// The benchmark (npm run bench [-- --rounds N] [-- --edits N]): README.md in this folder says how to read it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectDir, treeDir } from '../scripts/kernel-trees.mjs';
import { detection } from './detection.mjs';
import { measureEdits } from './edit-latency.mjs';
import { measureRequests, requestTable } from './request-latency.mjs';
import { measure, median, percentile, table } from './measure.mjs';

const { values: options } = parseArgs({ options: {
  rounds: { type: 'string', default: '7' },
  edits: { type: 'string', default: '200' },
} });
const rounds = Number(options.rounds);
const tree = treeDir('6.12');
if (!fs.existsSync(path.join(tree, 'mm/hugetlb.c'))) fail(`${tree} is missing. Run: npm run kernels`);
if (!fs.existsSync(path.join(projectDir, 'dist/cli.js'))) fail('dist/cli.js is missing. Run: npm run build');

const cores = os.availableParallelism();
const paths = [path.join(tree, 'mm'), path.join(tree, 'fs/userfaultfd.c')];
const check = ['check', '--root', tree, '--format', 'json', ...paths];
const cli = path.join(projectDir, 'dist/cli.js');
const semanticPatch = path.join(projectDir, 'bench/lockless-pte-to-userfault.cocci');
const spatch = (...args) => ['--sp-file', semanticPatch, '--no-includes', '--very-quiet', ...args];
const groups = path.join(os.tmpdir(), `mm-review-bench-groups-${process.pid}`);

const parseOnly = { name: 'native parse alone (tree-sitter)', command: process.execPath, args: [path.join(projectDir, 'bench/parse-only.mjs'), ...paths] };
const contenders = [
  parseOnly,
  { name: 'mm-review check (node dist/cli.js)', command: process.execPath, args: [cli, ...check] },
  { name: 'mm-review check (./mm-review)', command: path.join(projectDir, 'mm-review'), args: check },
];
const coccinelle = spatchVersion();
if (coccinelle !== undefined) contenders.push({ name: `Coccinelle ${coccinelle}, this rule (-j ${cores})`, command: 'spatch', args: spatch('-j', String(cores), '--file-groups', groups), allowedStatus: [0] });

try {
  writeGroups();
  const results = await interleaved();
  await printTimes(results);
  await printDetection();
  await printLatency();
} catch (error) {
  fail(error.message);
} finally {
  fs.rmSync(groups, { force: true });
}

/** One unmeasured round to warm the page cache, then every round runs all contenders, each time starting with another one. */
async function interleaved() {
  const results = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + Math.max(round, 0)) % contenders.length];
      progress(round < 0 ? `warming up: ${contender.name}` : `round ${round + 1} of ${rounds}: ${contender.name}`);
      const result = await measure(contender.command, contender.args, { cwd: projectDir, allowedStatus: contender.allowedStatus });
      if (round >= 0) results.get(contender.name).push(result);
    }
  }
  progress('');
  return results;
}

function printTimes(results) {
  const { files, bytes } = JSON.parse(results.get(parseOnly.name)[0].stdout);
  const yardstick = median(results.get(parseOnly.name).map((result) => result.seconds));
  console.log(`# Benchmark\n\n${os.cpus()[0]?.model ?? 'unknown processor'}, ${cores} cores, node ${process.version}, ${rounds} interleaved rounds.\n`);
  console.log(`## Cold check of Linux 6.12 mm/ and fs/userfaultfd.c (${files} files, ${(bytes / 1e6).toFixed(1)} MB), whole process\n`);
  console.log(table(['contender', 'median s', 'min', 'max', 'against parse', 'peak MB'], contenders.map(({ name }) => {
    const runs = results.get(name);
    const seconds = runs.map((result) => result.seconds);
    const peaks = runs.map((result) => result.peakMegabytes).filter((peak) => peak !== undefined);
    return [name, median(seconds).toFixed(2), Math.min(...seconds).toFixed(2), Math.max(...seconds).toFixed(2), `${(median(seconds) / yardstick).toFixed(2)} x`, peaks.length === 0 ? '-' : median(peaks).toFixed(0)];
  })));
}

async function printDetection() {
  progress('bugs of lockless-pte-to-userfault ...');
  const judged = [{ name: 'mm-review check', reports: mmReviewReports }];
  if (coccinelle !== undefined) judged.push({ name: `Coccinelle ${coccinelle}`, reports: spatchReports });
  const tally = await detection('R1', judged);
  progress('');
  console.log('\n## Known bugs of lockless-pte-to-userfault put back into 6.1 and 6.12\n');
  console.log(table(['contender', 'found', 'false alarms on controls', 'warnings on the unmodified files'], tally.map((row) => [
    row.name, `${row.found} of ${row.bugs}`, `${row.falseAlarms} of ${row.controls}`, String(row.onUnmodified),
  ])));
  if (coccinelle === undefined) console.log('\nCoccinelle is not installed (apt-get install coccinelle): left out.');
}

async function printLatency() {
  progress('editing mm/hugetlb.c in the language server ...');
  const { openMilliseconds, times, bugMilliseconds } = await measureEdits(Number(options.edits));
  progress('');
  console.log(`\n## From a one-character edit in mm/hugetlb.c to its diagnostics (${times.length} edits)\n`);
  console.log(table(['p50 ms', 'p95 ms', 'max ms', 'turning a recheck round, to its warning, ms', 'start of the server to first diagnostics, ms'], [[
    percentile(times, 50).toFixed(1), percentile(times, 95).toFixed(1), Math.max(...times).toFixed(1), bugMilliseconds.toFixed(1), openMilliseconds.toFixed(0),
  ]]));
  progress('asking the language server ...');
  const requests = await measureRequests(Number(options.edits));
  progress('');
  console.log(`\n## Requests to the language server, three files of mm/ open (${options.edits} each, every tenth right after an edit)\n\n${requestTable(requests)}`);
}

async function mmReviewReports(root, file) {
  const { stdout } = await measure(process.execPath, [cli, 'check', '--root', root, '--format', 'json', '--rules', 'lockless-pte-to-userfault', path.join(root, file)], { cwd: projectDir });
  return JSON.parse(stdout).findings.map(({ line, severity }) => ({ line, isWarning: severity === 'warning' }));
}

async function spatchReports(root, file) {
  const { stdout } = await measure('spatch', spatch(path.join(root, file)), { cwd: projectDir, allowedStatus: [0] });
  const lines = new Set([...stdout.matchAll(/^[^:\n]+:(\d+):\d+: warning:/gm)].map((match) => Number(match[1])));
  return [...lines].map((line) => ({ line, isWarning: true }));
}

/** One file per group: spatch would read files that stand together on the command line as one program. */
function writeGroups() {
  const files = fs.readdirSync(paths[0], { recursive: true }).filter((name) => name.endsWith('.c')).map((name) => path.join(paths[0], name));
  fs.writeFileSync(groups, [...files, paths[1]].join('\n\n') + '\n');
}

function spatchVersion() {
  try {
    return /version (\S+)/.exec(execFileSync('spatch', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(1);
}
