/** Outlines of a tree's files, kept on disk from one run to the next: a file whose text was outlined before is not scanned again. */
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { OutlineStore } from '../analyzer/analysis';
import type { Outline } from '../parser/types';
import { cacheHome, openCacheFolder, type CacheFolderOptions } from './cache-folder';
import { packOutlines, readPack, type OutlinePack, type PackedOutline } from './outline-format';

export interface OutlineCache extends OutlineStore {
  /** How many outlines were found, and how many were not. */
  readonly hits: number;
  readonly misses: number;
  /** Writes what is new, if anything is. Says why it could not, for the log. */
  save(): string | undefined;
}

export interface OutlineCacheOptions extends CacheFolderOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  /** Names the code that makes outlines: those of another version are not used. */
  readonly version: string;
}

/** What is not used any more is carried along up to this many characters: the other side of a `git switch`, which comes back. */
const maximumIdle = 16 * 1024 * 1024;

/** The cache of the tree with this root; undefined when the environment names no place for one. Reads nothing before the first question. */
export function openOutlineCache(root: string, { env, platform = process.platform, version, ...limits }: OutlineCacheOptions): OutlineCache | undefined {
  const home = cacheHome(env, platform);
  if (home === undefined) return undefined;
  const folder = openCacheFolder(path.join(home, 'outlines'), version, limits);
  let pack: OutlinePack | undefined;
  let isRead = false;
  const used = new Map<string, Outline>();
  let [hits, misses] = [0, 0];

  function stored(): OutlinePack | undefined {
    if (!isRead) {
      const bytes = folder.read(root);
      pack = bytes && readPack(bytes);
      isRead = true;
    }
    return pack;
  }

  return {
    get hits() {
      return hits;
    },
    get misses() {
      return misses;
    },
    find(text) {
      const hash = hashOf(text);
      const outline = stored()?.get(hash, text.length);
      if (outline === undefined) return undefined;
      hits++;
      used.set(hash, outline);
      return outline;
    },
    add(text, outline) {
      misses++;
      used.set(hashOf(text), outline);
    },
    save() {
      const problem = misses === 0 ? undefined : folder.write(root, packOutlines([...entries(used), ...idle(pack, used)]));
      // From here on the analysis has what it needs; the bytes and the outlines of old texts can go.
      used.clear();
      pack = undefined;
      misses = 0;
      return problem;
    },
  };
}

function entries(outlines: ReadonlyMap<string, Outline>): PackedOutline[] {
  return [...outlines].map(([hash, outline]) => ({ hash, outline }));
}

function idle(pack: OutlinePack | undefined, used: ReadonlyMap<string, Outline>): PackedOutline[] {
  let room = maximumIdle;
  return (pack?.hashes ?? []).flatMap((hash) => {
    const outline = used.has(hash) ? undefined : pack?.get(hash);
    if (outline === undefined || outline.masked.length > room) return [];
    room -= outline.masked.length;
    return [{ hash, outline }];
  });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
