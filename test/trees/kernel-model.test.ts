/** The kernel model against real kernel trees: every name exists exactly when its entry says so, as what it says, with its number of arguments, where it says. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { allConstants } from '../../kernel/constants';
import { allDocumented } from '../../kernel/documented/index';
import { allPrimitives } from '../../kernel/model';
import type { Version } from '../../kernel/types';
import { type IndexedTree, isExpected, isSourceIn, problemsOf } from './model-check';
import { createSymbolIndex } from './symbols';

const home = process.env.MM_REVIEW_KERNELS ?? path.resolve(import.meta.dirname, '../../.kernels');
const versions: readonly Version[] = [[6, 1], [6, 12]];
const entries = [...allPrimitives, ...allDocumented, ...allConstants];
const trees: IndexedTree[] = [];

beforeAll(() => {
  for (const version of versions) trees.push(indexTree(version));
}, 120_000);

describe('kernel model', () => {
  it('has every primitive in the trees of its versions, with its numbers of arguments', () => {
    expect(trees.flatMap((tree) => allPrimitives.flatMap((entry) => problemsOf(entry, tree)))).toEqual([]);
  });

  it('has every documented function in the trees of its versions, with its numbers of parameters', () => {
    expect(trees.flatMap((tree) => allDocumented.flatMap((entry) => problemsOf(entry, tree)))).toEqual([]);
  });

  it('has every constant in the trees of its versions', () => {
    expect(trees.flatMap((tree) => allConstants.flatMap((entry) => problemsOf(entry, tree)))).toEqual([]);
  });

  it('knows all members of the families that reviewers ask for', () => {
    const known = new Set(entries.map((entry) => entry.name));
    expect(trees.map(({ symbols }) => symbols.names().filter((name) => isWanted(name) && !known.has(name) && isFamilyMember(symbols.get(name)!.files)).sort())).toEqual([[], []]);
  });

  it('names source files that define or declare the symbol', () => {
    const wrong = entries.filter((entry) => {
      const inRange = trees.filter((tree) => isExpected(entry, tree.version));
      return inRange.length > 0 && !inRange.some((tree) => isSourceIn(entry, tree));
    });
    expect(wrong.map((entry) => `${entry.name}: ${entry.source}`)).toEqual([]);
  });
});

/** Names of constants and functions of which none may be without an entry. */
const families = [
  /^_?UFFDIO_|^UFFD_(?:API|FEATURE|EVENT|PAGEFAULT|USER_MODE)|^USERFAULTFD_IOC/, /^VM_UFFD_(?!.*_BIT$)|^VM_FAULT_(?!RESULT_TRACE|[GS]ET_HINDEX)|^FAULT_FLAG_(?!TRACE)|^(?:ZAP_FLAG|MM_CP|PTE_MARKER)_/,
  /^MFILL_ATOMIC_(?!MODE|BIT|FLAG)|^(?:TTU|PVMW)_|^SWP_PTE_MARKER$/, /^(?:userfaultfd|uffd|mfill|mcopy)_|^(?!sys_)\w+_userfaultfd$|^dup_userfaultfd|^mremap_userfaultfd|^vma_\w*(?:uffd|userfault)/,
  /^(?:huge_)?p[mt]e?d?_\w*uffd_wp|pte_marker|^is_(?:swapin_error|poisoned_swp)_entry$|^make_(?:swapin_error|poisoned_swp)_entry$/, /^is_\w*migration_entry|^make_\w*migration_entry/,
  /^hugetlb_vma_(?:un|try)?lock_|^huge_ptep?_|^mmap_(?:read|write)_(?:un|try)?lock/, /^(?:i_mmap|anon_vma)_(?:un|try)?lock_/, /^page_vma_mapped_walk/, /^try_to_(?:unmap|migrate)(?:_one)?$/, /^folio_(?:un|try)?lock(?:_killable)?$/,
];
const isWanted = (name: string): boolean => families.some((family) => family.test(name));

/** Is one of its files a header of mm/, or a source file where userfaultfd lives? Names of other architectures and of kernel/ may look alike. */
function isFamilyMember(files: ReadonlySet<string>): boolean {
  return [...files].some((file) => /^(?:include\/(?:linux|uapi\/linux|asm-generic)|mm)\/|^fs\/userfaultfd\.c$/.test(file));
}

function indexTree(version: Version): IndexedTree {
  const root = path.join(home, `linux-source-${version.join('.')}`);
  if (!fs.existsSync(path.join(root, 'mm/memory.c'))) throw new Error(`no kernel tree at ${root}: run npm run kernels, or set MM_REVIEW_KERNELS`);
  const names = new Set(entries.flatMap((entry) => [entry.name, entry.source.split(':')[1]!]));
  const symbols = createSymbolIndex((name) => names.has(name) || isWanted(name));
  for (const file of filesOf(root)) symbols.add(file, fs.readFileSync(path.join(root, file), 'utf8'));
  return { version, symbols };
}

/** Files that may declare what mm/ calls: of the architectures x86, which needs the generic definitions as well as its own. */
function filesOf(root: string): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string, deep: boolean): void => {
    for (const item of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = `${folder}/${item.name}`;
      if (item.isDirectory()) {
        if (deep) walk(file, true);
      } else if (/\.[ch]$/.test(item.name)) found.push(file);
    }
  };
  for (const folder of ['mm', 'include/asm-generic', 'arch/x86/include', 'arch/x86/mm']) walk(folder, true);
  for (const folder of ['include/linux', 'include/linux/sched', 'include/uapi/linux', 'include/uapi/asm-generic', 'fs', 'fs/proc', 'kernel', 'kernel/events']) walk(folder, false);
  return found;
}
