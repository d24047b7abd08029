/** In which variable of a function a reading is kept that led to an event. */
import type { Variable } from '../../parser/ir';
import type { Tree } from '../call-graph/tree';
import type { ReadValue } from '../dataflow/value';
import { entryValues } from './entry-words';
import { enclosing, flat, sourceOf, type Source } from './source';

/**
 * Expressions that hold the reading at this place. In the function that made it, the variable it was put into; elsewhere a parameter, or the
 * field of the fault that it was put into. None when it was only tested.
 */
export function holdersOf(tree: Tree, source: Source, scope: readonly Variable[], snapshot: ReadValue): string[] {
  const values = entryValues(scope, snapshot.level);
  const reader = sourceOf(tree, snapshot.in);
  const target = reader && targetOf(reader, snapshot);
  if (snapshot.in === source.ref) return values.filter((v) => v === target);
  const { params } = tree.lower(source.ref);
  const field = target === undefined ? undefined : /(?:\.|->)(\w+)$/.exec(target)?.[1];
  return values.filter((v) => params.some((p) => p.name === v) || (field !== undefined && /(?:\.|->)/.test(v) && v.endsWith(field)));
}

/** What the statement of a reading puts it into. */
function targetOf(reader: Source, { span }: ReadValue): string | undefined {
  const assignment = enclosing(reader, span).findLast((node) => node.type === 'assignment_expression' || node.type === 'init_declarator');
  const [target, , value] = assignment?.kids ?? [];
  return target && value && value.start <= span.start && span.end <= value.end ? flat(reader, target) : undefined;
}
