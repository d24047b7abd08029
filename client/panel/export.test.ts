import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExportAnswer } from '../../simulator/present/race-view';
import { saveExport } from './export';
import { fake, resetFake, Uri } from './fake-vscode';
import { aView } from './testing';

vi.mock('vscode', () => import('./fake-vscode'));

const gives = (text: string | null, message?: string) => vi.fn<(format: string) => Promise<ExportAnswer>>(() => Promise.resolve({ text, problems: message === undefined ? [] : [{ line: 1, column: 1, message }] }));

beforeEach(() => {
  resetFake();
  fake.folders = [{ uri: Uri.parse('file:///linux') }];
});

describe('what is shown is written to a file', () => {
  it('of the format and name that the reader chooses', async () => {
    const offered: (readonly string[])[] = [];
    fake.pick = (labels) => {
      offered.push(labels);
      return 'Mermaid';
    };
    const ask = gives('sequenceDiagram\n');
    await expect(saveExport(aView(), ask)).resolves.toBe('Wrote a-race-buggy.mmd.');
    expect(offered).toEqual([['SVG', 'Mermaid', 'JSON', 'Litmus', 'Promela']]);
    expect(ask.mock.calls).toEqual([['mermaid']]);
    expect([...fake.files]).toEqual([['file:///linux/a-race-buggy.mmd', 'sequenceDiagram\n']]);
  });

  it('no picture where there is no schedule', async () => {
    fake.pick = (labels) => labels[0];
    await expect(saveExport(aView({ schedule: null, variant: 'fixed' }), gives('{}'))).resolves.toBe('Wrote a-race-fixed.json.');
  });

  it('anywhere, when no folder is open', async () => {
    fake.folders = undefined;
    fake.saveTo = ({ defaultUri, filters }) => {
      expect([defaultUri, filters]).toEqual([undefined, { SVG: ['svg'] }]);
      return Uri.parse('file:///tmp/mine.svg');
    };
    await expect(saveExport(aView(), gives('<svg/>'))).resolves.toBe('Wrote mine.svg.');
  });

  it('and not when the reader thinks better of it', async () => {
    const ask = gives('text');
    fake.pick = () => undefined;
    await expect(saveExport(aView(), ask)).resolves.toBeUndefined();
    expect(ask).not.toHaveBeenCalled();
    resetFake();
    fake.saveTo = () => undefined;
    await expect(saveExport(aView(), ask)).resolves.toBeUndefined();
    expect(fake.files.size).toBe(0);
  });

  it('or the reason is told', async () => {
    await expect(saveExport(aView(), gives(null, 'that order is not possible any more'))).resolves.toBe('that order is not possible any more');
    await expect(saveExport(aView(), gives(null))).resolves.toBe('It cannot be exported.');
    expect(fake.files.size).toBe(0);
  });
});
