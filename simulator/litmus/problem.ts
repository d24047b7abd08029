/** What is wrong with a scenario, and where. */
import { didYouMean, nearest } from '../../kernel/suggest';

/** What is said, and of which word. */
export interface Wording {
  readonly message: string;
  /** The word of the text that it is about. */
  readonly word?: string;
  /** What was probably meant instead of `word`. */
  readonly instead?: string;
}

/** For editors: the word is the first one like it from `offset` on. */
export interface Problem extends Wording {
  /** Offset into the text of the file. */
  readonly offset: number;
  /** Where the piece of text ends that it is about, if that is known. */
  readonly end?: number;
  /** The library thread that it is about; without one, it is about the scenario's own text. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** Says something of a word that is none of the known ones, with the one that was probably meant. */
export function unknownWord(message: string, word: string, known: readonly string[]): Wording {
  const instead = nearest(word, known);
  return instead === undefined ? { message, word } : { message: `${message}${didYouMean(word, [instead])}`, word, instead };
}

export function wordingOf(said: string | Wording): Wording {
  return typeof said === 'string' ? { message: said } : said;
}

/** `file:line:col: error: message`, columns counted from 1 in UTF-16 code units. */
export function formatProblem(file: string, text: string, problem: Problem): string {
  const { line, column } = positionOf(problem.file?.text ?? text, problem.offset);
  return `${problem.file ? `adversaries/${problem.file.name}.litmus` : file}:${line}:${column}: error: ${problem.message}`;
}

/** Line and column of an offset, both counted from 1. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, Math.max(0, offset));
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - start + 1 };
}
