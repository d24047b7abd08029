import { expect, test } from 'vitest';
import { loadNativeBackend } from '../../parser/backend';
import { explore } from '../explorer/explore';
import { programOf, readScenario } from '../litmus/scenario';
import { coversOf } from './build';

const backend = loadNativeBackend()!;

/** Explores a scenario of these objects and threads. */
function found(init: string, body: string, header = '') {
  const { scenario, problems } = readScenario(`C test\n\n${header}\n{\n${init}\n}\n\n${body}\n`);
  expect(problems).toEqual([]);
  const { program, problems: more } = programOf(scenario!, backend, { variant: 'buggy' });
  expect(more).toEqual([]);
  const { verdict, witness, covered } = explore(program!);
  return {
    verdict, property: witness?.property, labels: program!.labels.filter((_, i) => covered[i]),
    steps: program!.threads.map((thread) => thread.steps.map((step) => step.text)),
  };
}

test('the hugetlb vma lock is one only where the vma is shared or owns its reservation map', () => {
  const both = (vma: string) => found(`struct vm_area_struct vma = { ${vma} };`, `
P0(struct vm_area_struct *vma)
{
  hugetlb_vma_lock_write(vma);
  if (!hugetlb_vma_trylock_write(vma)) {
held:
    hugetlb_vma_unlock_write(vma);
    return;
  }
taken_again:
  hugetlb_vma_unlock_write(vma);
}`);
  for (const lock of ['.vm_flags = VM_SHARED | VM_HUGETLB', '.vm_flags = VM_HUGETLB, .vm_private_data = HPAGE_RESV_OWNER']) expect(both(lock)).toMatchObject({ verdict: 'Never', labels: ['held'] });
  expect(both('.vm_flags = VM_HUGETLB')).toMatchObject({ verdict: 'Never', labels: ['taken_again'] });
});

test('what && and ! compute can be an argument', () => {
  const asserted = (condition: string) => found('int x = 1;', `
P0(int *x)
{
  bool is_set = false;
  int seen = READ_ONCE(*x);

  if (seen == 1)
    is_set = true;
  ghost_assert(${condition});
}`).verdict;
  expect(asserted('!is_set')).toBe('Sometimes');
  expect(asserted('is_set && seen == 1')).toBe('Never');
  expect(asserted('!is_set || seen == 2')).toBe('Sometimes');
});

test('the bit of a marker is not that of a swap entry', () => {
  const tests = (value: string) => found(`spinlock_t ptl; pte_t pte __guarded_by(ptl) = ${value};`, `
P0(pte_t *pte)
{
  pte_t entry = ptep_get(pte);

  if (pte_marker_uffd_wp(entry)) {
marker:
    ;
  }
  if (pte_swp_uffd_wp(entry)) {
swap:
    ;
  }
  if (pte_swp_uffd_wp_any(entry)) {
any:
    ;
  }
}`).labels;
  expect(tests('PTE_MARKER | PTE_UFFD_WP')).toEqual(['marker', 'any']);
  expect(tests('PTE_SWAP | PTE_UFFD_WP')).toEqual(['swap', 'any']);
  expect(tests('PTE_MIGRATION | PTE_UFFD_WP')).toEqual(['swap', 'any']);
  expect(tests('PTE_PRESENT | PTE_UFFD_WP')).toEqual([]);
  expect(tests('PTE_SWAP')).toEqual([]);
});

test('a slot may hold a folio, a swap value or nothing', () => {
  const slot = (value: string) => found(`spinlock_t xa_lock; struct folio folio; struct xarray i_pages[1] __guarded_by(xa_lock) = { ${value} };`, `
P0(struct xarray *i_pages)
{
  struct folio *found = filemap_get_entry(&i_pages[0]);

  if (xa_is_value(found)) {
swapped:
    return;
  }
  if (!found) {
hole:
    return;
  }
  folio_lock(found);
  folio_unlock(found);
locked:
  return;
}`).labels;
  expect(slot('SWP_ENTRY')).toEqual(['swapped']);
  expect(slot('0')).toEqual(['hole']);
  expect(slot('&folio')).toEqual(['locked']);
});

test('a fault that must not wait and leads to an event gets SIGBUS', () => {
  const fault = (unchecked: string) => found('struct mm_struct mm; spinlock_t ptl; pte_t pte __guarded_by(ptl);', `
P0(struct mm_struct *mm, pte_t *pte)
{
  struct vm_fault vmf = { .flags = FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE, .pte = pte };

  mmap_read_lock(mm);
  if (handle_userfault(&vmf, VM_UFFD_WP) & VM_FAULT_ERROR) {
sigbus:
    ;
  }
  mmap_read_unlock(mm);
}`, `(*\n${unchecked}\n *)\n`);
  expect(fault('')).toMatchObject({ verdict: 'Sometimes', property: 'kernel-fault-sigbus' });
  expect(fault(' * Unchecked: buggy kernel-fault-sigbus')).toMatchObject({ verdict: 'Never', labels: ['sigbus'] });
});

test('a pointer leads only to what was assigned to it', () => {
  const steps = (written: string) => found('int x; int y; int z;', `
P0(int *x, int *y, int *z)
{
  int *p = x;

  if (choose())
    p = y;
  WRITE_ONCE(*p, 1);
}

P1(int *x, int *y, int *z)
{
  int seen = READ_ONCE(*${written});

  WRITE_ONCE(*z, seen);
}`).steps[1];
  expect(steps('x')).toHaveLength(2);
  expect(steps('y')).toHaveLength(2);
  // Nobody writes to y: to read it is no step.
  expect(found('int x; int y; int z;', `
P0(int *x, int *y)
{
  int *p = x;

  if (choose())
    p = NULL;
  if (p)
    WRITE_ONCE(*p, 1);
}

P1(int *y, int *z)
{
  int seen = READ_ONCE(*y);

  WRITE_ONCE(*z, seen);
}`).steps[1]).toEqual(['WRITE_ONCE(*z, seen)']);
  // Read through a pointer that leads to one of two words that nobody writes.
  expect(found('int x; int y; int z;', `
P0(int *x, int *y, int *z)
{
  int *p = x;

  if (choose())
    p = y;
  WRITE_ONCE(*z, *p);
}`).steps[0]).toHaveLength(2);
});

test('a thread whose path ends keeps its locks, which is no deadlock of its own', () => {
  const thread = (rest: string): string => `
P0(int *x)
{
  spin_lock(l);
  if (choose())
    path_ends();
  spin_unlock(l);
}
${rest}`;
  expect(found('int x; spinlock_t l;', thread(''))).toMatchObject({ verdict: 'Never' });
  // Whoever wants the lock waits for ever.
  expect(found('int x; spinlock_t l;', thread('P1(int *x)\n{\n  spin_lock(l);\n  spin_unlock(l);\n}'))).toMatchObject({ verdict: 'Sometimes', property: 'deadlock' });
  // Nothing after it happens.
  expect(found('int x;', 'P0(int *x)\n{\n  path_ends();\n  BUG_ON(1);\n}')).toMatchObject({ verdict: 'Never' });
});

test('only what happens after a label counts where the header says so', () => {
  const text = (through: string): string => `
P0(int *x)
{
  if (choose()) {
    BUG_ON(choose());
  } else {
    WRITE_ONCE(*x, 1);
site:
    WRITE_ONCE(*x, 2);
  }
  BUG_ON(READ_ONCE(*x) == ${through});
  path_ends();
}

P1(int *x)
{
  WRITE_ONCE(*x, 3);
}`;
  const header = '(*\n * Through: site\n *)\n';
  expect(found('int x;', text('9'))).toMatchObject({ verdict: 'Sometimes' });
  expect(found('int x;', text('9'), header)).toMatchObject({ verdict: 'Never', labels: ['site'] });
  expect(found('int x;', text('3'), header)).toMatchObject({ verdict: 'Sometimes', property: 'bug', labels: ['site'] });
  expect(found('int x;', text('3'), header.replace(' *)', ' * Checked: deadlock armed-under-huge\n *)'))).toMatchObject({ verdict: 'Never', labels: ['site'] });
  expect(readScenario(`C test\n\n(*\n * Checked: bugs\n *)\n\n{\n  int x;\n}\n${text('9')}`).problems.map((p) => p.message)).toEqual([expect.stringMatching(/^unknown property bugs/)]);
  expect(readScenario(`C test\n\n${header.replace('site', 'sight')}{\n  int x;\n}\n${text('9')}`).problems.map((p) => p.message)).toEqual(['there is no label sight']);
});

test('labels can be demanded of a run with adversaries', () => {
  const text = (cover: string) => `C test\n\n(*\n * Expect: buggy Never\n * Cover: ${cover}\n *)\n\n{\n\tint x;\n}\n\nP0(int *x)\n{\nstart:\n\tWRITE_ONCE(*x, 1);\n}\n`;
  const covers = (cover: string, ...adversaries: string[]) => coversOf(readScenario(text(cover)).scenario!, 'buggy', adversaries);
  expect(covers('start')).toEqual(['start']);
  expect(covers('buggy start')).toEqual(['start']);
  expect(covers('buggy start', 'reclaim')).toEqual([]);
  expect(covers('buggy with reclaim start')).toEqual([]);
  expect(covers('buggy with reclaim start', 'reclaim')).toEqual(['start']);
  expect(covers('buggy with reclaim, swap-in start', 'reclaim', 'swap-in')).toEqual(['start']);
  expect(readScenario(text('buggy with start')).problems.map((p) => p.message)).toEqual(['Cover: [variant [with adversary]] label']);
});
