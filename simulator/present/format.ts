/** Values in words. */
import type { Program, Word, WordId } from '../machine/program';

/** How a word's value is written for people: `present, writable, uffd-wp`. The machine has one such function. */
export type FormatValue = (program: Program, word: Word, value: number) => string;

export function valueText(program: Program, id: WordId, value: number, format: FormatValue): string {
  const word = program.words[id];
  return word ? format(program, word, value) : String(value);
}
