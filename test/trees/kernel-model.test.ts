/** The kernel model against real kernel trees: every name exists where the table says so, with a number of arguments that the table knows. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyArity } from '../../kernel/build';
import { allConstants } from '../../kernel/constants';
import { allPrimitives } from '../../kernel/model';
import type { Primitive, Version } from '../../kernel/types';

interface Span { readonly since?: Version; readonly until?: Version }

interface Tree {
  readonly version: Version;
  /** Numbers of arguments of each function, prototype and macro; `alias` for `#define a b`. */
  readonly definitions: ReadonlyMap<string, ReadonlySet<number | 'alias'>>;
  readonly words: ReadonlySet<string>;
  text(file: string): string | undefined;
}

const home = process.env.MM_REVIEW_KERNELS ?? path.resolve(import.meta.dirname, '../../.kernels');
const versions: readonly Version[] = [[6, 1], [6, 12]];
const names = new Set(allPrimitives.map((entry) => entry.name));
const trees: Tree[] = [];

beforeAll(() => {
  for (const version of versions) trees.push(indexTree(version));
}, 120_000);

describe('kernel model', () => {
  it('has every primitive in the trees of its versions, with one of its numbers of arguments', () => {
    expect(trees.flatMap((tree) => allPrimitives.flatMap((entry) => problemsOf(entry, tree)))).toEqual([]);
  });

  it('has every constant in the trees of its versions', () => {
    expect(trees.flatMap((tree) => allConstants.flatMap((entry) => presence(entry.name, entry, tree.words.has(entry.name), tree)))).toEqual([]);
  });

  it('names source files that hold the symbol', () => {
    const wrong = [...allPrimitives, ...allConstants].filter((entry) => {
      const [file = '', symbol = ''] = entry.source.split(':');
      const inRange = trees.filter((tree) => covers(entry, tree.version));
      return inRange.length > 0 && !inRange.some((tree) => new RegExp(`\\b${symbol}\\b`).test(tree.text(file) ?? ''));
    });
    expect(wrong.map((entry) => `${entry.name}: ${entry.source}`)).toEqual([]);
  });
});

function problemsOf(entry: Primitive, tree: Tree): readonly string[] {
  const found = tree.definitions.get(entry.name);
  const missing = presence(entry.name, entry, found !== undefined, tree);
  if (missing.length > 0 || found === undefined) return missing;
  const wanted = entry.shapes.filter((shape) => covers(shape, tree.version)).map((shape) => shape.arity);
  const fits = found.has('alias') || wanted.some((arity) => arity === anyArity || found.has(arity));
  return fits ? [] : [`${label(tree)} ${entry.name}: takes ${[...found].join(' or ')}, the model says ${wanted.join(' or ')}`];
}

function presence(name: string, span: Span, found: boolean, tree: Tree): readonly string[] {
  const wanted = covers(span, tree.version);
  if (wanted === found) return [];
  return [`${label(tree)} ${name}: ${wanted ? 'not in the tree' : 'is in the tree, the model says it is not'}`];
}

function covers(span: Span, version: Version): boolean {
  return (span.since === undefined || order(span.since) <= order(version)) && (span.until === undefined || order(version) <= order(span.until));
}

function order([major, minor]: Version): number {
  return major * 1000 + minor;
}

function label(tree: Tree): string {
  return tree.version.join('.');
}

function indexTree(version: Version): Tree {
  const root = path.join(home, `linux-source-${version.join('.')}`);
  if (!fs.existsSync(path.join(root, 'mm/memory.c'))) throw new Error(`no kernel tree at ${root}: run npm run kernels, or set MM_REVIEW_KERNELS`);
  const definitions = new Map<string, Set<number | 'alias'>>();
  const words = new Set<string>();
  const texts = new Map<string, string>();
  const wantedWords = new Set(allConstants.map((entry) => entry.name));
  for (const file of filesOf(root)) {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    if (/^(?:mm|include\/(?:linux|asm-generic|uapi\/linux)|arch\/x86)\//.test(file)) texts.set(file, text);
    if (file.startsWith('include/')) for (const [word] of text.matchAll(/\b[A-Z][A-Z0-9_]{5,}\b/g)) if (wantedWords.has(word)) words.add(word);
    collect(text, definitions);
  }
  return { version, definitions, words, text: (file) => texts.get(file) ?? read(path.join(root, file)) };
}

function read(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/** Headers and C files that may define what mm/ calls. */
function filesOf(root: string): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string, deep: boolean): void => {
    if (!fs.existsSync(path.join(root, folder))) return;
    for (const item of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = `${folder}/${item.name}`;
      if (item.isDirectory()) {
        if (deep) walk(file, true);
      } else if (/\.[ch]$/.test(item.name)) found.push(file);
    }
  };
  for (const folder of ['mm', 'include/asm-generic', 'arch/x86/include', 'arch/x86/mm']) walk(folder, true);
  for (const folder of ['include/linux', 'include/uapi/linux', 'fs', 'fs/proc']) walk(folder, false);
  for (const arch of fs.readdirSync(path.join(root, 'arch'))) {
    walk(`arch/${arch}/include/asm`, false);
    walk(`arch/${arch}/mm`, false);
  }
  return [...new Set(found)];
}

/** Adds the functions, prototypes and macros of a file that the model names. */
function collect(text: string, into: Map<string, Set<number | 'alias'>>): void {
  const note = (name: string, kind: number | 'alias'): void => {
    const known = into.get(name) ?? new Set();
    into.set(name, known.add(kind));
  };
  for (const [, name = '', open] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)]*\))?/gm)) {
    if (names.has(name)) note(name, open === undefined ? 'alias' : argumentCount(open.slice(1, -1)));
  }
  // A definition or prototype starts in column 0 with its type, or with its name on a line of its own.
  for (const [, name = '', list = ''] of text.matchAll(/^(?:[A-Za-z_][\w \t*]*?[ \t*\n])?(\w+)\(((?:[^(){};]|\([^(){};]*\))*)\)\s*(?=[{;]|__)/gm)) {
    if (names.has(name)) note(name, argumentCount(list));
  }
}

function argumentCount(list: string): number {
  const text = list.trim();
  if (text === '' || text === 'void') return 0;
  return text.replaceAll(/\([^()]*\)/g, '').split(',').length;
}
