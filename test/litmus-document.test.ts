/** docs/litmus.md says what the machine does: its tables are made from the code or run, its example is explored. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinModel } from '../kernel/model';
import { effectRows } from '../kernel/effect-fields';
import { loadBackend } from '../parser/backend';
import { coversOf } from '../simulator/machine/build';
import { explore } from '../simulator/explorer/explore';
import { programOf, readScenario } from '../simulator/litmus/scenario';
import { headerKeys } from '../simulator/litmus/source';
import { headerWords, propertyWords } from '../simulator/litmus/words';
import { intrinsics } from '../simulator/machine/intrinsics';
import { objectTypes } from '../simulator/machine/objects';
import { propertyIds } from '../simulator/machine/program';
import { stepWords } from '../simulator/machine/step-words';
import { litmus, programIn } from '../simulator/machine/testing';

const file = path.resolve(import.meta.dirname, '../docs/litmus.md');
const text = (): string => fs.readFileSync(file, 'utf8');
const backend = await loadBackend();

/** Tables that are made: behind a mark, up to the next empty line but one. */
const tables: Record<string, string> = {
  header: ['| key | value |', '|---|---|', ...[...headerRows()].map(([value, keys]) => `| ${keys.map((key) => `\`${key}\``).join(', ')} | ${value} |`)].join('\n'),
  properties: ['| property | violated when |', '|---|---|', ...Object.entries(propertyWords).map(([name, words]) => `| \`${name}\` | ${words} |`)].join('\n'),
  calls: ['| call | what it does |', '|---|---|', ...[...intrinsics.values()].map(({ usage, meaning }) => `| \`${usage}\` | ${meaning} |`)].join('\n'),
  types: ['| type | words |', '|---|---|', ...[...objectTypes].map(([type, fields]) => `| \`${type}\` | ${fields.map((f) => (f.name === '' ? 'itself' : `\`${f.name}\``)).join(', ')} |`)].join('\n'),
};

/** Keys with the same value share a row. */
function headerRows(): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (const [key, { value }] of Object.entries(headerWords)) rows.set(value, [...(rows.get(value) ?? []), key]);
  return rows;
}

describe('docs/litmus.md', () => {
  it.each(Object.keys(tables))('has the table of %s', (name) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)(?:\\n\\|[^]*?\\|\\n(?=\\n))?`);
    const wanted = text().replace(place, (_, mark: string) => `${mark}\n${tables[name]!}\n`);
    if (process.env.MM_REVIEW_UPDATE) fs.writeFileSync(file, wanted);
    expect(text()).toBe(wanted);
  });

  it('has each header line and property', () => {
    const first = [...text().matchAll(/^\| (`[^|]*?) \|/gm)].flatMap((m) => [...m[1]!.matchAll(/`([\w-]+)`/g)].map((n) => n[1]!));
    for (const name of [...headerKeys, ...propertyIds]) expect(first, name).toContain(name);
  });

  const rows = [...text().matchAll(/^\| `(.*)` \| (\d) \|$/gm)].map(([, call, steps]) => ({ call: call!, steps: Number(steps) }));

  it.each(rows)('$call takes $steps steps', ({ call, steps }) => {
    const init = `struct mm_struct mm; struct vm_area_struct vma; spinlock_t ptl; spinlock_t pml; spinlock_t xl; pte_t pte __guarded_by(ptl) = PTE_PRESENT;
      pmd_t pmd __guarded_by(pml) __maps(pte) = PMD_TABLE; struct xarray i_pages[2] __guarded_by(xl);`;
    // What is read is written by somebody, and what is released may have been taken.
    const others = 'P1() { set_pmd_at(mm, 0, pmd, PTE_NONE); set_pte_at(mm, 0, pte, PTE_NONE); vm_flags_set(vma, VM_SHARED); XA_STATE(xas, i_pages, 0); xas_store(&xas, 0); }';
    const before = 'pte_t v = PTE_PRESENT; bool b; void *e; spinlock_t *l; struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT, .pte = pte }; XA_STATE(xas, i_pages, 0);';
    const taken = 'if (choose()) { spin_lock(ptl); spin_lock(pml); spin_lock(xl); mmap_read_lock(mm); }';
    const count = (body: string): number => programIn(litmus(init, `P0() { ${before} ${taken} ${body} }\n${others}`)).threads[0]!.steps.length;
    expect(count(`${call};`) - count('')).toBe(steps);
    const [, name, args] = /(\w+)\((.*)\)/.exec(call)!;
    expect(stepWords(name!, builtinModel.shapeFor(name!, args!.split(',').length)!.effect).steps).toBe(steps);
  });

  it('has a call for each effect that takes steps', () => {
    const shown = new Set(rows.map(({ call }) => builtinModel.primitives.get(/(\w+)\(/.exec(call)![1]!)?.shapes[0]?.effect.op));
    const none = ['inert', 'range', 'fault', 'walk-step', 'walk-done', 'test-slot'];
    expect([...effectRows.keys()].filter((op) => !none.includes(op) && ![...shown].some((s) => s === op))).toEqual([]);
  });

  it('has an example that is as it says', () => {
    const example = /^```c litmus\n([^]*?)^```$/m.exec(text())![1]!;
    const { scenario, problems } = readScenario(example);
    expect(problems).toEqual([]);
    expect(scenario!.expectations.length).toBeGreaterThan(1);
    for (const expected of scenario!.expectations) {
      const { program, problems: more } = programOf(scenario!, backend, { variant: expected.variant });
      expect(more).toEqual([]);
      const found = explore(program!);
      expect({ verdict: found.verdict, steps: found.witness?.schedule.length }).toEqual({ verdict: expected.verdict, steps: expected.steps });
      for (const label of coversOf(scenario!, expected.variant)) expect(found.covered[program!.labels.indexOf(label)], label).toBe(true);
    }
  });
});
