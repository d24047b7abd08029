/**
 * Outlines of many files as bytes, and back. Reading trusts nothing: what does not fit the text it is for, or is not of the expected
 * shape, is no outline.
 */
import type { Annotation } from '../parser/ir';
import type { FunctionOutline, Outline } from '../parser/types';

/** An outline by the hash of the text that it is of. */
export interface PackedOutline {
  readonly hash: string;
  readonly outline: Outline;
}

/** Outlines that were read from bytes; each is built when it is asked for. */
export interface OutlinePack {
  readonly hashes: readonly string[];
  /** The outline for a text with this hash, and of this length when it is known; undefined when there is none, or none that fits. */
  get(hash: string, length?: number): Outline | undefined;
}

/** Names are written once and then numbers: most are called in many places. */
interface Meta {
  readonly names: readonly string[];
  readonly files: readonly unknown[];
}

/** Where a file's masked text lies, and what was written about it. */
interface Place {
  readonly at: number;
  /** In UTF-16 code units, of which each takes `width` bytes. */
  readonly length: number;
  readonly width: 1 | 2;
  readonly functions: unknown;
  readonly macros: unknown;
}

const annotationKinds: readonly Annotation['kind'][] = ['must_hold', 'acquires', 'releases', 'cond_acquires'];
/** Before the meta data: its length in bytes. */
const headBytes = 4;

/** Layout: length of the meta data, meta data as JSON, then the masked texts one after the other. */
export function packOutlines(entries: readonly PackedOutline[]): Buffer {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = names.push(name) - 1));
    return number;
  };
  const texts: Buffer[] = [];
  const files = entries.map(({ hash, outline: { masked, functions, macros } }) => {
    const latin1 = Buffer.from(masked, 'latin1');
    const wide = latin1.toString('latin1') === masked ? undefined : Buffer.from(masked, 'utf16le');
    texts.push(wide ?? latin1);
    return [
      hash, masked.length, wide === undefined ? 1 : 2,
      functions.map((f) => [
        numberOf(f.name), f.span.start, f.span.end, f.nameSpan.start, f.nameSpan.end, f.bodyStart, f.isStatic ? 1 : 0,
        [...f.calls].map(numberOf),
        f.annotations.map(({ kind, lock }) => [annotationKinds.indexOf(kind), lock]),
      ]),
      [...macros].map(([name, { params, body }]) => [name, params, body]),
    ];
  });
  const meta: Meta = { names, files };
  const json = Buffer.from(JSON.stringify(meta), 'utf8');
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(json.length);
  return Buffer.concat([head, json, ...texts]);
}

/** Reads what `packOutlines` wrote; undefined when the bytes are something else. */
export function readPack(bytes: Buffer): OutlinePack | undefined {
  const meta = readMeta(bytes);
  if (meta === undefined) return undefined;
  const places = new Map<string, Place>();
  let at = headBytes + bytes.readUInt32LE();
  for (const file of meta.files) {
    if (!Array.isArray(file)) return undefined;
    const [hash, length, width, functions, macros] = file as unknown[];
    if (typeof hash !== 'string' || !isCount(length) || (width !== 1 && width !== 2)) return undefined;
    places.set(hash, { at, length, width, functions, macros });
    at += length * width;
  }
  if (at !== bytes.length) return undefined;
  return {
    hashes: [...places.keys()],
    get(hash, wanted) {
      const place = places.get(hash);
      if (place === undefined) return undefined;
      const { length, width, functions, macros } = place;
      if (wanted !== undefined && wanted !== length) return undefined;
      const masked = width === 1 ? bytes.toString('latin1', place.at, place.at + length) : bytes.toString('utf16le', place.at, place.at + 2 * length);
      const read = readFunctions(functions, meta.names, length);
      const defined = readMacros(macros);
      return read && defined && { masked, functions: read, macros: defined };
    },
  };
}

function readMeta(bytes: Buffer): Meta | undefined {
  if (bytes.length < headBytes) return undefined;
  const end = headBytes + bytes.readUInt32LE();
  if (end > bytes.length) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', headBytes, end));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('names' in value) || !('files' in value)) return undefined;
  const { names, files } = value;
  return isStrings(names) && Array.isArray(files) ? { names, files } : undefined;
}

/** All or nothing: a file with half of its functions would be worse than none. */
function readFunctions(value: unknown, names: readonly string[], length: number): FunctionOutline[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const functions: FunctionOutline[] = [];
  let before = 0;
  for (const row of value as unknown[]) {
    if (!Array.isArray(row)) return undefined;
    const [name, start, end, nameStart, nameEnd, bodyStart, isStatic, calls, annotations] = row as unknown[];
    // Compared in this order, each is in the text and behind what comes before it.
    if (!isCount(start) || !isCount(nameStart) || !isCount(nameEnd) || !isCount(bodyStart) || !isCount(end)) return undefined;
    if (start < before || nameStart < start || nameEnd < nameStart || bodyStart < nameEnd || end <= bodyStart || end > length) return undefined;
    before = end;
    const called = readNames(calls, names);
    const claims = readAnnotations(annotations);
    if (!isCount(name) || name >= names.length || (isStatic !== 0 && isStatic !== 1) || called === undefined || claims === undefined) return undefined;
    functions.push({
      name: names[name]!, span: { start, end }, nameSpan: { start: nameStart, end: nameEnd }, bodyStart, isStatic: isStatic === 1, calls: called, annotations: claims,
    });
  }
  return functions;
}

function readNames(value: unknown, names: readonly string[]): ReadonlySet<string> | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = new Set<string>();
  for (const number of value as unknown[]) {
    if (!isCount(number) || number >= names.length) return undefined;
    found.add(names[number]!);
  }
  return found;
}

function readAnnotations(value: unknown): Annotation[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found: Annotation[] = [];
  for (const row of value as unknown[]) {
    if (!Array.isArray(row)) return undefined;
    const [number, lock] = row as unknown[];
    const kind = isCount(number) ? annotationKinds[number] : undefined;
    if (kind === undefined || typeof lock !== 'string') return undefined;
    found.push({ kind, lock });
  }
  return found;
}

function readMacros(value: unknown): Outline['macros'] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = new Map<string, { params: readonly string[]; body: string }>();
  for (const row of value as unknown[]) {
    if (!Array.isArray(row)) return undefined;
    const [name, params, body] = row as unknown[];
    if (typeof name !== 'string' || !isStrings(params) || typeof body !== 'string') return undefined;
    found.set(name, { params, body });
  }
  return found;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
