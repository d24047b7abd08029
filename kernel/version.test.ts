import { describe, expect, it } from 'vitest';
import { existsIn, parseVersion, versionOfMakefile } from './version';

describe('versions of the kernel', () => {
  it('are read as people write them', () => {
    expect(['6.12', 'v6.12', '6.12.117', '6.12-rc3'].map(parseVersion)).toEqual([[6, 12], [6, 12], [6, 12], [6, 12]]);
    expect(['', '6', 'next', '6.x', '12345.1', '6.12345'].map(parseVersion)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
  });

  it('are read from the Makefile of a tree', () => {
    expect(versionOfMakefile('# SPDX\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\n')).toEqual([6, 1]);
    expect(versionOfMakefile('VERSION=7\nPATCHLEVEL=0\n')).toEqual([7, 0]);
    expect(versionOfMakefile('VERSION = 6\n')).toBeUndefined();
    expect(versionOfMakefile('MY_VERSION = 6\nPATCHLEVEL = 1\n')).toBeUndefined();
  });

  it('have what lives from one to another, both included', () => {
    const years = [[6, 1], [6, 3], [6, 10], [6, 11]] as const;
    expect(years.map((version) => existsIn({ since: [6, 3], until: [6, 10] }, version))).toEqual([false, true, true, false]);
    expect(years.map((version) => existsIn({}, version))).toEqual([true, true, true, true]);
  });

  it('may have got it later, in a stable release', () => {
    const late = { since: [6, 14], backported: { into: [[6, 12]], why: 'a fix' } } as const;
    expect([existsIn(late, [6, 12]), existsIn(late, [6, 11]), existsIn(late, [6, 14])]).toEqual([undefined, false, true]);
  });
});
