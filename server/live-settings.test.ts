import { afterEach, describe, expect, test } from 'vitest';
import type { Hover } from 'vscode-languageserver/node';
import { builtinModel } from '../kernel/model';
import { describe as explain } from '../kernel/hover';
import { PULL, PUSH, startClient, type ClientOptions, type TestClient } from './testing';
import { realEngine } from './testing-engine';

const FILE = 'file:///src/linux/mm/drawer.c';

/** A lockless read and, after as many branches as told, the userfault that rests on it. */
const race = (branches: number): string => `
vm_fault_t drawer_fault(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	bool none = huge_pte_none(huge_ptep_get(ptep));
	int count = 0;

${Array.from({ length: branches }, (_, at) => `	if (drawer_has(vma, ${at}))\n		count += ${at};\n`).join('')}
	if (none && userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return count;
}
`;

let client: TestClient | undefined;
afterEach(() => client?.stop());

async function open(text: string, options: ClientOptions & { makefile?: string } = {}): Promise<TestClient> {
  const engine = await realEngine({ 'mm/drawer.c': text, ...(options.makefile !== undefined && { Makefile: options.makefile }) });
  engine.describe = (name, _, version) => explain(name, () => undefined, builtinModel, version);
  client = await startClient({ capabilities: { ...PULL, workspace: { ...PULL.workspace, configuration: true } }, engine, settings: {}, ...options });
  client.open(FILE, text);
  return client;
}

async function set(of: TestClient, settings: unknown): Promise<void> {
  of.settings = settings;
  await of.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  // The server asks what they are now; whatever comes after the answer comes after them.
  await of.connection.sendRequest('workspace/executeCommand', { command: 'no.such.command' }).catch(() => undefined);
}

const found = async (of: TestClient): Promise<number> => {
  const report = await of.pull(FILE);
  return report.kind === 'full' ? report.items.length : -1;
};

describe('the limit of steps', () => {
  test('makes a function silent that takes more, and is changed while the file is open', async () => {
    const client = await open(race(60));
    expect(await found(client)).toBe(1);
    await set(client, { limits: { stepsPerFunction: 1000 } });
    await client.until(() => client.refreshes > 0);
    expect(await found(client)).toBe(0);
    await set(client, {});
    expect(await found(client)).toBe(1);
  });

  test('is heeded from the start, and by who is pushed to', async () => {
    const client = await open(race(60), { capabilities: PUSH, initializationOptions: { settings: { limits: { stepsPerFunction: 1000 } } } });
    expect((await client.push(FILE, () => true)).diagnostics).toEqual([]);
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mmReview: {} } });
    expect((await client.push(FILE, (items) => items.length > 0)).diagnostics).toHaveLength(1);
  });
});

describe('the version of the kernel', () => {
  const text = 'void drawer(void)\n{\n\thugetlb_walk(vma, address, size);\n}\n';
  const hover = async (of: TestClient): Promise<string> => {
    const { contents } = await of.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri: FILE }, position: { line: 2, character: 3 } });
    return (contents as { value: string }).value;
  };

  test('is that of the tree, unless the settings say another one', async () => {
    const client = await open(text, { makefile: 'VERSION = 6\nPATCHLEVEL = 1\n' });
    await found(client);
    expect(await hover(client)).toContain('Mainline 6.1 does not have it');
    await set(client, { kernelVersion: '5.15' });
    await expect.poll(() => hover(client)).toContain('Mainline 5.15 does not have it');
    await set(client, { kernelVersion: '6.12' });
    await expect.poll(() => hover(client)).not.toContain('Mainline');
    await set(client, {});
    await expect.poll(() => hover(client)).toContain('Mainline 6.1 does not have it');
  });

  test('is nobody\'s guess where neither says one', async () => {
    const client = await open(text);
    await found(client);
    expect(await hover(client)).not.toContain('Mainline');
  });
});
