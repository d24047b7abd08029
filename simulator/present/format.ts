/** Values in words. */
import type { Program, Word, WordId } from '../machine/program';

/** How a word's value is written for people: `present, writable, uffd-wp`. The machine has one such function. */
export type FormatValue = (program: Program, word: Word, value: number) => string;

export function valueText(program: Program, id: WordId, value: number, format: FormatValue): string {
  const word = program.words[id];
  return word ? format(program, word, value) : String(value);
}

/** `pte`, `P1:entry`; with its function where the thread has two of that name. */
export function wordName(program: Program, id: WordId): string {
  const word = program.words[id];
  if (!word) return '?';
  const owner = word.scope === 'local' ? `${program.threads[word.thread ?? -1]?.name ?? '?'}:` : '';
  const twice = program.words.some((other, index) => index !== id && other.name === word.name && other.scope === word.scope && other.thread === word.thread);
  return `${owner}${twice && word.function !== undefined ? `${word.function}.` : ''}${word.name}`;
}
