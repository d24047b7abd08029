import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectFiles, resolveArgument } from './collect';
import { commonDirectory, findRoot, isInside, toTreePath } from './root';

let base = '';
beforeAll(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-collect-')));
  for (const name of [
    'linux/mm/a.c', 'linux/mm/a.h', 'linux/mm/.git/x.c', 'linux/mm/node_modules/x.c', 'linux/mm/sub/b.c', 'linux/include/linux/mm.h',
    'linux/tools/mm/t.c', 'linux/tools/include/linux/t.h', 'linux/scripts/s.c', 'linux/drivers/scripts/d.c', 'other/o.c', 'other/o.txt', 'none/readme',
  ]) {
    fs.mkdirSync(path.dirname(path.join(base, name)), { recursive: true });
    fs.writeFileSync(path.join(base, name), '');
  }
  fs.symlinkSync('../../other', path.join(base, 'linux/mm/link'));
  fs.symlinkSync('..', path.join(base, 'linux/mm/loop'));
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

const collected = (...names: string[]): string[] => collectFiles(names.map((name) => path.join(base, name))).files.map((file) => path.relative(base, file));

describe('collectFiles', () => {
  it('walks directories for C files, through links once', () => {
    expect(collected('linux/mm')).toEqual(['linux/mm/a.c', 'linux/mm/link/o.c', 'linux/mm/loop/drivers/scripts/d.c', 'linux/mm/sub/b.c']);
  });

  it('leaves out what is no kernel code, unless it is asked for', () => {
    expect(collected('linux').filter((name) => !name.startsWith('linux/mm'))).toEqual(['linux/drivers/scripts/d.c']);
    expect(collected('linux/scripts', 'linux/tools/mm/t.c')).toEqual(['linux/scripts/s.c', 'linux/tools/mm/t.c']);
  });

  it('takes files whatever their name, each once and in the order given', () => {
    expect(collected('other/o.txt', 'other', 'other/o.c')).toEqual(['other/o.txt', 'other/o.c']);
  });

  it('says what it could not use', () => {
    expect(collectFiles([path.join(base, 'missing'), path.join(base, 'none')]).problems).toEqual([
      { path: path.join(base, 'missing'), message: 'no such file or directory' },
      { path: path.join(base, 'none'), message: 'no C files in this directory' },
    ]);
  });

  it('finds arguments in the current directory first, then in the tree', () => {
    const root = path.join(base, 'linux');
    expect(resolveArgument('mm/a.c', base, root)).toBe(path.join(root, 'mm/a.c'));
    expect(resolveArgument('other/o.c', base, root)).toBe(path.join(base, 'other/o.c'));
    expect(resolveArgument('mm/x.c', base, root)).toBe(path.join(base, 'mm/x.c'));
    expect(resolveArgument('mm/a.c', base, undefined)).toBe(path.join(base, 'mm/a.c'));
  });
});

describe('findRoot', () => {
  it('is the nearest directory with mm/ and include/linux/', () => {
    const root = path.join(base, 'linux');
    expect(findRoot(path.join(root, 'mm/a.c'))).toBe(root);
    expect(findRoot(path.join(root, 'drivers/not/there.c'))).toBe(root);
    expect(findRoot(root)).toBe(root);
    expect(findRoot(path.join(root, 'tools/mm/t.c'))).toBe(path.join(root, 'tools'));
    expect(findRoot(path.join(base, 'other/o.c'))).toBeUndefined();
  });
});

describe('paths', () => {
  it('are relative to the root, through links to it as well', () => {
    const link = path.join(base, 'other/tree');
    fs.symlinkSync('../linux', link);
    const root = path.join(base, 'linux');
    expect(toTreePath(root, path.join(root, 'mm/a.c'))).toBe('mm/a.c');
    expect(toTreePath(root, path.join(link, 'mm/a.c'))).toBe('mm/a.c');
    expect(toTreePath(link, path.join(root, 'mm/a.c'))).toBe('mm/a.c');
    expect(toTreePath(root, path.join(base, 'other/o.c'))).toBe('../other/o.c');
    fs.unlinkSync(link);
  });

  it('have a common directory', () => {
    expect(commonDirectory(['/a/b/c', '/a/bc', '/a/b'])).toBe('/a');
    expect(commonDirectory(['/a/b'])).toBe('/a/b');
    expect(commonDirectory(['/a', '/b'])).toBe('/');
    expect(isInside('/a', '/a/..b')).toBe(true);
    expect(isInside('/a', '/ab')).toBe(false);
    expect(isInside('/a', '/a')).toBe(true);
  });
});
