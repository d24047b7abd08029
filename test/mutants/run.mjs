// Scores `mm-review check` against known bugs put back into real kernel trees (npm run test:mutants [-- --rules R1] [-- --cli "..."]).
//
// The scoring is in score.mjs; this only runs it on every tree, prints its tables and holds the figures against what was reached
// before. Needs `npm run build` and `npm run kernels`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectDir, treeDir, trees } from '../../scripts/kernel-trees.mjs';

/** Bugs of each shipped rule that must be found, over both trees. Raise it when the analyzer gets better; never lower it silently. */
const killedAtLeast = { R1: 11, R2: 7, R3: 13, R4: 3, R5: 5 };
/** True warnings on the unmodified trees, as `rule file function`. Everything else there is a false alarm. */
const trueWarnings = { 6.1: ['fake-write-fault mm/ksm.c break_ksm', 'hole-filled-under-uffd mm/khugepaged.c collapse_file', 'uffd-wp-bit-lost mm/hugetlb.c hugetlb_wp'], 6.12: [] };

const { values: options } = parseArgs({ options: {
  cli: { type: 'string', default: 'node dist/cli.js' },
  rules: { type: 'string' },
} });
const outDir = path.join(projectDir, '.cache');
fs.mkdirSync(outDir, { recursive: true });
let passed = 0;
let failed = 0;

const rows = [];
for (const version of Object.keys(trees)) {
  const tree = treeDir(version);
  if (!fs.existsSync(path.join(tree, 'Makefile'))) {
    expect(false, `${tree} is there (run: npm run kernels)`);
    continue;
  }
  console.log(`\n## Linux ${version}`);
  rows.push(...score(version, tree));
  pristine(version, tree);
}

console.log('\n## Expected figures');
for (const [rule, minimum] of Object.entries(killedAtLeast)) {
  if (options.rules !== undefined && !options.rules.split(',').includes(rule)) continue;
  const mutants = rows.filter((row) => row.rule === rule && !isControl(row));
  const survivors = mutants.filter((row) => row.verdict !== 'killed');
  expect(mutants.length - survivors.length >= minimum, `${rule}: ${mutants.length - survivors.length} of ${mutants.length} bugs found, at least ${minimum} expected`);
  for (const row of survivors) console.log(`     ${row.verdict}: ${row.id}`);
}
for (const row of rows.filter(isControl)) expect(row.verdict === 'quiet', `${row.rule}: control ${row.id} is quiet`);

console.log(`\nmutants: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function isControl(row) {
  return row.verdict === 'quiet' || row.verdict === 'false-alarm';
}

/** Runs the scorer on one tree and returns its rows; it prints its own table. */
function score(version, tree) {
  const out = path.join(outDir, `mutants-${version}.json`);
  fs.rmSync(out, { force: true });
  const args = ['--tree', tree, '--cli', options.cli, '--json', out, ...(options.rules === undefined ? [] : ['--rules', options.rules]), '--verbose'];
  const run = spawnSync(process.execPath, [path.join(import.meta.dirname, 'score.mjs'), ...args], { cwd: projectDir, stdio: ['ignore', 'inherit', 'inherit'], timeout: 900_000 });
  const done = run.status === 0 && fs.existsSync(out);
  expect(done, `${version}: the scorer ran to its end`);
  return done ? JSON.parse(fs.readFileSync(out, 'utf8')).rows : [];
}

/** The unmodified tree must give its true warnings and no other. */
function pristine(version, tree) {
  const [program, ...args] = options.cli.split(' ');
  const paths = [path.join(tree, 'mm'), path.join(tree, 'fs/userfaultfd.c')];
  const run = spawnSync(program, [...args, 'check', '--root', tree, '--format', 'json', ...paths], { cwd: projectDir, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 300_000 });
  if (run.status !== 0 && run.status !== 1) {
    expect(false, `${version}: check of the unmodified tree runs (${run.error?.message ?? `exit status ${run.status}: ${run.stderr.slice(0, 400)}`})`);
    return;
  }
  const warnings = JSON.parse(run.stdout).findings.filter((finding) => finding.severity === 'warning');
  const found = [...new Set(warnings.map((finding) => `${finding.rule} ${finding.file} ${finding.function}`))].sort();
  expect(JSON.stringify(found) === JSON.stringify([...trueWarnings[version]].sort()), `${version}: unmodified mm/ and fs/userfaultfd.c give no false warning (${found.join('; ') || 'none'})`);
}

function expect(holds, what) {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
}
