import type { Fingerprint } from './fingerprint';

/** A map that many states share until one of them changes it (copy on write): most steps of a path change one of a state's maps, or none. */
export class SharedMap<V> implements ReadonlyMap<string, V> {
  protected constructor(protected content: Content<V>) {}

  static empty<V>(): SharedMap<V> {
    return new SharedMap(noContent());
  }

  /** Another map with the same content, which either may change on its own. */
  fork(): SharedMap<V> {
    this.content.owners++;
    return new SharedMap(this.content);
  }

  get size(): number {
    return this.content.map.size;
  }

  get(key: string): V | undefined {
    return this.content.map.get(key);
  }

  has(key: string): boolean {
    return this.content.map.has(key);
  }

  set(key: string, value: V): void {
    this.own();
    this.content.map.set(key, value);
  }

  delete(key: string): void {
    if (!this.content.map.has(key)) return;
    this.own();
    this.content.map.delete(key);
  }

  clear(): void {
    if (this.content.map.size === 0) return;
    this.content.owners--;
    this.content = noContent();
  }

  keys(): MapIterator<string> {
    return this.content.map.keys();
  }

  values(): MapIterator<V> {
    return this.content.map.values();
  }

  entries(): MapIterator<[string, V]> {
    return this.content.map.entries();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.content.map.entries();
  }

  forEach(each: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    this.content.map.forEach(each);
  }

  protected own(): void {
    const { content } = this;
    if (content.owners === 1) return;
    content.owners--;
    this.content = { map: copied(content.map), owners: 1, hash: content.hash, check: content.check };
  }
}

/** A shared map that always knows the sum of its values' fingerprints: whether two of them are equal is seen without looking at what is in them. */
export class SummedMap<V extends Fingerprint> extends SharedMap<V> implements Fingerprint {
  static of<V extends Fingerprint>(map: Map<string, V>): SummedMap<V> {
    let [hash, check] = [0, 0];
    for (const value of map.values()) {
      hash = (hash + value.hash) | 0;
      check = (check + value.check) | 0;
    }
    return new SummedMap({ map, owners: 1, hash, check });
  }

  override fork(): SummedMap<V> {
    this.content.owners++;
    return new SummedMap(this.content);
  }

  get hash(): number {
    return this.content.hash;
  }

  get check(): number {
    return this.content.check;
  }

  override set(key: string, value: V): void {
    const old = this.content.map.get(key);
    if (old === value) return;
    this.own();
    const { content } = this;
    content.hash = (content.hash + value.hash - (old === undefined ? 0 : old.hash)) | 0;
    content.check = (content.check + value.check - (old === undefined ? 0 : old.check)) | 0;
    content.map.set(key, value);
  }

  override delete(key: string): void {
    const old = this.content.map.get(key);
    if (old === undefined) return;
    this.own();
    const { content } = this;
    content.hash = (content.hash - old.hash) | 0;
    content.check = (content.check - old.check) | 0;
    content.map.delete(key);
  }
}

/** What maps share, as long as there is more than one owner. Owners that are forgotten still count: then somebody copies without need. */
interface Content<V> {
  readonly map: Map<string, V>;
  owners: number;
  hash: number;
  check: number;
}

/** Faster than `new Map(map)`, which makes a pair of each entry first. */
function copied<V>(map: ReadonlyMap<string, V>): Map<string, V> {
  const copy = new Map<string, V>();
  const values = map.values();
  for (const key of map.keys()) copy.set(key, values.next().value!);
  return copy;
}

const noContent = <V>(): Content<V> => ({ map: nothing, owners: 2, hash: 0, check: 0 });
/** Never written to: its content has an owner too many. */
const nothing = new Map<string, never>();
