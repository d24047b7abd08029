/** What the client reads with words of its own: headers of scenarios, and the output of the command line. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json';
import { parseCommandLine } from '../cli/arguments';
import { formatGcc, formatModelProblem } from '../cli/format/gcc';
import { PROBLEM_MATCHER, TARGETS, TASK_TYPE, checkTask, parseTarget } from '../client/check-task';
import { readTests, type Expectation } from '../client/scenario-tests/header';
import { readScenario } from '../simulator/litmus/scenario';
import type { Finding } from '../analyzer/findings/finding';

const root = path.resolve(import.meta.dirname, '..');

type Said = Pick<Expectation, 'variant' | 'adversaries' | 'verdict' | 'steps' | 'uncovered'>;
/** An expectation without its place, which the two count differently. */
const said = ({ variant, adversaries, verdict, steps, uncovered }: Omit<Said, 'verdict'> & { readonly verdict: string }): unknown => ({ variant, adversaries, verdict, steps, uncovered });

describe('scenarios as tests', () => {
  const files = fs.readdirSync(path.join(root, 'scenarios')).filter((name) => name.endsWith('.litmus'));

  it.each(files)('%s: all that is expected of it, as the simulator reads it', (file) => {
    const text = fs.readFileSync(path.join(root, 'scenarios', file), 'utf8');
    const { scenario } = readScenario(text);
    const tests = readTests(text);
    expect(tests?.name).toBe(scenario?.name);
    expect(tests?.name).toBe(path.basename(file, '.litmus'));
    expect(tests?.title).toBe(scenario?.title);
    const read = tests?.variants.flatMap(({ expectations }) => expectations).sort((a, b) => a.line - b.line).map(said);
    expect(read).toEqual(scenario?.expectations.map(said));
    for (const { name, title } of tests?.variants ?? []) if (title !== '') expect(scenario?.variants.find((variant) => variant.name === name)?.title).toBe(title);
  });
});

describe('the problem matcher', () => {
  const [matcher] = manifest.contributes.problemMatchers;
  const { regexp, file, line, column, severity, message, code } = matcher!.pattern;
  const read = (text: string): unknown => {
    const match = new RegExp(regexp).exec(text);
    return match && { file: match[file], line: match[line], column: match[column], severity: match[severity], message: match[message], code: match[code] };
  };
  const plain = (text: string): string => text;
  const options = { root: '/linux', cwd: '/linux/mm', palette: { bold: plain, error: plain, warning: plain, info: plain, note: plain } };
  const location = { file: 'fs/userfaultfd.c', line: 7, column: 3, endLine: 7, endColumn: 9 };
  const finding: Finding = {
    rule: 'a-rule', severity: 'warning', message: 'f() does it: here', function: 'f', location, scenario: null, assumptions: [], fingerprint: '0',
    steps: [{ kind: 'event', location, function: 'f', message: 'the last step' }],
  };

  it('reads findings and leaves the steps of their paths alone', () => {
    const [first, second] = formatGcc([finding], options).split('\n');
    expect(read(first!)).toEqual({ file: '../fs/userfaultfd.c', line: '7', column: '3', severity: 'warning', message: 'f() does it: here', code: 'a-rule' });
    expect(read(second!)).toBeNull();
    expect(read(formatGcc([{ ...finding, severity: 'information' }], options).split('\n')[0]!)).toMatchObject({ severity: 'info' });
    expect(read('C:\\linux\\mm\\a.c:7:3: warning: f() [a-rule]')).toMatchObject({ file: 'C:\\linux\\mm\\a.c', line: '7' });
  });

  it('reads problems of the model file, and nothing else that is printed', () => {
    expect(read(formatModelProblem({ line: 2, column: 4, endLine: 2, endColumn: 6, message: 'unknown effect' }, options).trimEnd())).toMatchObject({ file: '../.mm-review.json', message: 'unknown effect', code: undefined });
    expect(read('no warnings in 1 file (0.1 s)')).toBeNull();
  });

  it('belongs to the tasks', () => {
    expect(`$${matcher!.name}`).toBe(PROBLEM_MATCHER);
    const [definition] = manifest.contributes.taskDefinitions;
    expect(definition?.type).toBe(TASK_TYPE);
    expect(definition?.properties.target.enum).toEqual(TARGETS);
    expect(parseTarget({ type: TASK_TYPE, target: 'tree' })).toBe('tree');
    for (const nothing of [undefined, {}, { type: 'npm', target: 'tree' }, { type: TASK_TYPE, target: 'moon' }]) expect(parseTarget(nothing)).toBeUndefined();
  });
});

it('tasks call the command line as it wants to be called', () => {
  expect(checkTask('tree', '/linux').args).toEqual(['check', '--root', '/linux']);
  expect(parseCommandLine([...checkTask('file', '/linux').args])).toMatchObject({ command: 'check', check: { root: '/linux', paths: ['${file}'], format: 'gcc' } });
  expect(parseCommandLine([...checkTask('tree', '/linux').args])).toMatchObject({ command: 'check', check: { root: '/linux', paths: [] } });
});
