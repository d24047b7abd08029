import { expect, test } from 'vitest';
import type * as vscode from 'vscode';
import { ALL_LINES } from './changes';
import { changesOnDisk, isGitExtension, type Repository } from './git';

const file = (name: string): vscode.Uri => ({ fsPath: `/linux/${name}`, toString: () => `file:///linux/${name}` }) as vscode.Uri;

/** A repository in which mm/new.c is in no commit, and every other file has one line more. */
function aRepository(place: 'workingTreeChanges' | 'untrackedChanges'): Repository {
  const asked = ({ dispose: () => undefined });
  return {
    state: { workingTreeChanges: [{ uri: file('mm/a.c'), status: 5 }], onDidChange: () => asked, [place]: [{ uri: file('mm/new.c'), status: 7 }] },
    diffWithHEAD: (path) => Promise.resolve(`+++ b${path}\n@@ -2,0 +3 @@\n+x\n`),
  };
}

test('lines that differ are those of the diff', async () => {
  expect(await changesOnDisk(aRepository('workingTreeChanges'), file('mm/a.c'))).toEqual([{ first: 2, last: 2 }]);
});

test('a file that no commit has differs in all lines, wherever git lists it', async () => {
  for (const place of ['workingTreeChanges', 'untrackedChanges'] as const) expect(await changesOnDisk(aRepository(place), file('mm/new.c'))).toBe(ALL_LINES);
});

test('what another extension of that name gives is not taken for git', () => {
  expect(isGitExtension({ enabled: true, getAPI: () => undefined })).toBe(true);
  for (const nothing of [undefined, null, {}, { enabled: true }, { enabled: true, getAPI: 1 }]) expect(isGitExtension(nothing)).toBe(false);
});
