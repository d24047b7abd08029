import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kernelVersion } from './kernel-version';

let root = '';
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-version-'));
});
afterEach(() => {
  fs.rmSync(root, { recursive: true });
});

describe('the version of a tree', () => {
  it('is what its Makefile says now', () => {
    expect(kernelVersion(root)).toBeUndefined();
    fs.writeFileSync(path.join(root, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 1\n');
    expect(kernelVersion(root)).toEqual([6, 1]);
    fs.writeFileSync(path.join(root, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\n');
    expect(kernelVersion(root)).toEqual([6, 12]);
  });
});
