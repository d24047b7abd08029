/** URIs of the protocol to paths of the file system and back. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Absolute path of a `file:` URI; undefined for other schemes and for URIs that name no local file. */
export function uriToPath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** URI of a file given by a tree's root and a path in it with forward slashes. */
export function fileUri(root: string, file: string): string {
  return pathToFileURL(path.join(root, ...file.split('/'))).href;
}

/** URI of an absolute path. */
export function pathToUri(file: string): string {
  return pathToFileURL(file).href;
}

/** Path below `root` with forward slashes, or undefined when the file is elsewhere. */
export function relativePath(root: string, file: string): string | undefined {
  const relative = path.relative(root, file);
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return undefined;
  return relative.split(path.sep).join('/');
}
