import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExportAnswer, RaceAnswer, SchedulesAnswer } from '../../simulator/present/race-view';
import type { RaceParams } from '../races';
import { fake, FakePanel, resetFake, Uri } from './fake-vscode';
import type { HostMessage, PageMessage } from './messages';
import { createRacePanel, type RacePanel } from './race-panel';
import { aStep, aView } from './testing';

vi.mock('vscode', () => import('./fake-vscode'));

/** A question that waits for its answer. */
interface Asked {
  readonly params: RaceParams;
  readonly token: { readonly isCancellationRequested: boolean };
  readonly onStates: (states: number) => void;
  readonly answer: (answer: RaceAnswer) => Promise<void>;
  readonly fail: (message: string) => Promise<void>;
}

const target = { scenario: 'a-race' };
const moves = [{ thread: 1, way: 0 }, { thread: 0, way: 1 }];
const view = aView({ steps: [aStep(1), aStep(2), aStep(3)] });
const shown: RaceAnswer = { view, problems: [] };

let asked: Asked[];
let memory: Map<string, unknown>;
let panel: RacePanel;
let did: string[];

beforeEach(() => {
  resetFake();
  memory = new Map();
  start();
});

/** The extension, with what was written down before. */
function start(): void {
  asked = [];
  did = [];
  panel = createRacePanel({
    readPage: (name) => `/* ${name} */`,
    memory: { get: (key: string) => memory.get(key), update: (key: string, value: unknown) => { memory.set(key, JSON.parse(JSON.stringify(value))); } } as never,
    ask: (params, token, onStates) => new Promise((resolve, reject) => {
      asked.push({
        params, token, onStates,
        answer: async (answer) => { resolve(answer); await settled(); },
        fail: async (message) => { reject(new Error(message)); await settled(); },
      });
    }),
    askSchedules: (params) => Promise.resolve<SchedulesAnswer>({ schedules: [{ title: JSON.stringify(params), detail: '', fails: true, moves }], complete: true, problems: [] }),
    askExport: (params) => Promise.resolve<ExportAnswer>({ text: JSON.stringify(params), problems: [] }),
    sourceOf: () => Uri.parse('mm-review-scenario:///a-race.litmus') as never,
    openSource: (_, line) => Promise.resolve(void did.push(`source ${line}`)),
    openRule: (rule) => Promise.resolve(void did.push(`rule ${rule}`)),
  });
}

const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve); });
const page = (): FakePanel => fake.panels.at(-1)!;
/** What the page has been told since it was last asked. */
const told = (): HostMessage[] => page().posted.splice(0) as HostMessage[];
const says = async (message: PageMessage): Promise<void> => {
  page().received.fire(message);
  await settled();
};
const choosing = (schedule: typeof moves | null, step: number): PageMessage => ({ type: 'choose', variant: 'buggy', adversary: 'migration', schedule, step });

async function opened(): Promise<void> {
  panel.open({ target });
  await says({ type: 'ready' });
  await asked[0]!.answer(shown);
}

describe('a race', () => {
  it('is asked for, and shown with what is known meanwhile', async () => {
    panel.open({ target });
    await says({ type: 'ready' });
    asked[0]!.onStates(512);
    await asked[0]!.answer(shown);
    expect(asked.map(({ params }) => params)).toEqual([target]);
    expect(told()).toEqual([
      { type: 'busy', choice: { target }, states: null }, { type: 'busy', choice: { target }, states: null }, { type: 'busy', choice: { target }, states: 512 }, { type: 'race', choice: { target }, view, step: null },
    ]);
    expect(page().title).toBe('Race: A race');
    expect(page().webview.html).toContain(`script-src 'nonce-`);
  });

  it('that cannot be shown says why, and is tried again', async () => {
    panel.open({ target });
    await asked[0]!.fail('the server has ended');
    expect(told().at(-1)).toEqual({ type: 'problems', choice: { target }, problems: [{ line: 1, column: 1, message: 'the server has ended' }] });
    await says({ type: 'again' });
    await asked[1]!.answer(shown);
    expect(told().at(-1)).toMatchObject({ type: 'race' });
  });

  it('takes the place of one that is still explored', async () => {
    panel.open({ target });
    panel.open({ target: { scenario: 'other' } });
    expect(asked[0]!.token.isCancellationRequested).toBe(true);
    await asked[0]!.answer(shown);
    expect(told().filter(({ type }) => type === 'race')).toEqual([]);
    expect(fake.panels).toHaveLength(1);
    expect(page().revealed).toBe(1);
  });

  it('can be cancelled: what was shown comes back, at its step', async () => {
    await opened();
    await says({ type: 'step', step: 2 });
    await says(choosing(null, 0));
    await says({ type: 'cancel' });
    expect(asked[1]!.token.isCancellationRequested).toBe(true);
    expect(told().at(-1)).toEqual({ type: 'race', choice: { target }, view, step: 2 });
    await asked[1]!.answer({ view: null, problems: [] });
    expect(told()).toEqual([]);
  });

  it('that was cancelled at first can be tried again', async () => {
    panel.open({ target });
    await says({ type: 'cancel' });
    expect(told().at(-1)).toMatchObject({ type: 'problems', problems: [{ message: 'Exploring was cancelled.' }] });
  });

  it('of a file is explored again when that is saved', async () => {
    panel.open({ target: { uri: 'file:///a.litmus' } });
    panel.saved('file:///b.litmus');
    expect(asked).toHaveLength(1);
    panel.saved('file:///a.litmus');
    expect(asked).toHaveLength(2);
    await asked[1]!.answer(shown);
    page().dispose();
    panel.saved('file:///a.litmus');
    expect(asked).toHaveLength(2);
  });
});

describe('an order that the reader has chosen', () => {
  it('is asked for with its moves, and shown from the step where it was chosen', async () => {
    await opened();
    await says(choosing(moves, 2));
    expect(asked[1]!.params).toEqual({ ...target, variant: 'buggy', adversaries: ['migration'], schedule: moves });
    await asked[1]!.answer(shown);
    expect(told().at(-1)).toMatchObject({ type: 'race', choice: { schedule: moves }, step: 2 });
  });

  it('comes back with the window, at the step where the reader was', async () => {
    await opened();
    await says(choosing(moves, 2));
    await asked[1]!.answer(shown);
    await says({ type: 'step', step: 3 });
    panel.dispose();
    expect(page().disposed, 'it is to come back with the window').toBe(false);
    start();
    const restored = new FakePanel();
    fake.panels.push(restored);
    // What the page had kept is older.
    const coming = fake.serializer!.deserializeWebviewPanel(restored, { choice: { target }, step: 1 });
    expect(asked[0]!.params).toEqual({ ...target, variant: 'buggy', adversaries: ['migration'], schedule: moves });
    await asked[0]!.answer(shown);
    await coming;
    expect(told().at(-1)).toEqual({ type: 'race', choice: { target, variant: 'buggy', adversary: 'migration', schedule: moves }, view, step: 3 });
  });

  it('that is not possible any more says so', async () => {
    memory.set('racePanel', { choice: { target, schedule: moves }, step: 1 });
    const restored = new FakePanel();
    fake.panels.push(restored);
    const coming = fake.serializer!.deserializeWebviewPanel(restored, undefined);
    await asked[0]!.answer({ view: null, problems: [{ line: 1, column: 1, message: 'that order of the threads is not possible any more' }] });
    await coming;
    expect(told().at(-1)).toMatchObject({ type: 'problems', choice: { schedule: moves } });
  });
});

describe('a panel that comes back', () => {
  it('shows what its page has kept, when nothing was written down', async () => {
    const restored = new FakePanel();
    fake.panels.push(restored);
    const coming = fake.serializer!.deserializeWebviewPanel(restored, { choice: { target, variant: 'fixed' }, step: 1 });
    await asked[0]!.answer(shown);
    await coming;
    expect(told().at(-1)).toMatchObject({ type: 'race', choice: { variant: 'fixed' }, step: 1 });
  });

  it('is closed when nothing is known of it', async () => {
    memory.set('racePanel', { choice: 'nonsense' });
    const restored = new FakePanel();
    await fake.serializer!.deserializeWebviewPanel(restored, { step: 'x' });
    expect(restored.disposed).toBe(true);
    expect(asked).toEqual([]);
  });
});

describe('what the page asks for', () => {
  it('is done', async () => {
    await opened();
    await says({ type: 'schedules' });
    expect(told().at(-1)).toMatchObject({ type: 'schedules', complete: true, schedules: [{ title: '{"scenario":"a-race"}' }] });
    await says({ type: 'copy' });
    expect(fake.clipboard).toBe('P0');
    expect(told()).toEqual([{ type: 'done', words: 'Copied the diagram as text.' }]);
    fake.saveTo = () => Uri.parse('file:///tmp/a.svg');
    await says({ type: 'export' });
    await settled();
    expect(told()).toEqual([{ type: 'done', words: 'Wrote a.svg.' }]);
    expect(fake.files.get('file:///tmp/a.svg')).toBe('{"scenario":"a-race","format":"svg"}');
    await says({ type: 'source', line: 3 });
    await says({ type: 'rule' });
    expect(did).toEqual(['source 3', 'rule a-rule']);
  });

  it('is ignored when it makes no sense', async () => {
    await opened();
    told();
    for (const stranger of [undefined, 'ready', { type: 'dance' }, { type: 'step', step: 'x' }]) page().received.fire(stranger);
    await settled();
    expect([told(), did, asked.length]).toEqual([[], [], 1]);
  });

  it('and the source follows the steps until it is told not to', async () => {
    await opened();
    await says({ type: 'step', step: 2 });
    expect(fake.editors).toEqual([]);
    await says({ type: 'follow', on: true });
    await settled();
    expect(fake.editors.map(({ document, highlighted, column }) => [document.uri.toString(), highlighted, column])).toEqual([['mm-review-scenario:///a-race.litmus', [1], 1]]);
    await says({ type: 'step', step: 3 });
    await settled();
    expect(fake.editors[0]!.highlighted).toEqual([2]);
    fake.selected.fire({ textEditor: fake.editors[0]!, selections: [{ active: { line: 0 } }], kind: 1 });
    expect(told().at(-1)).toEqual({ type: 'goto', step: 1 });
    await says({ type: 'follow', on: false });
    expect(fake.editors[0]!.highlighted).toEqual([]);
    await says({ type: 'follow', on: true });
    page().dispose();
    expect(fake.editors[0]!.highlighted).toEqual([]);
  });
});
