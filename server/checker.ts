/**
 * Keeps the findings of a tree's open files up to date. One check runs at a time, in slices of a few milliseconds between which
 * messages of the client are read; a newer edit, or the cancellation of the only request that wanted it, abandons it.
 */
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Log } from './log';
import type { Progress } from './progress';
import type { Tree } from './roots';
import { runInSlices } from './slices';
import type { KernelModel } from '../kernel/model';
import type { Analysis, Limits } from '../analyzer/analysis';
import type { Finding } from '../analyzer/findings/finding';

/** A question to the analysis about a file, answered in pieces. */
export type Question<T> = (analysis: Analysis, path: string) => Generator<undefined, T>;

/**
 * When a question is answered: `now`, between the slices of a check; `next`, as the first thing when nothing else is to be done; `idle`, some time after
 * that, once the last change is a while ago. Whatever else comes interrupts the last two: then they are begun anew.
 */
export type When = 'now' | 'next' | 'idle';

export interface Checker {
  /** The client's text of a file: opened or changed. */
  setText(path: string, text: string): void;
  /** The client closed the file: from now on the text on disk counts. */
  close(path: string): void;
  /** Files changed on disk. */
  invalidate(paths: readonly string[]): void;
  /** The tree's kernel model is another one. */
  setModel(model: KernelModel): void;
  /** There are other limits. */
  setLimits(limits: Limits): void;
  /** Findings of an open file for its newest text; undefined when cancelled, closed or never opened. */
  findings(path: string, token: CancellationToken): Promise<readonly Finding[] | undefined>;
  /** Asks about an open file with the newest texts of all; undefined when cancelled, closed or never opened. Errors of the question reject. */
  ask<T>(path: string, question: Question<T>, token: CancellationToken, when?: When): Promise<T | undefined>;
  /** Another number whenever a text, a file on disk or the model is another one. */
  revision(): number;
  /** Looks for work: `watches` may answer otherwise than before. */
  wake(): void;
}

export interface CheckerOptions {
  readonly tree: Tree;
  readonly log: Log;
  /** True when results of this file should be found without being asked for, and told through `onFindings`. */
  readonly watches: (path: string) => boolean;
  /** New findings of an open file, asked for or not. */
  readonly onFindings: (path: string, findings: readonly Finding[]) => void;
  /** Work begins (`first`: nothing of this tree has been checked before) or ends. */
  readonly onBusy?: (busy: boolean, first: boolean) => void;
  /** The index is about to be made: shows how far it is. */
  readonly showIndexing?: () => Progress;
}

/** Files that were not edited themselves are checked again when the last edit is this old. */
const QUIET_MS = 150;
/** What nobody waits for is done when the last change is this old. */
const IDLE_MS = 100;

interface OpenFile {
  /** False when its text, or a text it may depend on, has changed since `findings`. */
  fresh: boolean;
  findings: readonly Finding[];
  /** Requests that wait for the findings of the newest text. */
  readonly waiting: Set<(findings: readonly Finding[] | undefined) => void>;
}

/** A question that waits. */
interface Asked {
  readonly path: string;
  /** Works on it until it is answered or not wanted any more, or until `outdated` says that it must be begun anew; false then. */
  answer(outdated: () => boolean): Promise<boolean>;
  /** It will not be answered. */
  drop(): void;
}

export function createChecker({ tree, log, watches, onFindings, onBusy, showIndexing }: CheckerOptions): Checker {
  const open = new Map<string, OpenFile>();
  /** Applied just before the next check, so that an analysis in progress never sees its texts change. */
  const texts = new Map<string, string | undefined>();
  const invalid = new Set<string>();
  const questions: Asked[] = [];
  /** The same for idle time: what comes next, and the rest. */
  const later: Readonly<Record<Exclude<When, 'now'>, Asked[]>> = { next: [], idle: [] };
  let newModel: KernelModel | undefined;
  let newLimits: Limits | undefined;
  let lastEdited: string | undefined;
  let lastChange = 0;
  /** Counts changes: a check that started under another number is stale. */
  let revision = 0;
  let running = false;
  /** Something came while work was going on. */
  let woken = false;
  let indexed = false;
  let saved = false;
  let checkedBefore = false;
  /** When the first check of this tree began; attempts that were abandoned count, their work is kept by the analysis. */
  let firstBegin: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  function changed(): void {
    revision++;
    lastChange = performance.now();
    for (const file of open.values()) file.fresh = false;
    wake();
  }

  function wake(): void {
    woken = true;
    if (running) return;
    running = true;
    clearTimeout(timer);
    // A turn later, so that edits which arrive together are checked together.
    setImmediate(() => void work());
  }

  async function work(): Promise<void> {
    let busy = false;
    try {
      do {
        woken = false;
        if (!indexed && (questions.length > 0 || pick() !== undefined) && !(await index())) return;
        await answerQuestions();
        for (let next = pick(); next !== undefined; next = pick()) {
          if (!busy) onBusy?.(true, !checkedBefore);
          busy = true;
          await check(...next);
          await answerQuestions();
        }
        if (busy) onBusy?.(false, false);
        busy = false;
        // What was waited for has been answered by now.
        if (indexed && !saved) saveIndex();
        if (indexed) await useIdleTime();
      } while (woken);
    } catch (error) {
      log.failure('Checking', error);
    } finally {
      // In the same turn as the last look for work: whoever asks from now on starts a new round.
      running = false;
      if (questions.length > 0) wake();
    }
  }

  /** Answers what nobody waits for, until something else comes. */
  async function useIdleTime(): Promise<void> {
    for (;;) {
      const quiet = lastChange + IDLE_MS - performance.now();
      const queue = later.next.length > 0 ? later.next : later.idle;
      const next = queue[0];
      if (next === undefined || woken) return;
      if (queue === later.idle && quiet > 0) {
        clearTimeout(idleTimer);
        idleTimer = setTimeout(wake, quiet).unref();
        return;
      }
      applyChanges();
      if (!(await next.answer(() => woken || (queue === later.idle && later.next.length > 0)))) continue;
      const at = queue.indexOf(next);
      if (at >= 0) queue.splice(at, 1);
    }
  }

  /**
   * Makes the index, which every check and question needs. Edits that come meanwhile do not disturb it. False when the user cancelled it: then
   * nothing is checked until the next change, which goes on where this ended.
   */
  async function index(): Promise<boolean> {
    const started = performance.now();
    firstBegin ??= started;
    const progress = showIndexing?.();
    try {
      applyChanges();
      onBusy?.(true, true);
      const steps = reporting(tree.analysis.index(), ({ done, total }) => progress?.report((100 * done) / total, `${done} of ${total} files`));
      const cancelled = (): boolean => progress?.token.isCancellationRequested === true;
      indexed = (await runInSlices(steps, { abandoned: cancelled })) !== undefined;
      if (!indexed) giveUp();
      else if (tree.outlines) log.info(`Index of ${tree.root ?? 'one file'} took ${Math.round(performance.now() - started)} ms, ${tree.outlines.hits} of ${count(tree.outlines.hits + tree.outlines.misses, 'file')} from the cache.`);
    } catch (error) {
      // The checks will say of which file.
      indexed = true;
      log.failure('Indexing', error);
    } finally {
      progress?.end();
    }
    return indexed;
  }

  function saveIndex(): void {
    saved = true;
    const problem = tree.outlines?.save();
    if (problem !== undefined) log.info(`The index was not kept: ${problem}`);
  }

  /** Whoever waits gets what is known. */
  function giveUp(): void {
    log.info('Indexing was cancelled; the next edit takes it up again.');
    onBusy?.(false, false);
    for (const file of open.values()) {
      file.fresh = true;
      const waiting = [...file.waiting];
      file.waiting.clear();
      for (const resolve of waiting) resolve(file.findings);
    }
    for (const queue of [questions, later.next, later.idle]) for (const question of queue.splice(0)) question.drop();
  }

  async function answerQuestions(): Promise<void> {
    for (let next = questions[0]; next !== undefined; next = questions[0]) {
      applyChanges();
      const started = revision;
      if (await next.answer(() => revision !== started)) questions.splice(questions.indexOf(next), 1);
    }
  }

  /** What to check next: what a request waits for, then the file under the cursor, then the others once the user pauses. */
  function pick(): [string, OpenFile] | undefined {
    let later: [string, OpenFile] | undefined;
    for (const entry of open) {
      const [path, file] = entry;
      if (file.fresh) continue;
      if (file.waiting.size > 0) return entry;
      if (watches(path) && (later === undefined || path === lastEdited)) later = entry;
    }
    if (later === undefined || later[0] === lastEdited) return later;
    const wait = lastChange + QUIET_MS - performance.now();
    if (wait <= 0) return later;
    clearTimeout(timer);
    timer = setTimeout(wake, wait).unref();
    return undefined;
  }

  async function check(path: string, file: OpenFile): Promise<void> {
    const started = revision;
    const requested = file.waiting.size > 0;
    const abandoned = (): boolean => revision !== started || (requested ? file.waiting.size === 0 : othersWait(file));
    applyChanges();
    firstBegin ??= performance.now();
    let findings: readonly Finding[];
    try {
      // The texts are the newest as long as the check is not abandoned: questions need not wait for its end.
      const result = await runInSlices(tree.analysis.checkInSteps([path]), { abandoned, between: async () => {
        if (questions.length > 0) await answerQuestions();
      } });
      if (result === undefined) return;
      findings = result;
    } catch (error) {
      // The file counts as checked: the same text would fail again.
      log.failure(`Checking ${path}`, error);
      findings = file.findings;
    }
    if (!checkedBefore) log.info(`${path}: first check of this tree took ${Math.round(performance.now() - firstBegin)} ms, ${count(findings.length, 'finding')}.`);
    checkedBefore = true;
    file.fresh = true;
    file.findings = findings;
    const waiting = [...file.waiting];
    file.waiting.clear();
    onFindings(path, findings);
    for (const resolve of waiting) resolve(findings);
  }

  /** True when a request waits for another file: what nobody asked for can come later. */
  function othersWait(file: OpenFile): boolean {
    if (file.waiting.size > 0) return false;
    for (const other of open.values()) if (other.waiting.size > 0) return true;
    return false;
  }

  function applyChanges(): void {
    if (newModel !== undefined) tree.analysis.setModel(newModel);
    newModel = undefined;
    if (newLimits !== undefined) tree.analysis.setLimits(newLimits);
    newLimits = undefined;
    for (const path of invalid) tree.forget(path);
    invalid.clear();
    for (const [path, text] of texts) {
      if (text !== undefined) tree.add(path);
      tree.analysis.setText(path, text);
    }
    texts.clear();
  }

  return {
    setText(path, text) {
      texts.set(path, text);
      if (!open.has(path)) open.set(path, { fresh: false, findings: [], waiting: new Set() });
      lastEdited = path;
      changed();
    },
    close(path) {
      const file = open.get(path);
      if (file === undefined) return;
      open.delete(path);
      for (const resolve of file.waiting) resolve(undefined);
      for (const question of [...questions, ...later.next, ...later.idle]) if (question.path === path) question.drop();
      texts.set(path, undefined);
      // What is on disk may be older or newer than anything read before.
      invalid.add(path);
      changed();
    },
    invalidate(paths) {
      // Of an open file the editor's text counts; what is on disk is read when it is closed.
      const relevant = paths.filter((path) => !open.has(path));
      if (relevant.length === 0) return;
      for (const path of relevant) invalid.add(path);
      changed();
    },
    setModel(model) {
      newModel = model;
      changed();
    },
    setLimits(limits) {
      newLimits = limits;
      changed();
    },
    findings(path, token) {
      const file = open.get(path);
      if (file === undefined || token.isCancellationRequested) return Promise.resolve(undefined);
      if (file.fresh) return Promise.resolve(file.findings);
      return new Promise((resolve) => {
        const cancelled = token.onCancellationRequested(() => answer(undefined));
        const answer = (findings: readonly Finding[] | undefined): void => {
          cancelled.dispose();
          file.waiting.delete(answer);
          resolve(findings);
        };
        file.waiting.add(answer);
        wake();
      });
    },
    revision: () => revision,
    ask(path, question, token, when = 'now') {
      if (!open.has(path) || token.isCancellationRequested) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        let dropped = false;
        (when === 'now' ? questions : later[when]).push({
          path,
          async answer(outdated) {
            const unwanted = (): boolean => dropped || token.isCancellationRequested;
            try {
              if (unwanted()) resolve(undefined);
              else {
                const answer = await runInSlices(question(tree.analysis, path), { abandoned: () => unwanted() || outdated() });
                if (answer === undefined && !unwanted() && outdated()) return false;
                resolve(answer);
              }
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
            return true;
          },
          drop() {
            dropped = true;
            resolve(undefined);
          },
        });
        // What is for later interrupts nothing.
        if (when === 'now' || !running) wake();
      });
    },
    wake,
  };
}

/** The same steps, with each told; its value is true, so that an abandoned run can be told from one that came to its end. */
function* reporting<S>(steps: Generator<S, void>, tell: (step: S) => void): Generator<undefined, true> {
  for (const step of steps) {
    tell(step);
    yield;
  }
  return true;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
