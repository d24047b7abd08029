/** Which documents are litmus files, and what was read of the newest text of each. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { outlineOf, type Outline } from './outline';
import { readVariants } from './variants';
import { readScenario, type Scenario, type Variant } from '../../simulator/litmus/scenario';
import type { Problem } from '../../simulator/litmus/problem';

export const LITMUS = 'mm-litmus';

/** By the language that the editor gave it, or by its name: not every editor knows the language. */
export function isLitmus({ languageId, uri }: Pick<TextDocument, 'languageId' | 'uri'>): boolean {
  return languageId === LITMUS || uri.endsWith('.litmus');
}

/** What can be said of a text without exploring it. Reads broken text as well: then there is no scenario, and the outline has what could be made out. */
export interface LitmusFile {
  readonly text: string;
  readonly outline: Outline;
  /** True for a library thread: one thread, `P()`. */
  readonly isLibraryThread: boolean;
  readonly scenario: Scenario | undefined;
  /** What reading found; nothing was built yet. */
  readonly problems: readonly Problem[];
  readonly variants: readonly Variant[];
  /** Names that are defined in every variant. */
  readonly defines: readonly string[];
}

const read = new WeakMap<TextDocument, { readonly version: number; readonly file: LitmusFile }>();

/** Reads a document, once for each version. */
export function litmusFile(document: TextDocument): LitmusFile {
  const known = read.get(document);
  if (known?.version === document.version) return known.file;
  const file = readLitmus(document.getText());
  read.set(document, { version: document.version, file });
  return file;
}

export function readLitmus(text: string): LitmusFile {
  const outline = outlineOf(text);
  const names = outline.functions.map(({ name }) => name.text);
  const isLibraryThread = names.includes('P') && !names.some((name) => /^P\d+$/.test(name));
  const { scenario, problems } = readScenario(text);
  return {
    text, outline, isLibraryThread, scenario: isLibraryThread ? undefined : scenario, problems,
    variants: isLibraryThread ? [] : scenario?.variants ?? readVariants(outline),
    defines: outline.lines.filter(({ key }) => key.text === 'Define').flatMap(({ words }) => words.map((word) => word.text)),
  };
}
