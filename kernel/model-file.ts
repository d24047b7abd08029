/**
 * Reads a model file (`.mm-review.json`): entries that a kernel tree adds to the model or puts in the place of built-in ones. JSON with comments and
 * trailing commas. Whatever the text is, what comes back are the entries that are right and a problem for everything that is not.
 */
import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { anyArity } from './build';
import { declarationLimit, parseDeclaration, type Declaration } from './declaration';
import { effectRows, type EffectField, type EffectRow } from './effect-fields';
import { createReport, maximumProblems, modelFileName, type ModelProblem, type Place, type Report } from './model-problems';
import { didYouMean } from './suggest';
import type { Contract, Effect, LockSource, Primitive, Shape } from './types';

/** What a model file may have at most, in characters. */
export const modelFileLimit = 1024 * 1024;

export interface ModelFile {
  readonly entries: readonly Primitive[];
  /** In the order of the text. */
  readonly problems: readonly ModelProblem[];
}

/** The fields of an entry that do not depend on its effect. `contract` has those of `Contract`. */
export const entryFields = {
  function: 'How the function or macro is declared, with names for its arguments: `pte_t *foo_lock(struct mm_struct *mm, spinlock_t **ptlp)` or `foo_lock(mm, ptlp)`.',
  effect: 'What a call does.',
  meaning: 'What it means, in one sentence, for the hover.',
  pitfall: 'What people get wrong with it, for the hover.',
  contract: 'What must hold for a call, in words, for the hover.',
} as const;

export const contractFields: { readonly [K in keyof Required<Contract>]: { readonly is: 'text' | 'flag'; readonly says: string } } = {
  needs: { is: 'text', says: 'Locks that must be held.' },
  takes: { is: 'text', says: 'Locks that it takes.' },
  releases: { is: 'text', says: 'Locks that it drops.' },
  sleeps: { is: 'flag', says: 'It may sleep.' },
  stale: { is: 'text', says: 'What may be stale when it returns.' },
};

/** The notations of a lock: `return`, `ptl`, `*ptlp`, `walk->ptl`. */
export const lockNotations: Readonly<Record<LockSource['from'], string>> = {
  arg: '^(?!return$)[A-Za-z_]\\w*$',
  out: '^\\*\\s*[A-Za-z_]\\w*$',
  result: '^return$',
  field: '^[A-Za-z_]\\w*\\s*->\\s*[A-Za-z_]\\w*$',
};

/** Deeper than this no model file is; the parser works recursively. */
const maximumDepth = 32;

/** Never throws. An entry that has a problem is left out. */
export function readModelFile(text: string): ModelFile {
  const report = createReport(text);
  const entries = new Reader(report).read(text);
  return { entries, problems: report.problems() };
}

/** For a file that could not be read at all: what is wrong with it, said at its beginning. */
export function unreadableModelFile(why: string): ModelFile {
  return { entries: [], problems: [{ line: 1, column: 1, endLine: 1, endColumn: 1, message: `the file is not used: ${why}` }] };
}

type Members = ReadonlyMap<string, { readonly key: Node; readonly value: Node }>;

class Reader {
  private errors: readonly ParseError[] = [];

  constructor(private readonly report: Report) {}

  read(text: string): Primitive[] {
    const root = this.parse(text);
    if (root === undefined) return [];
    if (root.type !== 'object') {
      this.report.add(root, `an object is expected here: { "primitives": [ ... ] }`);
      return [];
    }
    const members = this.members(root);
    this.reportUnknown(members, ['$schema', 'primitives'], (name) => `unknown field '${short(name)}'`);
    const schema = members.get('$schema');
    if (schema !== undefined && schema.value.type !== 'string') this.report.add(schema.value, `'$schema' is a text`);
    const list = members.get('primitives')?.value;
    if (list === undefined) return [];
    if (list.type !== 'array') {
      this.report.add(list, `'primitives' is a list: [ ... ]`);
      return [];
    }
    const entries = new Map<string, Primitive>();
    for (const node of list.children ?? []) {
      const entry = this.entry(node);
      if (entry !== undefined) this.enter(entries, node, entry);
    }
    return [...entries.values()];
  }

  private parse(text: string): Node | undefined {
    if (text.length > modelFileLimit) {
      this.report.add({ offset: 0, length: 0 }, 'the file is not used: it is too large');
      return undefined;
    }
    const foreign = text.indexOf('\ufffd');
    if (foreign >= 0) this.report.add({ offset: foreign, length: 1 }, 'this character cannot be read; the file has to be UTF-8');
    // Some editors begin a file with a mark that is no part of JSON.
    const readable = text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
    const deep = tooDeep(readable);
    if (deep !== undefined) {
      this.report.add(deep, 'the file is not used: it is nested too deeply');
      return undefined;
    }
    const errors: ParseError[] = [];
    const root = parseTree(readable, errors, { allowTrailingComma: true });
    for (const error of errors) this.report.add(error, syntaxErrors[printParseErrorCode(error.error)] ?? 'this cannot be read');
    this.errors = errors;
    // So many that the rest is no model file either.
    return errors.length > maximumProblems ? undefined : root;
  }

  /** The same function with another number of arguments is one more signature of it. */
  private enter(entries: Map<string, Primitive>, node: Node, entry: Primitive): void {
    const before = entries.get(entry.name);
    const [shape] = entry.shapes;
    if (before?.shapes.some((known) => known.arity === shape?.arity)) {
      this.report.add(this.members(node).get('function')?.value ?? node, `${entry.name}() with ${argumentCount(shape?.arity ?? 0)} is described twice; the first entry counts`);
      return;
    }
    entries.set(entry.name, before === undefined ? entry : { ...before, shapes: [...before.shapes, ...entry.shapes] });
  }

  private entry(node: Node): Primitive | undefined {
    if (node.type !== 'object') {
      this.report.add(node, `an entry is an object: { "function": ..., "effect": ... }`);
      return undefined;
    }
    const before = this.report.count;
    const members = this.members(node);
    const declaration = this.declaration(node, members);
    const shape = this.shape(node, members, declaration);
    const notes = {
      meaning: this.text(members, 'meaning') ?? shape?.says ?? '',
      pitfall: this.text(members, 'pitfall'),
      contract: this.contract(members),
    };
    if (declaration === undefined || shape === undefined || this.report.count > before || this.isTorn(node)) return undefined;
    const { pitfall, contract, meaning } = notes;
    return {
      name: declaration.name, area: 'page-table', shapes: [{ arity: shape.arity, effect: shape.effect }], meaning, source: modelFileName,
      ...(pitfall !== undefined && { pitfall }), ...(contract !== undefined && { contract }),
    };
  }

  private declaration(node: Node, members: Members): Declaration | undefined {
    const text = this.text(members, 'function');
    if (text === undefined) {
      if (!members.has('function')) this.report.add(head(node), `'function' is missing: how it is declared, such as "pte_t *foo_lock(struct mm_struct *mm, spinlock_t **ptlp)"`);
      return undefined;
    }
    const declaration = text.length > declarationLimit ? 'this is too long for a declaration' : parseDeclaration(text);
    if (typeof declaration !== 'string') return declaration;
    this.report.add(members.get('function')?.value ?? node, `${declaration}; write it as in C, such as "pte_t foo_get(pte_t *ptep)" or "foo_get(ptep)"`);
    return undefined;
  }

  private shape(node: Node, members: Members, declaration: Declaration | undefined): (Shape & { readonly says: string }) | undefined {
    const op = this.text(members, 'effect');
    const row = op === undefined ? undefined : effectRows.get(op);
    if (op === undefined || row === undefined) {
      this.reportUnknown(members, [...Object.keys(entryFields), ...allFields], (name) => `unknown field '${short(name)}'`);
      if (!members.has('effect')) this.report.add(head(node), `'effect' is missing: what a call does, such as "read" or "acquire"`);
      const at = members.get('effect')?.value;
      if (op !== undefined && at !== undefined) this.report.add(at, `unknown effect '${short(op)}'${didYouMean(op, [...effectRows.keys()])}`);
      return undefined;
    }
    const fields = Object.keys(row.fields);
    this.reportUnknown(members, [...Object.keys(entryFields), ...fields], (name) => (isField(name) ? `'${name}' does not go with effect '${op}'` : `unknown field '${short(name)}'`));
    const before = this.report.count;
    const values = fields.map((name) => [name, this.field(node, members, name, row, op, declaration)] as const);
    if (declaration === undefined || this.report.count > before) return undefined;
    // The rows say of each field which type it has, and the compiler holds them to the vocabulary.
    const effect = Object.fromEntries([['op', op], ...values.filter(([, value]) => value !== undefined)]) as Effect;
    if (effect.op === 'range' && effect.max !== undefined && effect.max < effect.min) {
      this.report.add(members.get('max')?.value ?? node, `'max' is less than 'min'`);
      return undefined;
    }
    return { arity: declaration.open ? anyArity : declaration.params.length, effect, says: row.says };
  }

  private field(node: Node, members: Members, name: string, row: EffectRow, op: string, declaration: Declaration | undefined): unknown {
    const field = row.fields[name]!;
    const value = members.get(name)?.value;
    if (value !== undefined) return this.value(value, name, field, declaration);
    if (field.is === 'flag') return false;
    if (!('optional' in field)) this.report.add(members.get('effect')?.value ?? node, `effect '${op}' needs '${name}'. ${field.says}`);
    return undefined;
  }

  private value(node: Node, name: string, field: EffectField, declaration: Declaration | undefined): unknown {
    const fail = (message: string): undefined => {
      this.report.add(node, message);
      return undefined;
    };
    const given: unknown = node.value;
    switch (field.is) {
      case 'flag': return typeof given === 'boolean' ? given : fail(`'${name}' is true or false`);
      case 'integer': return Number.isSafeInteger(given) ? given : fail(`'${name}' is an integer`);
      case 'text': return typeof given === 'string' && given.trim() !== '' ? given : fail(`'${name}' is a text`);
      case 'choice':
        if (typeof given === 'string' && Object.hasOwn(field.of, given)) return given;
        return fail(`'${name}' is ${listed(Object.keys(field.of))}${typeof given === 'string' ? `, not '${short(given)}'${didYouMean(given, Object.keys(field.of))}` : ''}`);
      case 'argument': return this.argument(node, declaration);
      case 'arguments': {
        const items = node.type === 'array' ? node.children ?? [] : undefined;
        if (items === undefined || (field.two && items.length !== 2)) return fail(`'${name}' is a list of ${field.two ? 'two arguments' : 'arguments'}: [${(field.two ? ['"a"', '"b"'] : ['"a"']).join(', ')}]`);
        return items.map((item) => this.argument(item, declaration));
      }
      case 'lock': return this.lock(node, name, field.from, declaration);
    }
  }

  /** Position of an argument that is given by its name. */
  private argument(node: Node, declaration: Declaration | undefined, part?: string): number | undefined {
    const given: unknown = part ?? node.value;
    if (typeof given !== 'string') {
      this.report.add(node, `an argument is given by its name in 'function'${declaration !== undefined && declaration.params.length > 0 ? `: ${listed(declaration.params.map((param) => `"${param}"`))}` : ''}`);
      return undefined;
    }
    if (declaration === undefined) return undefined;
    const index = declaration.params.indexOf(given);
    if (index >= 0) return index;
    const near = didYouMean(given, declaration.params);
    const known = declaration.params.length === 0 ? '; it has none' : `; it has ${declaration.params.map(short).join(', ')}`;
    this.report.add(node, `${short(declaration.name)}() has no argument '${short(given)}'${near === '' ? known : near}`);
    return undefined;
  }

  private lock(node: Node, name: string, from: readonly LockSource['from'][], declaration: Declaration | undefined): LockSource | undefined {
    const text: unknown = node.value;
    const form = typeof text === 'string' ? from.find((each) => new RegExp(lockNotations[each]).test(text)) : undefined;
    if (typeof text !== 'string' || form === undefined) {
      this.report.add(node, `'${name}' is ${listed(from.map((each) => lockExamples[each]))}`);
      return undefined;
    }
    if (form === 'result') return { from: form };
    const [argument = '', field = ''] = text.split('->').map((part) => part.replace('*', '').trim());
    const index = this.argument(node, declaration, argument);
    if (index === undefined) return undefined;
    return form === 'field' ? { from: form, index, field } : { from: form, index };
  }

  private contract(members: Members): Contract | undefined {
    const node = members.get('contract')?.value;
    if (node === undefined) return undefined;
    if (node.type !== 'object') {
      this.report.add(node, `'contract' is an object: { "needs": "..." }`);
      return undefined;
    }
    const inner = this.members(node);
    this.reportUnknown(inner, Object.keys(contractFields), (name) => `unknown field '${short(name)}'`);
    const values = [...inner].filter(([name]) => Object.hasOwn(contractFields, name)).map(([name, { value }]) => [name, this.value(value, name, contractFields[name as keyof Contract], undefined)]);
    return Object.fromEntries(values) as Contract;
  }

  /** A field whose value has to be a text, if it is there. */
  private text(members: Members, name: keyof typeof entryFields): string | undefined {
    const node = members.get(name)?.value;
    if (node === undefined) return undefined;
    if (typeof node.value === 'string' && node.value.trim() !== '') return node.value;
    this.report.add(node, `'${name}' is a text`);
    return undefined;
  }

  /** Members of an object that have a value. */
  private members(node: Node): Members {
    const members = new Map<string, { key: Node; value: Node }>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      if (key === undefined || value === undefined) continue;
      const name = String(key.value);
      if (members.has(name)) this.report.add(key, `'${short(name)}' is given twice`);
      else members.set(name, { key, value });
    }
    return members;
  }

  private reportUnknown(members: Members, known: readonly string[], says: (name: string) => string): void {
    for (const [name, { key }] of members) {
      if (!known.includes(name)) this.report.add(key, `${says(name)}${isField(name) ? '' : didYouMean(name, known)}`);
    }
  }

  /** What was read of an object with a syntax error in it may not be what was meant. */
  private isTorn(node: Node): boolean {
    const end = node.offset + node.length;
    return this.errors.some(({ error, offset }) => offset > node.offset && (offset < end || (offset === end && printParseErrorCode(error) === 'CloseBraceExpected')));
  }
}

const allFields: ReadonlySet<string> = new Set([...effectRows.values()].flatMap((row) => Object.keys(row.fields)));
const isField = (name: string): boolean => allFields.has(name);

const lockExamples: Readonly<Record<LockSource['from'], string>> = {
  arg: '"ptl" (the argument is the lock)',
  out: '"*ptlp" (it is stored there)',
  result: '"return" (the result)',
  field: '"walk->ptl" (a field)',
};

const syntaxErrors: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: "':' is expected here",
  CommaExpected: "',' is expected here",
  CloseBraceExpected: "'}' is missing",
  CloseBracketExpected: "']' is missing",
  EndOfFileExpected: 'nothing is expected after the end of the object',
  UnexpectedEndOfComment: 'this comment has no end',
  UnexpectedEndOfString: 'this text has no end',
  UnexpectedEndOfNumber: 'this number has no end',
  InvalidUnicode: 'this escape has to be \\u and four hexadecimal digits',
  InvalidEscapeCharacter: 'there is no such escape',
  InvalidCharacter: 'control characters are not allowed in a text',
};

/* SyntaxKind of jsonc-parser, whose names are gone after its compilation. */
const [openBrace, closeBrace, openBracket, closeBracket, endOfText] = [1, 2, 3, 4, 17];

/** Where the nesting gets deeper than the parser should go. */
function tooDeep(text: string): Place | undefined {
  const scanner = createScanner(text, true);
  for (let depth = 0; ;) {
    const kind: number = scanner.scan();
    if (kind === endOfText) return undefined;
    if (kind === openBrace || kind === openBracket) depth++;
    if (kind === closeBrace || kind === closeBracket) depth--;
    if (depth > maximumDepth) return { offset: scanner.getTokenOffset(), length: 1 };
  }
}

/** The brace of an object: where something is missing there is nothing to underline. */
function head(node: Node): Place {
  return { offset: node.offset, length: 1 };
}

/** The file's own words in a message. */
function short(word: string): string {
  const line = word.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 37)}...` : line;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function argumentCount(arity: number): string {
  return arity === anyArity ? 'any number of arguments' : `${arity} argument${arity === 1 ? '' : 's'}`;
}
