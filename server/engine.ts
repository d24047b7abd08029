/** What the server needs from the rest of the product. `main.ts` fills it in; tests pass fakes. */
import type { Analysis, TreeReader } from '../analyzer/analysis';
import type { DiskTreeReader } from '../workspace/reader';

/** What of a reader the server uses. */
export type ServerReader = Pick<DiskTreeReader, 'indexFiles' | 'read' | 'add' | 'forget'>;

export interface Engine {
  /** One line for the log: which parser runs. */
  readonly description: string;
  createAnalysis(reader: TreeReader, log: (line: string) => void): Analysis;
  /** Root of the kernel tree that holds this file (an absolute path), or undefined. */
  findRoot(file: string): string | undefined;
  createReader(root: string, log: (line: string) => void): ServerReader;
  /** Markdown for a primitive or constant of the kernel model, or undefined. */
  describe(name: string): string | undefined;
}

export type LoadEngine = () => Promise<Engine>;
