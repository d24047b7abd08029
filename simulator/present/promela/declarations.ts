/** Words as variables. */
import type { Word, WordId } from '../../machine/program';
import type { Layout } from './layout';

export function globalsText(layout: Layout, ended: number): string {
  const words = layout.used.filter((word) => layout.isGlobal(word));
  const inMemory = layout.dynamic ? words.filter((word) => layout.program.words[word]!.scope === 'shared') : [];
  const lines: string[] = [];
  if (inMemory.length > 0) {
    const bits = Math.max(...inMemory.map((word) => layout.program.words[word]!.bits));
    const values = inMemory.map((word) => layout.initial[word]!);
    lines.push('/* Shared words are an array, for pointers to point to. */');
    // Promela has no arrays of unsigned numbers; int holds 16 bits.
    lines.push(`${bits === 16 ? 'int' : typeOf(Math.max(bits, 2))} ${layout.names.memory}[${inMemory.length}] = { ${values.join(', ')} };`);
    for (const word of inMemory) lines.push(`#define ${layout.names.word(word)} ${layout.names.memory}[${word}]\t/* ${describe(layout.program.words[word]!)} */`);
  }
  for (const word of words) if (!inMemory.includes(word)) lines.push(declaration(layout, word));
  if (layout.program.exists !== undefined) lines.push(`byte ended${ended === 0 ? '' : ` = ${ended}`};\t/* how many threads are where they may stay for ever */`);
  return lines.join('\n');
}

export function declaration(layout: Layout, word: WordId): string {
  const { bits } = layout.program.words[word]!;
  const initial = layout.initial[word]!;
  const name = `${layout.names.word(word)}${bits === 16 ? ' : 16' : ''}`;
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
