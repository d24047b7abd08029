/**
 * The server's side: findings are proven in a thread of their own, for the steps of a proof take longer than anybody waits for an answer. One proof at a time; what
 * somebody waits for goes first, and what nobody waits for is begun anew then. The thread ends when there is nothing to do: it has an analysis of its own, which takes memory.
 */
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Engine } from '../engine';
import type { Log } from '../log';
import type { Tree } from '../roots';
import { SLICE_MS } from '../slices';
import { openLine, type Line } from '../thread-line';
import { createTeller, type TreeTexts } from '../tree-texts';
import type { Finding } from '../../analyzer/findings/finding';
import type { FromProver, ToProver } from './messages';
import { serveProver } from './thread';
import type { FixVerdict, Verdict } from './verdict';

export interface Asked {
  readonly tree: Tree;
  readonly finding: Finding;
  /** Whether its fix is to be proven, too, if it is confirmed. */
  readonly withFix: boolean;
  /** Somebody waits for it. */
  readonly isUrgent: boolean;
  readonly token: CancellationToken;
  onProgress?(explored: number): void;
  onVerdict(verdict: Verdict, fix: FixVerdict | null): void;
  onFix(fix: FixVerdict): void;
}

export interface Provers {
  /** Findings of this tree are going to be asked about soon: has its thread ready by then, if there can be one. */
  getReady(tree: Tree): void;
  /** Resolves when everything is told, with true, or when it was cancelled, with false. The finding must be one of the newest texts. Rejects when it cannot be done. */
  prove(asked: Asked): Promise<boolean>;
  /** Files of a tree changed on disk. */
  forget(tree: Tree, files: readonly string[]): void;
  /** Ends the thread at once. */
  dispose(): void;
}

export interface ProversOptions {
  readonly engine: Engine;
  readonly log: Log;
  readonly caches: () => boolean;
  /** The tree as the client has it. */
  readonly textsOf: (tree: Tree) => Omit<TreeTexts, 'forgotten'>;
}

/** The longest that a proof may take, in milliseconds: for somebody who waits, and for nobody. */
const LIMIT_MS = { urgent: 120_000, background: 30_000 };
/** A thread that does not answer for so long after it should have is ended. */
const DEAF_MS = 10_000;
/** A thread that has nothing to do for so long is ended. */
const IDLE_MS = 30_000;
/** Of JavaScript objects. A tree and a proof take a quarter of it. */
const MAX_MEGABYTES = 384;

interface Job {
  readonly asked: Asked;
  readonly limit: number;
  /** It was stopped so that a more urgent one can run. */
  isPut: boolean;
  settle(result: boolean | Error): void;
}

interface Thread {
  readonly tree: Tree;
  readonly line: Promise<Line<FromProver, ToProver>>;
  readonly teller: ReturnType<typeof createTeller>;
  /** Files that changed on disk since it was last asked. */
  forgotten: readonly string[];
}

export function createProvers({ engine, log, caches, textsOf }: ProversOptions): Provers {
  const waiting: Job[] = [];
  let current: Job | undefined;
  let thread: Thread | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;

  function threadFor(tree: Tree): Thread {
    if (thread?.tree === tree) return thread;
    end();
    const opened: Thread = { tree, teller: createTeller(), forgotten: [], line: openLine<FromProver, ToProver>({
      script: engine.proverThread, serve: (port) => serveProver(port, engine, { slice: SLICE_MS }), purpose: 'proofs', log, maxMegabytes: MAX_MEGABYTES,
    }).then((line) => {
      line.on('message', (message) => {
        if (thread === opened) heard(message);
      });
      line.onEnd((reason) => {
        if (thread !== opened) return;
        thread = undefined;
        finish(new Error(reason));
      });
      line.postMessage({ kind: 'open', root: tree.root ?? null, caches: caches() });
      return line;
    }) };
    return (thread = opened);
  }

  /** What is asked of it is not answered any more. */
  function end(): void {
    const ended = thread;
    thread = undefined;
    void ended?.line.then((line) => line.end(), () => undefined);
  }

  function next(): void {
    clearTimeout(idle);
    if (current !== undefined) return;
    const job = waiting.shift();
    if (job === undefined) {
      idle = setTimeout(end, IDLE_MS).unref();
      return;
    }
    if (job.asked.token.isCancellationRequested) {
      job.settle(false);
      next();
      return;
    }
    current = job;
    const { tree, finding, withFix } = job.asked;
    const asked = threadFor(tree);
    const { line } = asked;
    // The texts of this turn are those that the finding is of.
    const changes = asked.teller.changesTo({ ...textsOf(tree), forgotten: asked.forgotten });
    asked.forgotten = [];
    line.then((port) => {
      port.postMessage({ kind: 'prove', changes, finding, withFix, limit: job.limit });
      // It may have been cancelled before the thread listened.
      if (job.isPut || job.asked.token.isCancellationRequested) stop(job);
      else watch(job.limit + DEAF_MS);
    }).catch((error: unknown) => finish(error instanceof Error ? error : new Error(String(error))));
  }

  function stop(job: Job): void {
    if (current !== job) return;
    watch(DEAF_MS);
    void thread?.line.then((line) => line.postMessage({ kind: 'cancel' }), () => undefined);
  }

  function watch(milliseconds: number): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      log.info('The thread for proofs did not answer and was ended.');
      end();
      finish(false);
    }, milliseconds).unref();
  }

  function heard(message: FromProver): void {
    const asked = current?.asked;
    switch (message.kind) {
      case 'ready': break;
      case 'log': log.info(message.line); break;
      case 'progress': asked?.onProgress?.(message.explored); break;
      case 'proven': asked?.onVerdict(message.verdict, message.fix); break;
      case 'fixed': asked?.onFix(message.fix); break;
      case 'done': finish(true); break;
      case 'cancelled': finish(false); break;
      case 'failed': finish(new Error(message.message)); break;
      default: message satisfies never;
    }
  }

  function finish(result: boolean | Error): void {
    clearTimeout(watchdog);
    const job = current;
    current = undefined;
    if (job?.isPut === true && result === false && !job.asked.token.isCancellationRequested) {
      job.isPut = false;
      waiting.push(job);
    } else {
      job?.settle(result);
    }
    next();
  }

  return {
    getReady(tree) {
      if (engine.proverThread === undefined || current !== undefined || thread?.tree === tree) return;
      clearTimeout(idle);
      idle = setTimeout(end, IDLE_MS).unref();
      threadFor(tree).line.then((line) => line.postMessage({ kind: 'get ready' }), () => undefined);
    },
    prove(asked) {
      return new Promise((resolve, reject) => {
        const cancelled = asked.token.onCancellationRequested(() => stop(job));
        const job: Job = {
          asked,
          limit: asked.isUrgent ? LIMIT_MS.urgent : LIMIT_MS.background,
          isPut: false,
          settle(result) {
            cancelled.dispose();
            if (result instanceof Error) reject(result);
            else resolve(result);
          },
        };
        const before = waiting.findIndex(({ asked: other }) => !other.isUrgent);
        if (asked.isUrgent && before >= 0) waiting.splice(before, 0, job);
        else waiting.push(job);
        if (asked.isUrgent && current !== undefined && !current.asked.isUrgent) {
          current.isPut = true;
          stop(current);
        }
        next();
      });
    },
    forget(tree, files) {
      if (thread?.tree === tree) thread.forgotten = [...thread.forgotten, ...files];
    },
    dispose() {
      const jobs = [...(current === undefined ? [] : [current]), ...waiting.splice(0)];
      current = undefined;
      clearTimeout(watchdog);
      clearTimeout(idle);
      end();
      for (const job of jobs) job.settle(false);
    },
  };
}
