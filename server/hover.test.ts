import { MarkupKind, type Hover, type Position } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, test } from 'vitest';
import { describe as explain } from '../kernel/hover';
import { hover, identifierAt } from './hover';

const document = TextDocument.create('file:///tree/mm/a.c', 'c', 1, 'x = huge_ptep_get(ptep);');
const at = { line: 0, character: 6 };
const withPages = (name: string): string | undefined => explain(name, (rule) => ({ page: `https://example.org/rules/${rule}.md`, scenario: 'a-race' }));

function hoverOf(position: Position, explained: (name: string) => string | undefined, kind: MarkupKind): Hover | null {
  const word = identifierAt(document.getText(), document.offsetAt(position));
  return hover(document, position, [word && explained(word.text)], kind);
}

describe('hover', () => {
  test('links rules to their pages in Markdown', () => {
    expect(hoverOf(at, withPages, MarkupKind.Markdown)?.contents).toMatchObject({
      kind: 'markdown', value: expect.stringContaining('[`lockless-pte-to-userfault`](https://example.org/rules/lockless-pte-to-userfault.md)') as string,
    });
  });

  test('is without markup where the client draws none', () => {
    expect(hoverOf(at, withPages, MarkupKind.PlainText)?.contents).toEqual({
      kind: 'plaintext',
      value: [
        'huge_ptep_get() · reads an entry',
        '',
        'Reads a hugetlb entry.',
        '',
        'Needs: for a shared mapping the hugetlb vma lock or i_mmap_rwsem, unless the page-table lock is held.',
        'Stale after: the value, at once: nothing keeps the entry from changing unless its lock is held.',
        'Pitfall: Without the page-table lock it may be empty for a moment although a page is mapped.',
        'Arguments: 1 up to 6.10, 3 since 6.11.',
        'Rules: lockless-pte-to-userfault, hugetlb-pte-walk-unlocked',
        'Scenario: a-race',
        'Source: include/asm-generic/hugetlb.h:huge_ptep_get',
      ].join('\n'),
    });
  });

  test('gives plain text as it was written', () => {
    const written = '\\[not\\]\\(a link\\) \\*so\\* it is';
    expect(hoverOf(at, () => written, MarkupKind.PlainText)?.contents).toMatchObject({ value: '[not](a link) *so* it is' });
  });

  test('has nothing to say of other words', () => {
    expect(hoverOf({ line: 0, character: 2 }, withPages, MarkupKind.Markdown)).toBeNull();
    expect(hoverOf({ line: 0, character: 0 }, withPages, MarkupKind.Markdown)).toBeNull();
  });
});
