/** Broken scenarios: whatever is done to a file, reading it gives a program or problems with places in the text, and soon. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { randomSource } from '../../scripts/random.mjs';
import { programOf, readAdversary, readScenario } from './scenario';

const folder = path.resolve(import.meta.dirname, '../../scenarios');
const filesIn = (directory: string): string[] => (fs.existsSync(directory) ? fs.readdirSync(directory).filter((name) => name.endsWith('.litmus')).sort() : []).map((name) => fs.readFileSync(path.join(directory, name), 'utf8'));
const scenarios = filesIn(folder);
const adversaries = filesIn(path.join(folder, 'adversaries'));
const backend = await loadBackend();

/** 5,000 take a minute; each run of the unit tests makes do with fewer, always the same ones. */
const count = Number(process.env.MM_REVIEW_MUTATIONS ?? 300);
const noise = ['{', '}', '(', ')', ';', '*', '&', '#ifdef X', '#endif', 'goto out;', '/*', '*/', '(*', '0', '-1', '99999', 'pte', 'P7()', '\u00e9', '\0', '=', ',', '.', '->', 'exists', '"'];

it(`${count} mutations are read without an exception`, () => {
  const next = randomSource(20_24);
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const places = (text: string): RegExpExecArray[] => [...text.matchAll(/\w+|\s+|[^\w\s]/g)];
  const cut = (text: string, from: number, length: number, instead = ''): string => text.slice(0, from) + instead + text.slice(from + length);
  const mutate = (text: string): string => {
    const tokens = places(text);
    const token = pick(tokens);
    switch (below(6)) {
      case 0: return cut(text, token.index, token[0].length);
      case 1: return cut(text, token.index, 0, token[0]);
      case 2: {
        const other = pick(tokens);
        return cut(text, token.index, token[0].length, other[0]);
      }
      case 3: return cut(text, below(text.length), 0, pick(noise));
      case 4: return text.slice(0, below(text.length));
      default: {
        const lines = text.split('\n');
        lines.splice(below(lines.length), 1 + below(3));
        return lines.join('\n');
      }
    }
  };
  for (let i = 0; i < count; i++) {
    const isAdversary = adversaries.length > 0 && i % 5 === 4;
    let text = pick(isAdversary ? adversaries : scenarios);
    for (let n = below(3); n >= 0; n--) if (text.length > 0) text = mutate(text);
    const read = isAdversary ? { scenario: undefined, problems: readAdversary(text).problems } : readScenario(text);
    const built = read.scenario && read.problems.length === 0 ? programOf(read.scenario, backend, { variant: pick(read.scenario.variants).name }) : undefined;
    for (const problem of [...read.problems, ...(built?.problems ?? [])]) {
      if (problem.offset < 0 || problem.offset > text.length || problem.message === '') expect({ problem, text }).toBe('a problem inside the text');
    }
    if (built && built.problems.length === 0 && built.program === undefined) expect(text).toBe('a program or problems');
  }
}, 60_000 + count * 100);
