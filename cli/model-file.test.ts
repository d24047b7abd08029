/** The model file of a tree, from the command line to the findings. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadEngine } from './engine';
import { kernelFiles, makeTree, removeTree, runIn, type Ran } from './testing/trees';

const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));

/** drawer_peek() is a macro of this tree that reads an entry, drawer_lock() and drawer_unlock() take and drop its lock: they have no body here. */
const driver = `vm_fault_t drawer_fault(struct vm_fault *vmf)
{
	spinlock_t *ptl;
	pte_t old = drawer_peek(vmf->pte);

	if (!pte_none(old))
		return 0;
	drawer_lock(vmf->vma->vm_mm, &ptl);
	if (!pte_none(drawer_peek(vmf->pte))) {
		drawer_unlock(ptl);
		return 0;
	}
	drawer_unlock(ptl);
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;
const peek = '{ "function": "pte_t drawer_peek(pte_t *ptep)", "effect": "read", "level": "pte", "slot": "ptep" }';
const lock = '{ "function": "drawer_lock(mm, ptlp)", "effect": "acquire", "level": "pte", "lock": "*ptlp" }';
const unlock = '{ "function": "drawer_unlock(ptl)", "effect": "release", "lock": "ptl" }';

function kernel(files: Readonly<Record<string, string | Buffer>>): string {
  const root = makeTree({ ...kernelFiles, 'mm/drawer.c': driver, ...files });
  trees.push(root);
  return root;
}
const file = (...entries: string[]): string => `{\n  "primitives": [\n    ${entries.join(',\n    ')}\n  ]\n}\n`;
const check = (root: string, ...args: string[]): Promise<Ran> => runIn(root, ['check', 'mm/drawer.c', ...args], { loadEngine });
const found = /^mm\/drawer\.c:14:9: warning: .* \[lockless-pte-to-userfault\]$/m;
const nothing = 'no warnings in 1 file (0.5 s)\n';
const one = '1 warning in 1 file (0.5 s)\n';

describe('the model file', () => {
  it('makes helpers known, and findings come and go with it', async () => {
    const root = kernel({});
    expect(await check(root)).toEqual({ status: 0, stdout: '', stderr: nothing });
    fs.writeFileSync(path.join(root, '.mm-review.json'), file(peek));
    expect(await check(root)).toEqual({ status: 1, stdout: expect.stringMatching(found) as string, stderr: one });
    fs.writeFileSync(path.join(root, '.mm-review.json'), file(peek, lock, unlock));
    expect(await check(root)).toEqual({ status: 0, stdout: '', stderr: nothing });
  });

  it('replaces what is built in, without a word', async () => {
    const root = kernel({ '.mm-review.json': file(peek, '{ "function": "handle_userfault(vmf, reason)", "effect": "inert" }') });
    expect(await check(root)).toEqual({ status: 0, stdout: '', stderr: nothing });
  });

  it('is complained about in the way of compilers, and what is right in it counts', async () => {
    const root = kernel({ '.mm-review.json': file(peek, lock.replace('"*ptlp', '"*ptl')) });
    const complaint = ".mm-review.json:4:89: warning: drawer_lock() has no argument 'ptl' (did you mean 'ptlp'?)\n";
    expect(await check(root)).toEqual({ status: 1, stdout: expect.stringMatching(found) as string, stderr: complaint + one });
    expect((await runIn(path.join(root, 'mm'), ['check', 'drawer.c'], { loadEngine })).stderr).toBe(`../${complaint}${one}`);
    expect((await runIn(root, ['check', 'mm/drawer.c'], { loadEngine, stderrIsTTY: true })).stderr).toContain('\u001b[1;35mwarning:\u001b[0m');
    const json = await check(root, '--format', 'json');
    expect(json).toMatchObject({ status: 1, stderr: complaint + one });
    expect(Object.keys(JSON.parse(json.stdout) as object)).toEqual(['tool', 'root', 'findings', 'stats']);
  });

  it('never stops a check and never changes its status', async () => {
    const cases: [string | Buffer, string][] = [
      ['', '1:1: warning: a value is expected here'],
      ['[]', '1:1: warning: an object is expected here'],
      [Buffer.from([0x7b, 0, 0x7d]), '1:1: warning: the file is not used: binary file, not checked'],
      [' '.repeat(2 * 1024 * 1024), '1:1: warning: the file is not used: larger than 1 MB, not checked'],
      [Buffer.from('{ "\xe9": 1 }', 'latin1'), '1:4: warning: this character cannot be read; the file has to be UTF-8'],
      ['{ "\u001b[31m": 1 }', "1:3: warning: unknown field ' [31m'"],
    ];
    for (const [content, complaint] of cases) {
      const ran = await check(kernel({ '.mm-review.json': content }));
      expect(ran).toMatchObject({ status: 0, stdout: '' });
      expect(ran.stderr).toContain(`.mm-review.json:${complaint}`);
      expect(ran.stderr).not.toContain('\u001b');
    }
    const directory = await check(kernel({ '.mm-review.json/': '' }));
    expect(directory).toEqual({ status: 0, stdout: '', stderr: `.mm-review.json:1:1: warning: the file is not used: is a directory\n${nothing}` });
    const dangling = kernel({});
    fs.symlinkSync('nowhere', path.join(dangling, '.mm-review.json'));
    expect(await check(dangling)).toEqual({ status: 0, stdout: '', stderr: nothing });
  });

  it('belongs to the kernel tree that it lies in', async () => {
    const base = makeTree({
      ...Object.fromEntries(Object.entries({ ...kernelFiles, 'mm/drawer.c': driver }).flatMap(([name, text]) => [[`a/${name}`, text], [`b/${name}`, text]])),
      'a/.mm-review.json': file(peek), '.mm-review.json': file(peek), 'loose/drawer.c': driver,
    });
    trees.push(base);
    const ran = await runIn(base, ['check', 'a/mm/drawer.c', 'b/mm/drawer.c', 'loose/drawer.c'], { loadEngine });
    expect(ran.stdout.match(/^.*warning:/gm)).toEqual(['a/mm/drawer.c:14:9: warning:']);
  });

  it('counts for a summary, too', async () => {
    const root = kernel({ '.mm-review.json': file(peek, '{}') });
    const ran = await runIn(root, ['summary', 'drawer_fault', 'mm/drawer.c'], { loadEngine });
    expect(ran.stdout).toContain('the entry read at mm/drawer.c:4');
    expect(ran.stderr).toContain(".mm-review.json:4:5: warning: 'function' is missing");
  });
});
