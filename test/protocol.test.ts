/** What client and server say to each other, each in its own words: the client imports nothing of the server. */
import { expect, test } from 'vitest';
import manifest from '../package.json';
import { SELECTOR } from '../client/kernel-files';
import { STATUS_METHOD, parseStatus, statusLook } from '../client/status';
import { modelFileName } from '../kernel/model-problems';
import { SECTION } from '../server/settings';
import { statusNotification, type Status } from '../server/status';

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
