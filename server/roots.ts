/** Which analysis is responsible for a document: one for each kernel tree, and one for each file that is in none. */
import path from 'node:path';
import type { Engine } from './engine';
import { fileUri, relativePath, uriToPath } from './uris';
import type { Analysis } from '../analyzer/analysis';
import type { OutlineCache } from '../workspace/outline-cache';

/** A kernel tree, or a file that stands alone (then `root` is undefined). */
export interface Tree {
  readonly root: string | undefined;
  readonly analysis: Analysis;
  /** Outlines of earlier runs, and a place to leave those of this one. */
  readonly outlines: OutlineCache | undefined;
  /** Makes a file part of the tree's index although it would not be by itself. */
  add(file: string): void;
  /** Forgets what was read of a file. */
  forget(file: string): void;
  /** URI of a file of this tree that no client has open. */
  uriOf(file: string): string;
}

/** A document's place: its tree and its path there, as the analyzer names it. */
export interface Place {
  readonly tree: Tree;
  readonly path: string;
}

export interface Roots {
  /** Where this document belongs. Trees come into being here, at the first document that needs them. */
  place(uri: string): Place;
  /** Where a file belongs among the trees that are open already. */
  known(uri: string): Place | undefined;
  /** Forgets a lone file. Trees stay: they are expensive, and their files come back. */
  release(uri: string): void;
}

export interface RootsOptions {
  readonly engine: Engine;
  readonly log: (line: string) => void;
  readonly onTree: (tree: Tree) => void;
  /** Asked at the opening of each tree: may what was read before be used again? */
  readonly caches: () => boolean;
}

export function createRoots({ engine, log, onTree, caches }: RootsOptions): Roots {
  const trees = new Map<string, Tree>();
  const lone = new Map<string, Place>();

  function treeAt(root: string): Tree {
    let tree = trees.get(root);
    if (tree === undefined) {
      const reader = engine.createReader(root, log);
      const outlines = caches() ? engine.openOutlines(root) : undefined;
      const analysis = engine.createAnalysis(reader, log, outlines);
      tree = {
        root,
        analysis,
        outlines,
        add: (file) => reader.add(file),
        forget(file) {
          reader.forget(file);
          analysis.invalidate(file);
        },
        uriOf: (file) => fileUri(root, file),
      };
      trees.set(root, tree);
      onTree(tree);
    }
    return tree;
  }

  function loneFile(uri: string): Place {
    let place = lone.get(uri);
    if (place === undefined) {
      const name = path.posix.basename(uriToPath(uri)?.split(path.sep).join('/') ?? uri) || 'untitled.c';
      // The only text there is comes from the editor.
      const reader = { indexFiles: () => [name], read: () => undefined };
      const tree: Tree = { root: undefined, analysis: engine.createAnalysis(reader, log), outlines: undefined, add: () => undefined, forget: () => undefined, uriOf: () => uri };
      place = { tree, path: name };
      lone.set(uri, place);
      onTree(place.tree);
    }
    return place;
  }

  return {
    place(uri) {
      const file = uriToPath(uri);
      const root = file === undefined ? undefined : engine.findRoot(file);
      const relative = file === undefined || root === undefined ? undefined : relativePath(root, file);
      if (root === undefined || relative === undefined) return loneFile(uri);
      return { tree: treeAt(root), path: relative };
    },
    known(uri) {
      const file = uriToPath(uri);
      if (file === undefined) return undefined;
      let found: Place | undefined;
      for (const [root, tree] of trees) {
        const relative = relativePath(root, file);
        // The innermost tree wins when one lies in another.
        if (relative !== undefined && (found === undefined || relative.length < found.path.length)) found = { tree, path: relative };
      }
      return found;
    },
    release(uri) {
      lone.delete(uri);
    },
  };
}
