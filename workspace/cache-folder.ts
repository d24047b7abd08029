/**
 * Files in the user's cache folder: read with suspicion, written in one piece, bounded in size. Whatever goes wrong here costs time,
 * never a result; nobody is bothered with it.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface CacheFolder {
  /** What was written under this key by the same version; undefined when there is no such file, or none that is whole. */
  read(key: string): Buffer | undefined;
  /** Writes a file, and removes others when they become too many. Says why it could not. */
  write(key: string, content: Buffer): string | undefined;
}

export interface CacheFolderOptions {
  /** Bytes that a file may have. */
  readonly maximumFile?: number;
  /** Bytes that all files may have together. */
  readonly maximumTotal?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const magic = Buffer.from('mm-review cache\n');
const digestBytes = 32;
const megabyte = 1024 * 1024;
const suffix = '.cache';
const unfinished = '.tmp';
/** What was not renamed after this long never will be. */
const abandonedAfter = 60 * 60 * 1000;

/** Where the caches of this user are, or undefined when the environment does not say. Relative paths do not count, as the XDG specification has it. */
export function cacheHome(env: Environment, platform: NodeJS.Platform): string | undefined {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'kernel-mm-review');
  if (platform === 'win32') return env['LOCALAPPDATA'] && path.join(env['LOCALAPPDATA'], 'kernel-mm-review', 'cache');
  const home = env['HOME'];
  if (home === undefined || !path.isAbsolute(home)) return undefined;
  return platform === 'darwin' ? path.join(home, 'Library', 'Caches', 'kernel-mm-review') : path.join(home, '.cache', 'kernel-mm-review');
}

/** The folder need not exist. `version` is what writer and reader must have in common. */
export function openCacheFolder(directory: string, version: string, { maximumFile = 64 * megabyte, maximumTotal = 256 * megabyte }: CacheFolderOptions = {}): CacheFolder {
  /** The version is part of the digest: a file of another one is not whole. */
  const digest = (content: Buffer): Buffer => createHash('sha256').update(`${version}\n`).update(content).digest();
  const fileOf = (key: string): string => path.join(directory, createHash('sha256').update(`${version}\n${key}`).digest('hex').slice(0, 32) + suffix);

  return {
    read(key) {
      try {
        if (!isOurs(directory)) return undefined;
        const bytes = readOwn(fileOf(key), maximumFile);
        if (bytes === undefined || bytes.length < magic.length + digestBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
        const content = bytes.subarray(magic.length + digestBytes);
        return digest(content).equals(bytes.subarray(magic.length, magic.length + digestBytes)) ? content : undefined;
      } catch {
        return undefined;
      }
    },
    write(key, content) {
      if (magic.length + digestBytes + content.length > maximumFile) return 'too large';
      let temporary: string | undefined;
      try {
        fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
        if (!isOurs(directory)) return `${directory} is not a folder of this user`;
        const name = path.join(directory, randomBytes(12).toString('hex') + unfinished);
        // Fails when the name exists, so nothing is ever written through a link.
        fs.writeFileSync(name, Buffer.concat([magic, digest(content), content]), { flag: 'wx', mode: 0o600 });
        temporary = name;
        fs.renameSync(temporary, fileOf(key));
        temporary = undefined;
        evict(directory, path.basename(fileOf(key)), maximumTotal);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      } finally {
        if (temporary !== undefined) fs.rmSync(temporary, { force: true });
      }
    },
  };
}

/** A real directory that belongs to whoever runs this. Windows has no such owners; there the folder lies in the user's profile. */
function isOurs(directory: string): boolean {
  const stat = fs.lstatSync(directory);
  return stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
}

/** Bytes of a regular file of this user; its time of use becomes now. */
function readOwn(file: string, limit: number): Buffer | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const descriptor = fs.openSync(file, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile() || stat.size > limit || (process.getuid !== undefined && stat.uid !== process.getuid())) return undefined;
    const bytes = fs.readFileSync(descriptor);
    touch(file);
    return bytes;
  } finally {
    fs.closeSync(descriptor);
  }
}

function touch(file: string): void {
  try {
    const now = new Date();
    fs.lutimesSync(file, now, now);
  } catch {
    // In a folder that cannot be written to nothing is evicted either.
  }
}

/** Removes what was not used for longest until the rest fits, and what writers left that were killed. Others may do the same at the same time. */
function evict(directory: string, keep: string, maximumTotal: number): void {
  const files = fs.readdirSync(directory).flatMap((name) => {
    if (!name.endsWith(suffix) && !name.endsWith(unfinished)) return [];
    const stat = fs.lstatSync(path.join(directory, name), { throwIfNoEntry: false });
    return stat === undefined ? [] : [{ name, size: stat.size, used: stat.mtimeMs }];
  });
  files.sort((a, b) => b.used - a.used);
  let total = files.find(({ name }) => name === keep)?.size ?? 0;
  for (const { name, size, used } of files) {
    if (name === keep) continue;
    const isLeft = name.endsWith(unfinished);
    if (!isLeft) total += size;
    if (isLeft ? used < Date.now() - abandonedAfter : total > maximumTotal) fs.rmSync(path.join(directory, name), { force: true });
  }
}
