/** Puts a program together: the scenario's objects and threads, library threads, and the question. */
import type { KernelModel } from '../../kernel/model';
import type { Span } from '../../parser/ir';
import type { ParserBackend } from '../../parser/types';
import { didYouMean } from '../../kernel/suggest';
import { readCondition } from '../litmus/condition';
import { readInit } from '../litmus/init';
import { unknownWord, type Problem } from '../litmus/problem';
import type { Adversary, Scenario, Variant } from '../litmus/scenario';
import { selectLines, splitFile, type Piece } from '../litmus/source';
import { checkThread } from './checks';
import { and, constant, readsOf, word, zero } from './exp';
import { lowerThread, type LoweredThread } from './lower';
import type { Source } from './lowering';
import { mustHoldNothing } from './properties';
import { propertyIds, type Exp, type Program, type PropertyId, type Stmt, type Thread, type WordId } from './program';
import { renumberExp, renumberStmts, usedWords } from './renumber';
import { readSource } from './sources';
import { fuse } from './steps';
import { constants } from './values';
import { createWorld, type World } from './world';
import { writtenWords } from './written';

interface Options {
  readonly adversaries: readonly Adversary[];
  readonly beside: boolean;
  readonly backend: ParserBackend;
  readonly model: KernelModel;
}

/** A thread to be: where its code is, and what it is called. */
interface Part {
  readonly name: string;
  readonly title: string;
  readonly source: Source;
  /** The function in its source: `P0`, or `P` for an adversary. */
  readonly function: string;
  readonly adversary?: Adversary;
}

/** The largest number of threads: reader-writer locks have two bits for each. */
const mostThreads = 8;

/** Builds a variant's program. Undefined when there are problems. */
export function buildProgram(scenario: Scenario, variant: Variant, options: Options, problems: Problem[]): Program | undefined {
  const before = problems.length;
  const defined = new Set([...variant.defines, ...scenario.defines]);
  const selected = selectLines(scenario.text, defined, problems);
  const parts = splitFile(selected, problems);
  if (!parts) return undefined;
  const own = readSource(undefined, parts.body, options.backend, problems);
  const declarations = readInit(parts.init, own.enumerators, problems);
  const threads = partsOf(scenario, own, options, defined, problems);
  if (threads.length > mostThreads) problems.push({ offset: 0, message: `there are ${threads.length} threads; ${mostThreads} are the most` });
  for (const adversary of options.adversaries) {
    for (const need of adversary.needs) {
      if (!declarations.some((d) => d.name === need)) problems.push({ offset: 0, message: `${adversary.name} needs ${need}, which this scenario does not declare${didYouMean(need, declarations.map((d) => d.name))}` });
    }
  }
  if (problems.length > before) return undefined;

  const calls = new Set(threads.flatMap((t) => [...t.source.functions.values()].flatMap((f) => f.nodes.flatMap((n) => (n.kind === 'call' && n.callee !== undefined ? [n.callee] : [])))));
  const isArming = calls.has('ghost_arm');
  const world = createWorld(declarations, threads.map((t) => t.name), {
    faults: (calls.has('user_read') || calls.has('user_write')) && calls.has('handle_userfault'), armed: isArming, observed: calls.has('user_lookup'), through: scenario.through,
  });
  const labels: string[] = [];
  const lowered = threads.map((t, index) => inFile(t.adversary, problems, (own) => lowerThread(world, options.model, { name: t.name, source: t.source, function: t.function, thread: index, kept: keptIn(parts.exists, index) }, labels, own)));
  if (problems.length > before) return undefined;
  for (const [index, t] of threads.entries()) inFile(t.adversary, problems, (own) => checkThread(t.name, lowered[index]!, world.words, own, scenario.checked?.includes('unlock-not-held') ?? true));
  checkHelpers(own, parts.body, scenario.text, problems);

  const exists = parts.exists && readCondition(parts.exists, namesOf(world, declarations.map((d) => d.name), lowered), problems);
  const written = writtenWords(world.words, lowered);
  const asked = exists ? [...readsOf(exists).words].filter((id) => world.words[id]!.scope === 'local') : [];
  const fused = lowered.map((thread, index) => {
    const live = new Set(asked.filter((id) => world.words[id]!.thread === index));
    const result = fuse(thread, world.words, written, { actions: mustHoldNothing(world, index), live });
    const { name, adversary } = threads[index]!;
    const { start } = spanOf(threads[index]!);
    inFile(adversary, problems, (own) => {
      if (!result) own.push({ offset: start, message: `${name} has a loop that may go on without a step, or too much between two steps` });
      else if (!thread.micros.some((micro) => micro.kind === 'step') && !isConditional(threads[index]!, scenario.text)) own.push({ offset: start, message: `${name} does nothing that another thread could see` });
    });
    return result ?? { start: [], steps: [] };
  });
  for (const cover of scenario.covers) {
    if ((cover.variant === undefined || cover.variant === variant.name) && cover.adversaries.length === 0 && options.adversaries.length === 0 && !labels.includes(cover.label) && !labelsIn(scenario.text).has(cover.label)) {
      problems.push({ offset: cover.offset, ...unknownWord(`there is no label ${cover.label}`, cover.label, [...labelsIn(scenario.text)]) });
    }
  }
  if (problems.length > before) return undefined;

  const unchecked = new Set([
    ...scenario.unchecked.flatMap((u) => (u.variant === variant.name ? [u.property] : [])),
    ...propertyIds.filter((property) => scenario.checked?.includes(property) === false),
  ]);
  const gone = world.through === undefined ? undefined : { label: labels.indexOf(scenario.through!), word: world.through };
  const checked = unchecked.size === 0 && gone === undefined ? fused : fused.map(({ start, steps }) => ({
    start: restrict(start, unchecked, gone),
    // A deadlock is no statement: it is a state in which somebody waits who may not.
    steps: steps.map((step) => ({ ...step, mayWaitForever: step.mayWaitForever ?? (unchecked.has('deadlock') || gone !== undefined), ways: step.ways.map((way) => restrict(way, unchecked, gone)) })),
  }));
  const map = usedWords(world.words, checked, exists);
  return {
    words: world.words.filter((_, id) => map.has(id)), labels, exists: exists && renumberExp(exists, map),
    threads: threads.map((t, index): Thread => ({
      name: t.name, title: t.title, program: `${t.source.file ?? ''}:${bodyText(t)}`, start: renumberStmts(checked[index]!.start, map),
      steps: checked[index]!.steps.map((step) => ({ ...step, guard: step.guard && renumberExp(step.guard, map), ways: step.ways.map((way) => renumberStmts(way, map)) })),
    })),
  };
}

/** Functions that nobody calls, in no variant. */
function checkHelpers(source: Source, body: string, text: string, problems: Problem[]): void {
  for (const [name, ir] of source.functions) {
    if (/^P\d*$/.test(name)) continue;
    const mentions = text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
    const definitions = text.match(new RegExp(`^\\w[^;{}()\\n]*[\\s*]${name}\\s*\\(`, 'gm'))?.length ?? 0;
    if (mentions <= Math.max(1, definitions)) problems.push({ offset: Math.min(ir.nameSpan.start, body.length), message: `no thread calls ${name}()` });
  }
}

/** Whether other variants have more of a thread than this one. */
function isConditional(part: Part, text: string): boolean {
  const { span } = part.source.functions.get(part.function)!;
  return /^[ \t]*#/m.test((part.adversary?.text ?? text).slice(span.start, span.end));
}

/** The variables of a thread that a condition reads. */
function keptIn(exists: Piece | undefined, thread: number): ReadonlySet<string> {
  return new Set([...(exists?.text ?? '').matchAll(/(\d+):(\w+)/g)].filter((m) => Number(m[1]) === thread).map((m) => m[2]!));
}

/** Statements that do not look at some properties, and at the others only when the schedule has gone through a label, which they remember. */
function restrict(stmts: readonly Stmt[], unchecked: ReadonlySet<PropertyId>, through: { readonly label: number; readonly word: WordId } | undefined): Stmt[] {
  return stmts.flatMap((stmt): Stmt[] => {
    switch (stmt.kind) {
      case 'violate': return unchecked.has(stmt.property) ? [] : [through === undefined ? stmt : { ...stmt, test: and(word(through.word), stmt.test) }];
      case 'cover': return stmt.label === through?.label ? [stmt, { kind: 'set', word: through.word, value: constant(1) }] : [stmt];
      case 'if': return [{ ...stmt, then: restrict(stmt.then, unchecked, through), else: restrict(stmt.else, unchecked, through) }];
      default: return [stmt];
    }
  });
}

/** The labels that a variant must reach, with the scenario's own threads or with these adversaries. */
export function coversOf(scenario: Scenario, variant: string, adversaries: readonly string[] = []): readonly string[] {
  return scenario.covers.filter((c) => (c.variant === undefined || c.variant === variant) && c.adversaries.join() === adversaries.join()).map((c) => c.label);
}

function partsOf(scenario: Scenario, own: Source, options: Options, defined: ReadonlySet<string>, problems: Problem[]): Part[] {
  const names = [...own.functions.keys()].filter((name) => /^P\d+$/.test(name)).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  const kept = options.adversaries.length === 0 || options.beside ? names : names.filter((name) => !scenario.replaceable.includes(name));
  const threads = kept.map((name): Part => ({ name, title: scenario.threadTitles.get(name) ?? name, source: own, function: name }));
  const free = names.filter((name) => !kept.includes(name));
  for (const adversary of options.adversaries) {
    const source = inFile(adversary, problems, (found) => {
      const parts = splitFile(selectLines(adversary.text, defined, found), found);
      return parts && readSource(adversary.name, parts.body, options.backend, found);
    });
    const name = free.shift() ?? `P${Math.max(names.length, threads.length)}`;
    if (source?.functions.has('P')) threads.push({ name, title: adversary.title, source, function: 'P', adversary });
  }
  return threads.sort((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)));
}

/** Problems in an adversary's file have their places there. */
function inFile<T>(adversary: Adversary | undefined, problems: Problem[], read: (problems: Problem[]) => T): T {
  if (adversary === undefined) return read(problems);
  const found: Problem[] = [];
  const result = read(found);
  const file = { name: adversary.name, text: adversary.text };
  for (const problem of found) if (!problems.some((p) => p.file?.name === file.name && p.offset === problem.offset && p.message === problem.message)) problems.push({ ...problem, file });
  return result;
}

function namesOf(world: World, declared: readonly string[], lowered: readonly LoweredThread[]): Parameters<typeof readCondition>[1] {
  const locals = lowered.flatMap((thread, index) => [...thread.locals.keys()].filter((name) => !name.startsWith('$')).map((name) => `${index}:${name}`));
  return {
    known: [...declared, ...locals],
    constant: (name) => constants.get(name),
    local: (thread, name): Exp | undefined => {
      const place = lowered[thread]?.locals.get(name);
      if (!place || 'fields' in place) return undefined;
      if (place.value?.kind === 'number') return place.value.exp;
      return place.word === undefined ? zero : word(place.word);
    },
    shared: (name) => {
      const id = world.words.findIndex((w) => w.scope !== 'local' && w.name === name);
      if (id >= 0) return word(id);
      const object = world.objects.get(name);
      return object ? constant(object.base + 1) : undefined;
    },
  };
}

/** Labels of the whole text: those of other variants count as known. */
function labelsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^[ \t]*([A-Za-z_]\w*):(?!:)/gm)].map((m) => m[1]!));
}

function bodyText(part: Part): string {
  const ir = part.source.functions.get(part.function)!;
  const text = part.source.text.slice(ir.span.start, ir.span.end);
  return text.slice(text.indexOf('{')).replace(/\s+/g, ' ');
}

function spanOf(part: Part): Span {
  return part.source.functions.get(part.function)!.nameSpan;
}

