/** All that is wrong with a litmus file before anything is explored: what `mm-review simulate` would refuse it for, each with the text to underline. */
import type { LitmusFile } from './document';
import { spanOf } from './places';
import type { Span, Word } from './text';
import type { ParserBackend } from '../../parser/types';
import { unknownWord, type Problem } from '../../simulator/litmus/problem';
import { programOf, readAdversary, type Adversary } from '../../simulator/litmus/scenario';
import { selectLines, splitFile } from '../../simulator/litmus/source';
import { readSource } from '../../simulator/machine/sources';

/** A problem of a text. */
export interface Complaint extends Span {
  readonly message: string;
  /** Text that was probably meant instead. */
  readonly instead?: string;
  /** What was found to be so: what an expectation would have to say. */
  readonly found?: string;
}

/** Reads and builds every variant, and every variant with library threads that the header names. Gives way between two of them. */
export function* checkLitmus(file: LitmusFile, adversaries: readonly Adversary[], backend: ParserBackend): Generator<undefined, Complaint[]> {
  const complaints = new Complaints(file.text);
  if (file.isLibraryThread) {
    yield* checkLibraryThread(file, backend, complaints);
    return complaints.all();
  }
  complaints.add(file.problems);
  const { scenario } = file;
  const lines = withLines(file, adversaries, complaints);
  // Threads, labels and variants are not what they seem while the file cannot be read.
  if (scenario === undefined || file.problems.length > 0) return complaints.all();
  for (const { name } of scenario.variants) {
    yield;
    complaints.add(programOf(scenario, backend, { variant: name }).problems);
  }
  if (!complaints.isEmpty()) return complaints.all();
  for (const { variant, words } of lines) {
    yield;
    const library = words.map((word) => adversaries.find(({ name }) => name === word.text)).filter((each) => each !== undefined);
    if (library.length < words.length || !scenario.variants.some(({ name }) => name === variant)) continue;
    for (const problem of programOf(scenario, backend, { variant, adversaries: library }).problems) {
      const at = words.find(({ text }) => text === problem.file?.name) ?? words.find(({ text }) => problem.message.startsWith(`${text} needs `)) ?? words[0];
      if (problem.file === undefined && problem.offset > 0) complaints.add([problem]);
      else if (at !== undefined) complaints.put(at, problem.file ? `in the library thread ${problem.file.name}: ${problem.message}` : problem.message);
    }
  }
  return complaints.all();
}

/** A library thread has no objects of its own, so that it is only read. */
function* checkLibraryThread({ text, outline }: LitmusFile, backend: ParserBackend, complaints: Complaints): Generator<undefined, void> {
  complaints.add(readAdversary(text).problems);
  for (const name of ['', ...new Set(outline.conditionals.map((each) => each.name.text))]) {
    yield;
    const problems: Problem[] = [];
    const parts = splitFile(selectLines(text, new Set([name]), problems), []);
    if (parts) readSource(undefined, parts.body, backend, problems);
    complaints.add(problems);
  }
}

/** The `Expect` and `Cover` lines with library threads: variant and threads of each. Threads that there are not are complained about. */
function withLines({ outline }: LitmusFile, adversaries: readonly Adversary[], complaints: Complaints): { readonly variant: string; readonly words: readonly Word[] }[] {
  const names = adversaries.map(({ name }) => name);
  const found = new Map<string, { readonly variant: string; readonly words: readonly Word[] }>();
  for (const { key, words } of outline.lines) {
    if ((key.text !== 'Expect' && key.text !== 'Cover') || words[1]?.text !== 'with') continue;
    const library = key.text === 'Cover' ? words.slice(2, -1) : words.slice(2, behindLibrary(words));
    for (const word of library) {
      if (!names.includes(word.text)) complaints.put(word, ...wording(unknownWord(`there is no library thread ${word.text}`, word.text, names)));
    }
    const id = [words[0]?.text, ...library.map(({ text }) => text)].join(' ');
    if (!found.has(id)) found.set(id, { variant: words[0]?.text ?? '', words: library });
  }
  return [...found.values()];
}

function behindLibrary(words: readonly Word[]): number {
  const verdict = words.findIndex(({ text }) => text === 'Sometimes' || text === 'Never');
  return verdict < 0 ? words.length : verdict;
}

function wording({ message, instead }: { readonly message: string; readonly instead?: string }): [string, string | undefined] {
  return [message, instead];
}

/** Collects complaints: one for each place and message, in the order of the text. */
class Complaints {
  readonly #text: string;
  readonly #found = new Map<string, Complaint>();

  constructor(text: string) {
    this.#text = text;
  }

  add(problems: readonly Problem[]): void {
    for (const problem of problems) this.put(spanOf(this.#text, problem), problem.message, problem.instead);
  }

  put({ start, end }: Span, message: string, instead?: string): void {
    const key = `${start} ${message}`;
    if (!this.#found.has(key)) this.#found.set(key, { start, end, message, ...(instead !== undefined && { instead }) });
  }

  isEmpty(): boolean {
    return this.#found.size === 0;
  }

  all(): Complaint[] {
    return [...this.#found.values()].sort((a, b) => a.start - b.start);
  }
}
