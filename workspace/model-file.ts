/** The model file of a tree on disk: what the tree says about helpers of its own. */
import * as path from 'node:path';
import { modelFileLimit, readModelFile, unreadableModelFile, type ModelFile } from '../kernel/model-file';
import { modelFileName } from '../kernel/model-problems';
import { readText } from './files';
import { isKernelTree } from './root';

const none: ModelFile = { entries: [], problems: [] };

/** Reads `.mm-review.json` at the top of a kernel tree. A directory that is no kernel tree has none; neither has a tree without the file. */
export function loadModelFile(root: string): ModelFile {
  if (!isKernelTree(root)) return none;
  const result = readText(path.join(root, modelFileName), modelFileLimit);
  if ('text' in result) return readModelFile(result.text);
  return result.missing ? none : unreadableModelFile(result.problem);
}
