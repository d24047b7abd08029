import { CancellationTokenSource, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PULL, startClient, type TestClient } from './testing';
import { realEngine } from './testing-engine';

const FILE = 'file:///src/linux/mm/drawer.c';
const SCENARIO = 'file:///src/linux/drawer.litmus';
const text = `
vm_fault_t drawer_fault(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	if (huge_pte_none(huge_ptep_get(ptep)) && userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`;
const litmus = 'C drawer\n\n{\n\tint x = 0;\n}\n\nP0()\n{\n\tx = 1;\n}\n\nexists (x == 2)\n';

const position = { line: 3, character: 22 };
const range = { start: { line: 0, character: 0 }, end: { line: 6, character: 0 } };
const item = { name: 'drawer_fault', kind: 12, uri: FILE, range, selectionRange: range };
const inFile = { textDocument: { uri: FILE } };
const inScenario = { textDocument: { uri: SCENARIO } };

/** Everything that an editor can ask, by what asks it. */
const requests: readonly (readonly [method: string, params: object])[] = [
  ['textDocument/diagnostic', inFile],
  ['textDocument/hover', { ...inFile, position }],
  ['textDocument/codeAction', { ...inFile, range, context: { diagnostics: [] } }],
  ['textDocument/codeLens', inFile],
  ['textDocument/inlayHint', { ...inFile, range }],
  ['textDocument/semanticTokens/full', inFile],
  ['textDocument/semanticTokens/range', { ...inFile, range }],
  ['textDocument/documentLink', inFile],
  ['textDocument/prepareCallHierarchy', { ...inFile, position: { line: 1, character: 14 } }],
  ['callHierarchy/incomingCalls', { item }],
  ['callHierarchy/outgoingCalls', { item }],
  ['workspace/executeCommand', { command: 'mmReview.checkWorkspace' }],
  ['textDocument/diagnostic', inScenario],
  ['textDocument/hover', { ...inScenario, position: { line: 8, character: 1 } }],
  ['textDocument/codeLens', inScenario],
  ['textDocument/codeAction', { ...inScenario, range, context: { diagnostics: [] } }],
  ['textDocument/completion', { ...inScenario, position: { line: 8, character: 1 } }],
  ['textDocument/definition', { ...inScenario, position: { line: 8, character: 1 } }],
  ['textDocument/documentSymbol', inScenario],
  ['textDocument/foldingRange', inScenario],
  ['textDocument/documentLink', inScenario],
  ['mmReview/scenarios', {}],
  ['mmReview/race', { uri: SCENARIO }],
  ['mmReview/schedules', { uri: SCENARIO }],
  ['mmReview/export', { uri: SCENARIO, format: 'litmus' }],
];

let client: TestClient;
beforeAll(async () => {
  const settings = { inlayHints: true, semanticTokens: true };
  client = await startClient({
    capabilities: { ...PULL, textDocument: { ...PULL.textDocument, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } }, completion: {}, definition: {}, documentSymbol: {}, foldingRange: {} } },
    engine: await realEngine({ 'mm/drawer.c': text }), initializationOptions: { settings },
  });
  client.open(FILE, text);
  client.open(SCENARIO, litmus, 'mm-litmus');
});
afterAll(() => client.stop());

describe('a request that is cancelled right after it was sent', () => {
  test.each(requests)('%s %j is answered, or says that it was cancelled', async (method, params) => {
    const source = new CancellationTokenSource();
    const answered = client.connection.sendRequest(method, params, source.token).then(() => 'answered', (error: unknown) => {
      if (error instanceof ResponseError) return error.code === LSPErrorCodes.RequestCancelled ? 'cancelled' : `${error.code} ${error.message}`;
      throw error;
    });
    source.cancel();
    expect(['answered', 'cancelled']).toContain(await answered);
  });

  test('does no harm to the next ones', async () => {
    const report = await client.pull(FILE);
    expect(report.kind === 'full' && report.items.map(({ range: { start } }) => start.line)).toEqual([4]);
    for (const [method, params] of requests) await expect(client.connection.sendRequest(method, params), method).resolves.toBeDefined();
  });
});
