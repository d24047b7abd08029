/** What the server and the thread that checks whole trees say to each other. Plain data: it is copied on the way. */
import type { Limits } from '../../analyzer/analysis';
import type { Finding } from '../../analyzer/findings/finding';
import type { Primitive } from '../../kernel/types';

export interface FileFindings {
  readonly file: string;
  readonly findings: readonly Finding[];
  /** Lengths of those lines (0-based) that the findings begin in, without the white space at their ends. */
  readonly lineLengths: readonly (readonly [line: number, length: number])[];
}

/** How texts differ from what the thread knows. */
export interface Changes {
  /** Texts that an editor has, saved or not; null for one that was closed. */
  readonly texts: readonly (readonly [file: string, text: string | null])[];
  /** Files that changed on disk. */
  readonly forgotten: readonly string[];
  /** What the tree's model file adds to the model, when that changed. */
  readonly entries?: readonly Primitive[];
  /** When they changed. */
  readonly limits?: Limits;
}

export type ToThread =
  | { readonly kind: 'open'; readonly root: string; readonly caches: boolean }
  | { readonly kind: 'check'; readonly changes: Changes }
  | { readonly kind: 'cancel' };

export type FromThread =
  /** It has everything it needs and listens. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'progress'; readonly percentage: number; readonly message: string }
  /** So far; the end may say something else of the file. */
  | { readonly kind: 'found'; readonly file: FileFindings }
  /** Everything that was found. A file that is not named has nothing. */
  | { readonly kind: 'checked'; readonly files: readonly FileFindings[]; readonly checked: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };

/** One end of the line between the two; node's message ports and workers are such. */
export interface Port<In, Out> {
  postMessage(message: Out): void;
  on(event: 'message', listener: (message: In) => void): unknown;
}
