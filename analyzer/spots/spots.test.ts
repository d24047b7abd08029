import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import type { Analysis } from '../analysis';
import { createAnalysis } from '../create';
import type { FunctionFacts, LockFact, Spot } from './facts';

const backend = await loadBackend('native');

function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

const analysisOf = (text: string): Analysis => createAnalysis({ backend, log: (line) => { throw new Error(line); }, reader: { indexFiles: () => ['mm/a.c'], read: () => text } });
const factsOf = (text: string, offset: number): FunctionFacts => finish(analysisOf(text).factsOf('mm/a.c', offset))!;

function spotAt(text: string, marker: string): Spot | undefined {
  const offset = text.indexOf(marker);
  const facts = factsOf(text, offset);
  const at = offset - facts.start;
  return facts.spots.filter((s) => s.kind !== 'other' && s.span.start <= at && at < s.span.end).sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start))[0];
}

const lockText = (l: LockFact): string => [l.lock === 'page-table lock' ? 'ptl' : l.lock, l.text, l.mode, l.on === 'some paths' && 'on some paths', l.ifTaken && 'if taken', l.fromCaller && "caller's"].filter(Boolean).join(' ');

/** What is known just before the statement, condition or call that begins with `marker`. */
function known(text: string, marker: string): string[] {
  const spot = spotAt(text, marker);
  return [...(spot?.locks.map(lockText) ?? []), ...(spot?.noPtl ? ['no ptl'] : []), ...(spot?.snapshots.map((s) => `${s.variable} ${s.locked ? 'locked' : 'lockless'} ${s.state}`) ?? [])];
}

const body = (statements: string, params = 'struct mm_struct *mm, struct vm_fault *vmf, pmd_t *pmd, unsigned long addr, int flag'): string => `int f(${params})\n{\n${statements}\n\treturn 0;\n}\n`;

describe('page-table locks', () => {
  it('are held between lock and unlock', () => {
    const text = body(`
	spinlock_t *ptl = pmd_lock(mm, pmd);

	work(1);
	spin_unlock(ptl);
	work(2);`);
    expect(known(text, 'work(1)')).toEqual(['ptl ptl']);
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
    expect(known(text, 'pmd_lock')).toEqual(['no ptl']);
  });

  it('of a caller are not told from none where nothing says so', () => {
    expect(known(body('\twork(1);'), 'work(1)')).toEqual([]);
    // Who sleeps holds no spinlock, and neither does the caller.
    expect(known(body('\twork(1);\n\tmmap_read_lock(mm);'), 'work(1)')).toEqual(['no ptl']);
    expect(known(body('\twork(1);\n\tp = kmalloc(8, GFP_KERNEL);'), 'work(1)')).toEqual(['no ptl']);
  });

  it('are held on some paths where only one branch takes them', () => {
    const text = body(`
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	if (flag)
		spin_lock(ptl);
	work(1);
	if (flag)
		spin_unlock(ptl);
	work(2);`);
    expect(known(text, 'work(1)')).toEqual(['ptl ptl on some paths']);
    expect(known(text, 'work(2)')).not.toContain('ptl ptl on some paths');
  });

  it('hang on the result of an attempt', () => {
    const text = body(`
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	if (!spin_trylock(ptl)) {
		work(1);
		return -EAGAIN;
	}
	work(2);
	spin_unlock(ptl);`);
    expect(known(text, 'work(1)')).toEqual(['no ptl']);
    expect(known(text, 'work(2)')).toEqual(['ptl ptl']);
  });

  it('are not held when the table was not there', () => {
    const text = body(`
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);

	work(0);
	if (!pte) {
		work(1);
		return 0;
	}
	work(2);
	pte_unmap_unlock(pte, ptl);`);
    expect(known(text, 'work(0)')).toEqual(['ptl ptl if taken']);
    expect(known(text, 'work(1)')).not.toContain('ptl ptl');
    expect(known(text, 'work(2)')).toEqual(['ptl ptl']);
  });

  it('are followed through loops', () => {
    const text = body(`
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	spin_lock(ptl);
	while (more(addr)) {
		work(1);
		if (need_resched()) {
			spin_unlock(ptl);
			cond_resched();
			work(2);
			spin_lock(ptl);
		}
		addr += PAGE_SIZE;
	}
	work(3);
	spin_unlock(ptl);`);
    expect(known(text, 'work(1)')).toEqual(['ptl ptl']);
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
    expect(known(text, 'work(3)')).toEqual(['ptl ptl']);
  });

  it('are taken and dropped by helpers', () => {
    const text = `
static pte_t *take(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	return pte_offset_map_lock(mm, pmd, addr, ptlp);
}

static void give(pte_t *pte, spinlock_t *ptl)
{
	pte_unmap_unlock(pte, ptl);
}
${body(`
	spinlock_t *ptl;
	pte_t *pte = take(mm, pmd, addr, &ptl);

	if (!pte)
		return 0;
	work(1);
	give(pte, ptl);
	work(2);`)}`;
    expect(known(text, 'work(1)')).toEqual(['ptl ptl']);
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
  });

  it('are held as annotated', () => {
    const text = body('\twork(1);\n\tspin_unlock(vmf->ptl);\n\twork(2);', 'struct vm_fault *vmf)\n\t__releases(vmf->ptl').replace("ptl)\n{", 'ptl)\n{');
    expect(known(text, 'work(1)')).toEqual(["ptl vmf->ptl caller's"]);
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
  });

  it('may be one lock by two names', () => {
    const text = body(`
	spinlock_t *pml = pmd_lock(mm, pmd);
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	if (ptl != pml)
		spin_lock_nested(ptl, SINGLE_DEPTH_NESTING);
	work(1);
	if (ptl != pml)
		spin_unlock(ptl);
	work(2);
	spin_unlock(pml);
	work(3);`);
    expect(known(text, 'work(1)')).toEqual(['ptl pml', 'ptl ptl']);
    expect(known(text, 'work(2)')).toContain('ptl pml');
    expect(known(text, 'work(3)')).toEqual(['no ptl']);
  });

  it('of a walk end with it, whoever declared the walk', () => {
    const text = body(`
	DEFINE_WALK(pvmw, page, vma, addr);

	if (!page_vma_mapped_walk(&pvmw))
		goto out;
	work(1);
	if (flag)
		goto done;
	work(2);
done:
	page_vma_mapped_walk_done(&pvmw);
out:
	work(3);`);
    expect(known(text, 'work(1)')).toEqual(['ptl pvmw.ptl']);
    expect(known(text, 'work(3)')).toEqual(['no ptl']);
  });

  it('are not claimed after a function that nobody knows got them', () => {
    const text = body(`
	spinlock_t *ptl = pmd_lock(mm, pmd);

	elsewhere(pmd, ptl);
	work(1);`);
    expect(known(text, 'elsewhere')).toEqual(['ptl ptl']);
    expect(known(text, 'work(1)')).toEqual([]);
  });
});

describe('other locks', () => {
  it('are told by kind, mode and object', () => {
    const text = body(`
	mmap_read_lock(mm);
	folio_lock(folio);
	work(1);
	folio_unlock(folio);
	mmap_read_unlock(mm);
	work(2);`, 'struct mm_struct *mm, struct folio *folio');
    expect(known(text, 'work(1)')).toEqual(['mmap_lock mm read', 'folio lock folio write', 'no ptl']);
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
  });

  it('were not taken when a signal came first', () => {
    const text = body('\tif (mmap_write_lock_killable(mm)) {\n\t\twork(1);\n\t\treturn -EINTR;\n\t}\n\twork(2);');
    expect(known(text, 'work(1)')).toEqual(['no ptl']);
    expect(known(text, 'work(2)')).toEqual(['mmap_lock mm write', 'no ptl']);
  });

  it('may be dropped by a fault', () => {
    const text = body('\tmmap_read_lock(mm);\n\twork(1);\n\thandle_mm_fault(vma, addr, 0, NULL);\n\twork(2);', 'struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr');
    expect(known(text, 'work(1)')).toContain('mmap_lock mm read');
    expect(known(text, 'work(2)')).not.toContain('mmap_lock mm read');
  });

  it('asked for twice on a condition that nobody follows are not said to be held after all', () => {
    const text = body('\tif (is_odd(sem))\n\t\tdown_read(sem);\n\twork(1);\n\tif (is_odd(sem))\n\t\tup_read(sem);\n\twork(2);', 'struct rw_semaphore *sem');
    expect(known(text, 'work(1)')).toContain('rw_semaphore sem read on some paths');
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
  });

  it('of folios may be held where nobody knows', () => {
    const text = body('\tif (!folio)\n\t\tfolio = find_locked(mapping);\n\telse\n\t\tfolio_lock(folio);\n\twork(1);', 'struct folio *folio');
    expect(known(text, 'work(1)')).toEqual(['no ptl']);
  });

  it('of folios end when the folio was read in', () => {
    const text = body('\tfolio_lock(folio);\n\twork(1);\n\tops->read_folio(NULL, folio);\n\twork(2);', 'struct folio *folio, struct address_space_operations *ops');
    expect(known(text, 'work(1)')).toEqual(['folio lock folio write', 'no ptl']);
    expect(known(text, 'work(2)')).toEqual(['no ptl']);
  });
});

describe('entry values', () => {
  const recheck = body(`
	pte_t entry = ptep_get_lockless(vmf->pte);

	work(1);
	vmf->ptl = pte_lockptr(mm, vmf->pmd);
	spin_lock(vmf->ptl);
	work(2);
	if (!pte_same(ptep_get(vmf->pte), entry)) {
		work(3);
		goto out;
	}
	work(4);
	spin_unlock(vmf->ptl);
	work(5);
	return pte_val(entry);
out:
	spin_unlock(vmf->ptl);
	work(entry);`);

  it('read without the lock are rechecked by a comparison under it', () => {
    expect(known(recheck, 'work(1)')).toContain('entry lockless not rechecked');
    expect(known(recheck, 'work(2)')).toContain('entry lockless not rechecked');
    expect(known(recheck, 'work(3)')).toContain('entry lockless changed');
    expect(known(recheck, 'work(4)')).toContain('entry lockless rechecked');
    expect(known(recheck, 'work(5)')).toContain('entry lockless recheck outdated');
  });

  it('read under the lock are good until it is dropped', () => {
    const text = body(`
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pmd_t old = pmdp_get(pmd);

	work(1);
	spin_unlock(ptl);
	work(2);
	spin_lock(ptl);
	work(3);
	work(old);`);
    expect(known(text, 'work(1)')).toContain('old locked current');
    expect(known(text, 'work(2)')).toContain('old locked lock dropped');
    expect(known(text, 'work(3)')).toContain('old locked lock dropped');
  });

  it('say nothing where the caller may hold the lock', () => {
    expect(known(body('\tpte_t entry = ptep_get(vmf->pte);\n\n\twork(1);\n\twork(entry);'), 'work(1)')).toEqual([]);
  });

  it('say nothing where paths differ', () => {
    const text = body(`
	pte_t entry = ptep_get(vmf->pte);

	spin_lock(vmf->ptl);
	if (flag)
		entry = ptep_get(vmf->pte);
	work(1);
	spin_unlock(vmf->ptl);
	work(entry);`);
    expect(known(text, 'work(1)')).toEqual(['ptl vmf->ptl']);
  });

  it('are told apart where they are read', () => {
    const { reads } = factsOf(recheck, 20);
    expect(reads.map((r) => `${r.callee} ${r.locked}`)).toEqual(['ptep_get_lockless false', 'ptep_get true']);
  });
});

describe('boundaries and uses', () => {
  const text = body(`
	pte_t entry = ptep_get_lockless(vmf->pte);

	if (pte_none(entry))
		return -EAGAIN;
	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, addr, &vmf->ptl);
	if (!vmf->pte)
		goto out;
	if (pte_write(entry))
		work(1);
out:
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl);`);
  const facts = factsOf(text, 20);
  const quote = ({ start, end }: { start: number; end: number }): string => text.slice(facts.start + start, facts.start + end);

  it('are where locks change', () => {
    expect(facts.boundaries.map((b) => `${b.side} ${quote(b.span)}: ${b.lock ? lockText(b.lock) : 'none'}`)).toEqual([
      'after pte_offset_map_lock(mm, vmf->pmd, addr, &vmf->ptl): ptl vmf->ptl if taken',
      'before vmf->pte: ptl vmf->ptl on some paths',
      'after pte_unmap_unlock(vmf->pte, vmf->ptl): none',
    ]);
  });

  it('are where values are tested', () => {
    expect(facts.uses.map((u) => `${quote(u.span)} ${u.state}`)).toEqual(['entry not rechecked', 'entry not rechecked']);
  });
});

describe('texts that change', () => {
  const helper = (statement: string): string => `static void help(struct vm_fault *vmf)\n{\n\t${statement}\n}\n`;
  const caller = body('\tvmf->ptl = pmd_lock(mm, pmd);\n\thelp(vmf);\n\twork(1);');

  it('are followed into helpers', () => {
    const analysis = analysisOf(helper('spin_unlock(vmf->ptl);') + caller);
    const ask = (): boolean | undefined => {
      const facts = finish(analysis.factsIn('mm/a.c')).find((f) => f.function === 'f')!;
      return facts.spots.find((s) => s.callee === 'work')?.noPtl;
    };
    expect(ask()).toBe(true);
    analysis.setText('mm/a.c', helper('work(0);') + caller);
    expect(ask()).toBe(false);
    analysis.setText('mm/a.c', undefined);
    expect(ask()).toBe(true);
  });

  it('that cannot be read are not guessed at', () => {
    const text = body('\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\t@@ )( ;\n\twork(1);\n\tspin_unlock(ptl);');
    const found = finish(createAnalysis({ backend, reader: { indexFiles: () => ['mm/a.c'], read: () => text } }).factsOf('mm/a.c', 20));
    expect(found?.spots.find((s) => s.callee === 'work')?.locks ?? []).toEqual([]);
  });
});
