import { describe, expect, it } from 'vitest';
import { definitionLine } from './definition';

const TEXT = `static int walk(struct vm_area_struct *vma);

/* walk() is called
 * below. */
static int caller(struct vm_area_struct *vma)
{
	return walk(vma);
}

static int walk(struct vm_area_struct *vma)
{
	return 0;
}

static __always_inline vm_fault_t
split(struct vm_fault *vmf,
      unsigned int flags)
{
	return walk(vmf->vma);
}

#define macro(x) do { } while (0)
struct page *get(void) {
}
`;

describe('definitionLine', () => {
  it('is that of the head, wherever the type and the brace stand', () => {
    expect(definitionLine(TEXT, 'walk')).toBe(10);
    expect(definitionLine(TEXT, 'caller')).toBe(5);
    expect(definitionLine(TEXT, 'split')).toBe(16);
    expect(definitionLine(TEXT, 'get')).toBe(23);
    expect(definitionLine(TEXT.replaceAll('\n', '\r\n'), 'walk')).toBe(10);
  });

  it('is none of calls, prototypes, macros, or parts of names', () => {
    for (const name of ['macro', 'wal', 'alk', 'vma', 'w.*k', 'return']) expect(definitionLine(TEXT, name), name).toBeUndefined();
    expect(definitionLine('int walk(void);\n', 'walk')).toBeUndefined();
    expect(definitionLine('\treturn walk(vma);\n}\n{', 'walk')).toBeUndefined();
    expect(definitionLine('', 'walk')).toBeUndefined();
  });
});
