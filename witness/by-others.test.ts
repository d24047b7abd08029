/** What goes wrong without the slice says nothing about the slice. */
import { beforeAll, expect, test } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { explore } from '../simulator/explorer/explore';
import { programOf, readScenario, type Scenario } from '../simulator/litmus/scenario';
import type { Program } from '../simulator/machine/program';
import { isDoneByOthers } from './by-others';
import { prove, type Proof } from './prove';
import { finish } from './testing';

let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

/** A slice that does something under the page-table lock, beside userspace, which protects the page and writes to it once. */
function scenario(pte: string, act: string, others = true): Scenario {
  const user = 'P1(pte_t *pte)\n{\n\tghost_arm(pte);\n\tuser_write(pte);\n}';
  const { scenario: made, problems } = readScenario(`C slice

(*
 * Title: test
 * Through: site
 * Checked: armed-page-written
 *)

{
	struct mm_struct mm;
	struct vm_area_struct vma = { .vm_flags = VM_WRITE };
	struct folio folio = { .flags = PG_uptodate };
	spinlock_t page_table_lock;
	pte_t pte __guarded_by(page_table_lock) = ${pte};
}

P0(struct mm_struct *mm, pte_t *pte)
{
	spin_lock(page_table_lock);
site:
	${act};
	spin_unlock(page_table_lock);
${others ? '' : '\tghost_arm(pte);\n\tuser_write(pte);\n'}}
${others ? `\n${user}\n` : ''}`);
  expect(problems).toEqual([]);
  return made!;
}

function program(of: Scenario): Program {
  const { program: built, problems } = programOf(of, backend, { variant: 'buggy' });
  expect(problems).toEqual([]);
  return built!;
}

const writable = 'PTE_PRESENT | PTE_WRITE | page(folio)';
const readOnly = 'PTE_PRESENT | page(folio)';
const makeWritable = 'set_pte_at(mm, 0, pte, pte_mkwrite(ptep_get(pte), vma))';
const proofOf = (of: Scenario): Proof => finish(prove(of, { backend, adversaries: [] }));

test('a page that is writable all along is written to without the slice', () => {
  const made = scenario(writable, 'ptep_get(pte)');
  expect(explore(program(made)).verdict).toBe('Sometimes');
  expect(isDoneByOthers(program(made), made.checked, 1000)).toBe(true);
  expect(proofOf(made)).toMatchObject({ verdict: 'not reached', attempts: [{ verdict: 'Sometimes', reached: true, byOthers: true }] });
});

test('a page that the slice makes writable is not', () => {
  const made = scenario(readOnly, makeWritable);
  expect(isDoneByOthers(program(made), made.checked, 1000)).toBe(false);
  const proof = proofOf(made);
  expect(proof).toMatchObject({ verdict: 'confirmed', examination: { exploration: { witness: { property: 'armed-page-written' } } } });
  expect(proof.attempts).toEqual([{ world: 'buggy', adversaries: [], verdict: 'Sometimes', states: expect.any(Number) as number, reached: true }]);
});

test('only what the rule asks about counts, and nobody else does nothing', () => {
  expect(isDoneByOthers(program(scenario(writable, 'ptep_get(pte)')), ['deadlock'], 1000)).toBe(false);
  const alone = scenario(writable, 'ptep_get(pte)', false);
  expect(explore(program(alone)).verdict).toBe('Sometimes');
  expect(isDoneByOthers(program(alone), alone.checked, 1000)).toBe(false);
});

test('a schedule that ends with another violation confirms nothing', () => {
  // A wild pointer is no property of the rule: what comes after it is not looked at.
  const wild = 'set_pte_at(mm, 0, NULL, __pte(0))';
  const header = (text: string): Scenario => readScenario(text).scenario!;
  const made = scenario(readOnly, wild);
  expect(explore(program(made)).violated.map(({ property }) => property)).toEqual(['null-pointer']);
  expect(proofOf(made)).toMatchObject({ verdict: 'not reached', attempts: [{ verdict: 'Never', reached: true }] });
  expect(proofOf(header(made.text.replace(' * Checked: armed-page-written\n', '')))).toMatchObject({ verdict: 'confirmed', examination: { exploration: { witness: { property: 'null-pointer' } } } });
});
