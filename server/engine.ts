/** What the server needs from the rest of the product. `main.ts` fills it in; tests pass fakes. */
import type { Analysis, OutlineStore, TreeReader } from '../analyzer/analysis';
import type { KernelModel } from '../kernel/model';
import type { ModelFile } from '../kernel/model-file';
import type { ParserBackend } from '../parser/types';
import type { ScenarioLibrary } from '../workspace/scenarios';
import type { OutlineCache } from '../workspace/outline-cache';
import type { DiskTreeReader } from '../workspace/reader';

/** What of a reader the server uses. */
export type ServerReader = Pick<DiskTreeReader, 'indexFiles' | 'read' | 'add' | 'forget'>;

export interface Engine {
  /** Script of the thread that checks whole trees (`tree-check/main.ts`); without one the server does it itself. */
  readonly treeCheckThread?: string;
  /** Script of the thread that proves findings (`proof/main.ts`); without one the server does it itself. */
  readonly proverThread?: string;
  /** One line for the log: which parser runs. */
  readonly description: string;
  readonly backend: ParserBackend;
  createAnalysis(reader: TreeReader, log: (line: string) => void, outlines?: OutlineStore): Analysis;
  /** Outlines of the tree with this root from earlier runs; undefined where there is no place for a cache. */
  openOutlines(root: string): OutlineCache | undefined;
  /** Root of the kernel tree that holds this file (an absolute path), or undefined. */
  findRoot(file: string): string | undefined;
  createReader(root: string, log: (line: string) => void): ServerReader;
  /** The model file of the kernel tree with this root, as it is on disk. */
  loadModelFile(root: string): ModelFile;
  /** The scenarios that ship, read when they are first asked for. */
  scenarios(): ScenarioLibrary;
  /** Absolute path of a rule's page as it ships; undefined when there is no such rule. */
  rulePage(rule: string): string | undefined;
  /** Markdown for a primitive of this model or for a constant, or undefined. */
  describe(name: string, model: KernelModel): string | undefined;
}

export type LoadEngine = () => Promise<Engine>;
