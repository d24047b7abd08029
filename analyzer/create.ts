/** Ties the pieces together: tree, summaries, rules, findings. */
import { createHash } from 'node:crypto';
import type { KernelModel } from '../kernel/model';
import type { Span } from '../parser/ir';
import { functionErrors } from '../parser/stats';
import { DEFAULT_LIMITS, type Analysis, type AnalysisOptions, type CheckOptions, type ParseStats } from './analysis';
import { believe } from './beliefs';
import type { FunctionRef, Tree } from './call-graph/tree';
import { callsPrimitive, createTree } from './call-graph/tree';
import { forgetRecent } from './dataflow/recent';
import type { Summaries } from './dataflow/summaries';
import { createSummaries } from './dataflow/summaries';
import type { Finding } from './findings/finding';
import { locate } from './findings/locate';
import { silence, unusedAllow } from './findings/silence';
import { findFix } from './fixes/find-fix';
import { withEdits } from './fixes/with-fix';
import { createNavigation } from './navigation/navigation';
import { checks } from './rules';
import type { Report, RuleCheck } from './rules/rule';
import type { EntryFacts, FactsSoFar, FunctionFacts, FunctionPlace } from './spots/facts';
import { createSpots, maxCallers } from './spots/spots';

/** How far up the callers of a function are asked about what it does. */
const maxCallerDepth = 8;

export function createAnalysis(options: AnalysisOptions): Analysis {
  const log = options.log ?? (() => undefined);
  const tree = createTree(options.backend, options.reader, options.model, options.outlines);
  const all = checks.map((create) => create(tree));
  let { limits = DEFAULT_LIMITS } = options;
  const newSummaries = (): Summaries => createSummaries(tree, {
    event: (reach) => all.some((c) => c.concern === 'events' && c.concernsCaller(reach)),
    fault: (fault) => all.some((c) => c.concern === 'faults' && c.concernsCaller(fault)),
    loss: (loss) => all.some((c) => c.concern === 'entries' && c.concernsCaller(loss)),
    action: (action) => all.some((c) => c.concern === 'entries' && c.concernsCaller(action)),
    fill: (fill) => all.some((c) => c.concern === 'cache' && c.concernsCaller(fill)),
  }, limits, log);
  let summaries = newSummaries();
  let spots = createSpots(tree, log);

  /** Forgets what the newest texts have made untrue. */
  function catchUp(): void {
    const changes = tree.takeChanges();
    if (changes.names.size > 0) forgetRecent();
    summaries.renew(changes);
    spots.forget(changes);
    navigation.forget(changes);
  }

  function* checkInSteps(paths: readonly string[], check: CheckOptions = {}): Generator<undefined, Finding[]> {
    const asked = all.filter((c) => check.rules?.includes(c.info.name) ?? true);
    if (asked.length === 0 && !check.rules?.includes(unusedAllow.name)) return [];
    const reports = yield* reportsIn(paths, asked);
    return silence(tree, paths, reports.map((report) => toFinding(tree, report)).sort(byPosition), check.rules);
  }

  function* reportsIn(paths: readonly string[], asked: readonly RuleCheck[] = all, renew = catchUp): Generator<undefined, Report[]> {
    renew();
    yield* tree.prepare();
    const best = new Map<string, Report>();
    for (const rule of asked) yield* climb(rule, paths, best);
    return [...best.values()];
  }

  /** Asks the functions where a rule starts, and their callers as long as those matter. Of several stories about one place the shortest is kept. */
  function* climb(rule: RuleCheck, paths: readonly string[], best: Map<string, Report>): Generator<undefined, void> {
    const wanted = new Set(paths);
    const levels = rule.levels ?? maxCallerDepth;
    // The body of what the model knows as a primitive is not judged: it does what the model says.
    let level: FunctionRef[] = paths.flatMap((p) => tree.functionsIn(p)).filter((f) => !changesEntries(tree.model, f.name) && callsPrimitive(tree.model, f, rule.startsAt));
    // A function may be asked again when one that it calls turned out to concern it; what did not change comes from the cache.
    for (let depth = 0; level.length > 0 && depth <= levels; depth++) {
      const callers = new Set<FunctionRef>();
      for (const ref of level) {
        yield;
        // Nor is a helper of such a body: who calls the primitive is asked for what the model says of it.
        if (rule.concern === 'entries' && changesEntries(tree.model, ref.name)) continue;
        const summary = yield* summaries.of(ref, rule.concern);
        // Calls of what the model knows are taken for what it says, whatever the body does.
        const isOpaque = rule.concern === 'entries' && (tree.model.primitives.get(ref.name)?.shapes.some((s) => s.effect.op !== 'mark') ?? false);
        const above = depth < levels && !isOpaque ? [...tree.callersOf(ref), ...(rule.concern === 'entries' ? tree.usersOf(ref) : [])].filter((c) => leadsToAnswer(rule, c, levels - depth - 1)) : [];
        for (const report of rule.judge(ref, summary, above.length === 0)) {
          if (!wanted.has(report.in.file)) continue;
          const key = `${report.info.name}:${report.in.file}:${report.in.start + report.span.start}`;
          const old = best.get(key);
          if (!old || isPlainer(report, old)) best.set(key, report);
        }
        if (!rule.asksCallers(ref, summary)) continue;
        summaries.follow(ref, rule.concern);
        for (const caller of above) callers.add(caller);
      }
      level = [...callers];
    }
  }

  /** Can the function, or one of its callers up to so many levels, settle the rule's question? */
  function leadsToAnswer(rule: RuleCheck, ref: FunctionRef, levels: number): boolean {
    return !rule.settles || rule.settles(ref) || (levels > 0 && tree.callersOf(ref).some((c) => leadsToAnswer(rule, c, levels - 1)));
  }

  const navigation = createNavigation(tree, { catchUp, of: (ref) => spots.of(ref), has: (ref) => spots.has(ref), entryOf: (ref) => spots.entryOf(ref) });
  const definitionAt = (path: string, offset: number): FunctionRef | undefined => tree.functionsIn(path).find((f) => f.start <= offset && offset <= f.start + f.text.length);

  function* factsSoFar(path: string, part: Span | undefined, enough: () => boolean): Generator<undefined, FactsSoFar> {
    yield* tree.prepare();
    catchUp();
    const known: FunctionFacts[] = [];
    const missing: FunctionPlace[] = [];
    for (const ref of tree.functionsIn(path)) {
      if (part && (ref.start > part.end || ref.start + ref.text.length < part.start)) continue;
      const steps = spots.of(ref);
      let next = steps.next();
      while (!next.done && !enough()) {
        yield;
        next = steps.next();
      }
      if (next.done) known.push(next.value);
      else missing.push({ function: ref.name, start: ref.start, length: ref.text.length });
      yield;
    }
    return { known, missing };
  }

  return {
    tree,
    navigation,
    setText: tree.setText,
    invalidate: tree.invalidate,
    setModel(model) {
      tree.setModel(model);
      navigation.forgetAll();
      // Any call may mean something else now; the functions and their bodies stay.
      summaries = newSummaries();
      spots = createSpots(tree, log);
    },
    setLimits(next) {
      if (next.stepsPerFunction === limits.stepsPerFunction) return;
      limits = next;
      summaries = newSummaries();
    },
    index: () => tree.readIndex(),
    checkInSteps,
    *fixes(finding) {
      catchUp();
      // What was tried is taken back: nothing but the summaries need hear of it.
      const renew = (): void => summaries.renew(tree.takeChanges());
      return yield* findFix({
        tree,
        reportsIn: (paths, rule) => reportsIn(paths, all.filter((c) => rule === undefined || c.info.name === rule), renew),
        summaries: () => summaries,
        identify: (report) => toFinding(tree, report),
      }, finding);
    },
    withFix(fix, ask) {
      catchUp();
      return withEdits(tree, fix.edits, ask);
    },
    check: (paths, check) => atOnce(checkInSteps(paths, check)),
    summarize: (name, path) => {
      catchUp();
      return tree.definitions(name, path).map((ref) => believe(tree, ref, { whole: atOnce(summaries.of(ref, 'whole')), faults: atOnce(summaries.of(ref, 'faults')) }));
    },
    *factsOf(path, offset) {
      yield* tree.prepare();
      catchUp();
      const ref = definitionAt(path, offset);
      return ref && (yield* spots.of(ref));
    },
    *factsIn(path, part) {
      return [...(yield* factsSoFar(path, part, () => false)).known];
    },
    factsSoFar,
    *entryFactsOf(path, offset): Generator<undefined, EntryFacts | undefined> {
      yield* tree.prepare();
      catchUp();
      const ref = definitionAt(path, offset);
      return ref && (yield* spots.entryOf(ref));
    },
    *lookAhead(path, offset) {
      yield* tree.prepare();
      catchUp();
      const distance = (ref: FunctionRef): number => Math.max(ref.start - offset, offset - ref.start - ref.text.length, 0);
      const functions = [...tree.functionsIn(path)].sort((a, b) => distance(a) - distance(b));
      for (const ref of functions) yield* spots.of(ref);
      yield* navigation.userfaults(path);
      for (const ref of functions) {
        yield;
        const callers = tree.callersOf(ref);
        for (const caller of callers.length > maxCallers ? [] : callers) yield* spots.of(caller);
      }
    },
    parseStats: (paths) => parseStats(tree, paths, summaries.cutShort()),
  };
}

function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

function changesEntries(model: KernelModel, name: string): boolean {
  const op = model.primitives.get(name)?.shapes[0]?.effect.op;
  return op === 'clear' || op === 'store' || op === 'modify-start' || op === 'modify-commit';
}

/** A warning goes before a weaker statement about the same place, a short story before a long one. */
function isPlainer(a: Report, b: Report): boolean {
  if (a.severity !== b.severity) return a.severity === 'warning';
  return a.steps.length < b.steps.length;
}

function toFinding(tree: Tree, report: Report): Finding {
  const quoted = report.in.text.slice(report.span.start, report.span.end).replace(/\s+/g, ' ');
  return {
    rule: report.info.name,
    severity: report.severity,
    message: report.message,
    location: locate(tree, report.in, report.span),
    function: report.in.name,
    steps: report.steps.map((s) => ({ kind: s.kind, location: locate(tree, s.in, s.span), function: s.in.name, message: s.message })),
    scenario: report.info.scenario,
    assumptions: report.assumptions,
    fingerprint: createHash('sha256').update([report.info.name, report.in.file, report.in.name, quoted, report.about].join('\0')).digest('hex').slice(0, 16),
  };
}

function byPosition(a: Finding, b: Finding): number {
  return a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : a.location.line - b.location.line || a.location.column - b.location.column;
}

function* parseStats(tree: Tree, paths: readonly string[], cutShort: readonly FunctionRef[]): Generator<undefined, ParseStats> {
  const incomplete: string[] = [];
  let [functions, bytes, nested] = [0, 0, 0];
  for (const path of paths) {
    const outline = tree.outline(path);
    if (!outline) continue;
    bytes += Buffer.byteLength(tree.text(path) ?? '');
    for (const f of functionErrors(tree.backend, outline)) {
      functions++;
      nested += f.nested;
      if (f.hasError) incomplete.push(`${path}:${f.name}`);
    }
    yield;
  }
  return { files: paths.length, bytes, functions, functionsWithErrors: incomplete.length, incomplete, notFollowed: cutShort.filter((f) => paths.includes(f.file)).map((f) => `${f.file}:${f.name}`).sort(), nestedFunctions: nested, backend: tree.backend.name };
}
