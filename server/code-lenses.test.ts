import type { CodeLens, Location } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SHOW_PLACES } from './show-places';
import { PUSH, startClient, type ClientOptions, type TestClient } from './testing';
import { realEngine } from './testing-engine';

const text = `static vm_fault_t drawer_event(struct vm_fault *vmf, unsigned long reason)
{
	return handle_userfault(vmf, reason);
}

static vm_fault_t drawer_missing(struct vm_fault *vmf)
{
	if (vmf->flags)
		return drawer_event(vmf, VM_UFFD_MISSING);
	return drawer_event(vmf, VM_UFFD_MINOR);
}

vm_fault_t drawer_fault(struct vm_fault *vmf)
{
	if (vmf->pte)
		return handle_userfault(vmf, VM_UFFD_WP);
	return drawer_missing(vmf);
}

static int drawer_sum(int a, int b)
{
	return a + b;
}
`;
const store = `static void store_drawer(struct mm_struct *mm, pte_t *ptep, pte_t pte)
{
	set_pte_at(mm, 0, ptep, pte);
}

static void fill_drawer(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl;
	pte_t *ptep = pte_offset_map_lock(mm, pmd, 0, &ptl);

	if (!ptep)
		return;
	store_drawer(mm, ptep, mk_pte(NULL, 0));
	pte_unmap_unlock(ptep, ptl);
}
`;
const racy = `vm_fault_t racy_fault(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	if (huge_pte_none(huge_ptep_get(ptep)))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`;
const A = 'file:///src/linux/mm/a.c';
const B = 'file:///src/linux/mm/b.c';
const REFRESH = { ...PUSH, workspace: { codeLens: { refreshSupport: true } } };
const ALL = { commands: [SHOW_PLACES] };

let client: TestClient;
afterEach(() => client.stop());

async function start(files: Readonly<Record<string, string>>, options: ClientOptions = {}): Promise<void> {
  client = await startClient({ engine: await realEngine(files), capabilities: REFRESH, initializationOptions: ALL, ...options });
}
const lenses = (uri: string): Promise<CodeLens[]> => client.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
const titles = async (uri: string): Promise<string[]> => (await lenses(uri)).map(({ range, command }) => `${range.start.line + 1}: ${command?.title}`);
const linesOf = (lens: CodeLens | undefined): number[] => {
  const [{ places }] = lens?.command?.arguments as [{ readonly places: readonly Location[] }];
  return places.map(({ range }) => range.start.line + 1);
};

const missingAndMore = [
  '1: Calls handle_userfault (missing, minor)',
  '6: Reaches handle_userfault through drawer_event (missing, minor)',
  '13: Calls handle_userfault (wp), reaches it through drawer_missing (missing, minor)',
];

describe('code lenses', () => {
  test('functions that lead to a userfault say which, and show its calls', async () => {
    await start({ 'mm/a.c': text });
    client.open(A, text);
    const found = await lenses(A);
    expect(await titles(A)).toEqual(missingAndMore);
    expect(found.map(({ command }) => command?.command)).toEqual([SHOW_PLACES, SHOW_PLACES, SHOW_PLACES]);
    expect(found.map(linesOf)).toEqual([[3], [9, 10, 3], [16, 17, 3]]);
  });

  test('the text in the editor counts, in other files as well', async () => {
    const caller = 'vm_fault_t caller(struct vm_fault *vmf)\n{\n\treturn drawer_fault(vmf);\n}\n';
    await start({ 'mm/a.c': text, 'mm/b.c': caller });
    client.open(B, caller);
    expect(await titles(B)).toEqual(['1: Reaches handle_userfault through drawer_fault (missing, minor, wp)']);
    client.open(A, text);
    client.editLine(A, 15, '\t\treturn 0;');
    expect(await titles(B)).toEqual(['1: Reaches handle_userfault through drawer_fault (missing, minor)']);
    client.editLine(A, 2, '\treturn 0;');
    expect(await titles(B)).toEqual([]);
  });

  test('functions that rely on a lock of their callers say whether these hold it', async () => {
    await start({ 'mm/b.c': store });
    client.open(B, store);
    await vi.waitFor(async () => expect(await titles(B)).toEqual(['1: Called with the page-table lock held (its only call)']), { timeout: 10_000, interval: 20 });
    expect(linesOf((await lenses(B))[0])).toEqual([13]);
    const unlocked = 'void drop_drawer(struct mm_struct *mm, pte_t *ptep, struct mutex *m)\n{\n\tmutex_lock(m);\n\tstore_drawer(mm, ptep, mk_pte(NULL, 0));\n}\n';
    const refreshes = client.lensRefreshes;
    client.editLine(B, 14, `}\n\n${unlocked}`);
    // What was known stays until the user pauses.
    expect(await titles(B)).toEqual(['1: Called with the page-table lock held (its only call)']);
    await client.until(() => client.lensRefreshes > refreshes);
    const [lens] = await lenses(B);
    expect(lens?.command?.title).toBe('Called with the page-table lock held in 1 of 2 calls');
    expect(linesOf(lens)).toEqual([20, 13]);
  });

  test('what is known of callers moves with its function, and is found at once for clients that cannot be asked to draw anew', async () => {
    await start({ 'mm/b.c': store });
    client.open(B, store);
    await vi.waitFor(async () => expect(await titles(B)).toHaveLength(1), { timeout: 10_000, interval: 20 });
    client.editLine(B, 0, `\n\n${store.split('\n')[0]}`);
    expect(await titles(B)).toEqual(['3: Called with the page-table lock held (its only call)']);
    client.editLine(B, 2, 'static void put_drawer(struct mm_struct *mm, pte_t *ptep, pte_t pte)');
    expect(await titles(B)).toEqual([]);
    client.stop();
    await start({ 'mm/b.c': store }, { capabilities: PUSH });
    client.open(B, store);
    await lenses(B);
    client.editLine(B, 12, '\tmutex_lock(mm);\n\tmutex_unlock(mm);');
    expect(await titles(B)).toEqual([]);
  });

  test('a finding has its path', async () => {
    await start({ 'mm/a.c': racy });
    client.open(A, racy);
    await client.push(A, (found) => found.length === 1);
    const [path, event] = await lenses(A);
    expect(path?.command).toMatchObject({ title: 'Show the path: 3 places', command: SHOW_PLACES, arguments: [{ uri: A, position: { line: 0, character: 0 } }] });
    expect(linesOf(path)).toEqual([3, 3, 4]);
    expect(event?.command?.title).toBe('Calls handle_userfault (missing)');
    await client.until(() => client.lensRefreshes > 0);
  });

  test('a client without the command is only told', async () => {
    await start({ 'mm/a.c': racy }, { initializationOptions: {} });
    client.open(A, racy);
    await client.push(A, (found) => found.length === 1);
    expect(await lenses(A)).toEqual([{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, command: { title: 'Calls handle_userfault (missing)', command: '' } }]);
  });

  test('they can be switched off and on while documents are open', async () => {
    await start({ 'mm/a.c': text });
    client.open(A, text);
    expect(await titles(A)).toEqual(missingAndMore);
    const set = (settings: unknown): void => void client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mmReview: settings } });
    set({ codeLens: false });
    await client.until(() => client.lensRefreshes === 1);
    expect(await lenses(A)).toEqual([]);
    set({ codeLens: true });
    await client.until(() => client.lensRefreshes === 2);
    expect(await titles(A)).toEqual(missingAndMore);
    set({ enable: false });
    await client.until(() => client.lensRefreshes === 3);
    expect(await lenses(A)).toEqual([]);
  });
});
