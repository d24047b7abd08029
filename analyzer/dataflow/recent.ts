/**
 * What was made lately from two things, so that whoever makes the same again gets the same object and not an equal one: whatever is kept with the object
 * is then found again, and most comparisons of keys end at once. A cache of limited size, and nothing may depend on what it holds.
 */
export class Recent<A, B, V> {
  private readonly made = new Map<A, Map<B, V>>();
  private size = 0;

  get(a: A, b: B): V | undefined {
    return this.made.get(a)?.get(b);
  }

  put<W extends V>(a: A, b: B, value: W): W {
    if (this.size++ >= limit) {
      this.made.clear();
      this.size = 1;
    }
    const row = this.made.get(a);
    if (row) row.set(b, value);
    else this.made.set(a, new Map<B, V>([[b, value]]));
    return value;
  }
}

const limit = 4096;
