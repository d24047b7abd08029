import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Range } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startClient, type TestClient } from './testing';
import { realEngine } from './testing-engine';

const event = `vm_fault_t drawer_event(struct vm_fault *vmf, unsigned long reason)
{
	hugetlb_vma_unlock_read(vmf->vma);
	return handle_userfault(vmf, reason);
}

vm_fault_t drawer_peek(struct vm_fault *vmf)
{
	/* drawer_event() is for others. */
	if (vmf)
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`;
const fault = `static void drawer_store(struct mm_struct *mm, pte_t *ptep, pte_t pte)
{
	set_pte_at(mm, 0, ptep, pte);
}

static int drawer_size(struct drawer *drawer)
{
	return drawer->size;
}

vm_fault_t drawer_fault(struct vm_fault *vmf)
{
	spinlock_t *ptl;
	pte_t *ptep;

	if (drawer_size(vmf->drawer) == 0)
		return drawer_event(vmf, VM_UFFD_MINOR);
	ptep = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &ptl);
	if (!ptep)
		return 0;
	drawer_store(vmf->vma->vm_mm, ptep, vmf->orig_pte);
	pte_unmap_unlock(ptep, ptl);
	return 0;
}

static int drawer_look(struct drawer *drawer)
{
	return drawer_peek(NULL);
}

static const struct vm_operations_struct drawer_vm_ops = {
	.fault = drawer_fault,
};
`;
const above = `static vm_fault_t open_drawer(struct vm_fault *vmf)
{
	return vmf->vma->vm_ops->fault(vmf);
}
`;
const EVENT = 'file:///src/linux/mm/event.c';
const FAULT = 'file:///src/linux/mm/fault.c';

let client: TestClient;
afterEach(() => client.stop());

async function start(files: Readonly<Record<string, string>> = { 'mm/event.c': event, 'mm/fault.c': fault, 'mm/above.c': above }): Promise<void> {
  client = await startClient({ engine: await realEngine(files) });
  expect(client.capabilities.callHierarchyProvider).toBe(true);
}

/** Asks at the first character of `word` behind `after`. */
async function prepare(uri: string, text: string, word: string, after = ''): Promise<CallHierarchyItem | undefined> {
  const offset = text.indexOf(word, text.indexOf(after));
  const line = text.slice(0, offset).split('\n').length - 1;
  const position = { line, character: offset - text.lastIndexOf('\n', offset - 1) - 1 };
  const items = await client.connection.sendRequest<CallHierarchyItem[] | null>('textDocument/prepareCallHierarchy', { textDocument: { uri }, position });
  expect(items?.length ?? 0).toBeLessThan(2);
  return items?.[0];
}

const lines = (ranges: readonly Range[]): number[] => ranges.map(({ start }) => start.line + 1);
async function incoming(item: CallHierarchyItem | undefined): Promise<string[]> {
  const calls = await client.connection.sendRequest<CallHierarchyIncomingCall[] | null>('callHierarchy/incomingCalls', { item });
  return (calls ?? []).map(({ from, fromRanges }) => `${from.name} ${from.detail} @${lines(fromRanges)}`);
}
async function outgoing(item: CallHierarchyItem | undefined): Promise<string[]> {
  const calls = await client.connection.sendRequest<CallHierarchyOutgoingCall[] | null>('callHierarchy/outgoingCalls', { item });
  return (calls ?? []).map(({ to, fromRanges }) => `${to.name} ${to.detail} @${lines(fromRanges)}`);
}

/** The locks held at a call may come only when it is asked for again. */
async function eventually(ask: typeof incoming, item: CallHierarchyItem | undefined, wanted: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await ask(item)).toEqual(wanted), { timeout: 10_000, interval: 20 });
}

describe('the call hierarchy', () => {
  test('a function at its head, and at a call in another file', async () => {
    await start();
    client.open(EVENT, event);
    client.open(FAULT, fault);
    const atHead = await prepare(EVENT, event, 'drawer_event');
    expect(atHead).toMatchObject({ name: 'drawer_event', detail: 'mm/event.c · calls handle_userfault (minor)', uri: EVENT, selectionRange: { start: { line: 0, character: 11 } }, range: { end: { line: 4 } } });
    expect(await prepare(FAULT, fault, 'drawer_event')).toEqual(atHead);
    await eventually(incoming, atHead, ['drawer_fault mm/fault.c @17']);
  });

  test('a primitive has its callers, with the locks that they hold', async () => {
    await start();
    client.open(EVENT, event);
    await eventually(incoming, await prepare(EVENT, event, 'handle_userfault'), ['drawer_event mm/event.c · no ptl @4', 'drawer_peek mm/event.c · no ptl @11']);
    client.open(FAULT, fault);
    const store = await prepare(FAULT, fault, 'set_pte_at');
    expect(store).toMatchObject({ name: 'set_pte_at', detail: 'mm/fault.c · writes an entry' });
    await eventually(incoming, store, ['drawer_store mm/fault.c @3']);
    await eventually(incoming, await prepare(FAULT, fault, 'drawer_store'), ['drawer_fault mm/fault.c · holds the ptl @21']);
  });

  test('of what a function calls only that counts which has to do with userfaults, entries or locks', async () => {
    await start();
    client.open(FAULT, fault);
    await eventually(outgoing, await prepare(FAULT, fault, 'drawer_fault'), [
      'drawer_event mm/event.c · calls handle_userfault (minor) @17',
      'pte_offset_map_lock mm/fault.c · takes the page-table lock @18',
      'drawer_store mm/fault.c · changes entries or takes their locks · holds the ptl @21',
      'pte_unmap_unlock mm/fault.c · drops the page-table lock · holds the ptl @22',
    ]);
    expect(await prepare(FAULT, fault, 'drawer_size')).toBeUndefined();
    expect(await prepare(FAULT, fault, 'ptep', 'spinlock_t')).toBeUndefined();
  });

  test('calls through the operations of a vma are found', async () => {
    await start();
    client.open(FAULT, fault);
    const item = await prepare(FAULT, fault, 'drawer_fault');
    expect(item?.detail).toBe('mm/fault.c · reaches handle_userfault (minor)');
    const [caller] = await incoming(item);
    expect(caller).toMatch(/^open_drawer mm\/above\.c · through an operation.* @3$/);
  });

  test('a fault that is not there raises nothing', async () => {
    await start();
    client.open(FAULT, fault);
    expect(await prepare(FAULT, fault, 'drawer_look')).toBeUndefined();
    expect(await prepare(FAULT, fault, 'drawer_peek')).toMatchObject({ detail: 'mm/event.c · calls handle_userfault (missing)' });
  });

  test('the text in the editor counts, and the document need not stay open', async () => {
    await start();
    client.open(EVENT, event);
    client.open(FAULT, fault);
    const item = await prepare(EVENT, event, 'drawer_event');
    client.editLine(FAULT, 16, '\t\treturn drawer_size(vmf->drawer) + 1;');
    await eventually(incoming, item, []);
    client.editLine(FAULT, 16, '\n\t\treturn drawer_event(vmf, VM_UFFD_MINOR);');
    client.close(EVENT);
    await eventually(incoming, item, ['drawer_fault mm/fault.c @18']);
    client.close(FAULT);
    await eventually(incoming, item, []);
  });

  test('callbacks are found where their table is handed on, not where it is only kept', async () => {
    const walk = `static int drawer_entry(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	ptep_get_and_clear(walk->mm, addr, pte);
	return 0;
}

static const struct mm_walk_ops drawer_ops = {
	.pte_entry = drawer_entry,
};

static void keep_drawer(struct drawer *drawer)
{
	drawer->ops = &drawer_ops;
}

void clear_drawer(struct mm_struct *mm)
{
	walk_page_range(mm, 0, 1, &drawer_ops, NULL);
}
`;
    const uri = 'file:///src/linux/mm/walk.c';
    await start({ 'mm/walk.c': walk });
    client.open(uri, walk);
    await eventually(incoming, await prepare(uri, walk, 'drawer_entry'), ['clear_drawer mm/walk.c · as a callback @18']);
  });
});
