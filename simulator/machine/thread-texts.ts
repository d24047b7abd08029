/** The texts that a program is lowered from: those of the scenario's own threads in a variant, and those of library threads. */
import type { KernelModel } from '../../kernel/model';
import { didYouMean } from '../../kernel/suggest';
import type { Span } from '../../parser/ir';
import type { ParserBackend } from '../../parser/types';
import { readInit } from '../litmus/init';
import type { Problem } from '../litmus/problem';
import type { Adversary, Scenario, Variant } from '../litmus/scenario';
import { selectLines, splitFile, type Parts } from '../litmus/source';
import type { BuildMemory } from './build-memory';
import type { Source } from './lowering';
import { readSource } from './sources';
import type { Declaration } from './world';

/** What a program is built with. */
export interface BuildOptions {
  readonly adversaries: readonly Adversary[];
  readonly beside: boolean;
  readonly backend: ParserBackend;
  readonly model: KernelModel;
  /** What is known from programs of the same scenario, which were built with the same back end and model. */
  readonly memory: BuildMemory;
}

/** A thread to be: where its code is, and what it is called. */
export interface Part {
  readonly name: string;
  readonly title: string;
  readonly source: Source;
  /** The function in its source: `P0`, or `P` for an adversary. */
  readonly function: string;
  readonly adversary?: Adversary;
}

/** What there is to lower. */
export interface ThreadTexts {
  readonly parts: Parts;
  readonly own: Source;
  readonly declarations: readonly Declaration[];
  readonly threads: readonly Part[];
  /** Names of all functions that the texts call. */
  readonly calls: ReadonlySet<string>;
}

/** The scenario's own text in a variant. */
export interface OwnText {
  readonly parts: Parts | undefined;
  readonly own: Source | undefined;
  readonly declarations: readonly Declaration[];
  readonly problems: readonly Problem[];
}

/** The text of a library thread with some names defined. */
export interface LibraryText {
  readonly source: Source | undefined;
  readonly problems: readonly Problem[];
}

/** The largest number of threads: reader-writer locks have two bits for each. */
const mostThreads = 8;

/** Reads the text of a variant and of the library threads. Undefined when there are problems. */
export function readThreads(scenario: Scenario, variant: Variant, options: BuildOptions, problems: Problem[]): ThreadTexts | undefined {
  const before = problems.length;
  const defined = new Set([...variant.defines, ...scenario.defines]);
  const text = options.memory.ownText(variant.name, () => readOwn(scenario, defined, options.backend));
  problems.push(...text.problems);
  const { parts, own, declarations } = text;
  if (!parts || !own) return undefined;
  const threads = partsOf(scenario, own, options, defined, problems);
  if (threads.length > mostThreads) problems.push({ offset: 0, message: `there are ${threads.length} threads; ${mostThreads} are the most` });
  for (const adversary of options.adversaries) {
    for (const need of adversary.needs) {
      if (!declarations.some((d) => d.name === need)) problems.push({ offset: 0, message: `${adversary.name} needs ${need}, which this scenario does not declare${didYouMean(need, declarations.map((d) => d.name))}` });
    }
  }
  if (problems.length > before) return undefined;
  return { parts, own, declarations, threads, calls: new Set(threads.flatMap(({ source }) => [...callsIn(source)])) };
}

/** Problems in an adversary's file have their places there. */
export function inFile<T>(adversary: Adversary | undefined, problems: Problem[], read: (problems: Problem[]) => T): T {
  if (adversary === undefined) return read(problems);
  const found: Problem[] = [];
  const result = read(found);
  addFrom(adversary, found, problems);
  return result;
}

/** The text of a thread's function from its brace on, for telling whether two threads do the same. */
export function bodyText(part: Part): string {
  const ir = part.source.functions.get(part.function)!;
  const text = part.source.text.slice(ir.span.start, ir.span.end);
  return text.slice(text.indexOf('{')).replace(/\s+/g, ' ');
}

/** Where a thread's name stands. */
export function spanOf(part: Part): Span {
  return part.source.functions.get(part.function)!.nameSpan;
}

/** Whether other variants have more of a thread than this one. */
export function isConditional(part: Part, text: string): boolean {
  const { span } = part.source.functions.get(part.function)!;
  return /^[ \t]*#/m.test((part.adversary?.text ?? text).slice(span.start, span.end));
}

function readOwn(scenario: Scenario, defined: ReadonlySet<string>, backend: ParserBackend): OwnText {
  const problems: Problem[] = [];
  const parts = splitFile(selectLines(scenario.text, defined, problems), problems);
  const own = parts && readSource(undefined, parts.body, backend, problems);
  return { parts, own, declarations: parts && own ? readInit(parts.init, own.enumerators, problems) : [], problems };
}

function partsOf(scenario: Scenario, own: Source, options: BuildOptions, defined: ReadonlySet<string>, problems: Problem[]): Part[] {
  const names = [...own.functions.keys()].filter((name) => /^P\d+$/.test(name)).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  const kept = options.adversaries.length === 0 || options.beside ? names : names.filter((name) => !scenario.replaceable.includes(name));
  const threads = kept.map((name): Part => ({ name, title: scenario.threadTitles.get(name) ?? name, source: own, function: name }));
  const free = names.filter((name) => !kept.includes(name));
  for (const adversary of options.adversaries) {
    const { source, problems: found } = readLibrary(adversary, options, defined);
    addFrom(adversary, found, problems);
    const name = free.shift() ?? `P${Math.max(names.length, threads.length)}`;
    if (source?.functions.has('P')) threads.push({ name, title: adversary.title, source, function: 'P', adversary });
  }
  return threads.sort((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)));
}

function readLibrary(adversary: Adversary, { memory, backend }: BuildOptions, defined: ReadonlySet<string>): LibraryText {
  return memory.libraryText(adversary, defined, () => {
    const problems: Problem[] = [];
    const parts = splitFile(selectLines(adversary.text, defined, problems), problems);
    return { source: parts && readSource(adversary.name, parts.body, backend, problems), problems };
  });
}

function addFrom(adversary: Adversary, found: readonly Problem[], problems: Problem[]): void {
  const file = { name: adversary.name, text: adversary.text };
  for (const problem of found) if (!problems.some((p) => p.file?.name === file.name && p.offset === problem.offset && p.message === problem.message)) problems.push({ ...problem, file });
}

function callsIn(source: Source): ReadonlySet<string> {
  let calls = knownCalls.get(source);
  if (!calls) {
    calls = new Set([...source.functions.values()].flatMap((f) => f.nodes.flatMap((n) => (n.kind === 'call' && n.callee !== undefined ? [n.callee] : []))));
    knownCalls.set(source, calls);
  }
  return calls;
}
const knownCalls = new WeakMap<Source, ReadonlySet<string>>();
