import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import { createAnalysis } from '../../analyzer/create';
import type { Finding } from '../../analyzer/findings/finding';
import { libraryThreads } from '../../witness/testing';
import { realEngine } from '../testing-engine';
import type { FakeEngine } from '../testing';
import type { FromProver, ToProver } from './messages';
import { serveProver } from './thread';

vi.setConfig({ testTimeout: 60_000 });
const FILE = 'mm/a.c';
const TEXT = `static vm_fault_t hasty(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;

let engine: FakeEngine;
let finding: Finding;
/** Files that were read. */
let read: string[];

beforeEach(async () => {
  engine = await realEngine({ [FILE]: '/* as it was saved */\n' });
  engine.shipped = { scenarios: [], adversaries: libraryThreads };
  read = [];
  const create = engine.createAnalysis;
  engine.createAnalysis = (reader, log) => create({ ...reader, read: (file) => {
    read.push(file);
    return reader.read(file);
  } }, log);
  const analysis = createAnalysis({ backend: engine.backend, reader: { indexFiles: () => [FILE], read: () => TEXT } });
  finding = analysis.check([FILE])[0]!;
});

/** The thread's other end. */
function serve(giveWay?: () => void): { say(message: ToProver): void; readonly heard: FromProver[]; done(): Promise<void> } {
  const port = new EventEmitter();
  const heard: FromProver[] = [];
  serveProver({ on: (event, listener) => port.on(event, listener), postMessage: (message) => void heard.push(message) }, engine, { slice: 1, ...(giveWay && { giveWay }) });
  const say = (message: ToProver): void => void port.emit('message', message);
  say({ kind: 'open', root: '/src/linux', caches: false });
  return { say, heard, done: () => vi.waitFor(() => expect(heard.map(({ kind }) => kind)).toContain('done'), { timeout: 30_000 }) };
}

const prove = (limit = 60_000): ToProver => ({ kind: 'prove', changes: { texts: [[FILE, TEXT]], forgotten: [] }, finding, withFix: false, limit });
const verdicts = (heard: readonly FromProver[]): unknown[] => heard.flatMap((message) => (message.kind === 'proven' ? [message.verdict.proof.kind] : []));

test('it reads the tree before it is asked, if it is told to, and proves in the text of the editor', async () => {
  const { say, heard, done } = serve();
  say({ kind: 'get ready' });
  await vi.waitFor(() => expect(read).toEqual([FILE]));
  await pause(50);
  say(prove());
  await done();
  expect(verdicts(heard)).toEqual(['confirmed']);
  expect(read).toEqual([FILE]);
});

test('what is asked while it gets ready is answered', async () => {
  const { say, heard, done } = serve();
  say({ kind: 'get ready' });
  say(prove());
  say({ kind: 'get ready' });
  await done();
  expect(verdicts(heard)).toEqual(['confirmed']);
  expect(heard.filter(({ kind }) => kind === 'log' || kind === 'failed')).toEqual([]);
});

test('a short proof gives way to nobody, a long one does, once', async () => {
  const giveWay = vi.fn();
  const short = serve(giveWay);
  short.say(prove());
  await short.done();
  expect(giveWay).not.toHaveBeenCalled();

  // Each look at the clock is a second later.
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  const long = serve(giveWay);
  long.say(prove(1_000_000));
  await long.done();
  clock.mockRestore();
  expect(verdicts(long.heard)).toEqual(['confirmed']);
  expect(giveWay).toHaveBeenCalledTimes(1);
});
