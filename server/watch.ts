/** Files on disk, watched through the client: no handles of our own on a tree of eighty thousand files. */
import path from 'node:path';
import { DidChangeWatchedFilesNotification, type ClientCapabilities, type Connection, type FileSystemWatcher } from 'vscode-languageserver/node';
import type { Log } from './log';
import { fileUri } from './uris';
import { modelFileName } from '../kernel/model-problems';

/** The parts of a kernel tree that the index is made of, and its model file. Narrow on purpose: a watcher on a whole tree costs minutes. */
export const WATCHED = ['mm/**/*.{c,h}', 'fs/userfaultfd.c', 'fs/proc/task_mmu.c', 'fs/hugetlbfs/inode.c', 'include/linux/**/*.h', modelFileName];

/** Asks the client to watch a tree; a client that cannot is left alone, and saved documents are the only changes we learn of. */
export function watchTree(connection: Connection, capabilities: ClientCapabilities, root: string, log: Log): void {
  const can = capabilities.workspace?.didChangeWatchedFiles;
  if (can?.dynamicRegistration !== true) return;
  const watchers: FileSystemWatcher[] = WATCHED.map((pattern) => ({
    globPattern: can.relativePatternSupport === true
      ? { baseUri: fileUri(root, ''), pattern }
      : `${root.split(path.sep).join('/')}/${pattern}`,
  }));
  connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).then(undefined, (error: unknown) => log.failure('Watching files', error));
}
