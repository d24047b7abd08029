/** What a fix is: edits of texts that make a finding go away by making the code right. */
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { Location } from '../findings/finding';
import type { Report } from '../rules/rule';

/** Replaces a range of a file. Offsets count UTF-16 code units in the file's text as the analysis has it; an insertion has `start === end`. */
export interface TextEdit {
  /** The same range in lines and columns, with the file. */
  readonly location: Location;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `safe`: the code does what it did, only without the race. `suggested`: a person has to read it, for the reason that `why` gives. */
export type Safety = 'safe' | 'suggested';

/** A repair that was tried: with these edits the finding is gone, and there is no other in its place. */
export interface Fix {
  /** What it does, in the imperative and without a full stop. */
  readonly title: string;
  readonly safety: Safety;
  /** Why it is safe, or what there is to look at before it is used. One sentence. */
  readonly why: string;
  /** In the order of the file; they do not overlap. */
  readonly edits: readonly TextEdit[];
}

/** Edits of the function at hand, relative to its start. */
export interface LocalEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A repair that has not been tried yet. */
export interface Candidate {
  readonly title: string;
  readonly safety: Safety;
  readonly why: string;
  /** The function that is changed. */
  readonly in: FunctionRef;
  readonly edits: readonly LocalEdit[];
}

/** The repairs that may fit a report, the best first. None is better than a wrong one: whatever is unclear yields nothing. */
export type Fixer = (tree: Tree, report: Report) => Iterable<Candidate>;
