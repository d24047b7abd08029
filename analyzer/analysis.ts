/**
 * Entry point of the analyzer. Holds the text of a kernel tree as far as it was asked for, and answers "what is wrong in these files".
 * Does no I/O of its own: files come through a `TreeReader`.
 */
import type { FunctionBelief } from './beliefs';
import type { Tree } from './call-graph/tree';
import type { Finding } from './findings/finding';
import type { Fix } from './fixes/fix';
import type { Navigation } from './navigation/navigation';
import type { KernelModel } from '../kernel/model';
import type { Span } from '../parser/ir';
import type { Outline, ParserBackend } from '../parser/types';
import type { EntryFacts, FactsSoFar, FunctionFacts } from './spots/facts';

/** Where the analyzer gets files from. Paths are relative to the tree's root with forward slashes. */
export interface TreeReader {
  /** Files of the index: the C files and headers that may hold callers and callees of what is checked. */
  indexFiles(): readonly string[];
  /** Text of a file, or undefined when there is none (or it cannot be read). */
  read(path: string): string | undefined;
}

/** Outlines that were made before, by the text that they are of. The analysis asks it about texts that come from the reader. */
export interface OutlineStore {
  /** The outline of exactly this text, or undefined when it is not known. */
  find(text: string): Outline | undefined;
  /** Takes an outline that was not known. */
  add(text: string, outline: Outline): void;
}

/** How far the index is. */
export interface IndexProgress {
  readonly done: number;
  readonly total: number;
}

/** How much work a question may be. Where a limit is hit nothing is reported that rests on the rest. */
export interface Limits {
  /** Steps over all paths of one function that are followed, for each thing that is asked about it. */
  readonly stepsPerFunction: number;
}

export const DEFAULT_LIMITS: Limits = { stepsPerFunction: 120_000 };

export interface CheckOptions {
  /** Names of the rules to run; all when undefined. */
  readonly rules?: readonly string[];
}

/** Figures about what the parser made of the checked files. */
export interface ParseStats {
  readonly files: number;
  readonly bytes: number;
  readonly functions: number;
  /** Functions whose tree holds an ERROR or MISSING node. */
  readonly functionsWithErrors: number;
  /** Their names, as `file:function`. */
  readonly incomplete: readonly string[];
  /** Functions of the files that had more paths than the checks so far followed, as `file:function`: silence about them proves less. */
  readonly notFollowed: readonly string[];
  /** Function definitions that the grammar saw inside another function (an iteration macro misread). */
  readonly nestedFunctions: number;
  readonly backend: string;
}

export interface Analysis {
  /** The functions as the analysis sees them, for whoever makes something else of their code. Texts are changed through the analysis only. */
  readonly tree: Tree;
  /** Sets the text of a file as the editor has it (unsaved or not); undefined goes back to the reader's. */
  setText(path: string, text: string | undefined): void;
  /** Forgets what the reader said of a file: it changed on disk. */
  invalidate(path: string): void;
  /** Replaces the kernel model. What was found so far does not count any more. */
  setModel(model: KernelModel): void;
  /** Replaces the limits. What was found so far does not count any more, unless they are the same. */
  setLimits(limits: Limits): void;
  /**
   * Reads and outlines the files of the index, one at each step; nothing is done twice when it is left and begun again. Checks do the same
   * when it was not done: this is for whoever wants to show how far it is.
   */
  index(): Generator<IndexProgress, void>;
  /** Findings whose location is in one of these files, ordered by file and position. */
  check(paths: readonly string[], options?: CheckOptions): Finding[];
  /** The same in small pieces: yields between functions so that the caller can cancel or let others run. */
  checkInSteps(paths: readonly string[], options?: CheckOptions): Generator<undefined, Finding[]>;
  /**
   * What would repair a finding of the texts as they are: tried, so that the finding is gone and none has come. Undefined when nothing fits, or
   * when there is no such finding. Until the generator has ended, or was given up with `return()`, the analysis may not be asked anything else.
   */
  fixes(finding: Finding): Generator<undefined, Fix | undefined>;
  /** Asks the tree as it would be with a fix of the texts as they are, which are back when this returns. */
  withFix<T>(fix: Fix, ask: (tree: Tree) => T): T;
  /** What is believed about the functions of this name, of one file or of all; none when there is no such function. */
  summarize(name: string, path?: string): FunctionBelief[];
  /** Who calls what, and what leads to a userfault. */
  readonly navigation: Navigation;
  /** What is known of locks and entries at the places of the function whose definition is around this offset; undefined when there is none. */
  factsOf(path: string, offset: number): Generator<undefined, FunctionFacts | undefined>;
  /** The same of all functions that a part of the file touches; of the whole file when no part is named. Yields between functions. */
  factsIn(path: string, part?: Span): Generator<undefined, FunctionFacts[]>;
  /** The same, but looks no further when `enough` says so: what is known by then, and of which functions nothing is. */
  factsSoFar(path: string, part: Span | undefined, enough: () => boolean): Generator<undefined, FactsSoFar>;
  /** What those who call the function around this offset hold when they call it. Yields between callers. */
  entryFactsOf(path: string, offset: number): Generator<undefined, EntryFacts | undefined>;
  /**
   * Finds out what is known at the places of a file's functions, the nearest to an offset first, and of those that call them. Whoever asks about them
   * later need not wait. May be left and begun again: nothing is done twice.
   */
  lookAhead(path: string, offset: number): Generator<undefined, void>;
  /**
   * Parses every function of these files and counts what could not be read. Yields after each file: native trees are only freed when the
   * event loop turns, so whoever asks about many files must let it.
   */
  parseStats(paths: readonly string[]): Generator<undefined, ParseStats>;
}

export interface AnalysisOptions {
  readonly backend: ParserBackend;
  readonly reader: TreeReader;
  /** What primitives do; the builtin model unless told. */
  readonly model?: KernelModel;
  /** `DEFAULT_LIMITS` unless told. */
  readonly limits?: Limits;
  /** Saves scanning what was scanned before. */
  readonly outlines?: OutlineStore;
  /** Called with one line for each thing that a log should say (an exception in one function, a function left incomplete). */
  readonly log?: (line: string) => void;
}
