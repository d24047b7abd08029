/**
 * The server's side: whole trees are checked in a thread of their own, for some functions take longer than anybody waits for an answer. Where
 * no thread can be started, the server does it itself, in slices.
 */
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Engine } from '../engine';
import type { Log } from '../log';
import { SLICE_MS } from '../slices';
import { openLine, type Line } from '../thread-line';
import { createTeller, type TreeTexts } from '../tree-texts';
import type { FileFindings, FromThread, ToThread } from './messages';
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
}

/** Nothing is read or checked before the first `check`. */
export function openTreeCheck(options: TreeCheckOptions): TreeCheck {
  const { engine, root, caches, log } = options;
  let line: Promise<Line<FromThread, ToThread>> | undefined;
  let teller = createTeller();
  let current: { readonly watch: TreeCheckWatch; settle(message: FromThread): void } | undefined;

  async function connect(): Promise<Line<FromThread, ToThread>> {
    const opened = await openLine<FromThread, ToThread>({ script: engine.treeCheckThread, serve: (port) => serveTreeCheck(port, engine, SLICE_MS), purpose: 'whole trees', log });
    opened.on('message', (message) => {
      if (message.kind === 'log') log.info(message.line);
      else if (message.kind === 'progress') current?.watch.progress(message.percentage, message.message);
      else if (message.kind === 'found') current?.watch.found(message.file);
      else if (message.kind !== 'ready') current?.settle(message);
    });
    opened.onEnd((reason) => {
      line = undefined;
      teller = createTeller();
      current?.settle({ kind: 'failed', message: reason });
    });
    opened.postMessage({ kind: 'open', root, caches });
    return opened;
  }

  return {
    async check(tree, watch) {
      const port = await (line ??= connect());
      const answered = new Promise<FromThread>((settle) => {
        current = { watch, settle };
        port.postMessage({ kind: 'check', changes: teller.changesTo(tree) });
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
      }
    },
    dispose() {
      void line?.then((opened) => opened.end(), () => undefined);
    },
  };
}
