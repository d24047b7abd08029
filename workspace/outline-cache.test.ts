import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnalysis } from '../analyzer/create';
import type { Finding } from '../analyzer/findings/finding';
import { loadBackend } from '../parser/backend';
import { scan } from '../parser/scan';
import { openOutlineCache, type OutlineCache } from './outline-cache';
import { packOutlines, readPack } from './outline-format';

const backend = await loadBackend('native');

const files: Readonly<Record<string, string>> = {
  'mm/event.c': `
#define peek(slot, how) \\
	huge_ptep_get(slot)

/* "ä", which Latin-1 has. */
vm_fault_t drawer_is_empty(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
	__must_hold(&vma->drawer_lock)
{
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}
`,
  'mm/caller.c': `
static const char *name = "→ and €, which Latin-1 has not";

vm_fault_t drawer_fault(struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep)
{
	if (huge_pte_none(huge_ptep_get(ptep)))
		return drawer_is_empty(vma, vmf, ptep);
	return 0;
}

SYSCALL_DEFINE2(open_drawer, int, number, unsigned long, flags)
{
	return number ? -EINVAL : do_open(flags);
}
`,
  'include/linux/empty.h': '',
};

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-cache-'));
});
afterEach(() => {
  fs.chmodSync(home, 0o700);
  fs.rmSync(home, { recursive: true, force: true });
});

const folder = (): string => path.join(home, 'kernel-mm-review', 'outlines');
const stored = (): string[] => fs.readdirSync(folder()).map((name) => path.join(folder(), name));
const open = (version = 'one', root = '/src/linux'): OutlineCache => openOutlineCache(root, { env: { XDG_CACHE_HOME: home }, version })!;

function check(outlines?: OutlineCache, texts = files): Finding[] {
  const reader = { indexFiles: () => Object.keys(texts), read: (name: string) => texts[name] };
  const found = createAnalysis({ backend, reader, ...(outlines && { outlines }) }).check(Object.keys(texts));
  outlines?.save();
  return found;
}
const expected = check();

/** One run with the cache as it is on disk, which must give what a run without one gives. */
function run(version?: string): { hits: number; misses: number } {
  const outlines = open(version);
  const figures = { hits: 0, misses: 0 };
  const counted: OutlineCache = {
    hits: 0,
    misses: 0,
    find(text) {
      const found = outlines.find(text);
      if (found) figures.hits++;
      // What is found is what a scan gives, to the last field.
      if (found) expect(found).toEqual(scan(text));
      return found;
    },
    add(text, outline) {
      figures.misses++;
      outlines.add(text, outline);
    },
    save: () => outlines.save(),
  };
  expect(check(counted)).toEqual(expected);
  return figures;
}

describe('the outline cache', () => {
  it('has something to lose', () => {
    expect(expected.map(({ location }) => `${location.file}:${location.line}`)).toEqual(['mm/event.c:10']);
  });

  it('finds in the second run what the first one made', () => {
    expect(run()).toEqual({ hits: 0, misses: 3 });
    expect(run()).toEqual({ hits: 3, misses: 0 });
  });

  it('scans changed files only, and remembers the former text for a while', () => {
    run();
    const changed = { ...files, 'mm/caller.c': files['mm/caller.c']!.replace('huge_pte_none', 'unlikely') };
    const outlines = open();
    expect(check(outlines, changed)).toEqual([]);
    expect(outlines.hits).toBe(2);
    expect(run()).toEqual({ hits: 3, misses: 0 });
  });

  it('does not keep what an editor has not saved', () => {
    const reader = { indexFiles: () => Object.keys(files), read: (name: string) => files[name] };
    const outlines = open();
    const analysis = createAnalysis({ backend, reader, outlines });
    analysis.setText('mm/caller.c', 'int secret(void) { return 0; }');
    analysis.setText('mm/event.c', files['mm/event.c']);
    for (const steps = analysis.index(); steps.next().done !== true;);
    outlines.save();
    expect(open().find('int secret(void) { return 0; }')).toBeUndefined();
    expect(open().find(files['mm/event.c']!)).toBeDefined();
  });

  it('is not shared by trees and versions', () => {
    run();
    expect(run('two')).toEqual({ hits: 0, misses: 3 });
    expect(open('one', '/src/other').find(files['mm/event.c']!)).toBeUndefined();
    // A file that was copied under the name that the other version looks for.
    const [first] = stored().filter((name) => fs.statSync(name).size > 0);
    for (const name of stored()) if (name !== first) fs.copyFileSync(first!, name);
    expect(open('one').find(files['mm/event.c']!) === undefined || open('two').find(files['mm/event.c']!) === undefined).toBe(true);
  });

  it('gives the same findings whatever became of its bytes', () => {
    run();
    const [file] = stored();
    const intact = fs.readFileSync(file!);
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    let used = 0;
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(intact);
      const at = random(bytes.length);
      if (round % 5 === 0) fs.writeFileSync(file!, bytes.subarray(0, at));
      else if (round % 5 === 1) fs.writeFileSync(file!, Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]));
      else {
        bytes[at]! ^= 1 + random(255);
        fs.writeFileSync(file!, bytes);
      }
      used += run().hits;
    }
    expect(used).toBe(0);
    expect(run()).toEqual({ hits: 3, misses: 0 });
  });

  it('reads no pack whose parts do not fit, although its digest is right', () => {
    const pack = packOutlines(Object.values(files).map((text) => ({ hash: createHash('sha256').update(text).digest('base64'), outline: scan(text) })));
    const length = pack.readUInt32LE();
    const meta = pack.toString('utf8', 4, 4 + length);
    const tails = pack.subarray(4 + length);
    const rebuilt = (json: string): Buffer => {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(Buffer.byteLength(json));
      return Buffer.concat([head, Buffer.from(json), tails]);
    };
    const texts = Object.values(files);
    const outlines = (bytes: Buffer): unknown[] => {
      const read = readPack(bytes);
      return texts.flatMap((text) => read?.get(createHash('sha256').update(text).digest('base64'), text.length) ?? []);
    };
    expect(outlines(rebuilt(meta))).toEqual(texts.map((text) => scan(text)));
    let refused = 0;
    for (const number of meta.matchAll(/(?<=[[,])\d+(?=[\],])/g)) {
      for (const value of ['999999999', '-1', '0.5', 'null', '"x"', '[]']) {
        const read = outlines(rebuilt(meta.slice(0, number.index) + value + meta.slice(number.index + number[0].length)));
        if (read.length < texts.length) refused++;
        for (const outline of read as ReturnType<typeof scan>[]) {
          const text = texts.find((candidate) => candidate.length === outline.masked.length);
          expect(text).toBeDefined();
          for (const f of outline.functions) expect([f.span.start, f.nameSpan.start, f.nameSpan.end, f.bodyStart, f.span.end].every((offset, at, all) => offset >= (all[at - 1] ?? 0) && offset <= text!.length)).toBe(true);
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
    for (const json of ['', '[]', 'null', '{}', '{"names":[1],"files":[]}', '{"names":[],"files":[1]}', '{"names":[],"files":[[]]}', '{']) expect(outlines(rebuilt(json))).toEqual([]);
  });

  it('takes no links, no folders and nothing huge for a cache', () => {
    run();
    const [file] = stored();
    const elsewhere = path.join(home, 'elsewhere');
    fs.renameSync(file!, elsewhere);
    fs.symlinkSync(elsewhere, file!);
    expect(run()).toEqual({ hits: 0, misses: 3 });
    // It was replaced, and what the link named is untouched.
    expect(fs.lstatSync(file!).isFile()).toBe(true);
    expect(run().hits).toBe(3);

    fs.rmSync(file!);
    fs.mkdirSync(file!);
    expect(run()).toEqual({ hits: 0, misses: 3 });
    fs.rmdirSync(file!);

    run();
    expect(openOutlineCache('/src/linux', { env: { XDG_CACHE_HOME: home }, version: 'one', maximumFile: 100 })!.find(files['mm/event.c']!)).toBeUndefined();

    fs.renameSync(folder(), `${elsewhere}.d`);
    fs.symlinkSync(`${elsewhere}.d`, folder());
    expect(run()).toEqual({ hits: 0, misses: 3 });
  });

  it('does without a place to write to', () => {
    fs.writeFileSync(path.join(home, 'kernel-mm-review'), 'a file where a folder should be');
    expect(run()).toEqual({ hits: 0, misses: 3 });
    expect(run()).toEqual({ hits: 0, misses: 3 });
    expect(openOutlineCache('/src/linux', { env: {}, version: 'one', platform: 'linux' })).toBeUndefined();
    expect(openOutlineCache('/src/linux', { env: { XDG_CACHE_HOME: 'relative' }, version: 'one', platform: 'linux' })).toBeUndefined();
  });

  it('reads from a folder that cannot be written to', () => {
    run();
    fs.chmodSync(folder(), 0o500);
    try {
      expect(run()).toEqual({ hits: 3, misses: 0 });
      expect(check(open(), { ...files, 'mm/new.c': 'int f(void) { return 0; }' })).toEqual(expected);
    } finally {
      fs.chmodSync(folder(), 0o700);
    }
  });

  it('has a bounded size, and drops what was not used for longest', () => {
    const limited = (root: string): OutlineCache => openOutlineCache(root, { env: { XDG_CACHE_HOME: home }, version: 'one', maximumTotal: 5000 })!;
    for (let tree = 0; tree < 20; tree++) {
      check(limited(`/src/tree-${tree}`));
      const sizes = stored().map((name) => fs.statSync(name).size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(5000);
      // The one that is always used stays.
      if (tree > 0) expect(limited('/src/tree-0').find(files['mm/event.c']!)).toBeDefined();
      for (const name of stored()) {
        const { mtimeMs } = fs.statSync(name);
        fs.utimesSync(name, (mtimeMs - 10_000) / 1000, (mtimeMs - 10_000) / 1000);
      }
      limited('/src/tree-0').find(files['mm/event.c']!);
    }
    fs.writeFileSync(path.join(folder(), 'left.tmp'), 'by a writer that was killed');
    fs.utimesSync(path.join(folder(), 'left.tmp'), 1, 1);
    check(limited('/src/last'));
    expect(stored().some((name) => name.endsWith('.tmp'))).toBe(false);
  });

  it('stands writers at the same time', async () => {
    run();
    const [file] = stored();
    const intact = fs.readFileSync(file!);
    // Others that replace the file as fast as they can, as every writer does: in one piece.
    const source = `
      const fs = require('node:fs'); const { workerData, parentPort } = require('node:worker_threads');
      let running = true; parentPort.on('message', () => { running = false; });
      (function write(n) {
        if (!running) return process.exit(0);
        const name = workerData.file + '.' + workerData.id + '.' + n + '.tmp';
        fs.writeFileSync(name, Buffer.from(workerData.bytes)); fs.renameSync(name, workerData.file);
        setImmediate(write, n + 1);
      })(0);`;
    const writers = [1, 2].map((id) => new Worker(source, { eval: true, workerData: { file, id, bytes: intact } }));
    await Promise.all(writers.map((writer) => new Promise((resolve) => writer.once('online', resolve))));
    for (let round = 0; round < 50; round++) {
      expect(run()).toEqual({ hits: 3, misses: 0 });
      check(open(), { ...files, 'mm/new.c': `int f(void) { return ${round}; }` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(writers.map((writer) => new Promise((resolve) => { writer.once('exit', resolve); writer.postMessage('stop'); })));
    expect(run()).toEqual({ hits: 3, misses: 0 });
  });
});
