/** The side that proves: holds an analysis of its own, and proves one finding after the other. */
import type { Engine } from '../engine';
import { describeError } from '../log';
import { runInSlices } from '../slices';
import type { Port } from '../thread-line';
import { takeOver } from '../tree-texts';
import type { Analysis } from '../../analyzer/analysis';
import type { Tree } from '../../analyzer/call-graph/tree';
import type { Attempt } from '../../witness/prove';
import { prepareFinding, provePrepared } from '../../witness/prove-finding';
import { proveFix } from '../../witness/prove-fix';
import type { FromProver, ProveMessage, ToProver } from './messages';
import { keyOfSlice, movedTo, toOutcome, type Outcome } from './outcome';
import { hashOf, keyOfFix, toVerdict, type FixVerdict, type Verdict } from './verdict';

/** What it needs of the product. */
export type ProverEngine = Pick<Engine, 'backend' | 'createAnalysis' | 'createReader' | 'openOutlines' | 'scenarios'>;

/** Outcomes that are kept: editing changes most slices in where they stand only. */
const KEPT = 100;

export interface ServeOptions {
  /** How long it may be deaf between two steps of a proof, in milliseconds. */
  readonly slice: number;
  /** Called once, when a proof takes so long that others should go first. */
  readonly giveWay?: () => void;
}

/** A proof that takes longer gives way. Most take less. */
const LONG_MS = 3000;

/** Serves a tree on this port. */
export function serveProver(port: Port<ToProver, FromProver>, engine: ProverEngine, { slice, giveWay }: ServeOptions): void {
  let prover: Prover | undefined;
  let cancelled = false;
  /** Done before anything is asked, and left as it is then. */
  let preparation: Promise<unknown> = Promise.resolve();
  let isAsked = false;
  let isGivingWay = false;
  port.on('message', (message) => {
    switch (message.kind) {
      case 'open':
        prover = openProver(engine, message.root, message.caches, (line) => port.postMessage({ kind: 'log', line }));
        break;
      case 'get ready':
        if (prover && !isAsked) preparation = runInSlices(prover.getReady(), { abandoned: () => isAsked, slice }).catch(logError);
        break;
      case 'prove':
        cancelled = false;
        isAsked = true;
        void preparation.then(() => prover && answer(prover, message));
        break;
      case 'cancel':
        cancelled = true;
        break;
    }
  });
  port.postMessage({ kind: 'ready' });

  async function answer(asked: Prover, message: ProveMessage): Promise<void> {
    const begin = performance.now();
    let isLate = false;
    let isProven = false;
    const tell = (news: FromProver): void => {
      isProven ||= news.kind === 'proven';
      port.postMessage(news);
    };
    const abandoned = (): boolean => {
      const taken = performance.now() - begin;
      if (taken > LONG_MS && !isGivingWay) {
        isGivingWay = true;
        giveWay?.();
      }
      isLate = taken > message.limit;
      return cancelled || isLate;
    };
    try {
      const done = await runInSlices(asked.prove(message, tell), { abandoned, slice });
      if (done === undefined && isLate && !isProven) tell({ kind: 'proven', verdict: asked.givenUp(message), fix: null });
      port.postMessage({ kind: done === undefined && !isLate ? 'cancelled' : 'done' });
    } catch (error) {
      logError(error);
      port.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  function logError(error: unknown): void {
    port.postMessage({ kind: 'log', line: describeError(error) });
  }
}

interface Prover {
  /** What has to be known of a tree before anything can be proven in it. */
  getReady(): Generator<undefined, void>;
  prove(message: ProveMessage, tell: (news: FromProver) => void): Generator<undefined, true>;
  /** The verdict when time is up. */
  givenUp(message: ProveMessage): Verdict;
}

interface Known {
  readonly outcome: Outcome;
  /** What became of the fix; undefined when nobody has looked at it (to the end). */
  fix: KnownFix | undefined;
}

interface KnownFix {
  /** Null when there is none. */
  readonly verdict: FixVerdict | null;
  /** The functions that it calls, as they were: they may not be in the slice. */
  readonly calls: readonly (readonly [name: string, hashes: string])[];
}

function openProver(engine: ProverEngine, root: string | null, caches: boolean, log: (line: string) => void): Prover {
  const { reader, analysis } = openTree(engine, root, caches, log);
  const known = new Map<string, Known>();

  function remember(key: string, outcome: Outcome): Known {
    const entry: Known = { outcome, fix: undefined };
    known.delete(key);
    known.set(key, entry);
    for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
    return entry;
  }

  /** True when nothing is left to be found out. */
  function isSettled({ outcome, fix }: Known, withFix: boolean): boolean {
    if (outcome.kind !== 'confirmed') return true;
    return fix === undefined ? !withFix : fix.calls.every(([name, hashes]) => hashesOf(analysis.tree, name) === hashes);
  }

  return {
    *getReady() {
      engine.scenarios();
      yield* indexed(analysis);
    },
    *prove({ changes, finding, withFix }, tell) {
      takeOver(changes, analysis, reader);
      yield* indexed(analysis);
      const prepared = prepareFinding(analysis.tree, finding);
      if ('unresolved' in prepared) {
        const { proof, assembled } = prepared.unresolved;
        const slice = assembled && { litmus: assembled.text, bounds: assembled.bounds, parts: [] };
        tell({ kind: 'proven', verdict: toVerdict(analysis.tree, finding, toOutcome(proof, []), slice), fix: null });
        return true;
      }
      yield;
      const { assembled: { text, bounds }, scenario } = prepared;
      const key = keyOfSlice(text);
      const slice = { litmus: text, bounds, parts: scenario.anchors.map((anchor) => ({ file: anchor.file, name: anchor.function })) };
      const before = known.get(key);
      if (before !== undefined && isSettled(before, withFix)) {
        tell({ kind: 'proven', verdict: toVerdict(analysis.tree, finding, movedTo(before.outcome, text), slice), fix: before.fix?.verdict ?? null });
        return true;
      }
      const options = { backend: engine.backend, adversaries: engine.scenarios().adversaries };
      const proven = yield* told(provePrepared(prepared, options), tell);
      const entry = remember(key, toOutcome(proven.proof, options.adversaries));
      tell({ kind: 'proven', verdict: toVerdict(analysis.tree, finding, entry.outcome, slice), fix: null });
      if (!withFix || entry.outcome.kind !== 'confirmed') return true;
      const fixed = yield* proveFix(analysis, finding, proven, options);
      if (fixed === undefined || fixed.verdict === 'no fix') {
        entry.fix = { verdict: null, calls: [] };
        return true;
      }
      const verdict = { fix: keyOfFix(fixed.fix), states: fixed.verdict === 'proven' ? statesOf(fixed.attempts) : null };
      entry.fix = { verdict, calls: fixed.fix.edits.flatMap((edit) => callsIn(edit.text)).map((name) => [name, hashesOf(analysis.tree, name)]) };
      tell({ kind: 'fixed', fix: verdict });
      return true;
    },
    givenUp: ({ finding, limit }) => toVerdict(analysis.tree, finding, { kind: 'unresolved', reason: `stopped after ${Math.round(limit / 1000)} s` }, undefined),
  };
}

function openTree(engine: ProverEngine, root: string | null, caches: boolean, log: (line: string) => void): { readonly reader: { add(file: string): void; forget(file: string): void }; readonly analysis: Analysis } {
  if (root !== null) {
    const reader = engine.createReader(root, log);
    const outlines = caches ? engine.openOutlines(root) : undefined;
    return { reader, analysis: engine.createAnalysis(reader, log, outlines) };
  }
  // The only texts there are come from the editor.
  const files = new Set<string>();
  const reader = { indexFiles: () => [...files], read: () => undefined, add: (file: string) => void files.add(file), forget: (file: string) => void files.delete(file) };
  return { reader, analysis: engine.createAnalysis(reader, log) };
}

function* indexed(analysis: Analysis): Generator<undefined, void> {
  const steps = analysis.index();
  while (steps.next().done !== true) yield;
}

/** The same steps, counted: there is one for each program that is explored. */
function* told<T>(steps: Generator<undefined, T>, tell: (news: FromProver) => void): Generator<undefined, T> {
  for (let explored = 0; ; explored++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    tell({ kind: 'progress', explored });
    yield;
  }
}

function statesOf(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { states }) => sum + states, 0);
}

function callsIn(code: string): string[] {
  return [...new Set([...code.matchAll(/\b([A-Za-z_]\w*)\(/g)].map((match) => match[1]!))];
}

function hashesOf(tree: Tree, name: string): string {
  return tree.definitions(name).map(hashOf).join();
}
