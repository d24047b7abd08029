/** The fix of each rule that has one. */
import type { Fixer } from './fix';
import { fakeWriteFault } from '../rules/fake-write-fault';
import { locklessPteToUserfault } from '../rules/lockless-pte-to-userfault';
import { uffdWpBitLost } from '../rules/uffd-wp-bit-lost';
import { uffdWpCheckNotRepeated } from '../rules/uffd-wp-check-not-repeated';
import { fixFakeWriteFault } from './fake-write-fault';
import { fixLocklessEvent } from './lockless-pte-to-userfault';
import { fixLostBit } from './uffd-wp-bit-lost';
import { fixCheckNotRepeated } from './uffd-wp-check-not-repeated';

/** A rule that is missing here has none: holes of a file need an order of steps that no edit of one place brings about. */
export const fixers: ReadonlyMap<string, Fixer> = new Map([
  [locklessPteToUserfault.name, fixLocklessEvent],
  [uffdWpCheckNotRepeated.name, fixCheckNotRepeated],
  [uffdWpBitLost.name, fixLostBit],
  [fakeWriteFault.name, fixFakeWriteFault],
]);
