/** What other extensions for C have as well is theirs: nothing is shown twice in a C file. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { LanguageClientOptions, Middleware } from 'vscode-languageclient/node';

vi.mock('vscode', () => ({
  Uri: class {},
  CancellationTokenSource: class {
    readonly token = { onCancellationRequested: () => undefined };
  },
}));

const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-client-'));
for (const name of ['mm', 'include/linux']) fs.mkdirSync(path.join(tree, name), { recursive: true });
afterAll(() => fs.rmSync(tree, { recursive: true }));

const { createClient } = await import('./server-process');

let options: LanguageClientOptions | undefined;
class LanguageClient {
  constructor(...[, , , given]: readonly [string, string, unknown, LanguageClientOptions]) {
    options = given;
  }
}
createClient({ LanguageClient, TransportKind: { ipc: 1 } } as unknown as Parameters<typeof createClient>[0], { asAbsolutePath: (name: string) => name } as Parameters<typeof createClient>[1], {} as Parameters<typeof createClient>[2]);
const middleware = options?.middleware as Middleware;

const document = (languageId: string, file: string, scheme = 'file') => ({ languageId, version: 1, uri: { scheme, fsPath: file, path: file, toString: () => `${scheme}://${file}` } });
const token = { onCancellationRequested: () => undefined };

/** Which of these the server is asked for in a document. */
function asked(about: ReturnType<typeof document>): string[] {
  const names: string[] = [];
  const all = middleware as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  const context = { diagnostics: [] };
  const before: Readonly<Record<string, readonly unknown[]>> = {
    provideHover: [{}, token], provideCodeActions: [{}, context, token], provideCodeLenses: [token], provideCompletionItem: [{}, {}, token], provideDefinition: [{}, token], provideDocumentSymbols: [token],
    provideFoldingRanges: [{}, token], provideDocumentLinks: [token], prepareCallHierarchy: [{}, token], provideInlayHints: [{}, token],
  };
  for (const [name, args] of Object.entries(before)) void all[name]?.(about, ...args, () => void names.push(name));
  return names;
}

describe('the server is asked', () => {
  it('in C files of a tree for what is about races: definitions, symbols, completion and folding are those of others', () => {
    expect(asked(document('c', path.join(tree, 'mm/memory.c')))).toEqual(['provideHover', 'provideCodeActions', 'provideCodeLenses', 'provideDocumentLinks', 'prepareCallHierarchy', 'provideInlayHints']);
  });

  it('for nothing in C files of other projects, or of a commit', () => {
    expect(asked(document('c', path.join(os.tmpdir(), 'other.c')))).toEqual([]);
    expect(asked(document('c', path.join(tree, 'mm/memory.c'), 'git'))).toEqual([]);
  });

  it('for everything in litmus files, which nobody else knows', () => {
    expect(asked(document('mm-litmus', '/anywhere/a.litmus')).length).toBe(10);
  });
});
