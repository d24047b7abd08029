/**
 * Proves the findings of open files when nobody types: soon after they were checked, one after the other, and again after each change; on demand those only that were asked
 * for once. What did not change is known to the thread.
 */
import { CancellationTokenSource, type CancellationToken, type TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Delivery } from '../delivery';
import { isLitmus } from '../litmus/document';
import type { Log } from '../log';
import type { Tree } from '../roots';
import type { Finding } from '../../analyzer/findings/finding';
import { isWitnessRule } from '../../witness';

export interface BackgroundOptions {
  readonly delivery: Delivery;
  readonly documents: TextDocuments<TextDocument>;
  readonly log: Log;
  /** Findings of this tree are going to be proven. */
  readonly getReady: (tree: Tree) => void;
  readonly prove: (tree: Tree, finding: Finding, token: CancellationToken) => Promise<unknown>;
}

/** Nothing is proven before nothing has changed for this long. */
const QUIET_MS = 1000;
/** After this long everything is made ready for it, for that takes half as long as a proof. Keys follow each other faster. */
const READY_MS = 300;

export function proveInBackground({ delivery, documents, log, getReady, prove }: BackgroundOptions): void {
  /** Findings of the texts as they are, by document. */
  const due = new Map<string, readonly Finding[]>();
  let timer: NodeJS.Timeout | undefined;
  let running: CancellationTokenSource | undefined;
  const isOn = (): boolean => delivery.settings().enable && delivery.settings().proof !== 'off';
  /** What somebody has asked for stays true without being asked for again. */
  const isWanted = (finding: Finding): boolean => isWitnessRule(finding.rule) && (delivery.settings().proof === 'background' || delivery.board.of(finding) !== undefined);

  function soon(): void {
    clearTimeout(timer);
    if (due.size === 0) return;
    timer = setTimeout(() => {
      timer = setTimeout(() => void work(), QUIET_MS - READY_MS).unref();
      const tree = [...due.keys()].map((uri) => delivery.placeOf(uri)?.tree)[0];
      if (tree !== undefined && running === undefined && !delivery.isCheckingTree()) getReady(tree);
    }, READY_MS).unref();
  }

  function take(uri: string, findings: readonly Finding[]): void {
    const wanted = isOn() ? findings.filter(isWanted) : [];
    if (wanted.length > 0) due.set(uri, wanted);
    else due.delete(uri);
    soon();
  }

  async function work(): Promise<void> {
    if (running !== undefined) return;
    // Two more threads at once, each with a tree of its own, would need more memory than an editor may.
    if (delivery.isCheckingTree()) {
      soon();
      return;
    }
    const source = running = new CancellationTokenSource();
    try {
      for (let next = [...due][0]; next !== undefined && !source.token.isCancellationRequested; next = [...due][0]) {
        const [uri, findings] = next;
        const tree = delivery.placeOf(uri)?.tree;
        for (const finding of findings) {
          if (tree === undefined || source.token.isCancellationRequested) break;
          await prove(tree, finding, source.token).catch((error: unknown) => log.failure(`Proving ${finding.rule} in ${finding.function}()`, error));
        }
        if (due.get(uri) === findings && !source.token.isCancellationRequested) due.delete(uri);
      }
    } finally {
      running = undefined;
      soon();
    }
  }

  delivery.onFindings(take);
  documents.onDidChangeContent(({ document }) => {
    if (isLitmus(document)) return;
    // The files of its tree are checked again, and their findings come anew.
    const tree = delivery.placeOf(document.uri)?.tree;
    for (const uri of [...due.keys()]) if (delivery.placeOf(uri)?.tree === tree) due.delete(uri);
    running?.cancel();
    soon();
  });
  delivery.onSettings(() => {
    if (!isOn()) running?.cancel();
    for (const { uri } of documents.all()) take(uri, delivery.findingsIn(uri));
  });
}
