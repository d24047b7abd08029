/** Programs that were built with what earlier ones left are those that are built without it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBackend } from '../../parser/backend';
import type { ParserBackend } from '../../parser/types';
import { mayFail, programOf, readAdversary, readScenario, type Adversary, type Scenario } from '../litmus/scenario';
import { createBuildMemory } from './build-memory';

const folder = path.join(import.meta.dirname, '../../scenarios');
const library: readonly Adversary[] = ['fork', 'hole-punch', 'migration', 'uffdio-writeprotect'].map((name) => readAdversary(fs.readFileSync(path.join(folder, 'adversaries', `${name}.litmus`), 'utf8')).adversary!);

let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

const read = (text: string): Scenario => readScenario(text).scenario!;

describe.each(fs.readdirSync(folder).filter((name) => name.endsWith('.litmus')).sort())('%s', (name) => {
  test('with one library thread after the other beside its own, in all variants', () => {
    const scenario = read(fs.readFileSync(path.join(folder, name), 'utf8'));
    const memory = createBuildMemory();
    let built = 0;
    for (const adversary of [undefined, ...library]) {
      for (const { name: variant } of scenario.variants) {
        const selection = { variant, adversaries: adversary ? [adversary] : [], beside: true };
        const fresh = programOf(scenario, backend, selection);
        expect(programOf(scenario, backend, { ...selection, memory })).toEqual(fresh);
        if (fresh.program) built++;
      }
    }
    expect(built).toBeGreaterThan(scenario.variants.length);
  });
});

const objects = '{\n\tstruct mm_struct mm;\n\tspinlock_t page_table_lock;\n\tpte_t pte __guarded_by(page_table_lock) = PTE_PRESENT;\n}';
const thread = (header: string, body: string): Scenario => read(`C test\n\n(*\n * Title: test\n${header} *)\n\n${objects}\n\nP0(pte_t *pte)\n{\n${body}\n}\n`);
const store = '\tspin_lock(page_table_lock);\n\tset_pte_at(mm, 0, pte, __pte(0));\n\tspin_unlock(page_table_lock);';

test('a scenario that asks of protected pages cannot fail where nobody protects one', () => {
  const asked = ' * Checked: armed-page-written armed-under-huge\n';
  expect(mayFail(thread(asked, store), backend, { variant: 'buggy' })).toBe(false);
  expect(mayFail(thread(asked, `\tghost_arm(pte);\n${store}`), backend, { variant: 'buggy' })).toBe(true);
  expect(mayFail(thread('', store), backend, { variant: 'buggy' })).toBe(true);
  expect(mayFail(thread(' * Checked: armed-page-written lock-imbalance\n', store), backend, { variant: 'buggy' })).toBe(true);
  expect(mayFail(thread(asked, '\tno_such_call('), backend, { variant: 'buggy' })).toBe(true);
});
