/** Puts a program together: the scenario's objects and threads, library threads, and the question. */
import { readCondition } from '../litmus/condition';
import { unknownWord, type Problem } from '../litmus/problem';
import type { Scenario, Variant } from '../litmus/scenario';
import type { Piece } from '../litmus/source';
import type { KnownThread, MadeThread } from './build-memory';
import { checkThread } from './checks';
import { and, constant, readsOf, word, zero } from './exp';
import { lowerThread, type LoweredThread } from './lower';
import type { Source } from './lowering';
import { canBeViolated, mustHoldNothing } from './properties';
import { propertyIds, type Exp, type Program, type PropertyId, type Stmt, type Thread, type WordId } from './program';
import { renumberExp, renumberStmts, usedWords } from './renumber';
import { fuse } from './steps';
import { bodyText, inFile, isConditional, readThreads, spanOf, type BuildOptions, type ThreadTexts } from './thread-texts';
import { constants } from './values';
import { createWorld, usesOf, wordsOfKind, type World } from './world';
import { wordsReadBy, wordsWrittenBy } from './written';

/** Builds a variant's program. Undefined when there are problems. */
export function buildProgram(scenario: Scenario, variant: Variant, options: BuildOptions, problems: Problem[]): Program | undefined {
  const before = problems.length;
  const texts = readThreads(scenario, variant, options, problems);
  if (!texts) return undefined;
  const { parts, declarations, threads } = texts;
  const uses = usesOf(texts.calls, scenario.through);
  const world = createWorld(declarations, threads.map((t) => t.name), uses);
  const labels: string[] = [];
  const known = lowerThreads(scenario, texts, options, { world, labels, key: JSON.stringify([variant.name, threads.map((t) => [t.name, t.adversary !== undefined]), uses]) }, problems);
  if (!known) return undefined;
  const lowered = known.map((thread) => thread.lowered);

  const exists = parts.exists && readCondition(parts.exists, namesOf(world, declarations.map((d) => d.name), lowered), problems);
  const asked = exists ? [...readsOf(exists).words].filter((id) => world.words[id]!.scope === 'local') : [];
  const unchecked = new Set([
    ...scenario.unchecked.flatMap((u) => (u.variant === variant.name ? [u.property] : [])),
    ...propertyIds.filter((property) => scenario.checked?.includes(property) === false),
  ]);
  const gone = world.through === undefined ? undefined : { label: labels.indexOf(scenario.through!), word: world.through };
  const written = new Set(known.flatMap((thread) => [...thread.written]));
  const locks = [...wordsOfKind(world, 'lock'), ...wordsOfKind(world, 'rwlock')];
  const made = known.map((thread, index): MadeThread => {
    const ends = unchecked.has('lock-imbalance') ? [] : mustHoldNothing(world, index);
    // Of the other threads only what they write decides how its steps are made.
    const key = `${gone?.label} ${[...thread.read, ...(ends.length > 0 ? locks : [])].filter((id) => written.has(id)).join(' ')}`;
    const ready = thread.made.get(key);
    if (ready) return ready;
    const live = new Set(asked.filter((id) => world.words[id]!.thread === index));
    const fused = fuse(thread.lowered, world.words, written, { actions: ends, live });
    const { name, adversary } = threads[index]!;
    const { start } = spanOf(threads[index]!);
    inFile(adversary, problems, (own) => {
      if (!fused) own.push({ offset: start, message: `${name} has a loop that may go on without a step, or too much between two steps` });
      else if (!thread.lowered.micros.some((micro) => micro.kind === 'step') && !isConditional(threads[index]!, scenario.text)) own.push({ offset: start, message: `${name} does nothing that another thread could see` });
    });
    const checked = onlyChecked(fused ?? { start: [], steps: [] }, unchecked, gone);
    if (problems.length === before) thread.made.set(key, checked);
    return checked;
  });
  for (const cover of scenario.covers) {
    if ((cover.variant === undefined || cover.variant === variant.name) && cover.adversaries.length === 0 && options.adversaries.length === 0 && !labels.includes(cover.label) && !labelsIn(scenario.text).has(cover.label)) {
      problems.push({ offset: cover.offset, ...unknownWord(`there is no label ${cover.label}`, cover.label, [...labelsIn(scenario.text)]) });
    }
  }
  if (problems.length > before) return undefined;

  const map = usedWords(world.words, made, exists);
  return {
    words: world.words.filter((_, id) => map.has(id)), labels, exists: exists && renumberExp(exists, map),
    threads: threads.map((t, index): Thread => ({
      name: t.name, title: t.title, program: `${t.source.file ?? ''}:${bodyText(t)}`, start: renumberStmts(made[index]!.start, map),
      steps: made[index]!.steps.map((step) => ({ ...step, guard: step.guard && renumberExp(step.guard, map), ways: step.ways.map((way) => renumberStmts(way, map)) })),
    })),
  };
}

/** False when no schedule of the variant can violate what the scenario checks, as nothing of the kind that it asks about is done in it. True as well where it cannot be built. */
export function canFail(scenario: Scenario, variant: Variant, options: BuildOptions): boolean {
  const texts = readThreads(scenario, variant, options, []);
  if (!texts) return true;
  const uses = usesOf(texts.calls, scenario.through);
  return (scenario.checked ?? propertyIds).some((property) => canBeViolated(property, uses));
}

/** Where lowered threads put their words and labels, and what they depend on beside their texts. */
interface Lowerings {
  readonly world: World;
  readonly labels: string[];
  readonly key: string;
}

/** Lowers the threads and checks them; those of the scenario that come first are taken from the memory. Undefined when there are problems. */
function lowerThreads(scenario: Scenario, texts: ThreadTexts, { model, memory }: BuildOptions, { world, labels, key }: Lowerings, problems: Problem[]): KnownThread[] | undefined {
  const before = problems.length;
  const { parts, own, threads } = texts;
  const first = threads.findIndex((t) => t.adversary !== undefined);
  const count = first < 0 ? threads.length : first;
  const known = memory.lowered.get(key);
  if (known) {
    world.words.push(...known.words);
    labels.push(...known.labels);
  }
  const lowerFrom = (from: number, to: number): LoweredThread[] => threads.slice(from, to).map((t, i) => inFile(t.adversary, problems, (found) =>
    lowerThread(world, model, { name: t.name, source: t.source, function: t.function, thread: from + i, kept: keptIn(parts.exists, from + i) }, labels, found)));
  const base = world.words.length;
  const ours = known ? [] : lowerFrom(0, count);
  const after = { words: world.words.length, labels: labels.length };
  const rest = lowerFrom(count, threads.length);
  if (problems.length > before) return undefined;
  for (const [index, thread] of [...ours, ...rest].entries()) {
    const t = threads[known ? count + index : index]!;
    inFile(t.adversary, problems, (found) => checkThread(t.name, thread, world.words, found, scenario.checked?.includes('unlock-not-held') ?? true));
  }
  if (!known) checkHelpers(own, parts.body, scenario.text, problems);
  const toKnown = (lowered: LoweredThread): KnownThread => ({ lowered, written: wordsWrittenBy(world.words, lowered), read: wordsReadBy(world.words, lowered), made: new Map() });
  const result = known?.threads ?? ours.map(toKnown);
  if (!known && problems.length === before) memory.lowered.set(key, { threads: result, words: world.words.slice(base, after.words), labels: labels.slice(0, after.labels) });
  return [...result, ...rest.map(toKnown)];
}

/** The steps of a thread without what is not looked at. */
function onlyChecked({ start, steps }: MadeThread, unchecked: ReadonlySet<PropertyId>, gone: { readonly label: number; readonly word: WordId } | undefined): MadeThread {
  if (unchecked.size === 0 && gone === undefined) return { start, steps };
  return {
    start: restrict(start, unchecked, gone),
    // A deadlock is no statement: it is a state in which somebody waits who may not.
    steps: steps.map((step) => ({ ...step, mayWaitForever: step.mayWaitForever ?? (unchecked.has('deadlock') || gone !== undefined), ways: step.ways.map((way) => restrict(way, unchecked, gone)) })),
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
