/**
 * The two parser back ends: the native tree-sitter, and its WebAssembly build for systems whose loader refuses the native one.
 * Both come with the same grammar and give the same trees.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ParserBackend, SyntaxNode } from './types';

/** A back end as it was chosen. */
export interface LoadedBackend extends ParserBackend {
  /** Why it is not the native one: one line for the log. Undefined for the native one and for one that was asked for. */
  readonly reason?: string;
}

export type BackendName = LoadedBackend['name'];

/** Environment variable that forces a back end. */
const variable = 'MM_REVIEW_PARSER';
/** The native binding takes text in pieces; a whole large string in one piece is refused. */
const pieceLength = 1 << 14;

/** What we use of the native package. */
interface NativeParser {
  setLanguage(language: unknown): void;
  parse(input: (offset: number) => string): { readonly rootNode: SyntaxNode } | undefined;
}
/** What we use of web-tree-sitter. */
interface WasmModule {
  readonly Parser: {
    init(options: { locateFile: () => string }): Promise<void>;
    new (): { setLanguage(language: unknown): void; parse(text: string): { readonly rootNode: SyntaxNode; delete(): void } | null; reset(): void };
  };
  readonly Language: { load(file: string): Promise<unknown> };
}

/**
 * Loads a back end: the preferred one, else the one that the environment forces, else the native one, and the WebAssembly one where that
 * fails to load. Rejects when nothing can be loaded, or when a forced one cannot.
 */
export async function loadBackend(preference?: BackendName): Promise<LoadedBackend> {
  const forced = preference ?? fromEnvironment();
  if (forced === 'wasm') return loadWasm();
  try {
    return loadNative();
  } catch (error) {
    if (forced === 'native') throw error;
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    return loadWasm(`The native parser cannot be loaded, the WebAssembly one is used instead: ${line}`);
  }
}

/** The native back end without waiting, or undefined where it cannot be loaded or another one is forced. */
export function loadNativeBackend(): LoadedBackend | undefined {
  if (fromEnvironment() === 'wasm') return undefined;
  try {
    return loadNative();
  } catch {
    return undefined;
  }
}

function fromEnvironment(): BackendName | undefined {
  const value = process.env[variable];
  return value === 'native' || value === 'wasm' ? value : undefined;
}

/** Resolves packages from where the running script lies, so that the bundle finds what travels beside it. */
function packages(): NodeJS.Require {
  return createRequire(typeof __filename === 'string' ? __filename : path.join(process.cwd(), 'index.js'));
}

function loadNative(): LoadedBackend {
  const require = packages();
  const Parser = require('tree-sitter') as new () => NativeParser;
  const parser = new Parser();
  // From the types of nodes it would make a class for each, with the fields for properties: nobody here uses those, and it takes 15 ms.
  parser.setLanguage({ ...(require('tree-sitter-c') as object), nodeTypeInfo: [] });
  return {
    name: 'native',
    withTree(text, use) {
      // A native tree is freed when its wrapper is collected.
      const tree = parser.parse((offset) => text.slice(offset, offset + pieceLength));
      if (tree === undefined) throw new Error('The parser gave no tree.');
      return use(tree.rootNode);
    },
  };
}

async function loadWasm(reason?: string): Promise<LoadedBackend> {
  const require = packages();
  const { Parser, Language } = require('web-tree-sitter') as WasmModule;
  await Parser.init({ locateFile: () => require.resolve('web-tree-sitter/tree-sitter.wasm') });
  const parser = new Parser();
  parser.setLanguage(await Language.load(require.resolve('tree-sitter-c/tree-sitter-c.wasm')));
  return {
    name: 'wasm',
    reason,
    withTree(text, use) {
      const tree = parser.parse(text);
      if (tree === null) throw new Error('The parser gave no tree.');
      try {
        return use(tree.rootNode);
      } finally {
        tree.delete();
      }
    },
  };
}
