/** The bodies of helpers, as far as those who call them need them: walked once, and kept until a function on which they rest changes. */
import type { FunctionRef, Tree, TreeChanges } from '../call-graph/tree';
import type { Frame } from '../dataflow/frame';
import { createFrame } from '../dataflow/frame';
import { declaredType } from '../dataflow/summaries';
import type { CallNode } from '../dataflow/transfer';
import type { Helper, Helpers } from './calls';
import { createReach } from './reach';
import type { Limits, Observer, Pace, Walked } from './walk';
import { walk } from './walk';

/** What an answer was made from. */
export interface Needs {
  /** Names of the functions whose bodies were walked. */
  readonly bodies: Set<string>;
  /** Names that were called, and taken for what can be seen of them from outside. */
  readonly surfaces: Set<string>;
  /** What was asked about the call graph. */
  readonly asked: Set<Question>;
  /** Helpers that were entered, at any depth. */
  readonly entered: Set<FunctionRef>;
  /** Functions that call themselves, and were not entered again. */
  readonly cut: Set<FunctionRef>;
  /** So many helpers lie in each other. */
  height: number;
  /** One that lies too deep was not entered. */
  isLimited: boolean;
}

interface Question {
  ref: FunctionRef;
  readonly ask: (ref: FunctionRef) => boolean;
  answer: boolean;
}

/** One walk from outside, with all helpers that it enters. */
export interface Session {
  /** What the function and the helpers that are being walked have asked so far. */
  readonly open: Needs[];
  readonly pace: Pace;
}

export interface Bodies {
  /** A function that is about to be walked; `open` hears of what it will ask. */
  enter(ref: FunctionRef, open: Needs[]): { readonly frame: Frame; readonly needs: Needs };
  /** Walks the last of the functions through which it was come to. Undefined, and a line in the log, when it fails. */
  follow(running: readonly FunctionRef[], frame: Frame, needs: Needs, session: Session, within: Limits, observer: Observer): Generator<undefined, Walked | undefined>;
  /** Drops what the changes have made untrue, and tells which other answers are. */
  forget(changes: TreeChanges): (needs: Needs) => boolean;
}

const helperLimits: Limits = { steps: 4000, alike: 4, configurations: 12, forCallers: true };
/** Helpers of helpers of helpers are not looked at. */
const maxDepth = 3;

interface Body {
  readonly helper: Helper;
  readonly needs: Needs;
}

export function createBodies(tree: Tree, log: (line: string) => void): Bodies {
  /** Those that hold at any depth where what they enter does not lie too deep. */
  const whole = new Map<FunctionRef, Body>();
  /** The others, by their depth: the answer must not depend on who asked first. */
  const limited = Array.from({ length: maxDepth + 1 }, () => new Map<FunctionRef, Body>());
  const questions = new Map<string, Map<FunctionRef, Question>>();
  const reach = createReach(tree);

  function enter(ref: FunctionRef, open: Needs[]): { frame: Frame; needs: Needs } {
    const needs: Needs = { bodies: new Set([ref.name]), surfaces: new Set(ref.outline.calls), asked: new Set(), entered: new Set(), cut: new Set(), height: 0, isLimited: false };
    open.push(needs);
    for (const name of needs.surfaces) tree.watchSurface(name);
    const frame = createFrame(ref, tree.lower(ref), (callee) => {
      const target = tree.resolve(callee, ref.file);
      return target && declaredType(target);
    }, tree.model);
    return { frame, needs };
  }

  function answer(needs: Needs, kind: string, ref: FunctionRef, ask: (ref: FunctionRef) => boolean): boolean {
    let known = questions.get(kind);
    if (!known) questions.set(kind, (known = new Map()));
    let question = known.get(ref);
    if (!question) known.set(ref, (question = { ref, ask, answer: ask(ref) }));
    needs.asked.add(question);
    return question.answer;
  }

  /** `running`: the function that is walked, and the helpers through which it was come to. */
  function answersFor(needs: Needs, running: readonly FunctionRef[], session: Session): Helpers {
    const resolve = (node: CallNode, frame: Frame): FunctionRef | undefined => (node.callee === undefined ? undefined : tree.resolve(node.callee, frame.ref.file));
    return {
      resolve,
      *body(node, frame) {
        const ref = resolve(node, frame);
        if (!ref) return undefined;
        if (running.length > maxDepth) {
          needs.isLimited = true;
          return undefined;
        }
        if (running.includes(ref)) {
          needs.cut.add(ref);
          return undefined;
        }
        const { helper, needs: below } = yield* bodyOf(ref, running, session);
        needs.entered.add(ref);
        for (const set of ['bodies', 'surfaces', 'asked', 'entered', 'cut'] as const) addAll<unknown>(needs[set], below[set]);
        needs.height = Math.max(needs.height, below.height + 1);
        needs.isLimited ||= below.isLimited;
        return helper;
      },
      movesPtl: (ref) => answer(needs, 'moves a page-table lock', ref, reach.movesPtl),
      drops: (ref, lock) => answer(needs, `drops ${lock}`, ref, (f) => reach.drops(f, lock)),
      isLopsided: (ref) => answer(needs, 'is lopsided', ref, reach.isLopsided),
      sleeps: (callee) => tree.model.primitives.get(callee)?.contract?.sleeps === true,
    };
  }

  function* bodyOf(ref: FunctionRef, callers: readonly FunctionRef[], session: Session): Generator<undefined, Body> {
    const ready = fitting(ref, callers);
    if (ready) return ready;
    const { frame, needs } = enter(ref, session.open);
    yield;
    const done = yield* follow([...callers, ref], frame, needs, session, helperLimits, nobody);
    session.open.splice(session.open.indexOf(needs), 1);
    const body = { helper: { ref, params: frame.ir.params.map((p) => p.name), ways: done?.ways ?? [], complete: done?.allWays ?? false, notCallers: done?.notCallers ?? { pte: false, pmd: false } }, needs };
    needs.cut.delete(ref);
    // What was left out because one of the callers is under way counts for these callers only.
    if (needs.cut.size === 0) (needs.isLimited ? limited[callers.length]! : whole).set(ref, body);
    return body;
  }

  function fitting(ref: FunctionRef, callers: readonly FunctionRef[]): Body | undefined {
    const body = whole.get(ref);
    const found = body && callers.length + body.needs.height <= maxDepth ? body : limited[callers.length]!.get(ref);
    // Callers that it enters again would be left out.
    return found && callers.some((caller) => found.needs.entered.has(caller)) ? undefined : found;
  }

  function* follow(running: readonly FunctionRef[], frame: Frame, needs: Needs, session: Session, within: Limits, observer: Observer): Generator<undefined, Walked | undefined> {
    try {
      return yield* walk(frame, answersFor(needs, running, session), within, observer, session.pace);
    } catch (error) {
      log(`${frame.ref.file}: ${frame.ref.name}: looking for facts failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
      return undefined;
    }
  }

  /** Asks again what the change of a call may have changed; gives the questions that have other answers now. */
  function reconsider({ graph, successors }: TreeChanges): Set<Question> {
    const changed = new Set<Question>();
    for (const known of questions.values()) {
      for (const [ref, next] of successors) {
        const question = known.get(ref);
        if (!question) continue;
        known.delete(ref);
        if (next) known.set(next, Object.assign(question, { ref: next }));
        else changed.add(question);
      }
      if (!graph) continue;
      for (const question of known.values()) {
        const now = question.ask(question.ref);
        if (now !== question.answer) changed.add(question);
        question.answer = now;
      }
    }
    return changed;
  }

  return {
    enter,
    follow,
    forget(changes) {
      const { names, moved } = changes;
      reach.forget();
      const changed = reconsider(changes);
      const isStale = (needs: Needs): boolean => overlaps(names, needs.bodies) || overlaps(moved, needs.surfaces) || overlaps(changed, needs.asked);
      if (names.size > 0 || moved.size > 0 || changed.size > 0) for (const kept of [whole, ...limited]) for (const [ref, { needs }] of kept) if (isStale(needs)) kept.delete(ref);
      return isStale;
    },
  };
}

const nobody: Observer = { before: () => undefined, afterCall: () => undefined };

function addAll<T>(set: Set<T>, more: ReadonlySet<T>): void {
  for (const one of more) set.add(one);
}

function overlaps<T>(few: ReadonlySet<T>, many: ReadonlySet<T>): boolean {
  for (const one of few) if (many.has(one)) return true;
  return false;
}
