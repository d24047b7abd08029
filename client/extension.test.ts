import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import manifest from '../package.json';
import type * as Entry from './extension';
import { forgetRoots } from './kernel-files';

type Command = (...args: unknown[]) => unknown;

const fake = vi.hoisted(() => ({
  commands: new Map<string, Command>(),
  opened: new Set<(document: unknown) => void>(),
  foldersChanged: new Set<() => void>(),
  workspace: { workspaceFolders: undefined as unknown, textDocuments: [] as unknown[] },
  registered: 0,
  stopped: 0,
}));

vi.mock('vscode', () => {
  const listen = <T>(listeners: Set<T>) => (listener: T): { dispose(): void } => {
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  };
  return {
    workspace: Object.assign(fake.workspace, { onDidOpenTextDocument: listen(fake.opened), onDidChangeWorkspaceFolders: listen(fake.foldersChanged) }),
    commands: {
      registerCommand(name: string, run: Command) {
        if (fake.commands.has(name)) throw new Error(`command '${name}' already exists`);
        fake.commands.set(name, run);
        return { dispose: () => fake.commands.delete(name) };
      },
      executeCommand: (name: string, ...args: unknown[]) => Promise.resolve(fake.commands.get(name)?.(...args)),
    },
    languages: { match: (_selector: unknown, { languageId }: { readonly languageId: string }) => (['c', 'mm-litmus'].includes(languageId) ? 10 : 0) },
    Disposable: { from: (...all: { dispose(): void }[]) => ({ dispose: () => all.forEach((one) => one.dispose()) }) },
  };
});

vi.mock('./features', async () => {
  const { commands } = await import('vscode');
  return {
    registerFeatures() {
      fake.registered++;
      commands.registerCommand('mmReview.openRace', (argument: unknown) => ['opened', argument]);
      return () => {
        fake.stopped++;
        return Promise.resolve();
      };
    },
  };
});

let folder = '';
let entry: typeof Entry;

beforeEach(async () => {
  fake.commands.clear();
  fake.opened.clear();
  fake.foldersChanged.clear();
  fake.registered = fake.stopped = 0;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-entry-'));
  for (const name of ['linux/mm', 'linux/include/linux', 'other']) fs.mkdirSync(path.join(folder, name), { recursive: true });
  fake.workspace.workspaceFolders = [inFolder('other')];
  fake.workspace.textDocuments = [];
  forgetRoots();
  vi.resetModules();
  entry = await import('./extension');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string): unknown => ({ uri: { scheme: 'file', fsPath: path.join(folder, name) } });
const document = (name: string, languageId = 'c'): unknown => ({ languageId, uri: { scheme: 'file', fsPath: path.join(folder, name) } });
const open = (opened: unknown): void => fake.opened.forEach((listener) => listener(opened));

function activate(memory?: unknown): Promise<void> {
  return entry.activate({ subscriptions: [], workspaceState: { get: () => memory }, extension: { packageJSON: manifest } } as unknown as vscode.ExtensionContext);
}

test('nothing more is loaded in another C project, and all commands are there', async () => {
  fake.workspace.textDocuments = [document('other/main.c')];
  await activate();
  open(document('other/more.c'));
  open(document('linux/README', 'plaintext'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(fake.registered).toBe(0);
  expect([...fake.commands.keys()]).toEqual(manifest.contributes.commands.map(({ command }) => command));
  await entry.deactivate();
  expect(fake.stopped).toBe(0);
});

test('a command that is run loads the rest, once, and is run by it', async () => {
  await activate();
  const { executeCommand } = (await import('vscode')).commands;
  expect(await Promise.all([executeCommand('mmReview.openRace', 'a'), executeCommand('mmReview.openRace', 'b')])).toEqual([['opened', 'a'], ['opened', 'b']]);
  expect(fake.registered).toBe(1);
  expect([...fake.commands.keys()]).toEqual(['mmReview.openRace']);
  await entry.deactivate();
  expect(fake.stopped).toBe(1);
});

test.each<[string, () => void]>([
  ['a folder that is a kernel tree', () => { fake.workspace.workspaceFolders = [inFolder('other'), inFolder('linux')]; }],
  ['a folder in a kernel tree', () => { fake.workspace.workspaceFolders = [inFolder('linux/mm')]; }],
  ['a kernel file of another folder', () => { fake.workspace.textDocuments = [document('linux/mm/a.c')]; }],
  ['a litmus file', () => { fake.workspace.textDocuments = [document('other/a.litmus', 'mm-litmus')]; }],
  ['no folder, where our view is there at once', () => { fake.workspace.workspaceFolders = undefined; }],
])('with %s the rest is loaded', async (_, arrange) => {
  arrange();
  await activate();
  expect(fake.registered).toBe(1);
  expect(fake.opened.size + fake.foldersChanged.size).toBe(0);
});

test('where a race was looked at the rest is loaded, for its panel may come back', async () => {
  await activate({ choice: { target: { scenario: 'a' } }, step: 0 });
  expect(fake.registered).toBe(1);
});

test('what is opened later counts as well', async () => {
  await activate();
  open(document('linux/mm/a.c'));
  await vi.waitFor(() => expect(fake.registered).toBe(1));
  expect(fake.opened.size).toBe(0);
});

test('a folder that is added later counts as well, even one that has become a kernel tree', async () => {
  await activate();
  for (const name of ['other/mm', 'other/include/linux']) fs.mkdirSync(path.join(folder, name), { recursive: true });
  fake.foldersChanged.forEach((listener) => listener());
  await vi.waitFor(() => expect(fake.registered).toBe(1));
});
