import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv from 'ajv';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { randomSource } from '../scripts/random.mjs';
import { anyArity } from './build';
import { parseDeclaration } from './declaration';
import { effectRows, type EffectField } from './effect-fields';
import { allPrimitives } from './model';
import { entryFields, modelFileLimit, readModelFile } from './model-file';
import { modelFileSchema } from './model-file-schema';
import type { Effect, LockSource, Shape } from './types';

const schemaFile = path.join(import.meta.dirname, 'mm-review.schema.json');
const validate = new Ajv({ allErrors: true }).compile(modelFileSchema());
const sample = `\ufeff// Helpers of our driver.
{
  "$schema": "../schema.json",
  "primitives": [
    {
      "function": "pte_t *foo_pte_lock(struct mm_struct *mm, pmd_t *pmd, spinlock_t **ptlp)",
      "effect": "acquire", "level": "pte", "lock": "*ptlp", "nullable": true,
      "meaning": "Maps and locks a pte.", "pitfall": "NULL when the table is gone.",
      "contract": { "takes": "the page-table lock", "sleeps": true }, /* all of them */
    },
    { "function": "foo_clear_pte(vma, addr, ptep)", "effect": "clear", "level": "pte", "slot": "ptep", "returnsOld": true },
    { "function": "foo_uffd(vmf, why)", "effect": "event", "reason": "why" },
    { "function": "foo_uffd(vmf, flags, why)", "effect": "event", "reason": "why" },
    { "function": "foo_is_minor(vma)", "effect": "vma-flag", "flag": "minor", "arg": "vma" },
    { "function": "foo_mix(pte_t a, pte_t b)", "effect": "derive", "from": ["b", "a"], "drops": "uffd-wp" },
    { "function": "foo_index(void)", "effect": "range", "min": 0, "max": 511 },
    { "function": "foo_debug(fmt, ...);", "effect": "inert" },
  ],
}
`;

const messages = (text: string): string[] => readModelFile(text).problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`);
const entry = (text: string): string => `{ "primitives": [\n${text}\n] }`;

describe('readModelFile', () => {
  it('reads entries, with comments and trailing commas', () => {
    const { entries, problems } = readModelFile(sample);
    expect(problems).toEqual([]);
    const common = { area: 'page-table', source: '.mm-review.json' };
    expect(entries).toEqual([
      {
        ...common, name: 'foo_pte_lock', meaning: 'Maps and locks a pte.', pitfall: 'NULL when the table is gone.', contract: { takes: 'the page-table lock', sleeps: true },
        shapes: [{ arity: 3, effect: { op: 'acquire', level: 'pte', lock: { from: 'out', index: 2 }, nullable: true, nested: false } }],
      },
      { ...common, name: 'foo_clear_pte', meaning: 'Empties an entry.', shapes: [{ arity: 3, effect: { op: 'clear', level: 'pte', slot: 2, returnsOld: true, table: false } }] },
      { ...common, name: 'foo_uffd', meaning: 'Raises a userfault.', shapes: [{ arity: 2, effect: { op: 'event', reason: 1 } }, { arity: 3, effect: { op: 'event', reason: 2 } }] },
      { ...common, name: 'foo_is_minor', meaning: 'Asks something about a vma.', shapes: [{ arity: 1, effect: { op: 'vma-flag', flag: 'minor', arg: 0 } }] },
      { ...common, name: 'foo_mix', meaning: 'Computes a value from its arguments and does nothing else.', shapes: [{ arity: 2, effect: { op: 'derive', from: [1, 0], drops: 'uffd-wp', beside: false, onPurpose: false } }] },
      { ...common, name: 'foo_index', meaning: 'Returns an integer within known bounds.', shapes: [{ arity: 0, effect: { op: 'range', min: 0, max: 511 } }] },
      { ...common, name: 'foo_debug', meaning: 'Does nothing that matters here: no lock is changed, no entry is read, written or confirmed.', shapes: [{ arity: anyArity, effect: { op: 'inert' } }] },
    ]);
  });

  it('can say everything that the built-in model says', () => {
    for (const { name, shapes } of allPrimitives) {
      const { entries, problems } = readModelFile(JSON.stringify({ primitives: shapes.map((shape) => written(name, shape)) }));
      expect(problems, name).toEqual([]);
      expect(entries[0]?.shapes, name).toEqual(shapes.map(plain));
    }
  });

  it.each<[string, string[]]>([
    ['', ['1:1 a value is expected here']],
    ['[]', ['1:1 an object is expected here: { "primitives": [ ... ] }']],
    ['"x"', ['1:1 an object is expected here: { "primitives": [ ... ] }']],
    ['{}', []],
    ['{\n  "primitivs": []\n}', ["2:3 unknown field 'primitivs' (did you mean 'primitives'?)"]],
    ['{ "$schema": 1, "primitives": {} }', ["1:14 '$schema' is a text", "1:31 'primitives' is a list: [ ... ]"]],
    ['{ "primitives": [] } {}', ['1:22 nothing is expected after the end of the object']],
    ['{ "primitives": [ ', ["1:19 ']' is missing", "1:19 '}' is missing"]],
    ['{ "a\u0001": 1 }', ['1:3 control characters are not allowed in a text', "1:3 unknown field 'a\u0001'"]],
    [entry('1'), ['2:1 an entry is an object: { "function": ..., "effect": ... }']],
    [entry('{}'), [`2:1 'function' is missing: how it is declared, such as "pte_t *foo_lock(struct mm_struct *mm, spinlock_t **ptlp)"`, `2:1 'effect' is missing: what a call does, such as "read" or "acquire"`]],
    [entry('{ "function": "foo", "effect": "inert" }'), [`2:15 this is no declaration of a function; write it as in C, such as "pte_t foo_get(pte_t *ptep)" or "foo_get(ptep)"`]],
    [entry('{ "function": "foo(int x, x)", "effect": "inert" }'), [`2:15 two parameters are called 'x'; write it as in C, such as "pte_t foo_get(pte_t *ptep)" or "foo_get(ptep)"`]],
    [entry('{ "function": 7, "effect": ["read"] }'), ["2:15 'function' is a text", "2:28 'effect' is a text"]],
    [entry('{ "function": "f(a)", "effect": "claer" }'), ["2:33 unknown effect 'claer' (did you mean 'clear'?)"]],
    [entry('{ "function": "f(a)", "effect": "read", "level": "ptee" }'), ["2:33 effect 'read' needs 'slot'. The argument that points to the entry.", "2:50 'level' is pte, pmd, pud or huge, not 'ptee' (did you mean 'pte'?)"]],
    [entry('{ "function": "f(ptep)", "effect": "read", "level": "pte", "slot": "ptpe" }'), ["2:68 f() has no argument 'ptpe' (did you mean 'ptep'?)"]],
    [entry('{ "function": "f(vma, pte)", "effect": "read", "level": "pte", "slot": "where" }'), ["2:72 f() has no argument 'where'; it has vma, pte"]],
    [entry('{ "function": "f(void)", "effect": "read", "level": "pte", "slot": "x" }'), ["2:68 f() has no argument 'x'; it has none"]],
    [entry('{ "function": "f(vma, pte)", "effect": "read", "level": "pte", "slot": 2 }'), [`2:72 an argument is given by its name in 'function': "vma" or "pte"`]],
    [entry('{ "function": "f(a, b)", "effect": "compare", "args": ["a"] }'), [`2:55 'args' is a list of two arguments: ["a", "b"]`]],
    [entry('{ "function": "f(a, b)", "effect": "compare", "args": ["a", "c"] }'), ["2:61 f() has no argument 'c'; it has a, b"]],
    [entry('{ "function": "f(l)", "effect": "release", "lock": "*l" }'), [`2:52 'lock' is "ptl" (the argument is the lock) or "walk->ptl" (a field)`]],
    [entry('{ "function": "f(l)", "effect": "release", "lock": "k->ptl" }'), ["2:52 f() has no argument 'k'; it has l"]],
    [entry('{ "function": "f(l)", "effect": "inert", "slot": "l" }'), ["2:42 'slot' does not go with effect 'inert'"]],
    [entry('{ "function": "f(l)", "effect": "inert", "meening": "x" }'), ["2:42 unknown field 'meening' (did you mean 'meaning'?)"]],
    [entry('{ "function": "f()", "effect": "inert", "meaning": "", "contract": { "need": "x", "sleeps": 1 } }'), ["2:52 'meaning' is a text", "2:70 unknown field 'need' (did you mean 'needs'?)", "2:93 'sleeps' is true or false"]],
    [entry('{ "function": "f()", "effect": "range", "min": 3, "max": 1 }'), ["2:58 'max' is less than 'min'"]],
    [entry('{ "function": "f()", "effect": "range", "min": 1.5 }'), ["2:48 'min' is an integer"]],
    [entry('{ "function": "f(a)", "effect": "inert" },\n{ "function": "int f(int b)", "effect": "inert" }'), ['3:15 f() with 1 argument is described twice; the first entry counts']],
    [entry('{ "function": "f(a)", "effect": "inert", "effect": "read" }'), ["2:42 'effect' is given twice"]],
    [entry('{ "function": "f(a)", "effect": "inert", "meaning": "\ufffd" }'), ['2:54 this character cannot be read; the file has to be UTF-8']],
    [entry('{ "__proto__": 1, "function": "constructor(a)", "effect": "toString" }'), ["2:3 unknown field '__proto__'", "2:59 unknown effect 'toString'"]],
  ])('says what is wrong with file %#', (text, expected) => {
    expect(messages(text)).toEqual(expected);
  });

  it('gives up on what is no model file', () => {
    expect(messages('['.repeat(100_000))).toEqual(['1:33 the file is not used: it is nested too deeply']);
    expect(messages(' '.repeat(modelFileLimit + 1))).toEqual(['1:1 the file is not used: it is too large']);
    expect(messages(entry(`{ "function": "${'a'.repeat(501)}(b)", "effect": "inert" }`))[0]).toContain('2:15 this is too long for a declaration;');
  });

  it('keeps the entries that are right', () => {
    const good = '{ "function": "good(a)", "effect": "inert" }';
    const names = (text: string): string[] => readModelFile(text).entries.map((each) => each.name);
    expect(names(entry(`{ "function": "bad(a)", "effect": "none" },\n${good}`))).toEqual(['good']);
    expect(names(entry(`{ "function": "bad(a)" "effect": "inert" },\n${good}`))).toEqual(['good']);
    expect(names(entry(`${good}\n{ "function": "good(a, b)", "effect": "inert" }`))).toEqual(['good']);
    expect(names(`{ "primitives": [ ${good}, { "function": "half(a)", "effect": "inert"`)).toEqual(['good']);
  });

  it('covers the end of what it means, in UTF-16 units', () => {
    expect(readModelFile('{\r\n "\u{1f600}": 1,\r "effect": 2 }').problems).toEqual([
      { line: 2, column: 2, endLine: 2, endColumn: 6, message: "unknown field '\u{1f600}'" },
      { line: 3, column: 2, endLine: 3, endColumn: 10, message: "unknown field 'effect'" },
    ]);
  });

  it('does not list problems without end', () => {
    const { problems } = readModelFile(`{ "primitives": [${'1,'.repeat(1000)}] }`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe('900 more problems are not listed');
    expect(readModelFile(`{ "primitives": [${'{ "x" '.repeat(20_000)}`).entries).toEqual([]);
  });

  it('survives whatever happens to a file, and agrees with the schema', () => {
    const random = randomSource(7);
    const pick = (count: number): number => Math.floor(random() * count);
    const words = [...sample.matchAll(/"[^"]*"|[{}[\],:]|true|\d+/g)].map((match) => match[0]).concat('null', '-1.5', '"\\u00', '/*', '//', '\u0000', '"lock"', '"return"', '"a->b"');
    let agreed = 0;
    for (let round = 0; round < 2000; round++) {
      let text = sample;
      for (let edits = 1 + pick(3); edits > 0; edits--) {
        const known = [...text.matchAll(/"[^"]*"|[{}[\],:]|true|\d+/g)];
        const token = known[pick(known.length)];
        const at = pick(2) === 0 && token !== undefined ? token.index : pick(text.length);
        const end = token !== undefined && at === token.index ? at + token[0].length : at + pick(4);
        text = text.slice(0, at) + (pick(4) === 0 ? '' : words[pick(words.length)]!) + text.slice(end);
      }
      const { problems } = readModelFile(text);
      for (const problem of problems) expect(problem.message).toMatch(/^[^\n]{4,400}$/);
      const errors: never[] = [];
      const value: unknown = parse(text.replace('\ufeff', ''), errors, { allowTrailingComma: true });
      if (errors.length > 0) {
        expect(problems, text).not.toEqual([]);
        continue;
      }
      agreed++;
      const valid = validate(value) === true;
      // What takes more than looking at one value: the reader knows, the schema does not.
      const left = problems.filter(({ message }) => !/has no argument|is described twice|is given twice|is less than|two parameters|parameter .*(?:has no name|is missing)|no declaration|do not match|a parameter is missing/.test(message));
      if (valid) expect(left, text).toEqual([]);
      else expect(problems, text).not.toEqual([]);
    }
    expect(agreed).toBeGreaterThan(300);
  });
});

describe('the schema', () => {
  it('is what the repository ships', () => {
    const text = `${JSON.stringify(modelFileSchema(), null, 2)}\n`;
    if (process.env['MM_REVIEW_UPDATE']) fs.writeFileSync(schemaFile, text);
    expect(fs.readFileSync(schemaFile, 'utf8')).toBe(text);
  });

  it('knows the effects and fields of the reader, and no others', () => {
    expect(validate(parse(sample.slice(1)))).toBe(true);
    for (const [op, row] of effectRows) {
      const full = { function: 'f(a, b)', effect: op, ...Object.fromEntries(Object.entries(row.fields).map(([name, field]) => [name, example(field)])) };
      expect(readModelFile(JSON.stringify({ primitives: [full] })).problems, op).toEqual([]);
      expect(validate({ primitives: [full] }), op).toBe(true);
      for (const name of ['function', 'effect', ...Object.keys(row.fields)]) {
        const less = { primitives: [Object.fromEntries(Object.entries(full).filter(([key]) => key !== name))] };
        const wrong = { primitives: [{ ...full, [name]: {} }] };
        expect(validate(less), `${op} without ${name}`).toBe(readModelFile(JSON.stringify(less)).problems.length === 0);
        expect(validate(wrong), `${op} with a wrong ${name}`).toBe(false);
        expect(readModelFile(JSON.stringify(wrong)).problems, `${op} with a wrong ${name}`).toHaveLength(1);
      }
      expect(validate({ primitives: [{ ...full, more: 1 }] }), op).toBe(false);
    }
  });
});

it('no effect has a field that every entry has', () => {
  for (const [op, row] of effectRows) expect(Object.keys(row.fields).filter((name) => name in entryFields), op).toEqual([]);
});

describe('parseDeclaration', () => {
  it.each([
    ['f(a)', 'f', ['a']],
    ['static inline pte_t *f(struct mm_struct *mm, unsigned long addr, spinlock_t **ptlp);', 'f', ['mm', 'addr', 'ptlp']],
    ['int f(void)', 'f', []],
    ['f()', 'f', []],
    ['void f(void (*done)(int, long), char name[16], int (*table[2])(void))', 'f', ['done', 'name', 'table']],
    ['f(fmt, ...)', 'f', ['fmt']],
  ])('reads %s', (text, name, params) => {
    expect(parseDeclaration(text)).toEqual({ name, params, open: text.includes('...') });
  });

  it.each(['', 'f', 'f(', 'f)', '3(a)', 'f(a,)', 'f(a, *)', 'f(a))', 'f(a)(', 'f(a;b)', 'f(..., a)', 'f(a) {}'])('refuses %s', (text) => {
    expect(parseDeclaration(text)).toBeTypeOf('string');
  });
});

/* What the reader should make of a shape: indexes count from the start, and every flag is there. */

function plain({ arity, effect }: Shape): Shape {
  const fields = Object.entries(effectRows.get(effect.op)!.fields).map(([name, field]) => {
    const value: unknown = effect[name as never];
    if (field.is === 'flag') return [name, value ?? false];
    if (field.is === 'argument') return [name, fromStart(value, arity)];
    if (field.is === 'arguments') return [name, (value as readonly number[]).map((index) => fromStart(index, arity))];
    return [name, field.is === 'lock' && (value as LockSource).from !== 'result' ? { ...(value as object), index: fromStart((value as { index: number }).index, arity) } : value];
  });
  return { arity, effect: { op: effect.op, ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)) } as Effect };
}

const fromStart = (index: unknown, arity: number): unknown => (typeof index === 'number' && index < 0 ? index + arity : index);

/** A shape as an entry of a model file. */
function written(name: string, shape: Shape): object {
  const { arity, effect } = plain(shape);
  const param = (index: number): string => `p${index}`;
  const fields = Object.entries(effectRows.get(effect.op)!.fields).map(([key, field]) => {
    const value = effect[key as never] as unknown;
    if (value === undefined) return [key, undefined];
    if (field.is === 'argument') return [key, param(value as number)];
    if (field.is === 'arguments') return [key, (value as readonly number[]).map(param)];
    if (field.is !== 'lock') return [key, value];
    const lock = value as LockSource;
    return [key, lock.from === 'result' ? 'return' : lock.from === 'out' ? `*${param(lock.index)}` : lock.from === 'field' ? `${param(lock.index)}->${lock.field}` : param(lock.index)];
  });
  const list = arity === anyArity ? '...' : Array.from({ length: arity }, (_, index) => param(index)).join(', ');
  return { function: `${name}(${list})`, effect: effect.op, ...Object.fromEntries(fields) };
}

/** A right value for a field of `f(a, b)`. */
function example(field: EffectField): unknown {
  switch (field.is) {
    case 'argument': return 'b';
    case 'arguments': return ['a', 'b'];
    case 'integer': return 3;
    case 'flag': return true;
    case 'text': return 'mmap_lock';
    case 'choice': return Object.keys(field.of)[0];
    case 'lock': return field.from.includes('field') ? 'a->ptl' : 'a';
  }
}
