/**
 * Fingerprints of texts and of what is put together from them: two 32-bit numbers that are equal for what is equal, and differ otherwise (but for
 * one pair in 2^53). A state that was seen before is found by the sum of its parts' fingerprints, in no order, without a text of all of them
 * (Wolper, Leroy: Reliable Hashing without Collision Detection).
 */
export interface Fingerprint {
  readonly hash: number;
  readonly check: number;
}

const multiplier = 0x01000193;
const otherMultiplier = 0x5bd1e995;

/** The two halves are made in one loop each: numbers of 32 bits need no memory. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), multiplier);
  return spread(hash);
}

export function checkOf(text: string): number {
  let hash = 0x2f0b4a27 | 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), otherMultiplier);
    hash ^= hash >>> 15;
  }
  return spread(hash);
}

/** One half of the fingerprint of a pair, whose order counts. */
export const combine = (a: number, b: number): number => spread(Math.imul(a, 31) + b);

/** Makes all bits depend on all bits, so that sums tell apart what they were made from (the last step of MurmurHash3). */
export function spread(n: number): number {
  let h = n ^ (n >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A bound of an interval. */
export function hashOfNumber(n: number): number {
  return (n | 0) === n ? spread(n ^ 0x1b873593) : hashOf(String(n));
}

/** Both halves as one number, of 53 bits. */
export const joined = (hash: number, check: number): number => (hash >>> 0) * 0x200000 + (check >>> 11);
