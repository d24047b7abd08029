import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readText } from './files';
import { createTreeReader } from './reader';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-reader-')));
  folders.push(root);
  for (const name of Object.keys(files)) write(root, name, files[name] ?? '');
  return root;
}
function write(root: string, name: string, content: string | Buffer): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), content);
}

const kernel = {
  'include/linux/pgtable.h': 'pte_t huge_ptep_get(pte_t *ptep);',
  'include/linux/list.h': 'the adopted and the interrupted',
  'include/linux/uffd_unused.h': 'pte_t x;',
  'include/asm-generic/pte.h': 'pte_t x;',
  'mm/b.c': '#include <linux/pgtable.h>\n',
  'mm/a.c': '# include <linux/list.h>\n#include <linux/gone.h>\n#include <asm/pte.h>\n',
  'mm/sub/c.c': '',
  'mm/internal.h': '',
  'mm/Makefile': '',
  'mm/.hidden.c': '',
  'fs/userfaultfd.c': '',
  'fs/exec.c': 'pte_t',
};
const index = ['mm/a.c', 'mm/b.c', 'mm/internal.h', 'mm/sub/c.c', 'fs/userfaultfd.c', 'include/linux/pgtable.h'];

describe('createTreeReader', () => {
  it('indexes mm/, userfaultfd and the headers that matter', () => {
    expect(createTreeReader(tree(kernel)).indexFiles()).toEqual(index);
  });

  it('adds the files that are checked elsewhere', () => {
    const reader = createTreeReader(tree(kernel), ['fs/exec.c']);
    expect(reader.indexFiles()).toEqual([...index, 'fs/exec.c']);
    reader.add('arch/none.c');
    reader.add('mm/a.c');
    expect(reader.indexFiles()).toEqual([...index, 'fs/exec.c', 'arch/none.c']);
  });

  it('sees the same through symbolic links, and ends in their loops', () => {
    const original = tree(kernel);
    const copy = tree({ 'mm/b.c': '#include <linux/pgtable.h>\nchanged\n' });
    for (const name of ['fs', 'include']) fs.symlinkSync(path.join(original, name), path.join(copy, name));
    for (const name of ['a.c', 'internal.h', 'sub']) fs.symlinkSync(path.join(original, 'mm', name), path.join(copy, 'mm', name));
    fs.symlinkSync('.', path.join(copy, 'mm/again'));
    fs.symlinkSync('nowhere.c', path.join(copy, 'mm/dangling.c'));
    const reader = createTreeReader(copy);
    expect(reader.indexFiles()).toEqual(index);
    expect(reader.read('mm/b.c')).toContain('changed');
  });

  it('asks the disk once, and again after forget', () => {
    const root = tree(kernel);
    const reader = createTreeReader(root);
    reader.indexFiles();
    write(root, 'mm/b.c', 'new');
    write(root, 'mm/new.c', '');
    write(root, 'include/linux/list.h', 'pmd_t');
    expect(reader.read('mm/b.c')).toBe(kernel['mm/b.c']);
    reader.forget('mm/b.c');
    reader.forget('mm/new.c');
    reader.forget('include/linux/list.h');
    expect(reader.read('mm/b.c')).toBe('new');
    expect(reader.indexFiles()).toEqual(['mm/a.c', 'mm/b.c', 'mm/internal.h', 'mm/new.c', 'mm/sub/c.c', 'fs/userfaultfd.c', 'include/linux/list.h']);
    fs.rmSync(path.join(root, 'mm/new.c'));
    reader.forget('mm/new.c');
    expect(reader.indexFiles()).not.toContain('mm/new.c');
  });

  it('tells once what it could not read', () => {
    const problems: string[] = [];
    const reader = createTreeReader(tree({ ...kernel, 'mm/data.c': Buffer.from('ab\0c') }), [], (problem) => problems.push(`${problem.path}: ${problem.message}`));
    reader.indexFiles();
    expect(reader.read('mm/data.c')).toBeUndefined();
    expect(reader.read('mm/none.c')).toBeUndefined();
    expect(problems).toEqual(['mm/data.c: binary file, not checked', 'mm/none.c: no such file or directory']);
  });

  it('takes loose files with their neighbours', () => {
    const root = tree({ 'x/a.c': '', 'x/b.h': '', 'x/c.txt': '', 'x/sub/d.c': '', 'y/e.c': '', 'f.c': '' });
    expect(createTreeReader(root, ['x/a.c']).indexFiles()).toEqual(['x/a.c', 'x/b.h']);
    expect(createTreeReader(path.join(root, 'y')).indexFiles()).toEqual(['e.c']);
    expect(createTreeReader(path.join(root, 'none')).indexFiles()).toEqual([]);
  });
});

describe('readText', () => {
  it('keeps what a text has', () => {
    const root = tree({ 'bom.c': '\ufeffint x;\r\n', 'latin1.c': Buffer.from('\xe4', 'latin1'), 'late.c': `${' '.repeat(8192)}\0`, 'empty.c': '' });
    expect(readText(path.join(root, 'bom.c'))).toEqual({ text: '\ufeffint x;\r\n' });
    expect(readText(path.join(root, 'latin1.c'))).toEqual({ text: '\ufffd' });
    expect(readText(path.join(root, 'late.c'))).toEqual({ text: `${' '.repeat(8192)}\0` });
    expect(readText(path.join(root, 'empty.c'))).toEqual({ text: '' });
  });

  it('says in words what went wrong', () => {
    const root = tree({ 'a.c': '' });
    fs.truncateSync(path.join(root, 'a.c'), 65 * 1024 * 1024);
    expect(readText(path.join(root, 'a.c'))).toEqual({ problem: 'larger than 64 MB, not checked' });
    expect(readText(root)).toEqual({ problem: 'is a directory' });
    expect(readText(path.join(root, 'x'.repeat(300)))).toEqual({ problem: 'name too long' });
    expect(readText('/proc/self/mem')).toEqual({ problem: 'input/output error' });
  });
});
