import { CancellationTokenSource, CodeActionTriggerKind, type ClientCapabilities, type CodeAction, type Diagnostic, type TextDocumentEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAnalysis } from '../analyzer/create';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { PUSH, fakeEngine, startClient, type FakeEngine, type TestClient } from './testing';

const FILE = 'file:///src/linux/mm/shelf.c';
const RACY = `vm_fault_t shelf_fault(struct mm_struct *mm, struct vm_fault *vmf, pte_t *slot)
{
	pte_t seen = huge_ptep_get(mm, vmf->address, slot);

	if (!huge_pte_none(seen))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;
const FAKE = `static int unmerge(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret = 0;

	do {
		if (!still_merged(vma, addr))
			break;
		ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);
	} while (!(ret & (VM_FAULT_SIGBUS | VM_FAULT_OOM)));
	return (ret & VM_FAULT_OOM) ? -ENOMEM : 0;
}
`;
const codeAction = { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } };
const PLAIN: ClientCapabilities = { textDocument: { ...PUSH.textDocument, codeAction } };
const VERSIONED: ClientCapabilities = { ...PLAIN, workspace: { workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} } }, window: { showDocument: { support: true } } };

let backend: ParserBackend;
let client: TestClient;
beforeAll(async () => {
  backend = await loadBackend();
});
afterEach(() => client.stop());

function engine(): FakeEngine {
  const fake = fakeEngine();
  fake.createAnalysis = (reader, log) => createAnalysis({ backend, reader, log });
  return fake;
}

/** Opens the file with a real analyzer behind, and waits for its diagnostics. */
async function open(text: string, capabilities: ClientCapabilities = VERSIONED, initializationOptions: unknown = {}): Promise<Diagnostic[]> {
  client = await startClient({ engine: engine(), capabilities, initializationOptions });
  client.open(FILE, text);
  return (await client.push(FILE, (found) => found.length > 0)).diagnostics;
}

const actions = (diagnostics: readonly Diagnostic[], source = new CancellationTokenSource()): Promise<CodeAction[]> =>
  client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: FILE }, range: diagnostics[0]!.range, context: { diagnostics } }, source.token);

const change = (action: CodeAction | undefined): TextDocumentEdit => action!.edit!.documentChanges![0] as TextDocumentEdit;
const apply = (text: string, edit: TextDocumentEdit): string => TextDocument.applyEdits(TextDocument.create(FILE, 'c', 1, text), [...edit.edits] as TextDocumentEdit['edits']);

/** What the analyzer says of a text. */
const rulesIn = (text: string): string[] => createAnalysis({ backend, reader: { indexFiles: () => ['mm/shelf.c'], read: () => text } }).check(['mm/shelf.c']).map((f) => `${f.rule}: ${f.message.split('\n', 1)[0]}`);

describe('the fix of a rule', () => {
  test('a safe one has the version of the text, and removes the finding; it is not preferred before it is proven', async () => {
    const diagnostics = await open(RACY);
    const [fix] = await actions(diagnostics);
    expect(fix).toMatchObject({ title: 'Recheck the entry under the page-table lock before the event', kind: 'quickfix', diagnostics });
    expect(fix?.isPreferred).toBeUndefined();
    expect(change(fix).textDocument).toEqual({ uri: FILE, version: 1 });
    expect(rulesIn(apply(RACY, change(fix)))).toEqual([]);
    // Asked again, it is the same.
    expect((await actions(diagnostics))[0]).toEqual(fix);
  });

  test('one to be read first is not preferred, and clients that can ask say why', async () => {
    const [fix] = await actions(await open(FAKE));
    expect(fix).toMatchObject({ title: 'Break sharing with FAULT_FLAG_UNSHARE instead of a write (read it first)' });
    expect(fix?.isPreferred).toBeUndefined();
    const annotations = Object.values(fix?.edit?.changeAnnotations ?? {});
    expect(annotations).toEqual([{ label: expect.any(String) as string, description: expect.stringContaining('nobody here needs it writable') as string, needsConfirmation: true }]);
    expect(rulesIn(apply(FAKE, change(fix)))).toEqual([]);
  });

  test('a client without versioned edits gets plain ones', async () => {
    const [fix] = await actions(await open(FAKE, PLAIN));
    expect(fix?.edit).toEqual({ changes: { [FILE]: [{ range: { start: { line: 7, character: 35 }, end: { line: 7, character: 51 } }, newText: 'FAULT_FLAG_UNSHARE' }] } });
  });

  test('after an edit it is that of the new text, and none for a diagnostic that is not true any more', async () => {
    const diagnostics = await open(RACY);
    await actions(diagnostics);
    client.editLine(FILE, 3, '\tint unrelated;');
    const [fix] = await actions(diagnostics);
    expect(change(fix).textDocument.version).toBe(2);
    expect(rulesIn(apply(RACY.replace('slot);\n\n', 'slot);\n\tint unrelated;\n'), change(fix)))).toEqual([]);
    client.editLine(FILE, 6, '\treturn 0;');
    expect((await actions(diagnostics)).map(({ title }) => title)).not.toContain(fix?.title);
  });

  test('the findings are what they were, and a cancelled request leaves nothing behind', async () => {
    const diagnostics = await open(RACY);
    const source = new CancellationTokenSource();
    const asked = actions(diagnostics, source);
    source.cancel();
    await asked.catch(() => undefined);
    await actions(diagnostics);
    const since = client.pushed.length;
    client.editLine(FILE, 3, '\t/* nothing */');
    client.editLine(FILE, 5, '\t\treturn 0; /* later */');
    client.open('file:///src/linux/mm/other.c', 'int x;\n');
    await client.until(() => client.pushed.length > since || client.pushed.at(-1)?.diagnostics.length === 1);
    expect(client.pushed.at(-1)?.diagnostics ?? diagnostics).toHaveLength(client.pushed.at(-1)?.uri === FILE ? 1 : 0);
    expect(client.logged.filter((line) => /failed|exception/i.test(line))).toEqual([]);
  });
});

describe('fixes that are tried ahead', () => {
  const OTHER = 'file:///src/linux/mm/other.c';
  /** Counts what is tried. */
  async function counted(): Promise<{ diagnostics: Diagnostic[]; tried: () => number }> {
    const fake = engine();
    const { createAnalysis: create } = fake;
    let tried = 0;
    fake.createAnalysis = (reader, log) => {
      const analysis = create(reader, log);
      return { ...analysis, *fixes(finding) {
        const fix = yield* analysis.fixes(finding);
        tried++;
        return fix;
      } };
    };
    client = await startClient({ engine: fake, capabilities: VERSIONED });
    client.open(FILE, RACY);
    const { diagnostics } = await client.push(FILE, (found) => found.length > 0);
    await client.until(() => tried === 1);
    return { diagnostics, tried: () => tried };
  }

  test('are there when they are asked for, with every move of the cursor', async () => {
    const { diagnostics, tried } = await counted();
    const ask = (): Promise<CodeAction[]> => client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: FILE }, range: diagnostics[0]!.range, context: { diagnostics, triggerKind: CodeActionTriggerKind.Automatic } });
    await vi.waitFor(async () => expect((await ask())[0]?.title).toMatch(/^Recheck/), { timeout: 5000, interval: 20 });
    await ask();
    expect(tried()).toBe(1);
  });

  test('count for the texts that they were tried with: also an edit of another file makes them untrue', async () => {
    const { diagnostics, tried } = await counted();
    client.open(OTHER, 'int before;\n');
    await actions(diagnostics);
    const before = tried();
    expect(before).toBeGreaterThan(1);
    client.editLine(OTHER, 0, 'int after;');
    const [fix] = await actions(diagnostics);
    expect(tried()).toBeGreaterThan(before);
    expect(fix?.title).toMatch(/^Recheck/);
  });

  test('are none where an edit made the finding untrue before it was tried again', async () => {
    const { diagnostics } = await counted();
    client.editLine(FILE, 6, '\treturn 0;');
    expect((await actions(diagnostics)).filter(({ title }) => title.startsWith('Recheck'))).toEqual([]);
  });
});

describe('a comment that silences', () => {
  const silence = async (text: string, capabilities?: ClientCapabilities): Promise<CodeAction> => (await actions(await open(text, capabilities))).find(({ title }) => title.startsWith('Silence'))!;

  test('stands above the finding with room for a reason, and silences once there is one', async () => {
    const action = await silence(FAKE);
    expect(action.title).toBe('Silence fake-write-fault here, for a reason');
    const text = apply(FAKE, change(action));
    expect(text).toContain('\t\t/*\n\t\t * mm-review: allow(fake-write-fault): ...\n\t\t */\n\t\tret = handle_mm_fault');
    expect(rulesIn(text)).toEqual([expect.stringContaining('gives no reason'), expect.stringContaining('fake-write-fault: ')]);
    expect(rulesIn(text.replace('...', 'nobody registers it'))).toEqual([]);
    expect(action.isPreferred).toBeUndefined();
  });

  test('takes one line where that is enough, and follows the line that it silences', async () => {
    const warm = 'static void warm(struct vm_area_struct *vma, unsigned long addr)\n{\n\thandle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);\n}\n';
    expect(apply(warm, change(await silence(warm)))).toContain('\n\t/* mm-review: allow(fake-write-fault): ... */\n\thandle_mm_fault');
    client.stop();
    const inCondition = FAKE.replace('\t\tret = handle_mm_fault(', '\t\tif (seldom())\n\t\t\tcontinue;\n\t\telse ret = handle_mm_fault(');
    const text = apply(inCondition, change(await silence(inCondition)));
    expect(text).toContain('FAULT_FLAG_WRITE, NULL); /* mm-review: allow(fake-write-fault): ... */\n');
    expect(rulesIn(text.replace('...', 'nobody registers it'))).toEqual([]);
    client.stop();
    const windows = warm.replaceAll('\n', '\r\n');
    expect(apply(windows, change(await silence(windows)))).toBe(windows.replace('\thandle_mm', '\t/* mm-review: allow(fake-write-fault): ... */\r\n\thandle_mm'));
  });

  test('has its reason selected by a client that can', async () => {
    const action = await silence(FAKE);
    const shown: unknown[] = [];
    client.connection.onRequest('window/showDocument', (params: unknown) => {
      shown.push(params);
      return { success: true };
    });
    expect(client.capabilities.executeCommandProvider).toEqual({ commands: ['mmReview.checkWorkspace', 'mmReview.proveFinding', 'mmReview.explainRule', 'mmReview.selectRange'] });
    await client.connection.sendRequest('workspace/executeCommand', { command: action.command!.command, arguments: action.command!.arguments });
    const lines = apply(FAKE, change(action)).split('\n');
    const line = lines.findIndex((l) => l.includes('...'));
    expect(shown).toEqual([{ uri: FILE, takeFocus: true, selection: { start: { line, character: lines[line]!.indexOf('...') }, end: { line, character: lines[line]!.indexOf('...') + 3 } } }]);
    client.stop();
    expect((await silence(FAKE, PLAIN)).command).toBeUndefined();
    expect(client.capabilities.executeCommandProvider).toEqual({ commands: ['mmReview.checkWorkspace', 'mmReview.proveFinding'] });
  });
});

describe('the page of a rule', () => {
  const explain = async (diagnostics: readonly Diagnostic[]): Promise<CodeAction | undefined> => (await actions(diagnostics)).find(({ title }) => title.startsWith('Explain'));
  const withPage = async (options: { readonly capabilities: ClientCapabilities; readonly initializationOptions?: unknown }): Promise<Diagnostic[]> => {
    client = await startClient({ engine: fakeEngine(), ...options });
    client.open(FILE, 'RACE\nCAUSE\n');
    return (await client.push(FILE, (found) => found.length > 0)).diagnostics;
  };

  test('is opened by the server where the client can show it', async () => {
    const action = await explain(await withPage({ capabilities: VERSIONED }));
    expect(action).toMatchObject({ title: 'Explain fake-race', command: { command: 'mmReview.explainRule', arguments: [{ rule: 'fake-race' }] } });
    const shown: unknown[] = [];
    client.connection.onRequest('window/showDocument', (params: unknown) => {
      shown.push(params);
      return { success: true };
    });
    await client.connection.sendRequest('workspace/executeCommand', { command: 'mmReview.explainRule', arguments: [{ rule: 'fake-race' }] });
    await client.connection.sendRequest('workspace/executeCommand', { command: 'mmReview.explainRule', arguments: [{ rule: '../../secret' }] });
    expect(shown).toEqual([{ uri: 'file:///product/docs/rules/fake-race.md', takeFocus: true }]);
  });

  test('is left to a client that has the command, and to the link where nobody can show it', async () => {
    expect(await explain(await withPage({ capabilities: VERSIONED, initializationOptions: { commands: ['mmReview.explainRule'] } }))).toBeDefined();
    expect(client.capabilities.executeCommandProvider).toEqual({ commands: ['mmReview.checkWorkspace', 'mmReview.proveFinding', 'mmReview.selectRange'] });
    client.stop();
    expect(await explain(await withPage({ capabilities: PLAIN }))).toBeUndefined();
  });
});
