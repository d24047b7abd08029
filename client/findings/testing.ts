/** Findings for the tests of this folder. */
import type { Finding, Place } from './finding';

export function at(file: string, line: number): Place {
  return { uri: `file:///linux/${file}`, line, column: 4, endLine: line, endColumn: 9 };
}

export function aFinding(given: Partial<Finding>): Finding {
  return { id: 'id', rule: 'a-rule', function: 'f', scenario: undefined, severity: 'warning', message: 'f() does it', place: at('mm/a.c', 9), steps: [], verdict: undefined, fingerprint: 'f00', ...given };
}

/** A finding whose path goes through these lines of mm/a.c. */
export function alongLines(...lines: readonly number[]): Finding {
  return aFinding({ steps: lines.map((line, index) => ({ place: at('mm/a.c', line), message: `step ${index + 1}` })), place: at('mm/a.c', lines.at(-1) ?? 0) });
}
