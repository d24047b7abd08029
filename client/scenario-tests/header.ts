/** What a litmus file's header says of its variants and what they must come to: as much as a list of tests needs. The simulator reads it in full; a test holds the two together. */

/** Lines are 0-based. */
export interface Expectation {
  readonly line: number;
  readonly variant: string;
  readonly adversaries: readonly string[];
  readonly verdict: 'Sometimes' | 'Never';
  /** Length of the shortest schedule that goes wrong, where the line says it. */
  readonly steps: number | undefined;
  /** A label that must be reached is not: the Never proves nothing. */
  readonly uncovered: boolean;
}

export interface VariantTest {
  readonly name: string;
  /** What is different in it, in words; empty when the file does not say. */
  readonly title: string;
  /** Its own line, or else the first one that expects something of it. */
  readonly line: number;
  /** At least one. */
  readonly expectations: readonly Expectation[];
}

export interface ScenarioTests {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly VariantTest[];
}

/** Undefined when it does not begin as a litmus file does. Variants of which nothing is expected are no tests. */
export function readTests(text: string): ScenarioTests | undefined {
  const lines = text.split(/\r?\n/);
  const name = /^\s*C[ \t]+([\w+.-]+)[ \t]*(?:\r?\n|$)/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const titles = new Map<string, { readonly line: number; readonly title: string }>();
  const expectations: Expectation[] = [];
  let title = name;
  for (const [line, text] of lines.entries()) {
    // The init block ends the header.
    if (/^\s*\{/.test(text)) break;
    const [, key, value = ''] = /^\s*\*?[ \t]*([A-Z][a-z]+):[ \t]+(.*?)\s*$/.exec(text) ?? [];
    if (key === 'Title' && title === name) title = value;
    const variant = key === 'Variant' ? /^(\S+)(?:\s+[A-Z]\w*)*(?:\s*:\s*(.*))?$/.exec(value) : null;
    if (variant?.[1] !== undefined) titles.set(variant[1], { line, title: variant[2] ?? '' });
    const expectation = key === 'Expect' ? readExpectation(value, line) : undefined;
    if (expectation !== undefined) expectations.push(expectation);
  }
  const names = [...new Set([...titles.keys(), ...expectations.map(({ variant }) => variant)])];
  return {
    name, title,
    variants: names.flatMap((variant) => {
      const own = expectations.filter((expectation) => expectation.variant === variant);
      const first = own[0];
      return first === undefined ? [] : [{ name: variant, title: titles.get(variant)?.title ?? '', line: titles.get(variant)?.line ?? first.line, expectations: own }];
    }),
  };
}

function readExpectation(value: string, line: number): Expectation | undefined {
  const match = /^(\S+)(?:\s+with\s+(\S+(?:\s*,\s*\S+)*))?\s+(Sometimes|Never)(?:\s+(\d+|uncovered))?$/.exec(value);
  if (match?.[1] === undefined) return undefined;
  const uncovered = match[4] === 'uncovered';
  return {
    line, variant: match[1], adversaries: match[2]?.split(/\s*,\s*/) ?? [], verdict: match[3] === 'Never' ? 'Never' : 'Sometimes', uncovered,
    steps: match[4] === undefined || uncovered ? undefined : Number(match[4]),
  };
}
