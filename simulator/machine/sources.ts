/**
 * Parses the C text of scenarios and library threads. What was read is remembered: the variants of a scenario have the same functions at the same
 * places but for one or two, for the lines of the others are blank.
 */
import type { FunctionIR, Span } from '../../parser/ir';
import { lowerFunction } from '../../parser/lower';
import { scan } from '../../parser/scan';
import type { ParserBackend } from '../../parser/types';
import type { Problem } from '../litmus/problem';
import type { Source } from './lowering';

/** Reads a file, of which `body` is the C text. */
export function readSource(file: string | undefined, body: string, backend: ParserBackend, problems: Problem[]): Source {
  let known = knownTo.get(backend);
  if (!known) knownTo.set(backend, (known = { files: new Map(), functions: new Map() }));
  const { functions } = known;
  const read = remembered(known.files, mostFiles, `${file ?? ''}\0${body}`, () => parse(file, body, backend, functions));
  problems.push(...read.problems);
  return read.source;
}

interface Read {
  readonly source: Source;
  readonly problems: readonly Problem[];
}

/** What a back end has read. */
interface Known {
  readonly files: Map<string, Read>;
  readonly functions: Map<string, FunctionIR>;
}

const knownTo = new WeakMap<ParserBackend, Known>();
/** So many texts and functions are remembered. An editor asks for a new text with every key. */
const mostFiles = 64;
const mostFunctions = 512;

/** The value of a key, made when it is not there; the oldest one goes when there are too many. */
function remembered<T>(values: Map<string, T>, most: number, key: string, make: () => T): T {
  let value = values.get(key);
  if (value !== undefined) return value;
  value = make();
  const [oldest] = values.keys();
  if (values.size >= most && oldest !== undefined) values.delete(oldest);
  values.set(key, value);
  return value;
}

function parse(file: string | undefined, body: string, backend: ParserBackend, known: Map<string, FunctionIR>): Read {
  const problems: Problem[] = [];
  // Threads have no return type, as in herd; the parser wants one.
  const inserted: number[] = [];
  const heads = /^([ \t]*)(P\d*)(?=[ \t]*\()/gm;
  const typed = body.replace(heads, (_, indent: string, name: string, offset: number) => {
    inserted.push(offset + indent.length + inserted.length * prefix.length);
    return `${indent}${prefix}${name}`;
  });
  const original = (offset: number): number => offset - inserted.filter((at) => at < offset).length * prefix.length;
  const outline = scan(typed);
  const functions = new Map<string, FunctionIR>();
  for (const found of outline.functions) {
    const { start, end } = found.span;
    const text = `${typed.slice(start, end)}\0${outline.masked.slice(start, end)}`;
    const ir = remembered(known, mostFunctions, `${start} ${original(start)} ${text}`, () => moveSpans(lowerFunction(backend, { original: typed, masked: outline.masked }, found), original));
    functions.set(ir.name, ir);
    const unread = ir.nodes.find((node) => node.kind === 'unknown');
    if (unread) problems.push({ offset: unread.span.start, end: unread.span.end, message: 'this cannot be read as C' });
    else if (ir.incomplete) problems.push({ offset: ir.nameSpan.start, message: `${ir.name} cannot be read as C` });
  }
  return { source: { file, text: body, functions, enumerators: readEnumerators(body) }, problems };
}
const prefix = 'void ';

/** A copy of the function with its spans moved to the offsets of the file. */
function moveSpans(ir: FunctionIR, original: (offset: number) => number): FunctionIR {
  const move = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(move);
    if (isSpan(value)) return { start: original(value.start), end: original(value.end) };
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) copy[key] = move((value as Record<string, unknown>)[key]);
    return copy;
  };
  return move(ir) as FunctionIR;
}

function isSpan(value: object): value is Span {
  return 'start' in value && 'end' in value && Object.keys(value).length === 2;
}

/** `enum { A, B = 3, C };` at the top of the file. */
function readEnumerators(body: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const match of body.matchAll(/\benum\s*\w*\s*\{([^}]*)\}/g)) {
    let next = 0;
    for (const item of match[1]!.replace(/\/\*[^]*?\*\//g, '').split(',')) {
      const parts = /^\s*(\w+)\s*(?:=\s*(-?\s*\d+)\s*)?$/.exec(item);
      if (!parts) continue;
      if (parts[2] !== undefined) next = Number(parts[2].replace(/\s/g, '')) & 0xffff;
      found.set(parts[1]!, next);
      next = (next + 1) & 0xffff;
    }
  }
  return found;
}
