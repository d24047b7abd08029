/** A litmus file as a whole: what its header says, and its variants as programs. */
import { builtinModel, type KernelModel } from '../../kernel/model';
import type { ParserBackend } from '../../parser/types';
import { buildProgram, canFail } from '../machine/build';
import { createBuildMemory, type BuildMemory } from '../machine/build-memory';
import { propertyIds, type Program, type PropertyId } from '../machine/program';
import type { BuildOptions } from '../machine/thread-texts';
import { unknownWord, type Problem, type Wording } from './problem';
import { conditionalNames, headerLines, splitFile, type HeaderLine } from './source';

export type Verdict = 'Sometimes' | 'Never';

export interface Variant {
  readonly name: string;
  /** Names defined for its `#ifdef`s. */
  readonly defines: readonly string[];
  /** What is different in it, in words. */
  readonly title: string;
}

/** An `Expect:` line: what exploring a variant must find. */
export interface Expectation {
  readonly variant: string;
  /** Names of adversaries that run in place of the scenario's own. */
  readonly adversaries: readonly string[];
  readonly verdict: Verdict;
  /** The Never proves nothing: a label that it must cover is not reached. */
  readonly uncovered: boolean;
  /** Length of the shortest violating schedule. */
  readonly steps: number | undefined;
  readonly offset: number;
}

/** Where a function of the scenario stands in the kernel tree. */
export interface Anchor {
  readonly function: string;
  readonly file: string;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The analyzer's rule that finds this. */
  readonly rule: string | undefined;
  /** Commits, as `12 hex digits ("subject")`. */
  readonly commits: readonly string[];
  readonly sources: readonly string[];
  readonly anchors: readonly Anchor[];
  /** The header's prose: everything that is no header line. */
  readonly description: string;
  /** At least `buggy`, in the order of the file. */
  readonly variants: readonly Variant[];
  readonly expectations: readonly Expectation[];
  /** Labels that must be reached: in all variants or in one, with the scenario's own threads or with adversaries. */
  readonly covers: readonly { readonly variant: string | undefined; readonly adversaries: readonly string[]; readonly label: string; readonly offset: number }[];
  /** Properties that a variant does not look at. */
  readonly unchecked: readonly { readonly variant: string; readonly property: PropertyId }[];
  /** The only properties that are looked at, in all variants; all of them when undefined. */
  readonly checked: readonly PropertyId[] | undefined;
  /** The label that a schedule must have gone through for what it violates to count; violations anywhere count when undefined. */
  readonly through: string | undefined;
  /** What each thread stands for, by its name. */
  readonly threadTitles: ReadonlyMap<string, string>;
  /** Threads that a library adversary may replace. */
  readonly replaceable: readonly string[];
  /** Names that are always defined, for adversaries too. */
  readonly defines: readonly string[];
  readonly text: string;
}

/** A library thread: a litmus file with one thread, `P`, which uses the objects of the scenario that it joins. */
export interface Adversary {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Objects that the scenario has to declare, by name. */
  readonly needs: readonly string[];
  readonly text: string;
}

/** Reads a scenario. Problems come one per cause, in the order of the text; with any, only what could be read of it is there. */
export function readScenario(text: string): { readonly scenario: Scenario | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const parts = splitFile(text, problems);
  if (!parts) return { scenario: undefined, problems };
  const lines = headerLines(parts.header, problems);
  const values = (key: string): HeaderLine[] => lines.filter((line) => line.key === key);
  const variants = readVariants(values('Variant'), text, problems, new Set([...values('Expect'), ...values('Unchecked')].map((line) => line.value.split(/\s+/)[0]!)));
  const expectations = readExpectations(values('Expect'), variants, problems);
  const covers = values('Cover').map(({ value, offset }) => {
    const match = /^(?:(\S+)\s+(?:with\s+(\S+(?:\s*,\s*\S+)*)\s+)?)?(\w+)$/.exec(value);
    if (!match) problems.push({ offset, message: 'Cover: [variant [with adversary]] label' });
    if (match?.[1] !== undefined && !variants.some((v) => v.name === match[1])) problems.push({ offset, ...unknownVariant(match[1], variants) });
    return { variant: match?.[1], adversaries: match?.[2]?.split(/\s*,\s*/) ?? [], label: match?.[3] ?? '', offset };
  });
  const unchecked = values('Unchecked').flatMap(({ value, offset }) => {
    const [variant, ...names] = value.split(/\s+/);
    if (!variants.some((v) => v.name === variant)) problems.push({ offset, ...unknownVariant(variant!, variants) });
    if (names.length === 0) problems.push({ offset, message: 'Unchecked: variant property' });
    return names.flatMap((name) => {
      const property = propertyIds.find((id) => id === name);
      if (property === undefined) problems.push({ offset, ...unknownWord(`unknown property ${name}`, name, propertyIds) });
      return property === undefined ? [] : [{ variant: variant!, property }];
    });
  });
  for (const { value, offset } of values('Result')) if (value !== 'Sometimes' && value !== 'Never') problems.push({ offset, message: 'Result: Sometimes or Never' });
  const threadTitles = new Map<string, string>();
  for (const { value, offset } of values('Thread')) {
    const match = /^(P\d+)\s+(.+)$/.exec(value);
    if (match) threadTitles.set(match[1]!, match[2]!);
    else problems.push({ offset, message: 'Thread: P0 what it stands for' });
  }
  const scenario: Scenario = {
    name: parts.name, title: values('Title')[0]?.value ?? parts.name, rule: values('Rule')[0]?.value,
    commits: [...values('Commit'), ...values('Fixes')].map((line) => line.value), sources: values('Source').map((line) => line.value),
    anchors: values('Anchor').flatMap(({ value, offset }) => {
      const match = /^(\S+)\s+(\w+)$/.exec(value);
      if (!match) problems.push({ offset, message: 'Anchor: file function' });
      return match ? [{ file: match[1]!, function: match[2]! }] : [];
    }),
    description: prose(parts.header.text, lines), variants, expectations, covers, unchecked, threadTitles,
    checked: checkedOf(values('Checked'), problems), through: throughOf(values('Through'), parts.body, problems),
    replaceable: values('Adversary').flatMap((line) => line.value.split(/[\s,]+/)), defines: values('Define').flatMap((line) => line.value.split(/[\s,]+/)), text,
  };
  checkThreads(scenario, parts.body, values('Adversary'), values('Thread'), problems);
  return { scenario, problems: sorted(problems) };
}

/** Reads a library thread. */
export function readAdversary(text: string): { readonly adversary: Adversary | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const parts = splitFile(text, problems);
  if (!parts) return { adversary: undefined, problems };
  const lines = headerLines(parts.header, problems);
  if (!/^\s*P\s*\(/m.test(parts.body)) problems.push({ offset: text.length, message: 'an adversary has one thread, P()' });
  return {
    adversary: {
      name: parts.name, title: lines.find((l) => l.key === 'Title')?.value ?? parts.name, description: prose(parts.header.text, lines),
      needs: lines.filter((l) => l.key === 'Needs').flatMap((l) => l.value.split(/[\s,]+/)), text,
    },
    problems: sorted(problems),
  };
}

export interface ProgramOptions {
  /** Name of a variant. */
  readonly variant: string;
  /** Library threads, in place of the scenario's replaceable threads (`replace`), or beside its own. */
  readonly adversaries?: readonly Adversary[];
  readonly beside?: boolean;
  readonly model?: KernelModel;
  /** What other programs of this scenario left to be used again, with the same back end and model. */
  readonly memory?: BuildMemory;
}

/** Lowers a variant of a scenario. Without problems there is a program. */
export function programOf(scenario: Scenario, backend: ParserBackend, options: ProgramOptions): { readonly program: Program | undefined; readonly problems: readonly Problem[] } {
  const variant = scenario.variants.find((v) => v.name === options.variant);
  if (!variant) return { program: undefined, problems: [{ offset: 0, ...unknownVariant(options.variant, scenario.variants) }] };
  const problems: Problem[] = [];
  const program = buildProgram(scenario, variant, withDefaults(backend, options), problems);
  return { program: problems.length === 0 ? program : undefined, problems: sorted(problems) };
}

/** False when no schedule can violate what the scenario checks, whatever its steps: cheaper than building the program, which is only built when this is true. */
export function mayFail(scenario: Scenario, backend: ParserBackend, options: ProgramOptions): boolean {
  const variant = scenario.variants.find((v) => v.name === options.variant);
  return variant === undefined || canFail(scenario, variant, withDefaults(backend, options));
}

function withDefaults(backend: ParserBackend, { adversaries = [], beside = false, model = builtinModel, memory = createBuildMemory() }: ProgramOptions): BuildOptions {
  return { adversaries, beside, backend, model, memory };
}

function checkedOf(lines: readonly HeaderLine[], problems: Problem[]): PropertyId[] | undefined {
  if (lines.length === 0) return undefined;
  return lines.flatMap(({ value, offset }) => value.split(/[\s,]+/).flatMap((name) => {
    const property = propertyIds.find((id) => id === name);
    if (property === undefined) problems.push({ offset, ...unknownWord(`unknown property ${name}`, name, propertyIds) });
    return property ?? [];
  }));
}

function throughOf(lines: readonly HeaderLine[], body: string, problems: Problem[]): string | undefined {
  for (const { value, offset } of lines) {
    if (!/^\w+$/.test(value)) problems.push({ offset, message: 'Through: label' });
    else if (!new RegExp(`^[ \\t]*${value}:`, 'm').test(body)) problems.push({ offset, ...unknownWord(`there is no label ${value}`, value, [...body.matchAll(/^[ \t]*([A-Za-z_]\w*):(?!:)/gm)].map((match) => match[1]!)) });
  }
  return lines[0]?.value;
}

function readVariants(lines: readonly HeaderLine[], text: string, problems: Problem[], expected: ReadonlySet<string>): Variant[] {
  const names = conditionalNames(text);
  const variants: Variant[] = [];
  for (const { value, offset } of lines) {
    const match = /^(\S+)((?:\s+[A-Z]\w*)*)(?:\s*:\s*(.*))?$/.exec(value);
    if (!match) {
      problems.push({ offset, message: 'Variant: name [DEFINED...] [: what is different]' });
      continue;
    }
    const defines = match[2]!.split(/\s+/).filter((d) => d !== '');
    for (const name of defines) if (!names.has(name)) problems.push({ offset, ...unknownWord(`no #ifdef asks for ${name}`, name, [...names]) });
    variants.push({ name: match[1]!, defines, title: match[3] ?? match[1]! });
  }
  if (!variants.some((v) => v.name === 'buggy') && (lines.length === 0 || expected.has('buggy'))) variants.unshift({ name: 'buggy', defines: [], title: 'as written' });
  // A variant without a line of its own defines the names that begin with FIX_: all of them for `fixed`, its own for any other.
  for (const name of [...expected, ...([...names].some((n) => n.startsWith('FIX_')) ? ['fixed'] : [])]) {
    if (variants.some((v) => v.name === name)) continue;
    const own = `FIX_${name.toUpperCase().replace(/\W/g, '_')}`;
    if (name === 'fixed') variants.push({ name, defines: [...names].filter((n) => n.startsWith('FIX_')), title: 'with the fix' });
    else if (names.has(own)) variants.push({ name, defines: [own], title: name });
  }
  return variants;
}

function readExpectations(lines: readonly HeaderLine[], variants: readonly Variant[], problems: Problem[]): Expectation[] {
  return lines.flatMap(({ value, offset }) => {
    const match = /^(\S+)(?:\s+with\s+(\S+(?:\s*,\s*\S+)*))?\s+(Sometimes|Never)(?:\s+(\d+|uncovered))?$/.exec(value);
    if (!match) {
      problems.push({ offset, message: 'Expect: variant [with adversary] Sometimes [steps], or Never [uncovered]' });
      return [];
    }
    if (!variants.some((v) => v.name === match[1])) problems.push({ offset, ...unknownVariant(match[1]!, variants) });
    const uncovered = match[4] === 'uncovered';
    if (match[3] === 'Never' && match[4] !== undefined && !uncovered) problems.push({ offset, message: 'what never happens takes no steps' });
    if (match[3] === 'Sometimes' && uncovered) problems.push({ offset, message: 'only a Never can be uncovered' });
    return [{ variant: match[1]!, adversaries: match[2]?.split(/\s*,\s*/) ?? [], verdict: match[3] as Verdict, uncovered, steps: match[4] === undefined || uncovered ? undefined : Number(match[4]), offset }];
  });
}

function unknownVariant(name: string, variants: readonly Variant[]): Wording {
  return unknownWord(`unknown variant ${name}`, name, variants.map((v) => v.name));
}

/** Threads are P0, P1, ... without a gap, and what the header says of threads is said of those. */
function checkThreads(scenario: Scenario, body: string, adversaries: readonly HeaderLine[], titles: readonly HeaderLine[], problems: Problem[]): void {
  const threads = [...body.matchAll(/^[ \t]*(?:void[ \t]+)?(P\d+)[ \t]*\(/gm)].map((m) => ({ name: m[1]!, offset: m.index }));
  const names = threads.map((t) => t.name);
  if (threads.length === 0) problems.push({ offset: scenario.text.length, message: 'there is no thread: P0(...) { ... }' });
  for (const [index, thread] of threads.entries()) {
    if (names.indexOf(thread.name) !== index) problems.push({ offset: thread.offset, message: `${thread.name} is there twice` });
    else if (!names.includes(`P${index}`)) problems.push({ offset: thread.offset, message: `threads are numbered without a gap: P${index} is missing` });
  }
  for (const line of [...adversaries, ...titles]) {
    for (const name of line.key === 'Adversary' ? line.value.split(/[\s,]+/) : line.value.split(/\s+/).slice(0, 1)) {
      if (!names.includes(name)) problems.push({ offset: line.offset, ...unknownWord(`there is no thread ${name}`, name, names) });
    }
  }
}

/** The header without its `Key: value` lines and without the comment's stars. */
function prose(header: string, lines: readonly HeaderLine[]): string {
  const keys = new Set(lines.map((line) => line.key));
  const kept = header.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd()).filter((line) => !keys.has(/^([A-Z][a-z]+):[ \t]/.exec(line)?.[1] ?? ''));
  return kept.join('\n').replace(/\n{3,}/g, '\n\n').trim();
}

function sorted(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.offset - b.offset);
}
