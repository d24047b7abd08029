import { describe, expect, it } from 'vitest';
import { paletteFor } from './colour';
import { markdownToText, wrap } from './markdown';

const palette = paletteFor({ write: () => undefined }, {});
const text = (markdown: string, width = 40): string => markdownToText(markdown, { width, palette });

describe('markdownToText', () => {
  it('puts headings at the margin and breaks text anew', () => {
    expect(text('# A `name`\nOne line\nand another one that is long enough.\n\n## Next ##\n\n\nShort.')).toBe(`A name

  One line and another one that is long
  enough.

Next

  Short.
`);
  });

  it('keeps the lines of code, and what is aligned in them', () => {
    expect(text('Look:\n```c bad\nint f(int *a,\n\tint b)\n\n{ # `no` *marks*\n- here\n```\nDone.')).toBe(`  Look:

    int f(int *a,
            int b)

    { # \`no\` *marks*
    - here

  Done.
`);
  });

  it('indents lists below their marks', () => {
    expect(text('- one that is longer\n  than a line is, so that it is broken\n- two\n  1. inner\n\nAfter.')).toBe(`  - one that is longer than a line is,
    so that it is broken
  - two
    1. inner

  After.
`);
  });

  it('takes marks away, but not from C', () => {
    expect(text('**Bold with `code`**, *slanted*, `pte_t *a` and `*b`, `t[i](2)`.', 100)).toBe('  Bold with code, slanted, pte_t *a and *b, t[i](2).\n');
    expect(text('[`rule`](rule.md) or [the list](https://example.org/x).', 100)).toBe('  rule or the list (https://example.org/x).\n');
    expect(text('2 * 3 * 4, some_c_name and a lone ` mark', 100)).toBe('  2 * 3 * 4, some_c_name and a lone ` mark\n');
  });

  it('keeps the lines of tables', () => {
    expect(text('| a | b |\n|---|---|\n| `c` | d |')).toBe('  | a | b |\n  |---|---|\n  | c | d |\n');
  });

  it('ends with a code block that is never closed', () => {
    expect(text('```\nint a;')).toBe('    int a;\n');
  });
});

describe('wrap', () => {
  it('leaves long words whole', () => {
    expect(wrap('a extraordinarily_long_word b', 10, '  ')).toBe('  a\n  extraordinarily_long_word\n  b');
    expect(wrap('', 10, '  ')).toBe('  ');
  });
});
