import { describe, expect, test } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { randomSource } from '../../scripts/random.mjs';
import { createTree, type Tree } from './tree';

const backend = await loadBackend('native');
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const primitives = ['ptep_get(slot)', 'set_pte_at(mm, addr, slot, pte)', 'cond_resched()'];

/** A file of functions that call each other and, now and then, a primitive. */
function write(random: () => number): string[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return names.filter(() => random() < 0.9).map((name) => {
    const calls = [...names.filter(() => random() < 0.2).map((callee) => `${callee}();`), ...(random() < 0.15 ? [`${pick(primitives)};`] : [])];
    return `${random() < 0.3 ? 'static ' : ''}void ${name}(pte_t *slot)\n{\n\t${calls.join('\n\t')}\n}\n`;
  });
}

const reader = { indexFiles: () => ['mm/a.c', 'mm/b.c'], read: () => undefined };

function answers(tree: Tree): unknown[] {
  return reader.indexFiles().flatMap((file) => tree.functionsIn(file).map((f) => [file, f.name, tree.touchesPageTables(f), tree.changesPageTables(f), tree.resolve(f.name, 'mm/other.c')?.file, tree.callersOf(f).map((c) => `${c.file} ${c.name}`)]));
}

describe('what functions lead to', () => {
  test('is after any edits what a new tree says', () => {
    const random = randomSource(7);
    for (let round = 0; round < 60; round++) {
      const texts = new Map(reader.indexFiles().map((file) => [file, write(random)]));
      const tree = createTree(backend, reader);
      for (const [file, functions] of texts) tree.setText(file, functions.join('\n'));
      answers(tree);
      for (let edit = 0; edit < 8; edit++) {
        const [file, functions] = [...texts][Math.floor(random() * texts.size)]!;
        const other = write(random);
        const at = Math.floor(random() * functions.length);
        const changed = functions.map((text, i) => (i === at ? other[Math.min(at, other.length - 1)]! : text));
        texts.set(file, changed);
        tree.setText(file, changed.join('\n'));
        const fresh = createTree(backend, reader);
        for (const [path, all] of texts) fresh.setText(path, all.join('\n'));
        expect(answers(tree)).toEqual(answers(fresh));
      }
    }
  });
});
