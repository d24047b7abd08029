/** The TextMate grammar of litmus files: well formed, known to the extension, and as complete as the language. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { headerKeys } from '../simulator/litmus/source';
import { intrinsics } from '../simulator/machine/intrinsics';
import { constants } from '../simulator/machine/values';

const root = path.resolve(import.meta.dirname, '..');
const json = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));

interface Pattern {
  readonly include?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly patterns?: readonly Pattern[];
}
interface Grammar extends Pattern {
  readonly scopeName: string;
  readonly repository: Readonly<Record<string, Pattern>>;
  /** What is coloured wherever it stands, also deep within C. */
  readonly injections: Readonly<Record<string, Pattern>>;
}
const grammar = json('syntaxes/litmus.tmLanguage.json') as Grammar;
const all = (pattern: Pattern): Pattern[] => [pattern, ...(pattern.patterns ?? []).flatMap(all)];
const patterns = [grammar, ...Object.values(grammar.repository), ...Object.values(grammar.injections)].flatMap(all);
const regex = (text: string): RegExp => new RegExp(text.replace(/\\z/g, '$(?![^])'), 'm');

describe('syntaxes/litmus.tmLanguage.json', () => {
  it('includes what is there', () => {
    const includes = patterns.flatMap((p) => (p.include === undefined ? [] : [p.include]));
    for (const include of includes) expect(include === 'source.c' || include.slice(1) in grammar.repository, include).toBe(true);
    for (const name of Object.keys(grammar.repository)) expect(includes, name).toContain(`#${name}`);
  });

  it('has patterns that can be read, and begin with an end', () => {
    for (const pattern of patterns) {
      for (const text of [pattern.match, pattern.begin, pattern.end]) if (text !== undefined) expect(() => regex(text)).not.toThrow();
      expect(pattern.begin === undefined).toBe(pattern.end === undefined);
    }
  });

  it('colours every header line', () => {
    const inHeader = grammar.repository['header']!.patterns!;
    const examples: Record<string, string> = { Expect: 'buggy with migration Sometimes 12', Variant: 'fixed FIX_IT : better' };
    for (const key of headerKeys) expect(inHeader.some((p) => regex(p.match!).test(` * ${key}: ${examples[key] ?? 'text'}`)), key).toBe(true);
  });

  it('colours the calls that only scenarios have, and the values', () => {
    const calls = regex(grammar.repository['calls']!.match!);
    for (const name of intrinsics.keys()) if (/^(?:user_|ghost_|choose|wake_)/.test(name)) expect(calls.test(`${name}(`), name).toBe(true);
    const values = regex(grammar.repository['values']!.match!);
    for (const name of constants.keys()) if (/^(?:PTE_|PMD_|VM_|FAULT_|PG_)/.test(name)) expect(values.test(name), name).toBe(true);
  });

  it('tells the parts of scenarios apart', () => {
    const { repository } = grammar;
    const folder = path.join(root, 'scenarios');
    for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.litmus'))) {
      const text = fs.readFileSync(path.join(folder, name), 'utf8');
      expect(regex(repository['preamble']!.begin!).test(text), name).toBe(true);
      expect(regex(repository['thread']!.match!).test(text), name).toBe(true);
    }
  });

  it('belongs to a language of the extension', () => {
    const { contributes } = json('package.json') as { contributes: { languages: { id: string; extensions?: string[]; configuration?: string }[]; grammars: { language: string; scopeName: string; path: string }[] } };
    const language = contributes.languages.find((l) => l.id === 'mm-litmus');
    expect(language).toMatchObject({ extensions: ['.litmus'] });
    expect(contributes.grammars).toContainEqual({ language: 'mm-litmus', scopeName: grammar.scopeName, path: './syntaxes/litmus.tmLanguage.json' });
    expect(json(language!.configuration!)).toMatchObject({ comments: { lineComment: '//' } });
  });
});
