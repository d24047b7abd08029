/** Which version of the kernel a tree is. */
import * as path from 'node:path';
import type { Version } from '../kernel/types';
import { versionOfMakefile } from '../kernel/version';
import { readText } from './files';

/** The version that the Makefile of the tree with this root names; undefined when there is none to be read. */
export function kernelVersion(root: string): Version | undefined {
  const makefile = readText(path.join(root, 'Makefile'));
  return 'text' in makefile ? versionOfMakefile(makefile.text) : undefined;
}
