/** Known bugs in real kernels: most findings are confirmed by a schedule of the kernel's own code, and the code without the bug never is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBackend } from '../../parser/backend';
import type { WitnessRule } from '../../witness';
import { proveFinding, proveSite } from '../../witness/prove-finding';
import type { Proof } from '../../witness/prove';
import { finish, libraryThreads } from '../../witness/testing';
import { withTemporary } from './support';
import { cases } from './witness-cases';

/** What is reached. Raise it when the slices get better; never lower it silently. */
interface Floor {
  readonly rule: WitnessRule;
  /** Findings that are confirmed, of those that the analyzer has. */
  readonly confirmed: number;
  readonly findings: number;
  /** Places without the bug that some schedule comes to, and none goes wrong. */
  readonly covered: number;
  readonly counterparts: number;
}

const floors: readonly Floor[] = [
  { rule: 'lockless-pte-to-userfault', confirmed: 9, findings: 11, covered: 10, counterparts: 11 },
  { rule: 'uffd-wp-check-not-repeated', confirmed: 7, findings: 7, covered: 7, counterparts: 7 },
  { rule: 'uffd-wp-bit-lost', confirmed: 14, findings: 14, covered: 13, counterparts: 13 },
  { rule: 'hole-filled-under-uffd', confirmed: 3, findings: 4, covered: 3, counterparts: 3 },
  { rule: 'fake-write-fault', confirmed: 5, findings: 6, covered: 4, counterparts: 5 },
];

/** Milliseconds of processor time in which 95 of 100 findings are proven; processors differ, so this only holds off what takes many times as long. */
const mostMilliseconds = 3_000;

interface Row {
  readonly id: string;
  readonly rule: WitnessRule;
  readonly of: 'finding' | 'counterpart';
  readonly verdict: Proof['verdict'] | 'no finding';
  readonly detail: string;
  readonly isCovered: boolean;
  readonly attempts: number;
  readonly states: number;
  readonly cpu: number;
  readonly wall: number;
}

const rows: Row[] = [];

beforeAll(async () => {
  const options = { backend: await loadBackend(), adversaries: libraryThreads };
  await withTemporary(async (directory) => {
    for (const { id, rule, finding, source, counterpart } of cases(options.backend, directory)) {
      // The runner wants to hear of us now and then.
      await new Promise((resolve) => setImmediate(resolve));
      rows.push(finding ? timed(() => finish(proveFinding(source, finding, options)).proof, { id, rule, of: 'finding' }) : { id, rule, of: 'finding', verdict: 'no finding', detail: '', isCovered: false, attempts: 0, states: 0, cpu: 0, wall: 0 });
      const other = counterpart();
      if (other) rows.push(timed(() => finish(proveSite(other.source, rule, other.site, options)).proof, { id, rule, of: 'counterpart' }));
    }
  });
}, 1_500_000);

afterAll(() => console.log(report()));

test.each(floors)('$rule: findings are confirmed, and correct code is looked at', ({ rule, ...floor }) => {
  const findings = rowsOf('finding', rule).filter(({ verdict }) => verdict !== 'no finding');
  const counterparts = rowsOf('counterpart', rule);
  expect({ findings: findings.length, counterparts: counterparts.length }).toEqual({ findings: floor.findings, counterparts: floor.counterparts });
  expect(findings.filter(({ verdict }) => verdict === 'confirmed').length, 'confirmed').toBeGreaterThanOrEqual(floor.confirmed);
  expect(counterparts.filter(({ verdict, isCovered }) => verdict === 'not reached' && isCovered).length, 'covered').toBeGreaterThanOrEqual(floor.covered);
});

test('correct code is never confirmed to be wrong', () => {
  expect(rows.filter(({ of, verdict }) => of === 'counterpart' && verdict === 'confirmed').map(({ id, detail }) => `${id} ${detail}`)).toEqual([]);
});

test('a proof of a finding takes no longer than it did', () => {
  expect(percentile(95, rowsOf('finding').map(({ cpu }) => cpu))).toBeLessThan(mostMilliseconds);
});

function timed(prove: () => Proof, about: Pick<Row, 'id' | 'rule' | 'of'>): Row {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const proof = prove();
  const { user, system } = process.cpuUsage(cpu);
  const last = proof.attempts.at(-1);
  return {
    ...about, verdict: proof.verdict, detail: proof.verdict === 'confirmed' ? [last?.world, ...(last?.adversaries ?? [])].join(' ') : proof.verdict === 'unresolved' ? proof.reason : '',
    isCovered: proof.attempts.some(({ reached }) => reached), attempts: proof.attempts.length, states: proof.attempts.reduce((all, { states }) => all + states, 0),
    cpu: (user + system) / 1000, wall: performance.now() - wall,
  };
}

function rowsOf(of: Row['of'], rule?: WitnessRule): Row[] {
  return rows.filter((row) => row.of === of && (rule === undefined || row.rule === rule));
}

/** Everything that was measured, for people. */
function report(): string {
  const each = rows.map((row) => `${row.of.padEnd(11)} ${row.id.padEnd(32)} ${row.verdict.padEnd(11)} ${row.isCovered ? 'covered  ' : 'uncovered'} ${String(row.states).padStart(8)} states ${String(row.attempts).padStart(4)} programs ${row.cpu.toFixed(0).padStart(6)} ms CPU  ${row.detail}`);
  const share = (some: number, all: number): string => `${some} of ${all} (${all === 0 ? '-' : Math.round((100 * some) / all)} %)`;
  const perRule = [...floors.map(({ rule }) => rule), undefined].map((rule) => {
    const findings = rowsOf('finding', rule).filter(({ verdict }) => verdict !== 'no finding');
    const counterparts = rowsOf('counterpart', rule);
    const count = (verdict: Row['verdict'], isCovered?: boolean): string => share(counterparts.filter((row) => row.verdict === verdict && (isCovered === undefined || row.isCovered === isCovered)).length, counterparts.length);
    return `${rule ?? 'all'}: findings confirmed ${share(findings.filter(({ verdict }) => verdict === 'confirmed').length, findings.length)}; without the bug: confirmed ${count('confirmed')}, not reached and covered ${count('not reached', true)}, not reached and uncovered ${count('not reached', false)}, unresolved ${count('unresolved')}`;
  });
  const times = (['cpu', 'wall'] as const).map((what) => `${what} p50 ${percentile(50, rowsOf('finding').map((row) => row[what])).toFixed(0)} ms, p95 ${percentile(95, rowsOf('finding').map((row) => row[what])).toFixed(0)} ms`);
  return [...each, ...perRule, `proof of a finding: ${times.join('; ')}`].join('\n');
}

function percentile(percent: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}
