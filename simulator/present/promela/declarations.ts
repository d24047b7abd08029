/** Words as variables. */
import type { Word, WordId } from '../../machine/program';
import type { Layout } from './layout';

export function globalsText(layout: Layout, ended: number): string {
  const lines = layout.used.filter((word) => layout.isGlobal(word)).map((word) => declaration(layout, word));
  if (layout.exists.length > 0) lines.push(`byte ended${ended === 0 ? '' : ` = ${ended}`};\t/* how many threads are where they may stay for ever */`);
  return lines.join('\n');
}

export function declaration(layout: Layout, word: WordId): string {
  const { bits } = layout.program.words[word]!;
  const initial = layout.initial[word]!;
  const name = `${layout.names(word)}${bits === 16 ? ' : 16' : ''}`;
  return `${bits === 16 ? 'unsigned' : typeOf(bits)} ${name}${initial === 0 ? '' : ` = ${initial}`};\t/* ${describe(layout.program.words[word]!)} */`;
}

/** Text that ends no comment and begins none. */
export function comment(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *').replace(/\s+/g, ' ').replaceAll('\\', '/').trim();
}

/** The smallest type that SPIN handles fast; `short` is signed. */
function typeOf(bits: number): string {
  return bits === 1 ? 'bit' : bits <= 8 ? 'byte' : 'short';
}

function describe(word: Word): string {
  const scope = word.scope === 'ghost' ? 'ghost ' : '';
  const flags = word.flags === undefined ? '' : `: ${Object.entries(word.flags).map(([bit, name]) => `${name} ${bit}`).join(', ')}`;
  return comment(`${word.name}, ${scope}${word.kind === 'int' ? 'number' : word.kind}${flags}`);
}
