/** The side that checks: holds an analysis of its own, and answers one check after the other. */
import type { Engine } from '../engine';
import { describeError } from '../log';
import { runInSlices } from '../slices';
import type { Analysis, IndexProgress } from '../../analyzer/analysis';
import type { Finding } from '../../analyzer/findings/finding';
import type { Port } from '../thread-line';
import { takeOver, type Changes } from '../tree-texts';
import type { FileFindings, FromThread, ToThread } from './messages';

/** What it needs of the product. */
export type ThreadEngine = Pick<Engine, 'createAnalysis' | 'createReader' | 'openOutlines'>;

/** Of the way to the end, what reading takes. */
const INDEX_PERCENT = 10;

/** Serves a tree on this port; `slice` is how long it may be deaf, in milliseconds. */
export function serveTreeCheck(port: Port<ToThread, FromThread>, engine: ThreadEngine, slice: number): void {
  let tree: CheckedTree | undefined;
  let cancelled = false;
  port.on('message', (message) => {
    switch (message.kind) {
      case 'open':
        tree = openTree(engine, message.root, message.caches, (line) => port.postMessage({ kind: 'log', line }));
        break;
      case 'check':
        cancelled = false;
        if (tree) void answer(tree, message.changes);
        break;
      case 'cancel':
        cancelled = true;
        break;
    }
  });
  port.postMessage({ kind: 'ready' });

  async function answer(asked: CheckedTree, changes: Changes): Promise<void> {
    try {
      asked.apply(changes);
      const result = await runInSlices(asked.check((news) => port.postMessage(news)), { abandoned: () => cancelled, slice });
      port.postMessage(result ?? { kind: 'cancelled' });
    } catch (error) {
      port.postMessage({ kind: 'log', line: describeError(error) });
      port.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
}

interface CheckedTree {
  apply(changes: Changes): void;
  check(tell: (news: FromThread) => void): Generator<undefined, FromThread>;
}

function openTree(engine: ThreadEngine, root: string, caches: boolean, log: (line: string) => void): CheckedTree {
  const reader = engine.createReader(root, log);
  const outlines = caches ? engine.openOutlines(root) : undefined;
  const analysis = engine.createAnalysis(reader, log, outlines);
  const editors = new Map<string, string>();
  const textOf = (file: string): string => editors.get(file) ?? reader.read(file) ?? '';

  function* check(tell: (news: FromThread) => void): Generator<undefined, FromThread> {
    for (const { done, total } of indexed(analysis)) {
      tell({ kind: 'progress', percentage: (INDEX_PERCENT * done) / total, message: `reading, ${done} of ${total} files` });
      yield;
    }
    outlines?.save();
    const files = [...reader.indexFiles()];
    for (const [at, file] of files.entries()) {
      tell({ kind: 'progress', percentage: INDEX_PERCENT + ((100 - INDEX_PERCENT) * at) / files.length, message: `${at + 1} of ${files.length} files: ${file}` });
      for (const found of byFile(yield* analysis.checkInSteps([file]), textOf)) tell({ kind: 'found', file: found });
    }
    // Nearly all of it is known by now. What counts is what is found in all files together, as `mm-review check` finds it.
    return { kind: 'checked', files: byFile(yield* analysis.checkInSteps(files), textOf), checked: files.length };
  }

  return {
    apply(changes) {
      takeOver(changes, analysis, reader);
      for (const [file, text] of changes.texts) {
        if (text === null) editors.delete(file);
        else editors.set(file, text);
      }
    },
    check,
  };
}

function* indexed(analysis: Analysis): Generator<IndexProgress, void> {
  yield* analysis.index();
}

function byFile(findings: readonly Finding[], textOf: (file: string) => string): FileFindings[] {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const known = files.get(finding.location.file);
    if (known) known.push(finding);
    else files.set(finding.location.file, [finding]);
  }
  return [...files].map(([file, found]) => {
    const lines = textOf(file).split('\n');
    const starts = new Set(found.map(({ location }) => location.line - 1));
    return { file, findings: found, lineLengths: [...starts].map((line) => [line, (lines[line] ?? '').trimEnd().length] as const) };
  });
}
