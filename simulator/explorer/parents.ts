/**
 * From which state each state was discovered. States are numbered in the order of discovery and expanded in that order, so parents never decrease;
 * hence two bits per state are enough: for every expanded state as many ones as it discovered states, and a zero.
 */
const BLOCK_BITS = 14;
const BLOCK = 1 << BLOCK_BITS;
/** The position of every so many-th one is kept, to begin counting there. */
const SAMPLE = 512;

export class Parents {
  private readonly blocks: Uint32Array[] = [];
  private readonly samples: number[] = [];
  private length = 0;
  private ones = 0;

  /** The next state in order has been expanded, and so many new states were discovered from it. */
  push(discovered: number): void {
    for (let child = 0; child < discovered; child++) {
      if (this.ones % SAMPLE === 0) this.samples.push(this.length);
      this.ones++;
      this.bit(1);
    }
    this.bit(0);
  }

  /** The state from which a state other than the first was discovered. */
  of(state: number): number {
    // State 0 was not discovered from any, so state i has the one with i - 1 ones before it, and its parent is the number of zeros before that.
    let left = (state - 1) % SAMPLE;
    let position = this.samples[Math.floor((state - 1) / SAMPLE)]!;
    while (left > 0 || !this.at(position)) {
      if (this.at(position)) left--;
      position++;
    }
    return position - (state - 1);
  }

  get bytes(): number {
    return this.blocks.length * BLOCK * 4 + this.samples.length * 8;
  }

  private at(position: number): boolean {
    return ((this.blocks[Math.floor(position / (BLOCK * 32))]![(position >>> 5) & (BLOCK - 1)]! >>> (position & 31)) & 1) === 1;
  }

  private bit(value: number): void {
    const word = (this.length >>> 5) & (BLOCK - 1);
    if (word === 0 && (this.length & 31) === 0) this.blocks.push(new Uint32Array(BLOCK));
    if (value === 1) this.blocks.at(-1)![word]! |= 1 << (this.length & 31);
    this.length++;
  }
}
