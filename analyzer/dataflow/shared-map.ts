/** A map that many states share until one of them changes it (copy on write): most steps of a path change one of a state's maps, or none. */
export class SharedMap<V> implements ReadonlyMap<string, V> {
  private constructor(private content: Map<string, V>, private isShared: boolean) {}

  static of<V>(content: Map<string, V>): SharedMap<V> {
    return new SharedMap(content, false);
  }

  static empty<V>(): SharedMap<V> {
    return new SharedMap(nothing, true);
  }

  /** Another map with the same content, which either may change on its own. */
  fork(): SharedMap<V> {
    this.isShared = true;
    return new SharedMap(this.content, true);
  }

  get size(): number {
    return this.content.size;
  }

  get(key: string): V | undefined {
    return this.content.get(key);
  }

  has(key: string): boolean {
    return this.content.has(key);
  }

  set(key: string, value: V): void {
    this.own();
    this.content.set(key, value);
  }

  delete(key: string): void {
    if (!this.content.has(key)) return;
    this.own();
    this.content.delete(key);
  }

  clear(): void {
    if (this.content.size === 0) return;
    this.content = nothing;
    this.isShared = true;
  }

  keys(): MapIterator<string> {
    return this.content.keys();
  }

  values(): MapIterator<V> {
    return this.content.values();
  }

  entries(): MapIterator<[string, V]> {
    return this.content.entries();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.content.entries();
  }

  forEach(each: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    this.content.forEach(each);
  }

  private own(): void {
    if (!this.isShared) return;
    this.content = new Map(this.content);
    this.isShared = false;
  }
}

/** Never written to: whoever has it takes it for shared. */
const nothing = new Map<string, never>();
