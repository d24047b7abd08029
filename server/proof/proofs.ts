/** Proofs of findings, for whoever asks and in the background. What is known of them is on the board, where diagnostics and quick fixes read it. */
import { CancellationTokenSource, type CancellationToken } from 'vscode-languageserver/node';
import { proveInBackground } from './background';
import type { Board } from './board';
import { createProvers } from './remote';
import type { FindingTarget } from './target';
import type { Verdict } from './verdict';
import type { Delivery } from '../delivery';
import type { FeatureContext } from '../feature';
import type { Tree } from '../roots';
import type { Finding } from '../../analyzer/findings/finding';

export interface Proven {
  readonly finding: Finding;
  readonly verdict: Verdict;
}

export interface Proofs {
  /** Proves a finding of the newest texts, if that was not done before. Undefined when it was cancelled; a sentence when it cannot be done. */
  prove(target: FindingTarget, token: CancellationToken, onProgress?: (explored: number) => void): Promise<Proven | string | undefined>;
  /** What is known already of a finding of a document. */
  known(uri: string, fingerprint: string): Verdict | undefined;
}

/** A finding may be asked for before its file is open: a window that is restored does that. */
const PATIENCE_MS = 10_000;

export type ProofsContext = Pick<FeatureContext, 'delivery' | 'documents' | 'engine' | 'log'>;

export function createProofs({ delivery, documents, engine, log }: ProofsContext): Proofs {
  const { board } = delivery;
  const provers = createProvers({ engine, log, caches: () => delivery.settings().cache, textsOf: delivery.textsOf });
  delivery.onFiles(provers.forget);
  delivery.onSettings(() => {
    if (delivery.settings().proof === 'off' || !delivery.settings().enable) provers.dispose();
  });

  async function run(tree: Tree, finding: Finding, token: CancellationToken, how: { readonly isUrgent: boolean; readonly onProgress?: (explored: number) => void }): Promise<Verdict | undefined> {
    let made: Verdict | undefined;
    await provers.prove({
      tree, finding, withFix: true, token, ...how,
      onVerdict(verdict, fix) {
        if (token.isCancellationRequested) return;
        made = verdict;
        board.add(tree, finding, verdict);
        if (fix !== null) board.addFix(finding, fix);
        delivery.redraw();
      },
      onFix: (fix) => board.addFix(finding, fix),
    });
    return made;
  }

  proveInBackground({ delivery, documents, log, getReady: provers.getReady, prove: (tree, finding, token) => run(tree, finding, token, { isUrgent: false }) });

  return {
    async prove(target, token, onProgress) {
      await delivery.ready;
      if (delivery.settings().proof === 'off' || !delivery.settings().enable) return 'proofs are switched off in the settings';
      const finding = await lookUp(delivery, target, token);
      if (token.isCancellationRequested) return undefined;
      const place = delivery.placeOf(target.uri);
      if (finding === undefined || place === undefined) return 'there is no such finding any more';
      const known = decided(board, finding);
      if (known !== undefined) return { finding, verdict: known };
      const verdict = await run(place.tree, finding, token, { isUrgent: true, ...(onProgress && { onProgress }) });
      return verdict && { finding, verdict };
    },
    known: (uri, fingerprint) => {
      const finding = delivery.settings().proof === 'off' ? undefined : delivery.findingsIn(uri).find((other) => other.fingerprint === fingerprint);
      return finding && board.of(finding);
    },
  };
}

/** What was not decided may be tried again, with more time. */
function decided(board: Board, finding: Finding): Verdict | undefined {
  const verdict = board.of(finding);
  return verdict?.proof.kind === 'unresolved' ? undefined : verdict;
}

/** The finding; waits a while for one of a file that is not open yet. */
async function lookUp(delivery: Delivery, { uri, fingerprint }: FindingTarget, token: CancellationToken): Promise<Finding | undefined> {
  const source = new CancellationTokenSource();
  const cancelled = token.onCancellationRequested(() => source.cancel());
  const timer = setTimeout(() => source.cancel(), PATIENCE_MS).unref();
  try {
    for (;;) {
      const findings = await delivery.newestFindings(uri, token);
      if (findings !== undefined || source.token.isCancellationRequested) return findings?.find((finding) => finding.fingerprint === fingerprint);
      await new Promise<void>((resolve) => {
        const look = setTimeout(resolve, 200).unref();
        source.token.onCancellationRequested(() => {
          clearTimeout(look);
          resolve();
        });
      });
    }
  } finally {
    clearTimeout(timer);
    cancelled.dispose();
    source.dispose();
  }
}
