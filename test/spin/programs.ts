/** The programs on which SPIN and the explorer have to agree. */
import fs from 'node:fs';
import path from 'node:path';
import type { ParserBackend } from '../../parser/types';
import { readAdversary, readScenario, programOf, type Scenario } from '../../simulator/litmus/scenario';
import { formatProblem } from '../../simulator/litmus/problem';
import type { Program } from '../../simulator/machine/program';
import {
  add, addressOf, and, at, bitAnd, cover, eq, goto, ifElse, lt, ne, not, ProgramBuilder, set, store, sub, violate, when,
} from '../../simulator/testing';
import { random, randomProgram } from '../../simulator/testing-random';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { deleteOneStep } from './mutate';

export interface NamedProgram {
  readonly name: string;
  readonly program: Program;
}

/** A program that comes of a file. */
export interface ShippedProgram extends NamedProgram {
  readonly scenario: string;
  readonly variant: string;
  readonly adversaries: readonly string[];
  /** Makes the program anew from the text of the scenario. */
  readonly read: () => Program;
}

/** Programs that each have something which an export can easily get wrong. */
export function handMade(): NamedProgram[] {
  return [
    { name: 'two locks in two orders', program: lockOrder() },
    { name: 'exists asks a local of a thread that waits for ever', program: sleeper() },
    { name: 'a pointer that is NULL in some orders', program: pointers() },
    { name: 'a step that tests what it has written', program: writtenThenTested() },
    { name: 'threads that start at their end, and in the middle', program: starts() },
    { name: 'words with awkward names and sixteen bits', program: names() },
    { name: 'arithmetic that C leaves undefined', program: arithmetic() },
  ];
}

export function randomPrograms(count: number): NamedProgram[] {
  return Array.from({ length: count }, (_, seed) => ({ name: `random program ${seed}`, program: randomProgram(seed) }));
}

/** Every variant of every scenario that is shipped, and the combinations with adversaries that its header expects something of. */
export function shipped(backend: ParserBackend): ShippedProgram[] {
  const folder = path.join(projectDir, 'scenarios');
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.litmus')).sort();
  return files.flatMap((file) => {
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    const { scenario, problems } = readScenario(text);
    if (scenario === undefined || problems.length > 0) throw new Error(problems.map((problem) => formatProblem(file, text, problem)).join('\n'));
    return programsOf(scenario, backend, path.join(folder, 'adversaries'));
  });
}

/** So many of the programs with one step taken away, by turns; the seed says which. */
export function mutants(programs: readonly NamedProgram[], count: number, seed: number): NamedProgram[] {
  const pick = random(seed);
  return Array.from({ length: programs.length === 0 ? 0 : count }, (_, index) => {
    const { name, program } = programs[index % programs.length]!;
    const mutant = deleteOneStep(program, pick);
    return { name: `${name} without step ${mutant.step} of ${mutant.thread}`, program: mutant.program };
  });
}

function programsOf(scenario: Scenario, backend: ParserBackend, folder: string): ShippedProgram[] {
  const wanted = new Map<string, { readonly variant: string; readonly adversaries: readonly string[] }>();
  for (const { name } of scenario.variants) wanted.set(name, { variant: name, adversaries: [] });
  for (const { variant, adversaries } of scenario.expectations) if (adversaries.length > 0) wanted.set(`${variant} with ${adversaries.join(', ')}`, { variant, adversaries });
  return [...wanted].map(([title, { variant, adversaries }]) => {
    const library = adversaries.map((name) => adversary(folder, name));
    const read = (): Program => {
      const again = readScenario(scenario.text).scenario ?? scenario;
      const { program, problems } = programOf(again, backend, { variant, adversaries: library });
      if (program === undefined) throw new Error(`${scenario.name}, ${title}: ${problems.map((problem) => formatProblem(scenario.name, scenario.text, problem)).join('\n')}`);
      return program;
    };
    return { name: `${scenario.name}, ${title}`, scenario: scenario.name, variant, adversaries, program: read(), read };
  });
}

function adversary(folder: string, name: string): NonNullable<ReturnType<typeof readAdversary>['adversary']> {
  const { adversary: found } = readAdversary(fs.readFileSync(path.join(folder, `${name}.litmus`), 'utf8'));
  if (found === undefined) throw new Error(`no adversary ${name}`);
  return found;
}

function lockOrder(): Program {
  const b = new ProgramBuilder();
  const [first, second] = [b.lock('first'), b.lock('second')];
  const x = b.shared('x');
  b.thread('P0', (t) => t.acquire(first).acquire(second).step('x++', set(x, add(x, 1))).release(second).release(first));
  b.thread('P1', (t) => t.acquire(second).acquire(first).step('x++', set(x, add(x, 1))).release(first).release(second));
  return b.build(eq(x, 2));
}

function sleeper(): Program {
  const b = new ProgramBuilder();
  const woken = b.shared('woken', { bits: 1 });
  b.thread('P0', (t) => {
    const seen = t.local('seen');
    t.step('seen = woken', set(seen, add(woken, 1)));
    t.sleep('sleep', woken, set(seen, 3));
    t.step('seen++', set(seen, add(seen, 1)));
  });
  b.thread('P1', (t) => t.choose('wake it or leave it', [set(woken, 1)], [goto('end')], [set(woken, 0)]).sleep('sleep', not(woken)));
  return b.build(eq({ kind: 'word', word: 1 }, 1));
}

function pointers(): Program {
  const b = new ProgramBuilder();
  const [a, c] = [b.shared('pte[0]', { initial: 1 }), b.shared('pte[1]', { initial: 2 })];
  const p = b.shared('vmf->pte', { kind: 'pointer' });
  b.thread('P0', (t) => t.step('p = &a', set(p, addressOf(a))).step('*p += 3', store(p, add(at(p), 3)), violate('bug', eq(c, 5))).step('p = &b', set(p, addressOf(c))));
  b.thread('P1', (t) => {
    const v = t.local('v', { bits: 8 });
    t.wait('wait for *p', ne(at(p), 1), set(v, at(p)), when(lt(v, 3), goto('again')), set(a, 0));
    t.label('again').step('*p = 15 - v', store(p, sub(15, v)), when(eq(at(p), 11), set(v, 200)));
    t.step('*p += v', store(p, add(at(p), v)));
  });
  return b.build(eq(at(p), 11));
}

function writtenThenTested(): Program {
  const b = new ProgramBuilder();
  const [x, y] = [b.shared('x'), b.shared('y')];
  for (const [index, name] of ['P0', 'P1'].entries()) {
    b.thread(name, (t) => {
      const v = t.local('v');
      t.label('loop').step('swap', set(v, x), set(x, y), set(y, v), ifElse(lt(x, y), [set(x, add(x, 1))], [set(y, bitAnd(add(y, 1), 3))]),
        when(eq(x, y), violate('assert', eq(v, 2)), goto('loop')), when(lt(v, 3), set(v, 0), goto('other')));
      t.step('v = 1', set(v, 1 + index));
      t.label('other').step('x ^= 1', set(x, { kind: 'binary', op: '^', left: x, right: { kind: 'const', value: 1 } }));
    });
  }
  return b.build();
}

function starts(): Program {
  const b = new ProgramBuilder();
  const x = b.shared('x', { bits: 3 });
  b.thread('P0', (t) => {
    const v = t.local('v');
    t.start(set(v, 2), when(eq(v, 2), set(v, add(v, 1)), goto('middle')));
    t.step('never reached', violate('bug'));
    t.label('middle').step('x += v', set(x, add(x, v)), when(lt(x, 4), goto('middle')));
  });
  b.thread('P1', (t) => t.start(goto('end')).step('never reached', violate('bug')));
  b.thread('P2', (t) => t.start(goto('late')).step('x = 0', set(x, 0), goto('end')).label('late').step('x--', set(x, sub(x, 1)), goto(0)));
  return b.build(eq(x, 0));
}

function names(): Program {
  const b = new ProgramBuilder();
  const wide = b.shared('mm->flags /* wide */', { bits: 16, initial: 65535 });
  const awkward = ['int', 'S1', 'end_S1', 'len', 'N', '3d', 'pte[1]', 'pte_1', 'P0', 'memory', 'ended', 'bug', 'now'].map((name) => b.shared(name, { bits: 2 }));
  const label = b.coverLabel('a label */');
  for (const name of ['P0', 'P1']) {
    b.thread(name, (t) => {
      const type = t.local('type', { bits: 15, function: 'f' });
      const other = t.local('type', { bits: 1, function: 'g' });
      t.step('/* a comment */ type = 32767 \\', set(type, sub(wide, 32768)), cover(label));
      for (const word of awkward.slice(0, 4)) t.step('++', set(word, bitAnd(add(word, 1), 3)), set(other, not(other)));
      t.step('wide--', set(wide, sub(wide, type)), when(and(other, lt(wide, 100)), violate('bug')));
    });
  }
  return b.build(eq(wide, 0));
}

function arithmetic(): Program {
  const b = new ProgramBuilder();
  const [x, y] = [b.shared('x', { bits: 8, initial: 7 }), b.shared('y', { bits: 8, initial: 2 })];
  b.thread('P0', (t) => {
    t.step('x / y', set(x, { kind: 'binary', op: '/', left: x, right: y }));
    t.step('x % y', set(x, { kind: 'binary', op: '%', left: add(x, 9), right: y }));
    t.step('- -x, !!x, ~x', set(x, bitAnd({ kind: 'unary', op: '-', operand: { kind: 'unary', op: '-', operand: add(x, not(not(y))) } }, { kind: 'unary', op: '~', operand: y })));
  });
  b.thread('P1', (t) => t.step('y = 0', set(y, 0)).step('y = x - 1', set(y, bitAnd(sub(x, 8), 255))));
  return b.build(lt(x, y));
}
