/** All rules, in the order in which they are listed. */
import { checkFakeWriteFaults, checkProtectEventsUnderUnshare, fakeWriteFault } from './fake-write-fault';
import { checkFilledHoles, holeFilledUnderUffd } from './hole-filled-under-uffd';
import { checkLocklessEvents, locklessPteToUserfault } from './lockless-pte-to-userfault';
import type { CreateCheck, RuleInfo } from './rule';
import { checkLostBits, uffdWpBitLost } from './uffd-wp-bit-lost';
import { checkRepeatedChecks, uffdWpCheckNotRepeated } from './uffd-wp-check-not-repeated';

export const rules: readonly RuleInfo[] = [locklessPteToUserfault, uffdWpCheckNotRepeated, uffdWpBitLost, holeFilledUnderUffd, fakeWriteFault];
export const checks: readonly CreateCheck[] = [checkLocklessEvents, checkRepeatedChecks, checkLostBits, checkFilledHoles, checkFakeWriteFaults, checkProtectEventsUnderUnshare];
export type { RuleInfo } from './rule';
