/** Ways to go over holes of a file, by way of the rule that asks about them. The long way round is in the fixtures. */
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { createAnalysis } from '../create';

const backend = await loadBackend('native');

/** Functions in which a hole is filled, with the first line of what is said. */
function fills(code: string, more: Record<string, string> = {}): string[] {
  const files = new Map(Object.entries({ 'shelf.c': code, ...more }));
  const log: string[] = [];
  const analysis = createAnalysis({ backend, log: (line) => log.push(line), reader: { indexFiles: () => [...files.keys()], read: (path) => files.get(path) } });
  const found = analysis.check([...files.keys()], { rules: ['hole-filled-under-uffd'] });
  expect(log).toEqual([]);
  return found.map((f) => f.message.split('\n', 1)[0]!);
}

const unasked = (name: string): string => `${name}() fills holes of a file without asking its vmas for userfaultfd_missing()`;

const scan = `
	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		xas_set(&xas, index);
		if (!xas_load(&xas))
			holes++;
	}
	xas_unlock_irq(&xas);`;
const block = `
		for (index = start; index < end; index++) {
			if (!xas_next(&xas)) {
				xas_store(&xas, XA_RETRY_ENTRY);
				still++;
			}
		}`;
const recount = `
		if (still != holes)
			goto busy;`;
const ask = `
		vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
			if (userfaultfd_missing(vma))
				goto busy;
		}`;
const store = `
	xas_store(&xas, tray);`;

interface Parts {
  readonly scan: string;
  readonly lock: string;
  readonly block: string;
  readonly recount: string;
  readonly ask: string;
  readonly store: string;
}
const right: Parts = { scan, lock: '		i_mmap_lock_read(mapping);', block, recount, ask, store };

/** The right order, with some parts changed. */
function fold(change: Partial<Parts> = {}): string {
  const p = { ...right, ...change };
  return `
static int fold(struct address_space *mapping, pgoff_t start, pgoff_t end, struct folio *tray)
{
	XA_STATE(xas, &mapping->i_pages, start);
	struct vm_area_struct *vma;
	int holes = 0, still = 0;
	pgoff_t index;
${p.scan}
	if (holes) {
${p.lock}
		xas_lock_irq(&xas);
		xas_set(&xas, start);${p.block}${p.recount}${p.ask}
		i_mmap_unlock_read(mapping);
	} else {
		xas_lock_irq(&xas);
	}${p.store}
	xas_unlock_irq(&xas);
	return 0;
busy:
	i_mmap_unlock_read(mapping);
	xas_unlock_irq(&xas);
	return -EBUSY;
}
`;
}

describe('holes of the page cache', () => {
  it('may be filled when they were blocked, counted and asked for', () => {
    expect(fills(fold())).toEqual([]);
    expect(fills(fold({ recount: ask, ask: recount }))).toEqual([]);
    expect(fills(fold({ recount: '\n		if (still < holes)\n			goto busy;' }))).toEqual([]);
  });

  it('may be counted in one loop and blocked in the next', () => {
    const count = block.replace('				xas_store(&xas, XA_RETRY_ENTRY);\n', '');
    const only = block.replace('				still++;\n', '');
    expect(fills(fold({ block: `${count}\n		xas_set(&xas, start);${only}` }))).toEqual([]);
    expect(fills(fold({ block: count }))).toEqual(['fold() fills holes of a file that could be seen until now']);
    expect(fills(fold({ block: count, ask: `${ask}\n		xas_set(&xas, start);${only}` }))).toHaveLength(1);
    expect(fills(fold({ block: ask, recount: block, ask: recount }))).toEqual(['fold() asks the vmas of a file before it has blocked the holes that it fills']);
  });

  it('are found under a lock that is taken for each index', () => {
    const one = `
	for (index = start; index < end; index++) {
		xas_lock_irq(&xas);
		xas_set(&xas, index);
		if (!xas_load(&xas))
			holes++;
		xas_unlock_irq(&xas);
	}`;
    expect(fills(fold({ scan: one }))).toEqual([]);
    expect(fills(fold({ scan: one, ask: '' }))).toEqual([unasked('fold')]);
  });

  it('are no holes any more when the lock was dropped to read them in', () => {
    const fill = `
	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		xas_set(&xas, index);
		if (!xas_load(&xas)) {
			xas_unlock_irq(&xas);
			if (read_in(mapping, index))
				return -EIO;
			xas_lock_irq(&xas);
		}
	}
	xas_unlock_irq(&xas);`;
    expect(fills(fold({ scan: fill, ask: '' }))).toEqual([]);
  });

  it('are not what a look at one index finds, nor the end of a search', () => {
    const one = scan.replace('xas_set(&xas, index);', 'cond_resched();');
    expect(fills(fold({ scan: one, block: '', recount: '', ask: '' }))).toEqual([]);
    const search = scan.replace('!xas_load(&xas)', '!xas_find(&xas, end)');
    expect(fills(fold({ scan: search, block: '', recount: '', ask: '' }))).toEqual([]);
  });

  it('are not filled by what was there before', () => {
    expect(fills(fold({ ask: '', store: '\n	xas_store(&xas, xas_load(&xas));' }))).toEqual([]);
    expect(fills(fold({ ask: '', store: '\n	xas_store(&xas, NULL);' }))).toEqual([]);
    expect(fills(fold({ ask: '', store: '\n	xas_store(&xas, XA_ZERO_ENTRY);' }))).toEqual([]);
  });

  it('are reported once for a function', () => {
    const twice = '\n	xas_store(&xas, tray);\n	xas_next(&xas);\n	xas_store(&xas, tray);';
    expect(fills(fold({ ask: '', store: twice }))).toEqual([unasked('fold')]);
  });
});

describe('the question', () => {
  it('has to reach every vma', () => {
    expect(fills(fold({ ask: ask.replace('if (userfaultfd_missing(vma))', 'if (is_large(vma) && userfaultfd_missing(vma))') }))).toEqual([unasked('fold')]);
    expect(fills(fold({ ask: ask.replace('		}', '			if (is_last(vma))\n				break;\n		}') }))).toEqual([unasked('fold')]);
    expect(fills(fold({ ask: ask.replace('			if (', '			if (is_mine(vma))\n				goto busy;\n			if (') }))).toEqual([]);
  });

  it('may ask for more, but not for something else', () => {
    expect(fills(fold({ ask: ask.replace('_missing', '_armed') }))).toEqual([]);
    expect(fills(fold({ ask: ask.replace('_missing', '_wp') }))).toEqual([unasked('fold')]);
    expect(fills(fold({ ask: ask.replace('userfaultfd_missing(vma)', 'userfaultfd_armed(vma) && userfaultfd_missing(vma)') }))).toEqual([]);
  });

  it('may be asked by a helper, for one vma or behind another helper', () => {
    const one = 'static bool waits(struct vm_area_struct *vma)\n{\n	return userfaultfd_missing(vma) && !is_gone(vma);\n}\n';
    expect(fills(one + fold({ ask: ask.replace('userfaultfd_missing', 'waits') }))).toHaveLength(1);
    expect(fills(one.replace(' && !is_gone(vma)', '') + fold({ ask: ask.replace('userfaultfd_missing', 'waits') }))).toEqual([]);
    const walk = `bool walk(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct vm_area_struct *vma;

	vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end)
		if (userfaultfd_missing(vma))
			return true;
	return false;
}
`;
    const behind = 'bool behind(struct address_space *mapping, pgoff_t start, pgoff_t end)\n{\n	return walk(mapping, start, end);\n}\n';
    const call = '\n		if (behind(mapping, start, end))\n			goto busy;';
    expect(fills(fold({ ask: call }), { 'walk.c': walk, 'behind.c': behind })).toEqual([]);
    expect(fills(fold({ ask: call.replace('goto busy', 'cond_resched()') }), { 'walk.c': walk, 'behind.c': behind })).toEqual(['fold() fills holes of a file although userfaultfd_missing() is true of a vma']);
  });

  it('is looked for again when a helper of a helper changes', () => {
    const files = new Map(Object.entries({
      'shelf.c': fold({ ask: '\n		if (behind(mapping, start, end))\n			goto busy;' }),
      'behind.c': 'bool behind(struct address_space *mapping, pgoff_t start, pgoff_t end)\n{\n	return walk(mapping, start, end);\n}\n',
      'walk.c': '',
    }));
    const analysis = createAnalysis({ backend, reader: { indexFiles: () => [...files.keys()], read: (path) => files.get(path) } });
    const check = (): number => analysis.check(['shelf.c'], { rules: ['hole-filled-under-uffd'] }).length;
    const walk = (test: string): string => `bool walk(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct vm_area_struct *vma;

	vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end)
		if (${test}(vma))
			return true;
	return false;
}
`;
    expect(check()).toBe(1);
    analysis.setText('walk.c', walk('userfaultfd_missing'));
    expect(check()).toBe(0);
    analysis.setText('walk.c', walk('userfaultfd_minor'));
    expect(check()).toBe(1);
  });

  it('needs i_mmap_rwsem, perhaps the caller’s', () => {
    const bare = fold({ lock: '' }).replaceAll('i_mmap_unlock_read(mapping);', 'cond_resched();');
    const unlisted = 'fold() asks the vmas of a file without i_mmap_rwsem before it fills holes';
    expect(fills(bare)).toEqual([unlisted]);
    const caller = 'int all(struct address_space *mapping, struct folio *tray)\n{\n	int err;\n\n	i_mmap_lock_read(mapping);\n	err = fold(mapping, 0, 8, tray);\n	i_mmap_unlock_read(mapping);\n	return err;\n}\n';
    expect(fills(bare + caller)).toEqual([]);
    expect(fills(bare + caller.replace('	err = ', '	i_mmap_unlock_read(mapping);\n	err = '))).toEqual([unlisted]);
  });
});

describe('helpers', () => {
  it('may block and count', () => {
    const helper = `static int block(struct xa_state *xas, pgoff_t start, pgoff_t end)
{
	pgoff_t index;
	int n = 0;

	for (index = start; index < end; index++) {
		if (!xas_next(xas)) {
			xas_store(xas, XA_RETRY_ENTRY);
			n++;
		}
	}
	return n;
}
`;
    const call = '\n		still = block(&xas, start, end);';
    expect(fills(helper + fold({ block: call }))).toEqual([]);
    expect(fills(helper + fold({ block: call, ask: '' }))).toEqual([unasked('fold')]);
    expect(fills(helper.replace('			xas_store(xas, XA_RETRY_ENTRY);\n', '') + fold({ block: call }))).toEqual(['fold() fills holes of a file that could be seen until now']);
  });

  it('may store under the lock of their callers', () => {
    const helper = 'static void put_in(struct xa_state *xas, struct folio *tray)\n{\n	xas_store(xas, tray);\n}\n';
    const call = '\n	put_in(&xas, tray);';
    expect(fills(helper + fold({ store: call }))).toEqual([]);
    expect(fills(helper + fold({ store: call, ask: '' }))).toEqual([unasked('put_in')]);
  });

  it('may work on another tree meanwhile', () => {
    const helper = 'static void count(struct address_space *mapping)\n{\n	xa_lock(&mapping->i_pages);\n	mapping->nrpages++;\n	xa_unlock(&mapping->i_pages);\n}\n';
    expect(fills(helper + fold({ store: `\n	count(tray->swap_mapping);${store}` }))).toEqual([]);
  });

  it('that drop the lock and take it again end what was known', () => {
    const helper = 'static void rest(struct xa_state *xas)\n{\n	xas_unlock_irq(xas);\n	cond_resched();\n	xas_lock_irq(xas);\n}\n';
    expect(fills(helper + fold({ store: `\n	rest(&xas);${store}` }))).toEqual([unasked('fold')]);
    expect(fills(helper + fold({ lock: `${right.lock}\n		xas_lock_irq(&xas);\n		rest(&xas);\n		xas_unlock_irq(&xas);` }))).toEqual([]);
  });
});
