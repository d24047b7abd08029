/** From a file's text to its outline: functions, what they call, macros, and the same text with the kernel's dialect masked. */
import { Edits } from './edits';
import { lex } from './lexer';
import { tidyNames } from './names';
import { outline } from './outline';
import type { Macro } from './preprocessor';
import { Tokens } from './tokens';
import type { Outline } from './types';

/** Reused from one text to the next: scanning is synchronous and keeps nothing of it. */
const scratch = new Tokens();

/**
 * Scans a file. Total and linear: any text gives a result.
 *
 * The masked text has the length and the offsets of the input, holds no preprocessor lines, and of conditional branches that are no
 * definitions of their own only the first.
 */
export function scan(text: string): Outline {
  tidyNames();
  const edits = new Edits();
  const macros = new Map<string, Macro>();
  lex(text, scratch, edits, macros);
  const functions = outline(text, scratch, edits);
  return { masked: edits.apply(text), functions, macros };
}
