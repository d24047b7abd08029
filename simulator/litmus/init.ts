/** The init block: C declarations of shared objects, with `ghost` for those that only properties read. */
import { objectTypes } from '../machine/objects';
import { constants, pageMask, pageShift } from '../machine/values';
import type { Declaration } from '../machine/world';
import { unknownWord, wordingOf, type Problem, type Wording } from './problem';
import type { Piece } from './source';

/** Addresses are 8 bits wide, and two of them mean something else in a page cache; threads need a word each. */
const mostWords = 240;

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** A value as it is written, and where its element or field begins. */
interface Value {
  readonly element: number;
  readonly field: string;
  readonly offset: number;
  readonly tokens: readonly Token[];
}

/** A value that is known only when all objects have their places: the address of an object, or a number. */
type Initial = { readonly element: number; readonly field: string; readonly value: number };

/**
 * Reads declarations such as `pte_t pte[2] __guarded_by(ptl) = { PTE_PRESENT | PTE_WRITE, PTE_NONE };`. `page(x)` in an entry's value is the folio x,
 * `&x` in a page cache is its address.
 */
export function readInit(piece: Piece, enumerators: ReadonlyMap<string, number>, problems: Problem[]): Declaration[] {
  const tokens = tokenize(piece);
  const declarations: (Omit<Declaration, 'initial'> & { values: Value[] })[] = [];
  let at = 0;
  const peek = (): Token | undefined => tokens[at];
  const end = piece.offset + piece.text.length;
  const complain = (said: string | Wording, token = peek()): void => {
    problems.push({ offset: token?.offset ?? end, ...wordingOf(said) });
    while (at < tokens.length && tokens[at]!.text !== ';') at++;
    at++;
  };
  const take = (text: string): boolean => (peek()?.text === text ? (at++, true) : false);

  while (at < tokens.length) {
    if (take(';')) continue;
    const isGhost = take('ghost');
    const first = tokens[at++]!;
    let type = first.text;
    if (type === 'struct' || (type === 'unsigned' && peek()?.text === 'long')) type += ` ${tokens[at++]?.text ?? ''}`;
    if (!objectTypes.has(type)) {
      complain(unknownWord(`${type} is no type of shared objects`, type, [...objectTypes.keys()]), first);
      continue;
    }
    const name = tokens[at++];
    if (!name || !/^[A-Za-z_]\w*$/.test(name.text)) {
      complain(`a name is missing after ${type}`, name);
      continue;
    }
    let count: number | undefined;
    if (take('[')) {
      const size = tokens[at++];
      count = Number(size?.text);
      if (!Number.isInteger(count) || count < 1 || count > 16 || !take(']')) {
        complain(`${name.text} wants a number of elements from 1 to 16`, size);
        continue;
      }
    }
    let guardedBy: string | undefined;
    let maps: string | undefined;
    let isBroken = false;
    for (let attribute = peek(); attribute && /^__\w+$/.test(attribute.text); attribute = peek()) {
      at++;
      const open = take('(');
      const target = tokens[at++];
      if (!open || !target || !take(')')) {
        complain(`${attribute.text}(name) is what belongs here`, attribute);
        isBroken = true;
        break;
      }
      if (attribute.text === '__guarded_by') guardedBy = target.text;
      else if (attribute.text === '__maps') maps = target.text;
      else problems.push({ offset: attribute.offset, ...unknownWord(`unknown attribute ${attribute.text}`, attribute.text, ['__guarded_by', '__maps']) });
    }
    if (isBroken) continue;
    const values: Value[] = [];
    if (take('=')) readValues(values, count);
    if (!take(';')) {
      complain(`; is missing after ${name.text}`);
      continue;
    }
    if (declarations.some((d) => d.name === name.text)) problems.push({ offset: name.offset, message: `${name.text} is declared twice` });
    else declarations.push({ name: name.text, type, count, isGhost, guardedBy, maps, offset: name.offset, values });
  }

  for (const d of declarations) {
    const lock = declarations.find((other) => other.name === d.guardedBy);
    if (d.guardedBy !== undefined && lock?.type !== 'spinlock_t') problems.push({ offset: d.offset, ...unknownWord(`unknown lock ${d.guardedBy}`, d.guardedBy, declarations.filter((o) => o.type === 'spinlock_t').map((o) => o.name)) });
    if (d.maps !== undefined && declarations.find((other) => other.name === d.maps)?.type !== 'pte_t') problems.push({ offset: d.offset, ...unknownWord(`${d.name} maps ${d.maps}, which is no page table`, d.maps, declarations.filter((o) => o.type === 'pte_t').map((o) => o.name)) });
  }
  const addresses = addressesOf(declarations);
  if (declarations.reduce((sum, d) => sum + (d.isGhost ? 0 : (d.count ?? 1) * objectTypes.get(d.type)!.length), 0) > mostWords) problems.push({ offset: piece.offset, message: `too many shared objects: ${mostWords} words are the most` });
  const folioNames = declarations.filter((d) => d.type === 'struct folio' || d.type === 'struct page').map((d) => d.name);
  if (folioNames.length > pageMask >> pageShift) problems.push({ offset: piece.offset, message: `${pageMask >> pageShift} folios and pages are the most` });
  return declarations.map(({ values, ...rest }) => ({ ...rest, initial: values.flatMap((v): Initial[] => {
    const fields = objectTypes.get(rest.type)!;
    const field = fields.find((f) => f.name === v.field);
    if (!field) {
      problems.push(v.field === ''
        ? { offset: v.tokens[0]?.offset ?? rest.offset, message: `${rest.name} is initialised by field: { .${fields[0]!.name} = ... }` }
        : { offset: v.offset, ...unknownWord(`${rest.type} has no field ${v.field}`, v.field, fields.map((f) => f.name)) });
      return [];
    }
    const value = valueOf(v.tokens, rest.offset);
    const bits = field.bits ?? (field.kind === 'int' ? 16 : 0);
    if (value !== undefined && bits > 0 && value >= 2 ** bits) problems.push({ offset: v.tokens[0]?.offset ?? rest.offset, message: `${value} does not fit: this is ${bits} ${bits === 1 ? 'bit' : 'bits'} wide` });
    if (value !== undefined && value !== 0 && bits === 0) problems.push({ offset: v.tokens[0]?.offset ?? rest.offset, message: 'locks are free at the beginning' });
    return value === undefined ? [] : [{ element: v.element, field: v.field, value }];
  }) }));

  /** `= value`, `= { a, b }`, `= { .field = value }`. */
  function readValues(values: Value[], count: number | undefined): void {
    const until = (stops: readonly string[]): Token[] => {
      const found: Token[] = [];
      for (let depth = 0, token = peek(); token && (depth > 0 || !stops.includes(token.text)); token = peek()) {
        if (token.text === '(') depth++;
        if (token.text === ')') depth--;
        found.push(token);
        at++;
      }
      return found;
    };
    if (!take('{')) {
      values.push({ element: 0, field: '', offset: peek()?.offset ?? end, tokens: until([';']) });
      return;
    }
    for (let element = 0; at < tokens.length && !take('}'); element++) {
      if (peek()?.text === '{' || (peek()?.text === '.' && count !== undefined)) {
        problems.push({ offset: peek()!.offset, message: 'elements with fields are not read: declare the objects one by one' });
        until(['}', ';']);
      } else if (take('.')) {
        const field = tokens[at++];
        take('=');
        values.push({ element: 0, field: field?.text ?? '', offset: field?.offset ?? end, tokens: until([',', '}', ';']) });
      } else {
        const offset = peek()?.offset ?? end;
        if (element >= (count ?? 1)) problems.push({ offset, message: `more values than elements` });
        values.push({ element, field: '', offset, tokens: until([',', '}', ';']) });
      }
      if (!take(',') && peek()?.text !== '}') break;
    }
  }

  /** A sum of constants: `A | B | page(x)`, `&x`, numbers. */
  function valueOf(parts: readonly Token[], fallback: number): number | undefined {
    let value = 0;
    let isExpected = true;
    for (let i = 0; i < parts.length; i++) {
      const token = parts[i]!;
      if (token.text === '|') {
        isExpected = true;
        continue;
      }
      if (!isExpected) return bad(token, `a | is missing before ${token.text}`);
      isExpected = false;
      if (token.text === 'page' && parts[i + 1]?.text === '(') {
        const index = folioNames.indexOf(parts[i + 2]?.text ?? '');
        if (index < 0) return bad(token, unknownWord('page(...) wants a folio of this block', parts[i + 2]?.text ?? '', folioNames));
        value |= (index + 1) << pageShift;
        i += 3;
      } else if (token.text === '&' || addresses.has(token.text)) {
        const name = token.text === '&' ? parts[++i] : token;
        const address = addresses.get(name?.text ?? '');
        if (address === undefined) return bad(name ?? token, unknownWord(`${name?.text ?? 'this'} is no object of this block`, name?.text ?? '', [...addresses.keys()]));
        value |= address;
      } else {
        const known = /^\d+$/.test(token.text) ? Number(token.text) : enumerators.get(token.text) ?? constants.get(token.text);
        if (known === undefined) return bad(token, unknownWord(`${token.text} is no value`, token.text, [...constants.keys(), ...enumerators.keys()]));
        value |= known;
      }
    }
    if (parts.length === 0) return bad(undefined, 'a value is missing');
    return value;

    function bad(token: Token | undefined, said: string | Wording): undefined {
      problems.push({ offset: token?.offset ?? fallback, ...wordingOf(said) });
      return undefined;
    }
  }
}

/** Objects lie one after the other, in the order of their declarations; ghosts have no address that code could use. */
function addressesOf(declarations: readonly { readonly name: string; readonly type: string; readonly count: number | undefined; readonly isGhost: boolean }[]): Map<string, number> {
  const addresses = new Map<string, number>();
  let next = 1;
  for (const d of declarations) {
    if (d.isGhost) continue;
    addresses.set(d.name, next);
    next += (d.count ?? 1) * objectTypes.get(d.type)!.length;
  }
  return addresses;
}

function tokenize(piece: Piece): Token[] {
  const text = piece.text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
  return [...text.matchAll(/[A-Za-z_]\w*|\d+|[^\s\w]/g)].map((match) => ({ text: match[0], offset: piece.offset + match.index }));
}
