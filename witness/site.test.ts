/** How mmap_lock is held where a slice begins. */
import { beforeAll, expect, test } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { purposeOf } from './rules';
import { siteOf, type Site } from './site';
import { treeOf } from './testing';

let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

const retract = `
static void tile_retract(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);

	pmdp_collapse_flush(vma, 0, pmd);
	spin_unlock(ptl);
}

static void tile_collapse(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd)
{
	tile_retract(mm, vma, pmd);
}
`;

/** The site in `tile_retract()`, for these callers. */
function site(callers: string): Site {
  const { source } = treeOf(backend, { 'mm/a.c': `${retract}\n${callers}` });
  const [ref] = source.definitions('tile_retract');
  const node = source.lower(ref!).nodes.findIndex((n) => n.kind === 'call' && n.callee === 'pmdp_collapse_flush');
  return siteOf(source, ref!, node, [], purposeOf('uffd-wp-check-not-repeated'));
}

const head = '(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd)';

test.each([
  ['read', 'a caller of its caller takes it', 'mmap_read_lock(mm); tile_collapse(mm, vma, pmd); mmap_read_unlock(mm);'],
  ['write', 'that one takes it for writing', 'mmap_write_lock(mm); tile_collapse(mm, vma, pmd); mmap_write_unlock(mm);'],
  ['read', 'it is dropped on another way', 'mmap_read_lock(mm); if (pmd_none(*pmd)) { mmap_read_unlock(mm); return; } tile_collapse(mm, vma, pmd); mmap_read_unlock(mm);'],
  ['read', 'it is taken again', 'mmap_read_lock(mm); mmap_read_unlock(mm); mmap_read_lock(mm); tile_collapse(mm, vma, pmd); mmap_read_unlock(mm);'],
  [undefined, 'it is dropped before the call', 'mmap_read_lock(mm); if (pmd_none(*pmd)) return; mmap_read_unlock(mm); tile_collapse(mm, vma, pmd);'],
  [undefined, 'it is taken only after the call', 'tile_collapse(mm, vma, pmd); mmap_read_lock(mm); vma_flags(vma); mmap_read_unlock(mm);'],
  [undefined, 'nobody takes it', 'tile_collapse(mm, vma, pmd);'],
])('mmap_lock is held for %s: %s', (mode, _, body) => {
  expect(site(`void tile_scan${head}\n{\n\t${body}\n}\n`).mmapLock).toBe(mode);
});

test('what a caller drops is not asked of those above it', () => {
  const scan = `static void tile_scan${head}\n{\n\tmmap_read_unlock(mm);\n\ttile_collapse(mm, vma, pmd);\n}\n`;
  const advise = `void tile_advise${head}\n{\n\tmmap_read_lock(mm);\n\ttile_scan(mm, vma, pmd);\n}\n`;
  expect(site(`${scan}\n${advise}`).mmapLock).toBeUndefined();
  // Another way there counts.
  expect(site(`${scan}\n${advise}\nvoid tile_sync${head}\n{\n\tmmap_write_lock(mm);\n\ttile_collapse(mm, vma, pmd);\n\tmmap_write_unlock(mm);\n}\n`).mmapLock).toBe('write');
});
