import { randomSource } from '../../scripts/random.mjs';

/** Choices that are the same in every run with this seed. */
export function randomFrom(seed) {
  const next = randomSource(seed);
  return {
    /** 0 to `end` - 1. */
    below: (end) => Math.floor(next() * end),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (probability) => next() < probability,
  };
}
