/** Measures the parser on real kernel trees. They are no part of the repository: MM_REVIEW_KERNELS names the folder that holds them. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { scan } from '../../parser/scan';
import { functionErrors } from '../../parser/stats';
import type { Outline, ParserBackend, SyntaxNode } from '../../parser/types';

const kernels = process.env['MM_REVIEW_KERNELS'] ?? path.resolve(import.meta.dirname, '../../.kernels');
const trees = ['linux-source-6.1', 'linux-source-6.12'];
/** Share of functions that may hold an error. */
const allowed = 0.001;

let native: ParserBackend;
let wasm: ParserBackend;
beforeAll(async () => {
  native = await loadBackend('native');
  wasm = await loadBackend('wasm');
});

describe.each(trees)('%s', (tree) => {
  const root = path.join(kernels, tree);

  it('is there', () => {
    expect(fs.existsSync(path.join(root, 'mm/memory.c')), `no kernel tree at ${root}`).toBe(true);
  });

  it('has no errors in mm/', () => {
    const incomplete: string[] = [];
    let functions = 0;
    let nested = 0;
    for (const [file, outline] of outlines(root, ['mm'], /\.c$/)) {
      for (const found of functionErrors(native, outline)) {
        functions++;
        nested += found.nested;
        if (found.hasError) incomplete.push(`${file}:${found.name}`);
      }
    }
    console.log(`${tree}: ${functions} functions in mm/, ${incomplete.length} with errors, ${nested} nested`);
    expect(functions).toBeGreaterThan(5000);
    expect(nested).toBe(0);
    expect(incomplete.length, incomplete.join('\n')).toBeLessThanOrEqual(functions * allowed);
  }, 120_000);

  it('gives the same trees with both back ends', () => {
    for (const [file, outline] of outlines(root, ['mm'], /\.c$/)) {
      for (const found of outline.functions) {
        const text = outline.masked.slice(found.span.start, found.span.end);
        if (native.withTree(text, dump) !== wasm.withTree(text, dump)) expect.fail(`${file}: ${found.name} differs`);
      }
    }
  }, 240_000);

  it('finds a function behind every brace in column 0 that no type or initialiser opens', () => {
    const missing: string[] = [];
    for (const [file, outline] of outlines(root, ['mm'], /\.c$/)) {
      const bodies = new Set(outline.functions.map((found) => found.bodyStart));
      for (const brace of outline.masked.matchAll(/^\{/gm)) {
        const before = outline.masked.slice(Math.max(0, brace.index - 200), brace.index).trimEnd();
        if (!bodies.has(brace.index) && !before.endsWith('=')) missing.push(`${file}: ${before.slice(-60)}`);
      }
    }
    expect(missing).toEqual([]);
  }, 60_000);

  it('scans fs/, include/linux and the memory management of all architectures in the same shape', () => {
    const started = performance.now();
    let bytes = 0;
    for (const [file, outline, text] of outlines(root, ['fs', 'include/linux', 'arch'], /(?:^|\/)(?:fs|include\/linux|arch\/\w+\/mm)\/.*\.[ch]$/)) {
      bytes += text.length;
      expect(outline.masked.length, file).toBe(text.length);
      for (const found of outline.functions) {
        expect(text.slice(found.nameSpan.start, found.nameSpan.end)).toBe(found.name);
        expect(text[found.bodyStart], `${file}:${found.name}`).toBe('{');
      }
    }
    console.log(`${tree}: ${(bytes / 1e6).toFixed(0)} MB in ${(performance.now() - started).toFixed(0)} ms with reading`);
  }, 120_000);
});

describe('linux-source-6.12', () => {
  it.each([['fs/userfaultfd.c', 56, ['handle_userfault', 'userfaultfd_move', 'userfaultfd']], ['fs/proc/task_mmu.c', 91, ['pagemap_pmd_range', 'show_smaps_rollup']]] as const)(
    'has all functions of %s', (file, least, some) => {
      const names = scan(fs.readFileSync(path.join(kernels, 'linux-source-6.12', file), 'utf8')).functions.map((found) => found.name);
      expect(names.length).toBeGreaterThanOrEqual(least);
      expect(names).toEqual(expect.arrayContaining([...some]));
    });

  it('takes system calls for functions', () => {
    const text = fs.readFileSync(path.join(kernels, 'linux-source-6.12/mm/mmap.c'), 'utf8');
    const found = scan(text).functions.filter((one) => text.startsWith('SYSCALL_DEFINE', one.span.start));
    expect(found.map((one) => one.name)).toEqual(expect.arrayContaining(['brk', 'munmap', 'remap_file_pages']));
  });
});

function* outlines(root: string, folders: readonly string[], pattern: RegExp): Generator<[file: string, outline: Outline, text: string]> {
  for (const folder of folders) {
    const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    for (const entry of entries) {
      const file = path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/');
      if (!pattern.test(file)) continue;
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      yield [file, scan(text), text];
    }
  }
}

function dump(node: SyntaxNode): string {
  let text = `${node.type} ${node.startIndex} ${node.endIndex} ${node.isNamed} ${node.isMissing}(`;
  for (const child of node.children) if (child !== null) text += dump(child);
  return text + ')';
}
