// How many of the re-introduced bugs of one rule each contender reports, and how often it speaks up on controls and unmodified files.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { overlay, projectDir, treeDir, trees } from '../scripts/kernel-trees.mjs';

const manifest = JSON.parse(fs.readFileSync(path.join(projectDir, 'test/mutants/mutants.json'), 'utf8'));

/**
 * A contender is `{ name, reports(root, file) }`, where `reports` resolves with `{ line, isWarning }` for each place it names (1-based).
 * A bug counts as found when a new report of any severity stands in the function that raises the event; on unmodified files only warnings count.
 */
export async function detection(rule, contenders) {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-detection-'));
  const tally = contenders.map(({ name }) => ({ name, found: 0, bugs: 0, falseAlarms: 0, controls: 0, onUnmodified: 0 }));
  try {
    const mutants = Object.keys(trees).flatMap((version) => makeMutants(rule, version, work));
    for (const [index, { reports }] of contenders.entries()) {
      const pristine = new Map();
      const counts = tally[index];
      for (const mutant of mutants) {
        const file = mutant.expect?.file ?? mutant.file;
        const key = `${mutant.tree} ${file}`;
        if (!pristine.has(key)) {
          const before = await reports(treeDir(mutant.tree), file);
          pristine.set(key, new Set(before.map(({ line }) => line)));
          counts.onUnmodified += before.filter(({ isWarning }) => isWarning).length;
        }
        const root = path.join(work, `tree-${index}-${mutant.id}`);
        overlay(treeDir(mutant.tree), root, { [mutant.file]: fs.readFileSync(path.join(work, mutant.tree, mutant.id, mutant.file), 'utf8') });
        const fresh = (await reports(root, file)).filter(({ line }) => !pristine.get(key).has(line));
        if (mutant.expect === null) {
          counts.controls++;
          if (fresh.length > 0) counts.falseAlarms++;
        } else {
          counts.bugs++;
          const { functionStart, functionEnd } = mutant.expect;
          if (fresh.some(({ line }) => line >= functionStart && line <= functionEnd)) counts.found++;
        }
      }
    }
    return tally;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Writes the changed files to <work>/<version>/<id>/ and returns what mutate.mjs says of them. */
function makeMutants(rule, version, work) {
  const report = path.join(work, `${version}.json`);
  const ids = manifest.filter((mutant) => mutant.rule === rule && mutant.tree === version).map((mutant) => mutant.id);
  execFileSync(process.execPath, [
    path.join(projectDir, 'test/mutants/mutate.mjs'), treeDir(version), path.join(work, version),
    '--only', ids.join(','), '--json', report, '--quiet',
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(fs.readFileSync(report, 'utf8'));
}
