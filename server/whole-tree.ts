/**
 * Checks of whole trees, on request or always: when they run, what is shown while they do, and that what they found stays true. Once a tree has been
 * checked, it is checked again soon after each change; the second time costs what the change costs.
 */
import { CancellationTokenSource, type CancellationToken, type Connection } from 'vscode-languageserver/node';
import type { ClosedFiles } from './closed-files';
import type { Engine } from './engine';
import { showProgress, type Progress } from './progress';
import type { Log } from './log';
import type { Tree } from './roots';
import type { Settings } from './settings';
import { openTreeCheck, type TreeCheck } from './tree-check/remote';
import type { TreeTexts } from './tree-texts';

export interface WholeTree {
  /** Checks these trees with progress; undefined when cancelled or switched off. Rejects when a tree cannot be checked. */
  check(trees: readonly Tree[], token: CancellationToken): Promise<Totals | undefined>;
  /** Something in a tree is not what it was: a text, a file on disk (named then), the model. */
  changed(tree: Tree, files?: readonly string[]): void;
  /** A tree was opened, or the settings are other ones. */
  consider(trees: readonly Tree[]): void;
  isChecking(): boolean;
}

export interface Totals {
  readonly files: number;
  readonly warnings: number;
  readonly informations: number;
}

export interface WholeTreeOptions {
  readonly connection: Connection;
  readonly engine: Engine;
  readonly log: Log;
  readonly settings: () => Settings;
  /** The tree as the client has it. */
  readonly textsOf: (tree: Tree) => Omit<TreeTexts, 'forgotten'>;
  /** Created later than this. */
  readonly closedFiles: () => ClosedFiles;
}

/** After a change, what is shown of closed files is made anew when nothing has changed for this long. */
const QUIET_MS = 2000;

interface Checked {
  readonly tree: Tree;
  readonly root: string;
  readonly thread: TreeCheck;
  readonly forgotten: Set<string>;
  /** Its results are shown, and kept true. */
  shown: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Ends the check that nobody asked for. */
  background: CancellationTokenSource | undefined;
}

export function createWholeTree({ connection, engine, log, settings, textsOf, closedFiles }: WholeTreeOptions): WholeTree {
  const all = new Map<Tree, Checked>();
  let running = 0;
  /** One check at a time: two would need twice the memory, and neither would be sooner. */
  let queue: Promise<unknown> = Promise.resolve();

  function checkedAt(tree: Tree, root: string): Checked {
    let checked = all.get(tree);
    if (checked === undefined) {
      checked = { tree, root, thread: openTreeCheck({ engine, root, caches: settings().cache, log }), forgotten: new Set(), shown: false, timer: undefined, background: undefined };
      all.set(tree, checked);
    }
    return checked;
  }

  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const next = queue.then(work, work);
    queue = next;
    return next;
  }

  async function run(checked: Checked, progress: Pick<Progress, 'report'>, token: CancellationToken): Promise<Totals | undefined> {
    if (!settings().enable || token.isCancellationRequested) return undefined;
    const { tree, thread } = checked;
    const started = performance.now();
    const forgotten = [...checked.forgotten];
    checked.forgotten.clear();
    running++;
    let isDone = false;
    try {
      const result = await thread.check({ ...textsOf(tree), forgotten }, {
        progress: (percentage, message) => progress.report(percentage, message),
        found: (file) => closedFiles().found(tree, file),
        token,
      });
      if (result === undefined) return undefined;
      checked.shown = true;
      isDone = true;
      const findings = result.files.flatMap((file) => file.findings).filter(({ rule }) => settings().rules[rule] !== 'off');
      const warnings = findings.filter(({ rule, severity }) => severity === 'warning' && settings().rules[rule] !== 'information').length;
      log.info(`${checked.root}: check of ${result.checked} files took ${Math.round(performance.now() - started)} ms, ${findings.length} findings.`);
      // Not checking any more when the results are told, so that requests which wait for the end are answered with them.
      running--;
      closedFiles().checked(tree, settings().enable ? result.files : []);
      return { files: result.checked, warnings, informations: findings.length - warnings };
    } finally {
      if (!isDone) {
        running--;
        // What was shown before may not be true any more, and half of a check is none.
        closedFiles().withdraw(tree);
        checked.shown = false;
      }
    }
  }

  /** Once more, without being asked and without a word. */
  async function renew(checked: Checked): Promise<void> {
    const source = new CancellationTokenSource();
    checked.background = source;
    try {
      await inOrder(() => run(checked, { report: () => undefined }, source.token));
    } catch (error) {
      log.failure(`Checking ${checked.root}`, error);
    } finally {
      checked.background = undefined;
    }
  }

  function soon(checked: Checked): void {
    clearTimeout(checked.timer);
    checked.timer = setTimeout(() => void renew(checked), QUIET_MS).unref();
  }

  return {
    async check(trees, token) {
      let totals: Totals | undefined;
      for (const tree of trees) {
        const { root } = tree;
        if (root === undefined) continue;
        const checked = checkedAt(tree, root);
        clearTimeout(checked.timer);
        const progress = showProgress(connection, 'Checking the whole tree', log);
        const source = new CancellationTokenSource();
        const both = [token, progress.token].map((one) => one.onCancellationRequested(() => source.cancel()));
        if (token.isCancellationRequested) source.cancel();
        try {
          const result = await inOrder(() => run(checked, progress, source.token));
          if (result === undefined) return undefined;
          totals = { files: result.files + (totals?.files ?? 0), warnings: result.warnings + (totals?.warnings ?? 0), informations: result.informations + (totals?.informations ?? 0) };
        } finally {
          for (const one of both) one.dispose();
          progress.end();
        }
      }
      return totals ?? { files: 0, warnings: 0, informations: 0 };
    },
    changed(tree, files = []) {
      const checked = all.get(tree);
      if (checked === undefined) return;
      for (const file of files) checked.forgotten.add(file);
      if (checked.shown) soon(checked);
    },
    consider(trees) {
      if (!settings().enable) {
        for (const checked of all.values()) {
          clearTimeout(checked.timer);
          checked.background?.cancel();
          checked.thread.dispose();
          closedFiles().withdraw(checked.tree);
        }
        all.clear();
        return;
      }
      if (settings().checkWholeTree !== 'always') return;
      for (const tree of trees) if (tree.root !== undefined && !all.has(tree)) soon(checkedAt(tree, tree.root));
    },
    isChecking: () => running > 0,
  };
}
