import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fake, fakeEditor, resetFake, TextEditorSelectionChangeKind, Uri, type FakeEditor } from './fake-vscode';
import { createFollower, type Follower } from './follow';
import { aStep, aView } from './testing';

vi.mock('vscode', () => import('./fake-vscode'));

const SCENARIO = 'mm-review-scenario:///a-race.litmus';
const CODE = 'file:///linux/mm/a.c';
const view = aView({
  steps: [
    aStep(1, { line: 11 }), aStep(2, { line: 12, origin: { file: 'mm/a.c', line: 70 } }), aStep(3, { line: 13, anchor: { file: 'mm/a.c', function: 'walk' } }), aStep(4, { file: 'migration', line: 3 }),
    aStep(5, { line: 15, origin: { file: '../a.c', line: 5 } }), aStep(6, { line: 16, anchor: { file: 'mm/a.c', function: 'gone' } }),
  ],
});

let steps: number[];
let follower: Follower;

beforeEach(() => {
  resetFake();
  steps = [];
  follower = createFollower({ sourceOf: () => Uri.parse(SCENARIO) as never, onStep: (n) => steps.push(n) });
});

const openTree = (): void => {
  fake.folders = [{ uri: Uri.parse('file:///elsewhere') }, { uri: Uri.parse('file:///linux') }];
  fake.files.set(CODE, 'static void other(void);\n\nstatic void walk(void)\n{\n}\n');
};
/** The documents with a highlight, and its lines from 1. */
const highlights = (): Record<string, number[]> => Object.fromEntries(fake.editors.filter(({ highlighted }) => highlighted.length > 0).map(({ document, highlighted }) => [document.uri.toString(), highlighted.map((line) => line + 1)]));
const show = (n: number): Promise<void> => follower.show(view, n, 1);
const move = (textEditor: FakeEditor, line: number, kind: number | undefined): void => fake.selected.fire({ textEditor, selections: [{ active: { line: line - 1 } }], kind });

describe('the editor follows the step', () => {
  it('to the line of the kernel that it was made of', async () => {
    openTree();
    await show(2);
    expect(highlights()).toEqual({ [CODE]: [70] });
    expect(fake.editors.map(({ revealed, column }) => [revealed, column])).toEqual([[69, 1]]);
  });

  it('to the function that it is modelled on, and in the scenario if that is in view', async () => {
    openTree();
    await show(3);
    expect(highlights()).toEqual({ [CODE]: [3] });
    fake.editors.push(fakeEditor(SCENARIO));
    await show(3);
    expect(highlights()).toEqual({ [CODE]: [3], [SCENARIO]: [13] });
    expect(fake.editors).toHaveLength(2);
  });

  it('to the scenario, where there is no tree, or none with that function', async () => {
    for (const n of [1, 2, 3, 5]) {
      await show(n);
      expect(highlights()).toEqual({ [SCENARIO]: [10 + n] });
    }
    openTree();
    await show(6);
    expect(highlights()).toEqual({ [SCENARIO]: [16] });
    expect(fake.editors).toHaveLength(1);
  });

  it('nowhere, and leaves nothing highlighted, for a library thread and before the first step', async () => {
    await show(1);
    await show(4);
    expect(highlights()).toEqual({});
    await show(1);
    await show(0);
    expect(highlights()).toEqual({});
  });

  it('to the last of steps that come quickly', async () => {
    openTree();
    await Promise.all([show(2), show(1), show(3)]);
    expect(highlights()).toEqual({ [CODE]: [3] });
  });

  it('without moving what the reader looks at when the cursor is there', async () => {
    fake.editors.push(fakeEditor(SCENARIO, { cursor: 10 }));
    await show(1);
    expect(fake.editors[0]).toMatchObject({ highlighted: [10], revealed: undefined });
  });

  it('until it is told to stop', async () => {
    await show(1);
    follower.stop();
    expect(highlights()).toEqual({});
    move(fake.editors[0]!, 12, TextEditorSelectionChangeKind.Keyboard);
    expect(steps).toEqual([]);
    const late = show(1);
    follower.stop();
    await late;
    expect(highlights()).toEqual({});
  });
});

describe('the step follows the cursor', () => {
  it('when the reader moves it, in what is followed', async () => {
    openTree();
    await show(2);
    const [code] = fake.editors;
    move(code!, 70, TextEditorSelectionChangeKind.Mouse);
    expect(steps, 'it is there already').toEqual([]);
    await show(1);
    move(code!, 70, TextEditorSelectionChangeKind.Mouse);
    move(fake.editors[1]!, 13, TextEditorSelectionChangeKind.Keyboard);
    expect(steps).toEqual([2, 3]);
  });

  it('and not when a program does, in other documents, or on lines of no step', async () => {
    await show(1);
    const [scenario] = fake.editors;
    move(scenario!, 12, TextEditorSelectionChangeKind.Command);
    move(scenario!, 12, undefined);
    move(scenario!, 99, TextEditorSelectionChangeKind.Mouse);
    move(fakeEditor('file:///linux/mm/b.c'), 12, TextEditorSelectionChangeKind.Mouse);
    follower.dispose();
    move(scenario!, 12, TextEditorSelectionChangeKind.Mouse);
    expect(steps).toEqual([]);
  });
});
