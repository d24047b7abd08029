/** What the server and the thread that checks whole trees say to each other. Plain data: it is copied on the way. */
import type { Finding } from '../../analyzer/findings/finding';
import type { Changes } from '../tree-texts';

export interface FileFindings {
  readonly file: string;
  readonly findings: readonly Finding[];
  /** Lengths of those lines (0-based) that the findings begin in, without the white space at their ends. */
  readonly lineLengths: readonly (readonly [line: number, length: number])[];
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
