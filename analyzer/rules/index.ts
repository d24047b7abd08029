/** All rules, in the order in which they are listed. */
import { locklessPteToUserfault } from './lockless-pte-to-userfault';
import type { RuleInfo } from './rule';

export const rules: readonly RuleInfo[] = [locklessPteToUserfault];
export type { RuleInfo } from './rule';
