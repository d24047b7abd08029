import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RaceView } from '../../simulator/present/race-view';
import { pageHtml } from './html';
import { parseHostMessage, parsePageMessage, parsePanelState, sameChoice, type HostMessage, type PageMessage } from './messages';
import { isRaceView } from './view-check';

const choice = { target: { scenario: 'a-race' }, variant: 'fixed' };
const view: RaceView = {
  version: 1, name: 'a-race', title: 'A race', rule: 'a-rule', commits: [], anchors: [], description: '', variants: [{ name: 'buggy', title: 'as written' }], variant: 'buggy',
  adversaries: [], adversary: [], ownAdversary: '', verdict: { word: 'Sometimes', tone: 'bad', headline: null, detail: '1 step' }, sentence: 'It goes wrong.', preemptions: null,
  memoryModel: '', uncovered: null, covered: [], threads: [{ name: 'P0', title: 'a thread' }],
  schedule: { moves: [{ thread: 0, way: 0 }], chosen: false, fails: true },
  diagram: {
    columns: [0], beginning: null,
    rows: [{ kind: 'step', thread: 0, depth: 0, n: 1, text: 'x = 1', short: 'x = 1', line: 3, notes: [], mark: { tone: 'bad', words: 'no!' } }, { kind: 'remark', mark: { tone: 'bad', words: 'no!' } }],
    windows: [], locks: [{ thread: 0, name: 'lock', mode: 'held', from: 0, to: null, firstRow: 0, lastRow: 0, track: 0 }],
  },
  steps: [{ n: 1, thread: 0, text: 'x = 1', kind: 'store', function: 'P0', file: null, line: 3, origin: { file: 'mm/a.c', line: 3 }, notes: [], violated: 'no!' }],
  states: [{ groups: [], next: [{ thread: 0, status: 'ready', text: 'x = 1', short: 'x = 1', waitsFor: null, ways: 1 }] }, { groups: [{ title: 'Memory', cells: [{ name: 'x', value: '1', before: '0', since: 1 }] }], next: [] }],
  fix: null, sideBySide: null, text: 'P0', herd: 'Test a-race Allowed\n', litmus: 'C a-race', source: null,
};

describe('messages', () => {
  it('of the host are read by the page', () => {
    const messages: HostMessage[] = [
      { type: 'race', choice, view, step: null }, { type: 'race', choice: { target: { uri: 'file:///a.litmus' } }, view, step: 1 }, { type: 'busy', choice, states: null }, { type: 'busy', choice: { ...choice, schedule: [{ thread: 1, way: 0 }] }, states: 512 }, { type: 'goto', step: 3 },
      { type: 'schedules', choice, schedules: [{ title: 'All threads end', detail: '3 steps: P0', fails: false, moves: [{ thread: 0, way: 0 }] }], complete: true },
      { type: 'problems', choice, problems: [{ line: 1, column: 1, message: 'no' }] }, { type: 'done', words: 'Copied.' },
    ];
    for (const message of messages) expect(parseHostMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it('of the page are read by the host', () => {
    const messages: PageMessage[] = [
      { type: 'ready' }, { type: 'choose', variant: 'fixed', adversary: null, schedule: null, step: 0 }, { type: 'choose', variant: 'fixed', adversary: 'migration', schedule: [{ thread: 1, way: 0 }], step: 1 },
      { type: 'schedules' }, { type: 'export' }, { type: 'cancel' }, { type: 'follow', on: true }, { type: 'step', step: 2 }, { type: 'copy' },
      { type: 'source', line: null }, { type: 'source', line: 3 }, { type: 'rule' }, { type: 'again' },
    ];
    for (const message of messages) expect(parsePageMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it('that are none are ignored', () => {
    const strangers = [
      undefined, null, 'ready', [], {}, { type: 'toString' }, { type: 'constructor' }, { type: 'race' }, { type: 'race', choice, view: { ...view, version: 2 }, step: null },
      { type: 'race', choice: { target: {} }, view, step: null }, { type: 'race', choice: { target: { scenario: 'a', uri: 'b' } }, view, step: null }, { type: 'race', choice, view, step: 'x' },
      { type: 'problems', choice, problems: [{ line: '1' }] }, { type: 'choose', variant: 3, adversary: null }, { type: 'choose', variant: 'a' }, { type: 'choose', variant: 'a', adversary: null, schedule: [{ thread: '0', way: 0 }], step: 0 }, { type: 'follow', on: 1 }, { type: 'busy', choice, states: '1' }, { type: 'source', line: Number.NaN }, { type: 'source', line: '3' },
    ];
    for (const stranger of strangers) {
      expect(parseHostMessage(stranger), JSON.stringify(stranger)).toBeUndefined();
      expect(parsePageMessage(stranger), JSON.stringify(stranger)).toBeUndefined();
    }
  });

  it('keep what a panel was showing', () => {
    expect(parsePanelState({ choice, step: 3 })).toEqual({ choice, step: 3 });
    const whole = { choice: { ...choice, schedule: [{ thread: 1, way: 0 }] }, step: 3, sideBySide: true, zoom: 1.25, follow: true };
    expect(parsePanelState(whole)).toEqual(whole);
    for (const stranger of [undefined, {}, { choice, step: 1, zoom: 'big' }, { choice, step: '3' }, { choice: {}, step: 1 }]) expect(parsePanelState(stranger)).toBeUndefined();
  });

  it('tell choices apart', () => {
    expect(sameChoice(choice, { variant: 'fixed', target: { scenario: 'a-race' } })).toBe(true);
    expect(sameChoice(choice, { target: { scenario: 'a-race' } })).toBe(false);
    expect(sameChoice(choice, { target: { uri: 'a-race' }, variant: 'fixed' })).toBe(false);
    expect(sameChoice(choice, { ...choice, adversary: 'migration' })).toBe(false);
    expect(sameChoice(choice, { ...choice, schedule: [] })).toBe(false);
    expect(sameChoice({ ...choice, schedule: [{ thread: 0, way: 1 }] }, { ...choice, schedule: [{ way: 1, thread: 0 }] })).toBe(true);
  });
});

describe('isRaceView', () => {
  it('takes a view, and what later versions add to it', () => {
    expect(isRaceView(view)).toBe(true);
    expect(isRaceView({ ...view, more: 1 })).toBe(true);
  });

  it('refuses one that would break the page', () => {
    expect(isRaceView({ ...view, states: [] })).toBe(false);
    expect(isRaceView({ ...view, threads: [{ name: 'P0' }] })).toBe(false);
    expect(isRaceView({ ...view, diagram: { ...view.diagram, rows: [{ kind: 'dance' }] } })).toBe(false);
    for (const key of Object.keys(view)) expect(isRaceView({ ...view, [key]: undefined }), key).toBe(false);
  });
});

describe('the page', () => {
  it('runs one script and loads nothing', () => {
    const html = pageHtml({ nonce: 'abc', script: 'run();', style: 'p { margin: 0 }' });
    expect(html).toContain(`content="default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'"`);
    expect(html.match(/<(script|style)[^]*?>/g)).toEqual(['<style nonce="abc">', '<script nonce="abc">']);
    expect(html).not.toMatch(/unsafe|style="|src=|href=/);
  });

  const sources = new Map<string, string>();
  beforeAll(() => {
    const folder = path.join(import.meta.dirname, 'page');
    for (const name of fs.readdirSync(folder)) if (name.endsWith('.ts')) sources.set(name, fs.readFileSync(path.join(folder, name), 'utf8'));
  });

  it('makes no markup of text', () => {
    for (const [name, source] of sources) expect(source, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\('style'/);
  });
});
