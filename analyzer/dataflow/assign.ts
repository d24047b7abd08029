/** What an assignment does to a state, for everybody who walks a function. */
import type { IrNode, NodeId } from '../../parser/ir';
import { evaluate, placeOf } from './evaluate';
import type { Frame } from './frame';
import { isEntryType, nodeId, typeOf } from './frame';
import type { State } from './state';
import { clobber, writePlace } from './state';
import type { Value } from './value';
import { below, symbol } from './value';

/** Does the assignment. The value, where it writes an entry in place (`*ptep = pte`): that is a store, and its content is read from memory again each time. */
export function assign(frame: Frame, s: State, node: Extract<IrNode, { kind: 'assign' }>, id: NodeId): Value | undefined {
  if (node.value.kind === 'initializer') {
    const target = placeOf(frame, s, node.target, id);
    clobber(s, target, nodeId(frame, id), true);
    for (const entry of node.value.entries) {
      if (entry.field === undefined) continue;
      const value = entry.value.kind === 'initializer' ? symbol(`${nodeId(frame, id)}@${entry.field}`) : evaluate(frame, s, entry.value, id);
      writePlace(s, below(target, entry.field.split('.')), value);
    }
    return undefined;
  }
  const value = evaluate(frame, s, node.value, id);
  const target = placeOf(frame, s, node.target, id);
  writePlace(s, target, value);
  const isInPlace = (node.target.kind === 'deref' || node.target.kind === 'index') && isEntryType(typeOf(frame, node.target)) && target.kind === 'memory';
  if (!isInPlace) return undefined;
  s.memory.delete(target.key);
  return value;
}
