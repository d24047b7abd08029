/** The syntax of one function as plain objects, for those who change its text. Comments are left out. */
import { readSyntax, type Syntax } from './syntax';
import type { ParserBackend } from './types';

export type { Syntax } from './syntax';

/** Parses the masked text of one function; offsets are relative to it. Undefined when the grammar could not read all of it. */
export function functionSyntax(backend: ParserBackend, masked: string): Syntax | undefined {
  return backend.withTree(masked, (root) => {
    if (root.hasError) return undefined;
    return readSyntax(backend, root, 0)?.root.kids.find((kid) => kid.type === 'function_definition');
  });
}
