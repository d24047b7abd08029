/** Words as variables. */
import type { Word, WordId } from '../../machine/program';
import { placeName, type Layout } from './layout';

export function globalsText(layout: Layout, ended: number): string {
  const lines = [...memoryText(layout), ...layout.used.filter((word) => layout.isGlobal(word) && word + 1 >= layout.memorySize).map((word) => declaration(layout, word))];
  for (const [thread, places] of layout.places.entries()) {
    if (!places.hasShared) continue;
    const start = layout.starts[thread]!;
    const initial = start.kind === 'goto' ? places.value(start.step) : 0;
    const type = layout.program.threads[thread]!.steps.length < 255 ? 'byte' : 'short';
    lines.push(`${type} ${placeName(thread)}${initial === 0 ? '' : ` = ${initial}`};\t/* the step of ${layout.threadNames[thread]} plus one, where its label is that of several */`);
  }
  if (layout.oldValues > 0) lines.push(`int old[${layout.oldValues}];\t/* what is put back when a step violates a property; 0 between steps */`);
  if (layout.exists.length > 0) lines.push(`byte ended${ended === 0 ? '' : ` = ${ended}`};\t/* how many threads are where they may stay for ever */`);
  return lines.join('\n');
}

export function declaration(layout: Layout, word: WordId): string {
  const { bits } = layout.program.words[word]!;
  const initial = layout.initial[word]!;
  const name = `${layout.names(word)}${bits === 16 ? ' : 16' : ''}`;
  return `${bits === 16 ? 'unsigned' : typeOf(bits)} ${name}${initial === 0 ? '' : ` = ${initial}`};\t/* ${describe(layout.program.words[word]!)} */`;
}

/** Words that pointers lead to, by address; each has its name all the same. */
function memoryText(layout: Layout): string[] {
  const { memorySize, program, initial } = layout;
  if (memorySize === 0) return [];
  const bits = Math.max(...program.words.slice(0, memorySize - 1).map((word) => word.bits));
  const type = bits <= 8 ? 'byte' : bits <= 15 ? 'short' : 'int';
  const names = layout.used.filter((word) => word + 1 < memorySize).map((word) => `#define ${layout.names(word)} mem[${word + 1}]\t/* ${describe(program.words[word]!)} */`);
  return [`${type} mem[${memorySize}] = { ${[0, ...initial.slice(0, memorySize - 1)].join(', ')} };`, ...names];
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
