import { describe, expect, it } from 'vitest';
import { inert, read, shape } from '../kernel/build';
import { builtinModel, extendModel } from '../kernel/model';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { createAnalysis } from './create';

const backend = await loadBackend('native');

const event = `
vm_fault_t drawer_is_empty(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`;
const lockless = `
vm_fault_t drawer_fault(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	if (huge_pte_none(huge_ptep_get(ptep)))
		return drawer_is_empty(vma, vmf, ptep);
	return 0;
}
`;
const locked = lockless
  .replace('	if (huge', '	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), vma->vm_mm, ptep);\n	bool none = huge_pte_none(huge_ptep_get(ptep));\n\n	spin_unlock(ptl);\n	if (huge')
  .replace('if (huge_pte_none(huge_ptep_get(ptep)))', 'if (none)');

function tree(files: Record<string, string>, using: ParserBackend = backend) {
  const log: string[] = [];
  const disk = new Map(Object.entries(files));
  const analysis = createAnalysis({ backend: using, log: (line) => log.push(line), reader: { indexFiles: () => [...disk.keys()], read: (path) => disk.get(path) } });
  return { analysis, disk, log, check: (...paths: string[]) => analysis.check(paths).map((f) => `${f.location.file}:${f.location.line} ${f.function}`) };
}

describe('createAnalysis', () => {
  it('asks callers in other files, and reports where the event is', () => {
    const { check } = tree({ 'mm/event.c': event, 'mm/caller.c': lockless });
    expect(check('mm/event.c')).toEqual(['mm/event.c:5 drawer_is_empty']);
    expect(check('mm/caller.c')).toEqual([]);
  });

  it('follows unsaved text of another file, back and forth', () => {
    const { analysis, check } = tree({ 'mm/event.c': event, 'mm/caller.c': lockless });
    analysis.setText('mm/caller.c', locked);
    expect(check('mm/event.c')).toEqual([]);
    analysis.setText('mm/caller.c', lockless);
    expect(check('mm/event.c')).toEqual(['mm/event.c:5 drawer_is_empty']);
    analysis.setText('mm/caller.c', '');
    expect(check('mm/event.c')).toEqual([]);
    analysis.setText('mm/caller.c', undefined);
    expect(check('mm/event.c')).toEqual(['mm/event.c:5 drawer_is_empty']);
  });

  it('moves findings with the text above them, and keeps their fingerprint', () => {
    const { analysis } = tree({ 'mm/event.c': event, 'mm/caller.c': lockless });
    const [before] = analysis.check(['mm/event.c']);
    analysis.setText('mm/event.c', `/* new */\n\nint other(void)\n{\n	return 0;\n}\n${event}`);
    const [after] = analysis.check(['mm/event.c']);
    expect(after!.location.line).toBe(before!.location.line + 6);
    expect(after!.fingerprint).toBe(before!.fingerprint);
    expect(after!.steps.at(-1)!.location.line).toBe(after!.location.line);
  });

  it('sees a file that is made later', () => {
    const { analysis, disk, check } = tree({ 'mm/event.c': event });
    expect(check('mm/event.c')).toEqual([]);
    disk.set('mm/caller.c', lockless);
    analysis.invalidate('mm/caller.c');
    expect(check('mm/event.c')).toEqual(['mm/event.c:5 drawer_is_empty']);
    disk.delete('mm/caller.c');
    analysis.invalidate('mm/caller.c');
    expect(check('mm/event.c')).toEqual([]);
  });

  it('uses the function of its own file before one of the same name elsewhere', () => {
    const helper = (body: string): string => `static bool slot_ok(struct mm_struct *mm, pte_t *ptep, pte_t old)\n{\n${body}\n}\n`;
    const user = `
vm_fault_t fault(struct hstate *h, struct mm_struct *mm, struct vm_fault *vmf, pte_t *ptep)
{
	pte_t entry = huge_ptep_get(ptep);

	if (!huge_pte_none(entry) || !slot_ok(mm, ptep, entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;
    const good = helper('	spinlock_t *ptl = huge_pte_lock(0, mm, ptep);\n	bool same = pte_same(huge_ptep_get(ptep), old);\n\n	spin_unlock(ptl);\n	return same;');
    const { check } = tree({ 'mm/a.c': helper('	return true;') + user, 'mm/b.c': good, 'mm/c.c': good + user });
    expect(check('mm/a.c', 'mm/b.c', 'mm/c.c')).toEqual(['mm/a.c:12 fault']);
  });

  it('comes to an end with recursion, in one function and in a ring', () => {
    const { check, log } = tree({
      'mm/ring.c': `
static int one(struct vm_fault *vmf, int n) { if (n) return two(vmf, n - 1); return pte_none(ptep_get(vmf->pte)); }
static int two(struct vm_fault *vmf, int n) { return n > 3 ? two(vmf, n - 2) : one(vmf, n - 1); }
vm_fault_t ring_fault(struct vm_fault *vmf)
{
	if (one(vmf, 9))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
vm_fault_t again(struct vm_fault *vmf) { if (pte_none(ptep_get(vmf->pte))) return again(vmf); return handle_userfault(vmf, VM_UFFD_WP); }
`,
    });
    expect(check('mm/ring.c')).toEqual(['mm/ring.c:7 ring_fault']);
    expect(log).toEqual([]);
  });

  it('loses one function, not the file, when something goes wrong in it', () => {
    const broken: ParserBackend = {
      name: 'native',
      withTree: (text, use) => {
        if (text.includes('unlucky')) throw new Error('broken on purpose');
        return backend.withTree(text, use);
      },
    };
    const { check, log } = tree({ 'mm/a.c': event.replaceAll('drawer', 'unlucky') + event + lockless }, broken);
    expect(check('mm/a.c')).toEqual(['mm/a.c:12 drawer_is_empty']);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('mm/a.c: unlucky_is_empty: analysis failed: Error: broken on purpose');
  });

  it('stays silent where the text could not be read', () => {
    const { check, log } = tree({ 'mm/a.c': event + lockless.replace('if (huge', 'if @@ (huge') });
    expect(check('mm/a.c')).toEqual([]);
    expect(log).toEqual(['mm/a.c: drawer_fault: could not be read completely; nothing is reported in it']);
  });

  it('gives way between functions', () => {
    const { analysis } = tree({ 'mm/event.c': event, 'mm/caller.c': lockless });
    const run = analysis.checkInSteps(['mm/event.c']);
    let pieces = 0;
    while (run.next().done !== true) pieces++;
    expect(pieces).toBeGreaterThanOrEqual(4);
  });

  it('runs the rules that are asked for', () => {
    const { analysis } = tree({ 'mm/event.c': event, 'mm/caller.c': lockless });
    expect(analysis.check(['mm/event.c'], { rules: ['lockless-pte-to-userfault'] })).toHaveLength(1);
    expect(analysis.check(['mm/event.c'], { rules: [] })).toEqual([]);
  });

  it('follows another kernel model, back and forth', () => {
    const model = extendModel(builtinModel, [
      { name: 'drawer_peek', area: 'page-table', shapes: [read('huge')], meaning: 'Reads a drawer.', source: 'here' },
      { name: 'drawer_report', area: 'userfaultfd', shapes: [shape(2, { op: 'event', reason: 1 })], meaning: 'Reports it.', source: 'here' },
    ]);
    const files = { 'mm/event.c': event.replace('handle_userfault', 'drawer_report'), 'mm/caller.c': lockless.replace('huge_ptep_get', 'drawer_peek') };
    const { analysis, check } = tree(files);
    expect(check('mm/event.c')).toEqual([]);
    analysis.setModel(model);
    expect(check('mm/event.c')).toEqual(['mm/event.c:5 drawer_is_empty']);
    analysis.setModel(extendModel(model, [{ name: 'drawer_peek', area: 'page-table', shapes: [inert()], meaning: 'Nothing.', source: 'here' }]));
    expect(check('mm/event.c')).toEqual([]);
    analysis.setModel(model);
    expect(check('mm/event.c')).toEqual(['mm/event.c:5 drawer_is_empty']);
    analysis.setModel(builtinModel);
    expect(check('mm/event.c')).toEqual([]);
    const fresh = createAnalysis({ backend, model, reader: { indexFiles: () => Object.keys(files), read: (path) => new Map(Object.entries(files)).get(path) } });
    expect(fresh.check(['mm/event.c'])).toHaveLength(1);
  });

  it('sees what a function has become that is called by one that is called', () => {
    const caller = locked.replace('	if (none)', '	settle_drawer(ptep);\n	if (none)');
    const settle = 'static inline void settle_drawer(pte_t *ptep)\n{\n	settle_deeper(ptep);\n}\n';
    const quiet = 'static inline void settle_deeper(pte_t *ptep)\n{\n	int n = 0;\n}\n';
    const loud = quiet.replace('int n = 0;', 'spinlock_t *ptl = huge_pte_lock(0, 0, ptep);\n\n	spin_unlock(ptl);');
    const files = { 'mm/event.c': event, 'mm/caller.c': caller, 'include/linux/settle.h': settle, 'include/linux/deeper.h': quiet };
    const { analysis } = tree(files);
    for (const text of [quiet, loud, quiet, '', loud, quiet]) {
      analysis.setText('include/linux/deeper.h', text);
      expect(analysis.check(['mm/event.c'])).toEqual(tree({ ...files, 'include/linux/deeper.h': text }).analysis.check(['mm/event.c']));
    }
  });

  it('finds after any edits what a new run finds', () => {
    const files: Record<string, string> = {
      'mm/event.c': event,
      'mm/caller.c': locked.replace('	if (none)', '	tidy_drawer(mm, ptep);\n	if (none)'),
      'mm/other.c': lockless.replace('drawer_fault', 'drawer_write').replace('return 0', 'return look_again(vma, vmf, ptep)'),
      'include/linux/drawer.h': `
static inline void tidy_drawer(struct mm_struct *mm, pte_t *ptep)
{
	tidy_deeper(ptep, 3);
}
static inline void tidy_deeper(pte_t *ptep, int n)
{
	if (n)
		set_pte_at(0, 0, ptep, huge_ptep_get(ptep));
}
static inline vm_fault_t look_again(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), vma->vm_mm, ptep);
	bool none = huge_pte_none(huge_ptep_get(ptep));

	spin_unlock(ptl);
	return none ? drawer_is_empty(vma, vmf, ptep) : 0;
}
`,
    };
    const lines = [...new Set(Object.values(files).flatMap((text) => text.split('\n')))];
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    const texts = { ...files };
    const { analysis } = tree(files);
    const seen = new Set<string>();
    for (let round = 0; round < 400; round++) {
      const file = Object.keys(files)[random(4)]!;
      const rows = texts[file]!.split('\n');
      const at = random(rows.length);
      const kind = random(6);
      if (kind === 0) rows.splice(at, 1);
      else if (kind === 1) rows.splice(at, 0, lines[random(lines.length)]!);
      else if (kind === 2) rows[at] = lines[random(lines.length)]!;
      else if (kind === 3) rows[at] = rows[at]!.replace(/\w+/, (word) => ['tidy_deeper', 'look_again', 'drawer_is_empty', 'huge_pte_lock', word][random(5)]!);
      texts[file] = kind === 4 || random(12) === 0 ? files[file]! : rows.join('\n');
      analysis.setText(file, texts[file]);
      // Not after each: what was forgotten must stay forgotten.
      if (random(3) === 0) continue;
      const paths = random(2) === 0 ? Object.keys(files) : [file];
      const found = analysis.check(paths);
      expect(found, `round ${round}`).toEqual(tree(texts).analysis.check(paths));
      seen.add(JSON.stringify(found));
    }
    expect(seen.size).toBeGreaterThan(4);
  });

  it('says what it took for granted', () => {
    const { analysis } = tree({ 'mm/a.c': event.replace('	if (user', '	settle(vmf);\n	vma->vm_ops->prepare(vmf);\n	if (user') + lockless });
    expect(analysis.check(['mm/a.c'])[0]!.assumptions).toEqual([
      'settle() is not known and is taken to change no page-table lock and to check no entry',
      'the function called through vma->vm_ops->prepare is not known and is taken to change no page-table lock and to check no entry',
    ]);
  });

  it('keeps the first line of a message short, with both ends in it', () => {
    const long = 'x'.repeat(60);
    const { analysis } = tree({ 'mm/a.c': event.replace('drawer_is_empty', `empty_${long}`) + lockless.replace('drawer_is_empty', `empty_${long}`) });
    const [finding] = analysis.check(['mm/a.c']);
    expect(finding!.message.split('\n')[0]!.length).toBeLessThanOrEqual(100);
    expect(finding!.message).toContain('drawer_fault');
  });

  it('does not name one function twice in a first line', () => {
    const { analysis } = tree({ 'mm/a.c': lockless.replace('drawer_is_empty(vma, vmf, ptep)', 'handle_userfault(vmf, VM_UFFD_MISSING)').replace('drawer_fault', 'drawer_fault_of_a_long_name') });
    expect(analysis.check(['mm/a.c'])[0]!.message).toMatch(/^drawer_fault_of_a_long_name\(\) raises MISSING on an entry it read without the ptl, no recheck\n/);
  });

  it('shows that a first line was cut', () => {
    const name = 'x'.repeat(90);
    const clear = `\nvoid ${name}(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)\n{\n	spin_lock(ptl);\n	ptep_clear_flush(vma, addr, ptep);\n	spin_unlock(ptl);\n}\n`;
    const fault = `\nvoid ${name}(struct vm_area_struct *vma, unsigned long addr)\n{\n	handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);\n}\n`;
    const raised = `\nvm_fault_t ${name}(struct vm_fault *vmf)\n{\n	if (pte_none(ptep_get(vmf->pte)))\n		return handle_userfault(vmf, VM_UFFD_MISSING);\n	return 0;\n}\n`;
    const first = (text: string): string[] => tree({ 'mm/a.c': text }).analysis.check(['mm/a.c']).map((f) => f.message.split('\n')[0]!);
    expect([clear, fault, raised].flatMap(first)).toEqual([`${name}() empt...`, `${name}() fake...`, `${name}() rais...`]);
  });
});
