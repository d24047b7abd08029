import { CancellationTokenSource, CodeActionTriggerKind, type ClientCapabilities, type CodeAction, type Diagnostic } from 'vscode-languageserver/node';
import { afterEach, expect, test } from 'vitest';
import type { ProofAnswer, RaceAnswer } from '../../simulator/present/race-view';
import { libraryThreads } from '../../witness/testing';
import { PULL, PUSH, startClient, type TestClient } from '../testing';
import { realEngine } from '../testing-engine';

const FILE = 'file:///src/linux/mm/hasty.c';
/** A hugetlb fault that reports a page missing on the strength of a reading without the lock. */
const HASTY = `int before;

static vm_fault_t hasty_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct hstate *h = hstate_vma(vma);
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	if (!userfaultfd_missing(vma))
		return VM_FAULT_SIGBUS;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;
/** The event's line. */
const EVENT = 11;
const CONFIRMED = /; confirmed by an interleaving of \d+ steps with page migration$/;
const WITH_DATA: ClientCapabilities = { ...PUSH, textDocument: { ...PUSH.textDocument, publishDiagnostics: { ...PUSH.textDocument!.publishDiagnostics, dataSupport: true }, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } } };

let client: TestClient;
afterEach(() => client.stop());

async function start(options: { readonly capabilities?: ClientCapabilities; readonly proof?: string; readonly commands?: readonly string[]; readonly text?: string } = {}): Promise<void> {
  const { capabilities = WITH_DATA, proof = 'background', commands = [], text = HASTY } = options;
  const engine = await realEngine({ 'mm/hasty.c': HASTY });
  engine.shipped = { scenarios: [], adversaries: libraryThreads };
  client = await startClient({ engine, capabilities, initializationOptions: { settings: { proof }, commands } });
  client.open(FILE, text);
}

const isConfirmed = ([diagnostic]: readonly Diagnostic[]): boolean => CONFIRMED.test(diagnostic?.message ?? '');
const actions = (diagnostics: readonly Diagnostic[]): Promise<CodeAction[]> =>
  client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: FILE }, range: diagnostics[0]!.range, context: { diagnostics, triggerKind: CodeActionTriggerKind.Invoked } });
const targetOf = (diagnostics: readonly Diagnostic[]): { readonly uri: string; readonly fingerprint: string } => ({ uri: FILE, fingerprint: (diagnostics[0]!.data as { fingerprint: string }).fingerprint });
const prove = (target: unknown): Promise<ProofAnswer> => client.connection.sendRequest('mmReview/prove', target);

test('a finding is proven in the background, and its diagnostic says so', async () => {
  await start();
  const { diagnostics: before } = await client.push(FILE, (found) => found.length > 0);
  const { diagnostics: after } = await client.push(FILE, isConfirmed);
  console.log(JSON.stringify(after, undefined, 1));
  expect(after).toHaveLength(1);
  expect(after[0]).toMatchObject({ range: before[0]!.range, code: before[0]!.code, severity: before[0]!.severity });
});
