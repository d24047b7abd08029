/** What annotations say of locks that are no page-table locks. */
import { evaluate } from '../dataflow/evaluate';
import type { Frame } from '../dataflow/frame';
import { namesPageTableLock } from '../dataflow/transfer';
import type { PathState } from './path-state';
import { takeOther } from './path-state';

/** A field that is such a lock, and the model's name for its kind. */
const fields: ReadonlyMap<string, string> = new Map([['mmap_lock', 'mmap_lock'], ['i_mmap_rwsem', 'i_mmap_rwsem']]);

/** Locks that the caller holds as annotated: `__must_hold(&mm->mmap_lock)`. For reading or for writing is not said. */
export function claimOthers(frame: Frame, p: PathState): void {
  for (const { kind, expr, lock } of frame.ir.annotations) {
    if ((kind !== 'must_hold' && kind !== 'releases') || expr?.kind !== 'address' || expr.operand.kind !== 'field' || namesPageTableLock(frame, expr)) continue;
    const name = fields.get(expr.operand.field);
    if (!name) continue;
    takeOther(p, { lock: name, mode: undefined, object: evaluate(frame, p.s, expr.operand.base, frame.ir.entry), text: lock.replace(/^&|->\w+$/g, ''), guard: undefined, takenWhen: true });
  }
}
