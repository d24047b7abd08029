/** Broken text: whatever is done to a file, every request is answered, and nothing fails in the log. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLitmus } from './document';
import { libraryTexts, scenarioTexts, startLitmus } from './testing';
import type { TestClient } from '../testing';
import { randomSource } from '../../scripts/random.mjs';

const count = Number(process.env.MM_REVIEW_MUTATIONS ?? 500);
const noise = ['{', '}', '(', ')', ';', '*', '#ifdef X', '#endif', '#else', 'goto out;', '/*', '*/', '(*', '*)', ' * Expect: ', ' * Cover: x with ', '99999', '\u00e9', '\0', '\r', '=', ',', '.', '->', 'exists', '"', '\'', 'C ', '\n'];

let client: TestClient;
beforeAll(async () => {
  client = await startLitmus();
});
afterAll(() => client.stop());

test(`${count} mutations`, async () => {
  const next = randomSource(19_58);
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const cut = (text: string, from: number, length: number, instead = ''): string => text.slice(0, from) + instead + text.slice(from + length);
  const mutate = (text: string): string => {
    switch (below(5)) {
      case 0: return cut(text, below(text.length), 1 + below(20));
      case 1: return cut(text, below(text.length), 0, pick(noise));
      case 2: return text.slice(0, below(text.length));
      case 3: return text.slice(below(text.length));
      default: {
        const lines = text.split('\n');
        lines.splice(below(lines.length), 1 + below(3));
        return lines.join('\n');
      }
    }
  };
  const texts = [...scenarioTexts, ...libraryTexts];
  for (let i = 0; i < count; i++) {
    let text = pick(texts);
    for (let n = below(3); n >= 0; n--) text = mutate(text);
    const textDocument = { uri: `untitled:${i}.litmus` };
    client.open(textDocument.uri, text);
    const lines = text.split(/\r\n|\r|\n/);
    const requests: Promise<unknown>[] = ['foldingRange', 'documentSymbol', 'codeLens'].map((method) => client.connection.sendRequest(`textDocument/${method}`, { textDocument }));
    for (let n = 0; n < 6; n++) {
      const line = below(lines.length);
      const position = { line, character: below(lines[line]!.length + 1) };
      const range = { start: position, end: position };
      for (const method of ['hover', 'completion', 'definition']) requests.push(client.connection.sendRequest(`textDocument/${method}`, { textDocument, position }));
      requests.push(client.connection.sendRequest('textDocument/codeAction', { textDocument, range, context: { diagnostics: [] } }));
    }
    await Promise.all(requests);
    // Problems are looked for when nothing was typed for a while: for some of the texts.
    if (i % 25 === 0) await client.push(textDocument.uri, () => true);
    client.close(textDocument.uri);
  }
  expect(client.logged.filter((line) => !/^mm-review /.test(line))).toEqual([]);
}, 60_000 + count * 200);

test('files are known by their language or by their name', () => {
  expect(isLitmus({ languageId: 'mm-litmus', uri: 'untitled:Untitled-1' })).toBe(true);
  expect(isLitmus({ languageId: 'plaintext', uri: 'file:///x/a.litmus' })).toBe(true);
  expect(isLitmus({ languageId: 'c', uri: 'file:///x/a.c' })).toBe(false);
});
