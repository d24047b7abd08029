/** A kernel tree on disk, as the analyzer sees it: which files matter, and their text. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { TreeReader } from '../analyzer/analysis';
import { isFile, readText, type Problem } from './files';
import { mentionsPageTables } from './relevance';
import { isKernelTree, toTreePath } from './root';
import { walk } from './walk';

export interface DiskTreeReader extends TreeReader {
  readonly root: string;
  /** Makes a file part of the index: one that is checked although it is outside of what the index holds by itself. */
  add(path: string): void;
  /** Frees the text of a file that is not needed again. */
  drop(path: string): void;
  /** Drops what is held of a file (changed, new or gone on disk): the next read asks the disk again, the index follows. */
  forget(path: string): void;
}

/** Files outside mm/ that raise userfaultfd events or handle page-table entries of other people. */
const beyondMm = ['fs/userfaultfd.c', 'fs/proc/task_mmu.c', 'fs/hugetlbfs/inode.c'];
const isC = (name: string): boolean => name.endsWith('.c') || name.endsWith('.h');

/**
 * Reader for the tree at `root`. `extra` are files (relative to the root) that belong to the index in any case. A root that is no kernel
 * tree stands for loose files: then the index is `extra` and the C files beside them. Problems are told once per file, with tree paths.
 */
export function createTreeReader(root: string, extra: readonly string[] = [], onProblem?: (problem: Problem) => void): DiskTreeReader {
  const texts = new Map<string, string | undefined>();
  const added = new Set(extra);
  /** Whether a header matters, so that the hundreds that do not are read once only. */
  const headers = new Map<string, boolean>();
  let index: readonly string[] | undefined;

  const read = (name: string): string | undefined => {
    if (texts.has(name)) return texts.get(name);
    const result = readText(path.resolve(root, name));
    const text = 'text' in result ? result.text : undefined;
    texts.set(name, text);
    if ('problem' in result) onProblem?.({ path: name, message: result.problem });
    return text;
  };
  const matters = (header: string): boolean => {
    let answer = headers.get(header);
    if (answer === undefined) {
      const result = readText(path.join(root, header));
      answer = 'text' in result && mentionsPageTables(result.text);
      headers.set(header, answer);
      if ('text' in result && answer) texts.set(header, result.text);
    }
    return answer;
  };
  const build = (): readonly string[] => {
    const listing = isKernelTree(root) ? kernelFiles(root, read, matters) : looseFiles(root, added);
    return [...new Set([...listing, ...added])];
  };

  return {
    root,
    indexFiles: () => (index ??= build()),
    read,
    add(name) {
      if (added.has(name) || index?.includes(name)) return;
      added.add(name);
      index = undefined;
    },
    drop: (name) => void texts.delete(name),
    forget(name) {
      texts.delete(name);
      headers.delete(name);
      const exists = isFile(path.resolve(root, name));
      // A header that mm/ includes can start or cease to matter; any other file matters by its name.
      if (exists !== index?.includes(name) || name.startsWith('include/')) index = undefined;
    },
  };
}

function kernelFiles(root: string, read: (name: string) => string | undefined, matters: (header: string) => boolean): string[] {
  const files = list(path.join(root, 'mm')).map((file) => toTreePath(root, file));
  files.push(...beyondMm.filter((name) => isFile(path.join(root, name))));
  const included = new Set<string>();
  for (const name of files) {
    const text = read(name);
    if (text !== undefined) for (const header of includedHeaders(text)) included.add(header);
  }
  return [...files, ...[...included].sort().filter(matters)];
}

/** The C files beside the given ones; with none given, those of the root. */
function looseFiles(root: string, given: ReadonlySet<string>): string[] {
  const directories = given.size === 0 ? [root] : [...new Set([...given].map((name) => path.dirname(path.resolve(root, name))))];
  return directories.flatMap((directory) => {
    try {
      const names = fs.readdirSync(directory).filter((name) => isC(name) && !name.startsWith('.')).sort();
      return names.map((name) => path.join(directory, name)).filter(isFile);
    } catch {
      return [];
    }
  }).map((file) => toTreePath(root, file));
}

function list(directory: string): string[] {
  const files: string[] = [];
  walk(directory, { wants: isC, onFile: (file) => void files.push(file), onProblem: () => undefined });
  return files;
}

/** `include/linux/x.h` for each `#include <linux/x.h>`. */
function includedHeaders(text: string): string[] {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*<(linux\/[^>\n]+)>/gm)].map((match) => `include/${match[1]}`);
}
