import { describe as suite, expect, it } from 'vitest';
import { anyArity, inert, read } from './build';
import { allConstants } from './constants';
import { allDocumented, documented } from './documented/index';
import { allPrimitives, builtinModel, carrierFields, constants, extendModel, pageTableTypes } from './model';
import type { Effect, Lifetime, LockSource, Primitive, Shape, Version } from './types';

const { primitives, shapeFor } = builtinModel;
const all = [...allPrimitives, ...allDocumented, ...allConstants];
const newest: Version = [7, 3];
const oldest: Version = [5, 8];

suite('the tables', () => {
  it('name everything once', () => {
    const names = all.map((entry) => entry.name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(documented.size).toBe(allDocumented.length);
    expect(primitives.size).toBe(allPrimitives.length);
    expect(constants.size).toBe(allConstants.length);
  });

  it('leave no text empty and end sentences', () => {
    for (const { name, meaning, pitfall, source } of all) {
      expect(meaning, name).toMatch(/^.{4,}\.$/s);
      if (pitfall !== undefined) expect(pitfall, name).toMatch(/^.{4,}\.$/s);
      expect(source, name).toMatch(/^[\w./-]+\.[ch]:\w+$/);
    }
  });

  it('keep to plain ASCII and short lines', () => {
    for (const { name, meaning, pitfall } of all) {
      for (const text of [meaning, pitfall ?? '']) {
        expect(text, name).toMatch(/^[\x20-\x7e]*$/);
        expect(text.length, name).toBeLessThan(190);
      }
    }
  });

  it('point inside the arguments', () => {
    for (const { name, shapes } of allPrimitives) {
      expect(shapes.length, name).toBeGreaterThan(0);
      for (const { arity, effect } of shapes) {
        const indexes = argumentIndexes(effect);
        if (arity === anyArity) expect(indexes, name).toEqual([]);
        for (const index of indexes) {
          expect(index, name).toBeLessThan(arity);
          expect(index, name).toBeGreaterThanOrEqual(-arity);
        }
      }
    }
  });

  it('give each number of parameters once', () => {
    for (const { name, parameters } of allDocumented) {
      expect(parameters.length, name).toBeGreaterThan(0);
      expect(new Set(parameters.map(({ version }) => version?.join('.'))).size, name).toBe(parameters.length);
      expect(parameters.length === 1 || new Set(parameters.map(({ count }) => count)).size > 1, name).toBe(true);
      expect(parameters.every(({ count }) => count >= 0), name).toBe(true);
    }
  });

  it('give each number of arguments once', () => {
    for (const { name, shapes } of allPrimitives) {
      const arities = shapes.map((each) => each.arity);
      expect(new Set(arities).size, name).toBe(arities.length);
    }
  });

  it('begin before they end', () => {
    const signatures = allPrimitives.flatMap(({ name, shapes }) => shapes.map((each) => ({ ...each, name })));
    const spans: readonly (Lifetime & { readonly name: string })[] = [...all, ...signatures];
    for (const { name, since, until, backported } of spans) {
      for (const version of backported?.into ?? []) {
        // A name that mainline still had then did not have to be brought back.
        expect(since !== undefined && number(since) > number(version), name).toBe(true);
        expect(backported?.why, name).toMatch(/^[a-z].{10,}[^.]$/);
      }
      if (since !== undefined && until !== undefined) expect(number(since), name).toBeLessThanOrEqual(number(until));
      for (const version of [since, until]) {
        if (version === undefined) continue;
        expect(number(version), name).toBeGreaterThan(number(oldest));
        expect(number(version), name).toBeLessThanOrEqual(number(newest));
      }
    }
  });

  it('rename to names that they know, and in the order of the versions', () => {
    for (const entry of all) {
      const next = entry.renamedTo === undefined ? undefined : known(entry.renamedTo, entry);
      if (next !== undefined && entry.until !== undefined && next.since !== undefined) expect(number(next.since), entry.name).toBeGreaterThan(number(entry.until));
      if (entry.renamedFrom !== undefined) known(entry.renamedFrom, entry);
    }
  });

  it('leave helpers with a body of their own to the analyzer', () => {
    const learned = ['hugetlb_pte_stable', 'vmf_pte_changed', 'hugetlb_handle_userfault', 'do_anonymous_page', 'do_wp_page', 'set_pte_range', 'pte_unmap_same'];
    expect(learned.filter((name) => primitives.has(name))).toEqual([]);
  });
});

suite('shapeFor', () => {
  it('picks by the number of arguments', () => {
    expect(shapeFor('huge_ptep_get', 1)?.effect).toEqual({ op: 'read', level: 'huge', slot: 0 });
    expect(shapeFor('huge_ptep_get', 3)?.effect).toEqual({ op: 'read', level: 'huge', slot: 2 });
    expect(shapeFor('set_huge_pte_at', 5)?.effect.op).toBe('store');
    expect(shapeFor('zap_install_uffd_wp_if_needed', 6)?.effect).toEqual({ op: 'mark', slot: 2, old: 5 });
  });

  it('does not guess', () => {
    expect(shapeFor('huge_ptep_get', 2)).toBeUndefined();
    expect(shapeFor('no_such_function', 1)).toBeUndefined();
  });

  it('takes any number of arguments where nothing happens', () => {
    expect(shapeFor('update_mmu_cache', 3)?.effect.op).toBe('inert');
    expect(shapeFor('trace_set_migration_pte', 3)?.effect.op).toBe('inert');
    expect(shapeFor('VM_BUG_ON_PAGE', 2)?.effect.op).toBe('inert');
  });
});

suite('extendModel', () => {
  const own = (name: string, ...shapes: Shape[]): Primitive => ({ name, area: 'page-table', shapes, meaning: 'Ours.', source: 'ours' });

  it('adds and replaces, and leaves the base alone', () => {
    const model = extendModel(builtinModel, [own('our_get', read('pte')), own('huge_ptep_get', read('pmd', 0, 2)), own('trace_ours', read('pte')), own('guard_spinlock', inert(1))]);
    expect(model.shapeFor('our_get', 1)?.effect).toEqual({ op: 'read', level: 'pte', slot: 0 });
    expect(model.shapeFor('huge_ptep_get', 2)?.effect).toEqual({ op: 'read', level: 'pmd', slot: 0 });
    expect(model.shapeFor('huge_ptep_get', 1)).toBeUndefined();
    expect(model.shapeFor('trace_ours', 1)?.effect.op).toBe('read');
    expect(model.shapeFor('guard_spinlock', 1)?.effect.op).toBe('inert');
    expect(model.shapeFor('pte_same', 2)).toBe(shapeFor('pte_same', 2));
    expect(shapeFor('our_get', 1)).toBeUndefined();
    expect(shapeFor('huge_ptep_get', 1)?.effect.op).toBe('read');
    expect(extendModel(builtinModel, [])).toBe(builtinModel);
  });
});

suite('carriers', () => {
  it('have types that carry page-table state', () => {
    for (const [field, type] of carrierFields) expect(pageTableTypes.has(type), field).toBe(true);
  });
});

function known(name: string, by: Lifetime & { readonly name: string }): Lifetime {
  const entry = all.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`${by.name} refers to ${name}, which has no entry`);
  return entry;
}

function number([major, minor]: Version): number {
  return major * 1000 + minor;
}

function argumentIndexes(effect: Effect): readonly number[] {
  switch (effect.op) {
    case 'acquire': return [...lockIndexes(effect.lock), ...(effect.slot === undefined ? [] : [effect.slot])];
    case 'release': case 'lock-pointer': return lockIndexes(effect.lock);
    case 'spin-lock': case 'spin-unlock': case 'walk-step': case 'walk-done': case 'test': case 'vma-flag':
    case 'cache-lock': case 'cache-unlock': case 'cache-load': return [effect.arg];
    case 'cache-store': return [effect.arg, effect.value];
    case 'double-lock': case 'double-unlock': case 'compare': return effect.args;
    case 'read': case 'test-slot': case 'clear': case 'modify-start': return [effect.slot];
    case 'store': return [effect.slot, effect.value];
    case 'modify-commit': return [effect.slot, effect.old, effect.value];
    case 'mark': return [effect.slot, effect.old];
    case 'assert-held': return [effect.arg];
    case 'event': return [effect.reason];
    case 'derive': return effect.from;
    case 'fault': return [effect.flags, effect.unlocked, effect.regs].filter((index) => index !== undefined);
    case 'map': case 'mm-lock': case 'mm-unlock': case 'range': case 'inert': return [];
  }
}

function lockIndexes(lock: LockSource): readonly number[] {
  return lock.from === 'result' ? [] : [lock.index];
}
