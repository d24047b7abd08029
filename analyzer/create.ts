/** Ties the pieces together: tree, summaries, rules, findings. */
import { createHash } from 'node:crypto';
import { primitives } from '../kernel/model';
import { functionErrors } from '../parser/stats';
import type { Analysis, AnalysisOptions, CheckOptions, ParseStats } from './analysis';
import type { FunctionRef, Tree } from './call-graph/tree';
import { createTree } from './call-graph/tree';
import { createSummaries, takesPageTableArgument } from './dataflow/summaries';
import type { Finding } from './findings/finding';
import { locate } from './findings/locate';
import type { LocklessEvent } from './rules/lockless-pte-to-userfault';
import { describe, explain, findLocklessEvents, isPlainer, locklessPteToUserfault, mayRestOnCaller } from './rules/lockless-pte-to-userfault';

const eventNames: readonly string[] = [...primitives.values()].filter((p) => p.shapes.some((s) => s.effect.op === 'event')).map((p) => p.name);
/** How far up the callers of a function are asked for the snapshot that led to its event. */
const maxCallerDepth = 8;

export function createAnalysis(options: AnalysisOptions): Analysis {
  const log = options.log ?? (() => undefined);
  const tree = createTree(options.backend, options.reader);
  const summaries = createSummaries(tree, mayRestOnCaller, log);

  function* checkInSteps(paths: readonly string[], check: CheckOptions = {}): Generator<undefined, Finding[]> {
    summaries.forget(tree.takeChangedNames());
    const wanted = new Set(paths);
    if (check.rules && !check.rules.includes(locklessPteToUserfault.name)) return [];
    yield* tree.prepare();
    const best = new Map<string, LocklessEvent>();
    let level: FunctionRef[] = paths.flatMap((p) => tree.functionsIn(p)).filter((f) => eventNames.some((e) => f.outline.calls.has(e)));
    // A function may be asked again when one that it calls turned out to concern it; what did not change comes from the cache.
    for (let depth = 0; level.length > 0 && depth <= maxCallerDepth; depth++) {
      const callers = new Set<FunctionRef>();
      for (const ref of level) {
        yield;
        const { reaches } = summaries.of(ref, 'events');
        for (const event of findLocklessEvents(reaches)) {
          if (!wanted.has(event.reach.in.file)) continue;
          const key = `${event.reach.in.file}:${event.reach.in.start + event.reach.span.start}:${event.reason}`;
          const old = best.get(key);
          if (!old || isPlainer(event, old)) best.set(key, event);
        }
        const open = reaches.filter(mayRestOnCaller);
        if (open.length === 0 || !(open.some((r) => r.reason.kind !== 'name') || takesPageTableArgument(tree, ref))) continue;
        summaries.follow(ref);
        for (const caller of tree.callersOf(ref)) callers.add(caller);
      }
      level = [...callers];
    }
    return [...best.values()].map((event) => toFinding(tree, event)).sort(byPosition);
  }

  return {
    setText: (path, text) => tree.setText(path, text),
    invalidate: (path) => tree.invalidate(path),
    checkInSteps,
    check(paths, check) {
      const run = checkInSteps(paths, check);
      for (;;) {
        const next = run.next();
        if (next.done) return next.value;
      }
    },
    parseStats: (paths) => parseStats(tree, paths),
  };
}

function toFinding(tree: Tree, event: LocklessEvent): Finding {
  const { reach } = event;
  const location = locate(tree, reach.in, reach.span);
  const fingerprint = createHash('sha256')
    .update([locklessPteToUserfault.name, reach.in.file, reach.in.name, reach.in.text.slice(reach.span.start, reach.span.end).replace(/\s+/g, ' '), event.snapshot.in.name, event.reason].join('\0'))
    .digest('hex').slice(0, 16);
  return {
    rule: locklessPteToUserfault.name,
    severity: event.severity,
    message: describe(event),
    location,
    function: reach.in.name,
    steps: explain(event).map((s) => ({ kind: s.kind, location: locate(tree, s.in, s.span), function: s.in.name, message: s.message })),
    scenario: locklessPteToUserfault.scenario,
    assumptions: [],
    fingerprint,
  };
}

function byPosition(a: Finding, b: Finding): number {
  return a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : a.location.line - b.location.line || a.location.column - b.location.column;
}

function* parseStats(tree: Tree, paths: readonly string[]): Generator<undefined, ParseStats> {
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
  return { files: paths.length, bytes, functions, functionsWithErrors: incomplete.length, incomplete, nestedFunctions: nested, backend: tree.backend.name };
}
