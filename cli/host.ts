/** What the command line needs from the outside, as values, so that tests can run it without a process. */
import type { Analysis, AnalysisOptions } from '../analyzer/analysis';
import type { RuleInfo } from '../analyzer/rules/rule';
import type { KernelModel } from '../kernel/model';
import type { ModelProblem } from '../kernel/model-problems';
import type { OutlineCache } from '../workspace/outline-cache';
import type { LoadedBackend } from '../parser/backend';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The analyzer as the command line uses it; loaded when a command needs it, for it is most of the program. */
export interface Engine {
  readonly rules: readonly RuleInfo[];
  createAnalysis(options: AnalysisOptions): Analysis;
  loadBackend(): Promise<LoadedBackend>;
  /** Outlines of the tree with this root from earlier runs; undefined where there is no place for a cache. */
  openOutlines(root: string, env: Host['env']): OutlineCache | undefined;
  /** The kernel model of the tree with this root, and what is wrong with the file that extends it. */
  loadModel(root: string): { readonly model: KernelModel; readonly problems: readonly ModelProblem[] };
}

export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: string;
  /** Directory of the C files that are checked when no PATH is given. */
  readonly examples: string;
  /** Directory of the rules' pages, one `<rule>.md` for each. */
  readonly rulePages: string;
  /** Directory of the scenarios that ship. */
  readonly scenarios: string;
  /** Milliseconds since the process began. */
  now(): number;
  /** Peak memory of the process in bytes. */
  peakMemory(): number;
  loadEngine(): Promise<Engine>;
  /** Starts the language server with these arguments; resolves when it has taken over. */
  startServer(args: readonly string[]): void;
}

/** A mistake of the person who typed the command: shown as one line, exit status 2. */
export class UsageError extends Error {
  constructor(message: string, readonly command?: string) {
    super(message);
  }
}

export const toolName = 'mm-review';
