/**
 * The server's side: whole trees are checked in a thread of their own, for some functions take longer than anybody waits for an answer. Where
 * no thread can be started, the server does it itself, in slices.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Limits } from '../../analyzer/analysis';
import type { Primitive } from '../../kernel/types';
import type { Engine } from '../engine';
import { THREAD_LIMITS } from '../heap';
import { describeError, type Log } from '../log';
import { SLICE_MS } from '../slices';
import type { Changes, FileFindings, FromThread, Port, ToThread } from './messages';
import { serveTreeCheck } from './thread';

export interface TreeCheckWatch {
  progress(percentage: number, message: string): void;
  /** Findings of one file, before all are known. */
  found(file: FileFindings): void;
  readonly token: CancellationToken;
}

export interface TreeCheckResult {
  readonly files: readonly FileFindings[];
  /** How many files were looked at. */
  readonly checked: number;
}

/** The tree as it is to be checked. */
export interface TreeTexts {
  /** Texts of the files that an editor has. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files that changed on disk since the last check. */
  readonly forgotten: readonly string[];
  /** What the tree's model file adds to the model. */
  readonly entries: readonly Primitive[];
  readonly limits: Limits;
}

export interface TreeCheck {
  /** Checks the tree; undefined when cancelled. One check at a time. Rejects when it cannot be done. */
  check(tree: TreeTexts, watch: TreeCheckWatch): Promise<TreeCheckResult | undefined>;
  /** Ends the thread. A check that is under way rejects. */
  dispose(): void;
}

export interface TreeCheckOptions {
  readonly engine: Engine;
  readonly root: string;
  readonly caches: boolean;
  readonly log: Log;
  /** Milliseconds after which a thread that has nothing to do is ended; the next check starts another one. */
  readonly idle?: number;
}

/** What a thread knows is a second copy of the tree, and most of the server's memory; making it anew takes seconds of a thread that nobody waits for. */
const IDLE_MS = 5 * 60_000;

/** A port, and what becomes of the other side. */
interface Line extends Port<FromThread, ToThread> {
  onEnd(listener: (reason: string) => void): void;
  end(): void;
}

/** Nothing is read or checked before the first `check`. */
export function openTreeCheck(options: TreeCheckOptions): TreeCheck {
  const { engine, root, caches, log, idle = IDLE_MS } = options;
  let line: Promise<Line> | undefined;
  /** What the other side has been told. */
  let told = nothingTold();
  let idleTimer: NodeJS.Timeout | undefined;
  let current: { readonly watch: TreeCheckWatch; settle(message: FromThread): void } | undefined;

  function connect(): Promise<Line> {
    const connected = openLine(engine, log).then((opened) => {
      opened.on('message', (message) => {
        if (message.kind === 'log') log.info(message.line);
        else if (message.kind === 'progress') current?.watch.progress(message.percentage, message.message);
        else if (message.kind === 'found') current?.watch.found(message.file);
        else if (message.kind !== 'ready') current?.settle(message);
      });
      opened.onEnd((reason) => {
        // The end of one that was retired is expected, and there may be another one by now.
        if (line !== connected) return;
        line = undefined;
        told = nothingTold();
        current?.settle({ kind: 'failed', message: reason });
      });
      opened.postMessage({ kind: 'open', root, caches });
      return opened;
    });
    return connected;
  }

  /** Ends the other side without waiting for that; the next check begins with a new one. */
  function retire(): void {
    const retired = line;
    line = undefined;
    told = nothingTold();
    void retired?.then((idler) => idler.end(), () => undefined);
  }

  function changesTo({ texts, forgotten, entries, limits }: TreeTexts): Changes {
    const before = told;
    told = { texts: new Map(texts), entries: JSON.stringify(entries), limits: JSON.stringify(limits) };
    const closed = [...before.texts.keys()].filter((file) => !texts.has(file));
    return {
      texts: [...closed.map((file) => [file, null] as const), ...[...texts].filter(([file, text]) => before.texts.get(file) !== text)],
      // What is on disk may be older or newer than anything read before.
      forgotten: [...closed, ...forgotten],
      ...(told.entries !== before.entries && { entries }),
      ...(told.limits !== before.limits && { limits }),
    };
  }

  return {
    async check(tree, watch) {
      clearTimeout(idleTimer);
      const port = await (line ??= connect());
      const answered = new Promise<FromThread>((settle) => {
        current = { watch, settle };
        port.postMessage({ kind: 'check', changes: changesTo(tree) });
      });
      const cancel = (): void => port.postMessage({ kind: 'cancel' });
      const cancelled = watch.token.onCancellationRequested(cancel);
      if (watch.token.isCancellationRequested) cancel();
      try {
        const answer = await answered;
        if (answer.kind === 'failed') throw new Error(answer.message);
        return answer.kind === 'checked' ? { files: answer.files, checked: answer.checked } : undefined;
      } finally {
        current = undefined;
        cancelled.dispose();
        idleTimer = setTimeout(retire, idle).unref();
      }
    },
    dispose() {
      clearTimeout(idleTimer);
      void line?.then((opened) => opened.end(), () => undefined);
    },
  };
}

function nothingTold(): { texts: Map<string, string>; entries: string; limits: string } {
  return { texts: new Map(), entries: '[]', limits: '' };
}

async function openLine(engine: Engine, log: Log): Promise<Line> {
  if (engine.treeCheckThread === undefined) return inServer(engine);
  try {
    return await inThread(engine.treeCheckThread);
  } catch (error) {
    log.info(`No thread for whole trees, they are checked in between: ${describeError(error).split('\n', 1)[0]}`);
    return inServer(engine);
  }
}

/** Resolves when the thread listens. */
function inThread(script: string): Promise<Line> {
  return new Promise((resolve, reject) => {
    // Standard output belongs to the protocol.
    const worker = new Worker(script, { stdout: true, resourceLimits: THREAD_LIMITS });
    // The server ends when its client does, whatever the thread is doing.
    worker.unref();
    let end: (reason: string) => void = (reason) => reject(new Error(reason));
    worker.on('error', (error) => end(describeError(error)));
    worker.on('exit', () => end('the thread has ended'));
    const line: Line = {
      postMessage: (message) => worker.postMessage(message),
      on: (_, listener) => worker.on('message', listener),
      onEnd: (listener) => void (end = listener),
      end: () => void worker.terminate(),
    };
    worker.once('message', () => resolve(line));
  });
}

/** The same over a channel that ends where it begins. */
function inServer(engine: Engine): Line {
  const { port1, port2 } = new MessageChannel();
  serveTreeCheck(port2, engine, SLICE_MS);
  port1.unref();
  port2.unref();
  let end: (reason: string) => void = () => undefined;
  return {
    postMessage: (message) => port1.postMessage(message),
    on: (_, listener) => port1.on('message', listener),
    onEnd: (listener) => void (end = listener),
    end() {
      port1.close();
      end('the check was ended');
    },
  };
}
