import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const script = path.resolve(import.meta.dirname, '../.ci/run');

/** What `.ci/run` counts in a step's output, as `passed failed`. */
function count(log: string): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-ci-')), 'log');
  try {
    fs.writeFileSync(file, log);
    const run = spawnSync('bash', ['-c', `source "$1"; count_tests "$2"`, 'bash', script, file], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    return run.stdout.trim();
  } finally {
    fs.rmSync(path.dirname(file), { recursive: true });
  }
}

describe('.ci/run', () => {
  const text = fs.readFileSync(script, 'utf8');

  it('runs every test command of package.json', () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8')) as { scripts: Record<string, string> };
    for (const name of Object.keys(scripts).filter((key) => key.startsWith('test:'))) expect(text).toMatch(new RegExp(`^  test_step \\S+ \\d+ npm run ${name}$`, 'm'));
  });

  it('installs what the comparison with SPIN needs', () => {
    const packages = /^readonly debian_packages=\((.*)\)$/m.exec(text)?.[1]?.split(' ');
    expect(packages).toEqual(expect.arrayContaining(['spin', 'gcc', 'libc6-dev']));
  });
});

describe('.ci/run counts the tests of', () => {
  it('vitest', () => {
    expect(count(' Test Files  2 passed (2)\n      Tests  12 passed (12)\n')).toBe('12 0');
    expect(count(' Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 12 passed (13)\n')).toBe('12 1');
  });

  it('vitest in colour', () => {
    expect(count('\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[32m4 passed\x1b[39m\x1b[22m\x1b[90m (4)\x1b[39m\n')).toBe('4 0');
  });

  it('vitest when a file cannot be loaded', () => {
    expect(count(' Test Files  1 failed (1)\n      Tests  no tests\n')).toBe('0 1');
    expect(count(' Test Files  1 failed | 1 passed (2)\n      Tests  3 passed (3)\n')).toBe('3 1');
  });

  it('node:test in both forms', () => {
    expect(count('# tests 3\n# pass 2\n# fail 1\n# cancelled 0\n')).toBe('2 1');
    expect(count('ℹ tests 3\nℹ pass 2\nℹ fail 0\nℹ cancelled 1\n')).toBe('2 1');
  });

  it('several runners in one step', () => {
    expect(count('mutants: 7 passed, 1 failed\n# pass 1\n# fail 0\n      Tests  3 passed (3)\n')).toBe('11 1');
  });

  it('a step that tests nothing', () => {
    expect(count('bash: npm: command not found\n')).toBe('0 0');
  });
});
