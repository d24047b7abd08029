/** For tests: the server with the real parser, kernel model and shipped scenarios, and questions about places of a text. */
import fs from 'node:fs';
import path from 'node:path';
import type { ClientCapabilities, Position } from 'vscode-languageserver/node';
import { PUSH, fakeEngine, startClient, type ClientOptions, type FakeEngine, type TestClient } from '../testing';
import { describe } from '../../kernel/hover';
import { loadBackend } from '../../parser/backend';
import { loadScenarios } from '../../workspace/scenarios';

const folder = path.resolve(import.meta.dirname, '../../scenarios');
const backend = await loadBackend();
const shipped = loadScenarios(folder);

/** The names of the scenarios that ship, and their texts; those of the library threads. */
export const scenarioTexts: readonly string[] = shipped.scenarios.map(({ text }) => text);
export const libraryTexts: readonly string[] = shipped.adversaries.map(({ text }) => text);

export function shippedText(name: string): string {
  return fs.readFileSync(path.join(folder, `${name}.litmus`), 'utf8');
}

export function litmusEngine(): FakeEngine {
  const engine = fakeEngine();
  engine.backend = backend;
  engine.shipped = shipped;
  engine.describe = (name, model) => describe(name, undefined, model);
  return engine;
}

/** What an editor of today can do. */
export const MODERN: ClientCapabilities = {
  textDocument: {
    ...PUSH.textDocument,
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
  },
};

export function startLitmus(options: ClientOptions = {}): Promise<TestClient> {
  return startClient({ engine: litmusEngine(), capabilities: MODERN, initializationOptions: { commands: ['mmReview.openRace'] }, ...options });
}

/** The place of `mark` (`|` in front of what is meant) in a text: `at(text, 'Expect: |buggy')`. */
export function at(text: string, mark: string): Position {
  const before = mark.indexOf('|');
  const offset = text.indexOf(mark.replace('|', '')) + before;
  if (before < 0 || offset < before) throw new Error(`there is no ${mark}`);
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

/** A small scenario: header lines, and the body of P0. */
export function small(header: readonly string[], body: string): string {
  return `C small

(*
${header.map((line) => ` * ${line}\n`).join('')} *)

{
	struct mm_struct mm;
	spinlock_t ptl;
	pte_t pte __guarded_by(ptl) = PTE_PRESENT;
}

/* Looks at the entry. */
static pte_t look(pte_t *ptep)
{
	return ptep_get(ptep);
}

P0(pte_t *pte)
{
	pte_t v;

${body}
done:
	return;
}

P1(pte_t *pte)
{
	spin_lock(ptl);
	ptep_get_and_clear(mm, 0, pte);
	spin_unlock(ptl);
}

exists (pte = PTE_PRESENT | PTE_WRITE /\\ 0:v = PTE_PRESENT)
`;
}

/** The example of docs/litmus.md, more or less: without the lock the clearing is lost. */
export const LOST = small(['Title: a lost update', 'Variant: buggy', 'Variant: fixed FIX_LOCK : with the lock', 'Expect: buggy Sometimes 5', 'Expect: fixed Never', 'Cover: done', 'Adversary: P1', 'Anchor: mm/a.c look'], `#ifdef FIX_LOCK
	spin_lock(ptl);
#endif
	v = look(pte);
	set_pte_at(mm, 0, pte, pte_mkwrite(v));
#ifdef FIX_LOCK
	spin_unlock(ptl);
#endif`);
