/** What client and server say to each other, each in its own words: the client imports nothing of the server. */
import { expect, test } from 'vitest';
import manifest from '../package.json';
import { SOURCE, parseFindingData } from '../client/findings/finding';
import { CHECK_WORKSPACE } from '../client/check-progress';
import { SHOW_PLACES, parsePlaces } from '../client/places';
import { OPEN_SLICE, PROVE_FINDING, PROVE_METHOD, parseFindingTarget, parseProof } from '../client/proofs';
import { EXPORT_METHOD, OPEN_RACE, RACE_METHOD, SCENARIOS_METHOD, SCHEDULES_METHOD, parseRaceAnswer, parseScenarios, parseChoice } from '../client/races';
import { EXPLAIN_RULE, parseRule } from '../client/rules';
import { LITMUS, SELECTOR } from '../client/kernel-files';
import { STATUS_METHOD, parseStatus, statusLook } from '../client/status';
import { modelFileName } from '../kernel/model-problems';
import { LITMUS as SERVER_LITMUS } from '../server/litmus/document';
import { CHECK_WORKSPACE as SERVER_CHECK_WORKSPACE } from '../server/check-whole-tree';
import { EXPLAIN_RULE as SERVER_EXPLAIN_RULE } from '../server/show-commands';
import { SOURCE as SERVER_SOURCE, type FindingData } from '../server/diagnostics';
import { OPEN_RACE as SERVER_OPEN_RACE } from '../server/open-race';
import { SHOW_PLACES as SERVER_SHOW_PLACES } from '../server/show-places';
import { PROVE_FINDING as SERVER_PROVE_FINDING, proveRequest } from '../server/proof/requests';
import { parseFindingTarget as parseServerTarget } from '../server/proof/target';
import { parseRaceRequest } from '../server/race-request';
import { exportRequest, raceRequest, scenariosRequest, schedulesRequest } from '../server/races';
import { SECTION } from '../server/settings';
import { statusNotification, type Status } from '../server/status';
import type { ProofAnswer } from '../simulator/present/race-view';

test('status messages of the server are read by the client', () => {
  expect(STATUS_METHOD).toBe(statusNotification.method);
  const messages: Status[] = [
    { state: 'indexing', root: '/linux', findings: 0 },
    { state: 'analysing', root: '/linux', findings: 1 },
    { state: 'idle', root: null, findings: 2 },
  ];
  for (const message of messages) expect(parseStatus(message)).toEqual(message);
});

test('messages of another version are ignored', () => {
  for (const message of [null, 'idle', {}, { state: 'idle', root: 3, findings: 0 }, { state: 'dancing', root: null, findings: 0 }]) {
    expect(parseStatus(message)).toBeUndefined();
  }
});

test('the status item keeps its width: one icon and always the same word', () => {
  const looks = [
    statusLook(undefined), statusLook(undefined, 'crashed'), statusLook({ state: 'indexing', root: '/linux', findings: 0 }),
    statusLook({ state: 'analysing', root: '/linux', findings: 0 }), statusLook({ state: 'idle', root: '/linux', findings: 0 }),
    statusLook({ state: 'idle', root: '/linux', findings: 12 }),
  ];
  for (const { text } of looks) expect(text).toMatch(/^\$\([a-z~-]+\) MM Review$/);
});

test('VS Code knows model files: comments are allowed, and the schema that ships applies', () => {
  expect(manifest.contributes.languages).toContainEqual({ id: 'jsonc', filenames: [modelFileName] });
  expect(manifest.contributes.jsonValidation).toEqual([{ fileMatch: modelFileName, url: './kernel/mm-review.schema.json' }]);
  expect(SELECTOR).toContainEqual({ scheme: 'file', pattern: `**/${modelFileName}` });
});

test('commands and settings of the manifest carry our prefix', () => {
  for (const { command } of manifest.contributes.commands) expect(command.startsWith(`${SECTION}.`)).toBe(true);
  for (const name of Object.keys(manifest.contributes.configuration.properties)) expect(name.startsWith(`${SECTION}.`)).toBe(true);
});

test('client and server call the check of the whole tree the same', () => {
  expect(CHECK_WORKSPACE).toBe(SERVER_CHECK_WORKSPACE);
});

test('client and server call the requests about races and their command the same', () => {
  expect([SCENARIOS_METHOD, RACE_METHOD, SCHEDULES_METHOD, EXPORT_METHOD, OPEN_RACE]).toEqual([scenariosRequest.method, raceRequest.method, schedulesRequest.method, exportRequest.method, SERVER_OPEN_RACE]);
  expect(manifest.contributes.commands.map(({ command }) => command)).toContain(OPEN_RACE);
  for (const target of [{ scenario: 'a' }, { uri: 'file:///a.litmus' }, { finding: { uri: 'file:///a.c', fingerprint: 'ab' } }]) {
    expect(parseChoice(target)).toEqual({ target });
    expect(parseChoice({ ...target, variant: 'fixed' })).toEqual({ target, variant: 'fixed' });
    expect(parseChoice({ ...target, variant: 3 })).toEqual({ target });
    expect(parseRaceRequest({ ...target, variant: 'fixed', adversaries: ['b'] })).toBeDefined();
  }
  for (const nothing of [undefined, null, 'a', {}, { scenario: 1 }, { finding: 'ab' }, { finding: { uri: 'file:///a.c' } }]) {
    expect(parseChoice(nothing)).toBeUndefined();
    expect(parseRaceRequest(nothing)).toBeUndefined();
  }
  expect(parseRaceRequest({ scenario: 'a', finding: { uri: 'file:///a.c', fingerprint: 'ab' } })).toBeUndefined();
});

test('client and server call the request for a proof and its command the same', () => {
  expect([PROVE_METHOD, PROVE_FINDING]).toEqual([proveRequest.method, SERVER_PROVE_FINDING]);
  for (const command of [PROVE_FINDING, OPEN_SLICE]) expect(manifest.contributes.commands.map((known) => known.command)).toContain(command);
  const target = { uri: 'file:///a.c', fingerprint: 'ab' };
  expect([parseFindingTarget(target), parseServerTarget(target)]).toEqual([target, target]);
  for (const nothing of [undefined, null, 'a', {}, { uri: 'file:///a.c' }, { ...target, fingerprint: 1 }]) expect([parseFindingTarget(nothing), parseServerTarget(nothing)]).toEqual([undefined, undefined]);
  const answers: ProofAnswer[] = [{ verdict: 'confirmed', words: 'confirmed', litmus: 'C a' }, { verdict: null, words: 'no', litmus: null }];
  for (const answer of answers) expect(parseProof(answer)).toEqual(answer);
  expect(parseProof({ verdict: 'maybe' })).toMatchObject({ verdict: null, words: expect.stringContaining('another version') as string });
});

test('litmus files are ours wherever they are, and called the same on both sides', () => {
  expect(LITMUS).toBe(SERVER_LITMUS);
  expect(manifest.contributes.languages).toContainEqual(expect.objectContaining({ id: LITMUS, extensions: ['.litmus'] }));
  for (const scheme of ['file', 'untitled']) expect(SELECTOR).toContainEqual({ scheme, language: LITMUS });
  expect(manifest.activationEvents).toContain(`onLanguage:${LITMUS}`);
});

test('client and server call the command for a rule the same, and it takes the name of a page', () => {
  expect(EXPLAIN_RULE).toBe(SERVER_EXPLAIN_RULE);
  expect(parseRule({ rule: 'fake-write-fault' })).toBe('fake-write-fault');
  for (const nothing of [undefined, null, 'a', {}, { rule: 1 }, { rule: '../secret' }, { rule: '' }]) expect(parseRule(nothing)).toBeUndefined();
});

test('what the server says of a finding is read by the client', () => {
  expect(SOURCE).toBe(SERVER_SOURCE);
  const data: FindingData[] = [{ fingerprint: 'ab', function: 'f', scenario: 'a-race' }, { fingerprint: 'ab', function: 'f' }];
  for (const sent of data) expect(parseFindingData(sent)).toEqual({ scenario: undefined, verdict: undefined, ...sent });
  const kinds: NonNullable<FindingData['verdict']>['kind'][] = ['confirmed', 'not reached', 'unresolved'];
  for (const kind of kinds) {
    const sent: FindingData = { fingerprint: 'ab', function: 'f', verdict: { kind, words: 'so it is', path: 2, scenario: true } };
    expect(parseFindingData(sent)?.verdict).toEqual({ kind, words: 'so it is', path: 2, hasScenario: true });
  }
  expect(parseFindingData({ fingerprint: 'ab', function: 'f', verdict: { kind: 'certain' } })?.verdict).toBeUndefined();
});

test('answers about races of another version are a problem, not an exception', () => {
  expect(parseRaceAnswer({ view: { version: 2 }, problems: [] })).toMatchObject({ view: null, problems: [{ message: expect.stringContaining('another version') as string }] });
  expect(parseRaceAnswer({ view: null, problems: [{ line: 1, column: 2, message: 'no' }] })).toEqual({ view: null, problems: [{ line: 1, column: 2, message: 'no' }] });
  expect(parseScenarios([{ name: 'a' }])).toEqual([]);
});

test('the command that shows places is called the same, is not in the palette, and its argument is read', () => {
  expect(SHOW_PLACES).toBe(SERVER_SHOW_PLACES);
  expect(manifest.contributes.commands.map(({ command }) => command)).toContain(SHOW_PLACES);
  expect(manifest.contributes.menus.commandPalette).toContainEqual({ command: SHOW_PLACES, when: 'false' });
  const position = { line: 1, character: 2 };
  const place = { uri: 'file:///b.c', range: { start: position, end: position } };
  expect(parsePlaces({ uri: 'file:///a.c', position, places: [place, { uri: 3 }] })).toEqual({ uri: 'file:///a.c', position, places: [place] });
  for (const nothing of [undefined, null, 3, {}, { uri: 3, position, places: [] }, { uri: 'a', position: {}, places: [] }, { uri: 'a', position }]) expect(parsePlaces(nothing)).toBeUndefined();
});
