// The tree that the editors open: the real one, with its own copy of the files that a test may write to.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { overlay, treeDir } from '../scripts/kernel-trees.mjs';

export const FILE = 'mm/hugetlb.c';

/** Lays the tree at `folder` and says where the recheck before the missing event of hugetlb_no_page() is. */
export function layTree(folder) {
  const tree = treeDir('6.12');
  const original = path.join(tree, FILE);
  assert.ok(fs.existsSync(original), `no kernel tree at ${tree}: npm run kernels`);
  const text = fs.readFileSync(original, 'utf8');
  overlay(tree, folder, { [FILE]: text });
  const lines = text.split('\n');
  const inFunction = (name) => lines.findIndex((line) => new RegExp(`^\\S.*\\b${name}\\(`).test(line) && !line.endsWith(';'));
  const after = (start, text) => {
    const index = lines.findIndex((line, at) => at >= start && line.includes(text));
    assert.notEqual(index, -1, `${FILE} has no line with ${text}`);
    return index + 1;
  };
  const recheck = after(inFunction('hugetlb_no_page'), 'if (!hugetlb_pte_stable(');
  const compare = after(inFunction('hugetlb_pte_stable'), 'pte_same(');
  const event = after(recheck, 'return hugetlb_handle_userfault(');
  return {
    /** Line (1-based) where the function of the recheck begins, and the column (0-based) of its name. */
    head: inFunction('hugetlb_no_page') + 1,
    headColumn: lines[inFunction('hugetlb_no_page')].indexOf('hugetlb_no_page'),
    /** Line (1-based) of the recheck, its text, and the column behind `if (`. */
    recheck,
    recheckText: lines[recheck - 1],
    conditionColumn: lines[recheck - 1].indexOf('!hugetlb_pte_stable') + 1,
    /** Line of the event that the recheck protects. */
    event,
    /** Line with two primitives in hugetlb_pte_stable(). */
    compare,
    /** Column of huge_ptep_get there. */
    compareColumn: lines[compare - 1].indexOf('huge_ptep_get') + 1,
  };
}
