/** Which variants a place of a litmus file belongs to. */
import type { Conditional, Outline } from './outline';
import type { Variant } from '../../simulator/litmus/scenario';

/** The variants of a text that is too broken to be read as a scenario, by its `Variant` lines. */
export function readVariants({ lines }: Outline): Variant[] {
  const variants = lines.filter(({ key }) => key.text === 'Variant').flatMap(({ words }): Variant[] => {
    const [name, ...rest] = words.map((word) => word.text);
    if (name === undefined) return [];
    const end = rest.findIndex((word) => !/^[A-Z]\w*$/.test(word));
    return [{ name, defines: end < 0 ? rest : rest.slice(0, end), title: name }];
  });
  return variants.some(({ name }) => name === 'buggy') ? variants : [{ name: 'buggy', defines: [], title: 'as written' }, ...variants];
}

/** Is the line at this offset part of a program for which these names are defined? */
export function isSelected(conditionals: readonly Conditional[], offset: number, defined: ReadonlySet<string>): boolean {
  return conditionals.every(({ name, arms }) => {
    const arm = arms.find(({ start, end }) => offset >= start && offset < end);
    return arm === undefined || defined.has(name.text) === arm.whenDefined;
  });
}

/** Names of the variants in which the line at this offset is there; undefined when that is all of them. */
export function variantsAt(outline: Outline, offset: number, variants: readonly Variant[], defines: readonly string[]): readonly string[] | undefined {
  if (!outline.conditionals.some(({ arms }) => arms.some(({ start, end }) => offset >= start && offset < end))) return undefined;
  return variants.filter((variant) => isSelected(outline.conditionals, offset, new Set([...variant.defines, ...defines]))).map(({ name }) => name);
}
