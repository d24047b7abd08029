/** Whether a fix is proven to stop what its finding is about. Whoever asks does not wait: it is known or it is not. */
import type { Diagnostic } from 'vscode-languageserver/node';
import { count } from '../checker';
import type { Delivery } from '../delivery';
import type { Fix } from '../../analyzer/fixes/fix';
import { keyOfFix } from './verdict';

/** `no violation in 5231 states after the fix`; undefined when that is not proven (yet). */
export function fixProofWords(uri: string, { code, range: { start } }: Diagnostic, fix: Fix, delivery: Delivery): string | undefined {
  if (delivery.settings().proof === 'off') return undefined;
  const finding = delivery.findingsIn(uri).find(({ rule, location }) => rule === code && location.line - 1 === start.line && location.column - 1 === start.character);
  const known = finding && delivery.board.fixOf(finding);
  return known === undefined || known.states === null || known.fix !== keyOfFix(fix) ? undefined : `no violation in ${count(known.states, 'state')} after the fix`;
}
