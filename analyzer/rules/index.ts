/** All rules, in the order in which they are listed. */
import { checkFakeWriteFaults, checkProtectEventsUnderUnshare, fakeWriteFault } from './fake-write-fault';
import { checkLocklessEvents, locklessPteToUserfault } from './lockless-pte-to-userfault';
import type { CreateCheck, RuleInfo } from './rule';

export const rules: readonly RuleInfo[] = [locklessPteToUserfault, fakeWriteFault];
export const checks: readonly CreateCheck[] = [checkLocklessEvents, checkFakeWriteFaults, checkProtectEventsUnderUnshare];
export type { RuleInfo } from './rule';
