import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import type { ParserBackend } from '../../parser/types';
import { examine, fixOf } from '../examine';
import { readScenario } from '../litmus/scenario';
import { buildRaceView } from './build-race-view';
import type { RowView, SideBySideView } from './race-view';

const folder = path.resolve(import.meta.dirname, '../../scenarios');
let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

/** Both schedules of the first variant of a scenario that ships. */
function sidesOf(name: string): SideBySideView {
  const scenario = readScenario(fs.readFileSync(path.join(folder, `${name}.litmus`), 'utf8')).scenario!;
  const variant = scenario.variants[0]!.name;
  const look = (which: string) => examine(scenario, backend, { variant: which, adversaries: [] }).examination!;
  return buildRaceView({ examination: look(variant), counterpart: look(fixOf(scenario, variant)!) }).sideBySide!;
}

const rows = ({ left, right }: SideBySideView, line: { readonly left: number | null; readonly right: number | null } | undefined): readonly (RowView | undefined)[] =>
  [left.diagram.rows[line?.left ?? -1], right.diagram.rows[line?.right ?? -1]];

describe.each(fs.readdirSync(folder).filter((name) => name.endsWith('.litmus')).map((name) => name.replace('.litmus', '')))('%s', (name) => {
  it('has every row of both sides once, in its order', () => {
    const sides = sidesOf(name);
    for (const side of ['left', 'right'] as const) {
      expect(sides.lines.flatMap((line) => line[side] ?? [])).toEqual(sides[side].diagram.rows.map((_, index) => index));
    }
  });

  it('shows the same step in a line, until they part', () => {
    const sides = sidesOf(name);
    expect(sides.part).not.toBeNull();
    const both = sides.lines.slice(0, sides.part!).map((line) => rows(sides, line)).filter(([left, right]) => left !== undefined && right !== undefined);
    expect(both.length).toBeGreaterThan(3);
    for (const [left, right] of both) {
      expect(right?.kind).toBe(left?.kind);
      if (left?.kind === 'step' && right?.kind === 'step') expect(right.text).toBe(left.text);
    }
    expect(sides.left.diagram.rows.some((row) => row.kind !== 'fold' && row.kind !== 'function' && row.kind !== 'pending' && row.mark?.tone === 'bad')).toBe(true);
    expect(sides.right.diagram.rows.some((row) => 'mark' in row && row.mark?.tone === 'bad')).toBe(false);
  });
});

describe('where they part', () => {
  it('is before the step that has to wait', () => {
    const sides = sidesOf('hugetlb-missing-unstable-pte');
    expect(sides.words).toMatch(/^With the fix, huge_pte_lock\(\) of the page fault waits for/);
    expect(sides.right.diagram.rows[sides.lines[sides.part!]?.right ?? -1]).toMatchObject({ kind: 'pending', mark: { tone: 'good' } });
    expect(sides).toMatchObject({ left: { title: 'buggy: it fails' }, right: { title: 'fixed: the same schedule' } });
  });

  it('is after the step that leads elsewhere', () => {
    const sides = sidesOf('uffd-wp-lost-on-zap');
    const [left, right] = rows(sides, sides.lines[sides.part! - 1]);
    expect(left).toMatchObject({ kind: 'step' });
    expect(right).toMatchObject({ kind: 'step', mark: { tone: 'good', words: 'goes another way' } });
  });
});
