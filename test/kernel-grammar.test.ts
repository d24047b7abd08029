/** The colours of the kernel's own words in C files: a grammar that is injected into C's, made of the kernel model. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json';
import { builtinModel } from '../kernel/model';
import type { Effect } from '../kernel/types';

const file = 'syntaxes/kernel-mm.tmLanguage.json';
const root = path.resolve(import.meta.dirname, '..');

/** Scopes in the order in which they are tried, with the effects of their primitives. */
const SCOPES: readonly (readonly [scope: string, ops: readonly Effect['op'][]])[] = [
  ['event', ['event']],
  ['vma', ['vma-flag']],
  ['lock', ['acquire', 'release', 'lock-pointer', 'double-lock', 'double-unlock', 'walk-step', 'walk-done']],
  ['read', ['read']],
  ['test', ['compare', 'test', 'test-slot']],
  ['write', ['clear', 'store', 'modify-start', 'modify-commit', 'mark']],
];

function namesOf(ops: readonly Effect['op'][]): string[] {
  return [...builtinModel.primitives.values()].filter(({ shapes }) => shapes.some(({ effect }) => ops.includes(effect.op))).map(({ name }) => name).sort();
}

function rule(scope: string, names: readonly string[]): { readonly name: string; readonly match: string } {
  // A name that begins another one needs no care: what follows must be the parenthesis.
  return { name: `support.function.mm.${scope}.c`, match: `\\b(?:${names.join('|')})(?=\\s*\\()` };
}

/** Whether a lock is held at a call is no matter of colours (semantic tokens tell it). Some readers say in their name that they are made for reading without. */
const isLockless = (name: string): boolean => name.endsWith('_lockless');

const grammar = {
  $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
  scopeName: 'kernel-mm.injection.c',
  injectionSelector: 'L:source.c -comment -string',
  patterns: [
    rule('read.lockless', namesOf(['read']).filter(isLockless)),
    ...SCOPES.map(([scope, ops]) => rule(scope, namesOf(ops).filter((name) => scope !== 'read' || !isLockless(name)))),
  ],
};

describe(file, () => {
  it('has the primitives of the kernel model', () => {
    const written = `${JSON.stringify(grammar, null, 2)}\n`;
    if (process.env['MM_REVIEW_UPDATE']) fs.writeFileSync(path.join(root, file), written);
    else expect(fs.readFileSync(path.join(root, file), 'utf8')).toBe(written);
  });

  it('is injected into C', () => {
    expect(manifest.contributes.grammars).toContainEqual({ scopeName: grammar.scopeName, path: `./${file}`, injectTo: ['source.c'] });
  });

  it.each([
    ['handle_userfault(vmf, VM_UFFD_MISSING)', 'event'],
    ['userfaultfd_missing(vma)', 'vma'],
    ['pte_offset_map_lock(mm, pmd, addr, &ptl)', 'lock'],
    ['ptep_get(pte)', 'read'],
    ['ptep_get_lockless(pte)', 'read.lockless'],
    ['pmdp_get_lockless (pmd)', 'read.lockless'],
    ['pte_same(a, b)', 'test'],
    ['set_pte_at(mm, addr, pte, entry)', 'write'],
    ['my_ptep_get(pte)', undefined],
    ['ptep_get_foo(pte)', undefined],
    ['ptep_get;', undefined],
  ])('%s: %s', (text, scope) => {
    const found = grammar.patterns.find(({ match }) => new RegExp(`^${match}`).test(text));
    expect(found?.name).toBe(scope === undefined ? undefined : `support.function.mm.${scope}.c`);
  });
});
