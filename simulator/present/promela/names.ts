/** Names that Promela and the C code that SPIN makes of it accept. */
import type { Program, WordId } from '../../machine/program';

/** Words of Promela and C, and macros of SPIN's code and of C's preprocessor, that a name would be taken for. */
const taken = new Set((
  'accept active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan d_step D_proctype do else empty enabled end eval false fi for full get_priority ' +
  'goto hidden if in init inline int len local ltl mtype nempty never nfull notrace np_ od of pc_value pid print printf printm priority proctype provided run select ' +
  'set_priority short show skip stutter timeout trace true typedef unless unsigned xr xs always eventually until weakuntil release next implies equivalent ' +
  'auto case char const continue default double enum extern float long register restrict return signed sizeof static struct switch union void volatile while ' +
  'asm linux unix i386 errno stdin stdout stderr final uchar ushort uint ulong now cas rot mix wasnew max min pptr qptr q_sz main exit time'
).split(' '));

/** Gives out names, each once. */
export class NameSpace {
  private readonly used = new Set<string>();

  /** The wish, or something like it. Names of labels, which begin with S and a number, are never given out. */
  take(wish: string): string {
    const base = wish.replace(/->|\W+/g, '_').replace(/_+/g, '_').replace(/^_|_$/g, '').replace(/^(?=\d|$)/, 'w');
    const safe = taken.has(base) || /^(?:end_)?S\d+(?:_undo|_done)?\d*$/.test(base) || /^[A-Z]+$/.test(base) ? `${base}_` : base;
    let name = safe;
    for (let number = 2; this.used.has(name); number++) name = `${safe}_${number}`;
    this.used.add(name);
    return name;
  }
}

export interface ProgramNames {
  readonly words: ReadonlyMap<WordId, string>;
  readonly threads: readonly string[];
}

/**
 * A name for each thread and word. Locals need not differ from those of other threads, but they are told apart from everything that is not local.
 * A local whose name its thread has twice is given that of its function in front.
 */
export function programNames(program: Program, isGlobal: (word: WordId) => boolean, reserved: readonly string[]): ProgramNames {
  const globals = new NameSpace();
  for (const name of reserved) globals.take(name);
  const threads = program.threads.map((thread) => globals.take(thread.name));
  const words = new Map<WordId, string>();
  for (const [id, word] of program.words.entries()) {
    if (isGlobal(id)) words.set(id, globals.take(word.scope === 'local' ? `${threads[word.thread ?? 0] ?? ''}_${word.name}` : word.name));
  }
  const wishes = program.words.map((word) => `${word.thread ?? ''}:${word.name}`);
  const global = [...words.values(), ...threads, ...reserved];
  for (const thread of program.threads.keys()) {
    const locals = new NameSpace();
    for (const name of global) locals.take(name);
    for (const [id, word] of program.words.entries()) {
      if (isGlobal(id) || word.thread !== thread) continue;
      const twice = wishes.filter((wish) => wish === wishes[id]).length > 1;
      words.set(id, locals.take(twice && word.function !== undefined ? `${word.function}_${word.name}` : word.name));
    }
  }
  return { words, threads };
}
