/** Which variables can be named at a place, and how things of the kernel are reached from them. */
import type { Variable } from '../../parser/ir';
import type { Syntax } from '../../parser/function-syntax';
import type { Tree } from '../call-graph/tree';
import { enclosing, within, type Source } from './source';

/** Parameters and the locals declared before the offset in a block around it. A name that is declared twice in the function is left out. */
export function visibleAt(tree: Tree, source: Source, offset: number): Variable[] {
  const { params, locals } = tree.lower(source.ref);
  const around = enclosing(source, { start: offset, end: offset });
  const declared = new Set(around.flatMap((block) => block.kids.filter((kid) => kid.type === 'declaration' && kid.end <= offset)).flatMap((d) => namesIn(source, d)));
  const unique = (v: Variable): boolean => !v.name.includes('#') && !locals.some((l) => l.name.startsWith(`${v.name}#`));
  return [...params, ...locals.filter((l) => declared.has(l.name))].filter(unique);
}

/** What a declaration declares. */
function namesIn(source: Source, declaration: Syntax): string[] {
  return declaration.kids.flatMap((kid) => {
    const declarator = kid.type === 'init_declarator' ? kid.kids[0] : kid;
    if (!declarator || !/^(?:identifier|.*_declarator)$/.test(declarator.type)) return [];
    const name = [...within(declarator)].find((n) => n.type === 'identifier');
    return name ? [source.text.slice(name.start, name.end)] : [];
  });
}

const plain = (type: string): string => type.replace(/\s+/g, '');

/** Variables of one of these types, in the order of their declaration. */
export const ofType = (scope: readonly Variable[], ...types: readonly string[]): string[] =>
  scope.filter((v) => types.some((t) => plain(t) === plain(v.type))).map((v) => v.name);

/** Expressions for a field of the fault at hand, which is a parameter mostly. */
export function faultFields(scope: readonly Variable[], field: string): string[] {
  return [...ofType(scope, 'struct vm_fault *').map((v) => `${v}->${field}`), ...ofType(scope, 'struct vm_fault').map((v) => `${v}.${field}`)];
}

/** The one expression, undefined when there is none or a choice. */
export const only = (expressions: readonly string[]): string | undefined => (expressions.length === 1 ? expressions[0] : undefined);

/** The vma that the code is about. */
export const vmaOf = (scope: readonly Variable[]): string | undefined => only(ofType(scope, 'struct vm_area_struct *')) ?? faultFields(scope, 'vma')[0];

/** Its address space. */
export function mmOf(scope: readonly Variable[]): string | undefined {
  const vma = vmaOf(scope);
  return only(ofType(scope, 'struct mm_struct *')) ?? (vma && `${vma}->vm_mm`);
}

/** Its huge page size. */
export function hstateOf(scope: readonly Variable[]): string | undefined {
  const vma = vmaOf(scope);
  return only(ofType(scope, 'struct hstate *')) ?? (vma && `hstate_vma(${vma})`);
}

/** The address that an entry maps: of hugetlb, that of the huge page, as a fault has it. */
export const addressOf = (scope: readonly Variable[]): string | undefined =>
  scope.find((v) => plain(v.type) === 'unsignedlong' && v.name === 'haddr')?.name ?? faultFields(scope, 'address')[0]
  ?? scope.find((v) => plain(v.type) === 'unsignedlong' && /^addr(?:ess)?$/.test(v.name))?.name ?? only(ofType(scope, 'unsigned long'));
