/** Terminal colours, as gcc uses them. */
import type { Output } from './host';

export interface Palette {
  bold(text: string): string;
  warning(text: string): string;
  info(text: string): string;
  note(text: string): string;
  error(text: string): string;
}

/** Colours for this output: only on a terminal, and never when the environment asks for none. */
export function paletteFor(output: Output, env: Readonly<Record<string, string | undefined>>): Palette {
  // NO_COLOR counts when it is set to anything but the empty string (no-color.org).
  const wanted = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return wanted ? coloured : plain;
}

const sgr = (code: string) => (text: string): string => `\u001b[${code}m${text}\u001b[0m`;
const same = (text: string): string => text;

const coloured: Palette = { bold: sgr('1'), warning: sgr('1;35'), info: sgr('1;34'), note: sgr('1;36'), error: sgr('1;31') };
const plain: Palette = { bold: same, warning: same, info: same, note: same, error: same };
