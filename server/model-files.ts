/**
 * The model files of the open trees (`.mm-review.json`): read when a tree is opened and again when they change, on disk or in the editor. What is
 * wrong in one is shown in the file itself, always pushed: clients pull for C files, and a model file need not be open.
 */
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver/node';
import { SOURCE } from './diagnostics';
import type { Engine } from './engine';
import type { Place, Tree } from './roots';
import { builtinModel, extendModel, type KernelModel } from '../kernel/model';
import { readModelFile, type ModelFile } from '../kernel/model-file';
import { modelFileName, type ModelProblem } from '../kernel/model-problems';

export interface ModelFiles {
  /** Reads the file of a tree that has just been opened. */
  open(tree: Tree): void;
  /** The client's text of a model file: opened or changed; undefined when it was closed, and what is on disk counts. */
  setText(tree: Tree, uri: string, text: string | undefined): void;
  /** The file changed on disk. */
  changed(tree: Tree): void;
  /** What is known about the functions of a tree. */
  modelOf(tree: Tree): KernelModel;
  /** Whether problems are shown. */
  show(wanted: boolean): void;
}

export interface ModelFilesOptions {
  readonly engine: Engine;
  readonly send: (uri: string, diagnostics: Diagnostic[]) => void;
  /** A tree has another model than before. */
  readonly onModel: (tree: Tree, model: KernelModel) => void;
}

interface Known {
  /** The document, while a client has it open. */
  document: { readonly uri: string; readonly text: string } | undefined;
  entries: string;
  model: KernelModel;
  problems: readonly ModelProblem[];
  /** What the client was last told, and of which document. */
  told: { readonly uri: string; readonly text: string } | undefined;
}

/** True when this place is that of a tree's model file. */
export function isModelFile(place: Place): boolean {
  return place.tree.root !== undefined && place.path === modelFileName;
}

export function createModelFiles({ engine, send, onModel }: ModelFilesOptions): ModelFiles {
  const all = new Map<Tree, Known>();
  let shows = true;

  function knownOf(tree: Tree): Known {
    let known = all.get(tree);
    if (known === undefined) {
      known = { document: undefined, entries: '[]', model: builtinModel, problems: [], told: undefined };
      all.set(tree, known);
    }
    return known;
  }

  function read(tree: Tree): void {
    if (tree.root === undefined) return;
    const known = knownOf(tree);
    const { entries, problems }: ModelFile = known.document === undefined ? engine.loadModelFile(tree.root) : readModelFile(known.document.text);
    known.problems = problems;
    tell(tree, known);
    // Most edits of the file change no entry, and another model costs all that was computed.
    const text = JSON.stringify(entries);
    if (text === known.entries) return;
    known.entries = text;
    known.model = extendModel(builtinModel, entries);
    onModel(tree, known.model);
  }

  function tell(tree: Tree, known: Known): void {
    const uri = known.document?.uri ?? tree.uriOf(modelFileName);
    const diagnostics = shows ? known.problems.map(toDiagnostic) : [];
    const text = JSON.stringify(diagnostics);
    // Clients may spell the URI of an open document in another way.
    if (known.told !== undefined && known.told.uri !== uri) {
      send(known.told.uri, []);
      known.told = undefined;
    }
    if (text === (known.told?.text ?? '[]')) return;
    send(uri, diagnostics);
    known.told = diagnostics.length === 0 ? undefined : { uri, text };
  }

  return {
    open: read,
    setText(tree, uri, text) {
      knownOf(tree).document = text === undefined ? undefined : { uri, text };
      read(tree);
    },
    changed(tree) {
      if (knownOf(tree).document === undefined) read(tree);
    },
    modelOf: (tree) => all.get(tree)?.model ?? builtinModel,
    show(wanted) {
      shows = wanted;
      for (const [tree, known] of all) tell(tree, known);
    },
  };
}

/** Positions of problems are 1-based, those of the protocol 0-based; both count UTF-16 code units. */
function toDiagnostic({ line, column, endLine, endColumn, message }: ModelProblem): Diagnostic {
  return {
    range: { start: { line: line - 1, character: column - 1 }, end: { line: endLine - 1, character: endColumn - 1 } },
    severity: DiagnosticSeverity.Warning,
    source: SOURCE,
    message,
  };
}
