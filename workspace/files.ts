/** Reading one file from disk, with every failure as a sentence in place of an exception. */
import * as fs from 'node:fs';

/** Something about a path that a person should be told. `path` is as the caller named it. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export type TextResult = { readonly text: string } | { readonly problem: string; /** There is no such file. */ readonly missing?: boolean };

/** Beyond this a file is taken for data: the largest C file of the kernel has 1 MB, the largest generated header 22 MB. */
const maximumBytes = 64 * 1024 * 1024;
const binaryProbe = 8192;

/** Text of a regular file of at most `limit` bytes. Invalid UTF-8 becomes replacement characters, nothing is stripped. */
export function readText(path: string, limit = maximumBytes): TextResult {
  let descriptor: number | undefined;
  try {
    // O_NONBLOCK: opening a named pipe must not wait for a writer. It is no part of fs.constants on Windows.
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    const stat = fs.fstatSync(descriptor);
    if (stat.isDirectory()) return { problem: 'is a directory' };
    if (!stat.isFile()) return { problem: 'not a regular file' };
    if (stat.size > limit) return { problem: `larger than ${limit / 1024 / 1024} MB, not checked` };
    const bytes = readAll(descriptor, stat.size);
    const nul = bytes.indexOf(0);
    if (nul !== -1 && nul < binaryProbe) return { problem: 'binary file, not checked' };
    return { text: bytes.toString('utf8') };
  } catch (error) {
    return { problem: describeError(error), ...(errorCode(error) === 'ENOENT' && { missing: true }) };
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** True for a regular file, or a link to one. */
export function isFile(path: string): boolean {
  try {
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What went wrong, in words, for an error of node:fs. */
export function describeError(error: unknown): string {
  const code = errorCode(error);
  return messages[code] ?? `cannot be read (${code})`;
}

/** `ENOENT` and the like; the message when the error carries no code. */
export function errorCode(error: unknown): string {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return String(error);
}

const messages: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'name too long',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
};

/** The file may be shorter (or longer) than its size says: then what was there when it was read counts. */
function readAll(descriptor: number, size: number): Buffer {
  // Some file systems (/proc) say 0 for files that have text.
  if (size === 0) return fs.readFileSync(descriptor);
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = fs.readSync(descriptor, bytes, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
