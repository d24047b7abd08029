/** What the server and the thread that proves findings say to each other. Plain data: it is copied on the way. */
import type { Finding } from '../../analyzer/findings/finding';
import type { Changes } from '../tree-texts';
import type { FixVerdict, Verdict } from './verdict';

/** A finding of the texts as they are after the changes. */
export interface ProveMessage {
  readonly kind: 'prove';
  readonly changes: Changes;
  readonly finding: Finding;
  /** Whether its fix is to be proven, too, if the finding is confirmed. */
  readonly withFix: boolean;
  /** Milliseconds after which it is given up. */
  readonly limit: number;
}

export type ToProver =
  /** The tree with this root; null for files that belong to none. */
  | { readonly kind: 'open'; readonly root: string | null; readonly caches: boolean }
  /** Something is going to be asked soon. */
  | { readonly kind: 'get ready' }
  | ProveMessage
  | { readonly kind: 'cancel' };

export type FromProver =
  /** It has everything it needs and listens. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly line: string }
  /** So many programs were explored. */
  | { readonly kind: 'progress'; readonly explored: number }
  /** The verdict; `fix` where it is known from before. */
  | { readonly kind: 'proven'; readonly verdict: Verdict; readonly fix: FixVerdict | null }
  | { readonly kind: 'fixed'; readonly fix: FixVerdict }
  /** Nothing comes any more of what was asked. */
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };
