/**
 * What was made lately from two things, so that whoever makes the same again gets the same object and not an equal one: whatever is kept with the object
 * is then found again, and most comparisons of keys end at once. A cache of limited size, and nothing may depend on what it holds.
 */
export class Recent<A, B, V> {
  private readonly made = new Map<A, Map<B, V>>();
  private size = 0;

  constructor() {
    every.push(this);
  }

  get(a: A, b: B): V | undefined {
    return this.made.get(a)?.get(b);
  }

  put<W extends V>(a: A, b: B, value: W): W {
    if (this.size >= limit) this.clear();
    this.size++;
    const row = this.made.get(a);
    if (row) row.set(b, value);
    else this.made.set(a, new Map<B, V>([[b, value]]));
    return value;
  }

  clear(): void {
    this.made.clear();
    this.size = 0;
  }
}

const limit = 4096;

/** They live as long as the program does. */
const every: { clear(): void }[] = [];

/** Empties all of them. What they hold keeps the functions that it is about, with their bodies, also those that have been edited since. */
export function forgetRecent(): void {
  for (const recent of every) recent.clear();
}
