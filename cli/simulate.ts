/** `mm-review simulate`: explores scenarios, says whether they are what they claim to be, and draws the failing schedule. */
import * as path from 'node:path';
import { didYouMean } from '../kernel/suggest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { disagreement, examine, fixOf, type Examination, type Selection } from '../simulator/examine';
import { replay } from '../simulator/explorer/replay';
import { allSchedules as listSchedules } from '../simulator/explorer/schedules';
import { formatProblem, positionOf } from '../simulator/litmus/problem';
import type { Adversary, Expectation, Scenario } from '../simulator/litmus/scenario';
import { formatValue } from '../simulator/machine/values';
import { buildDiagram } from '../simulator/present/diagram';
import { compareWithFix, fixDiagram, partingWords } from '../simulator/present/fix';
import { conditionOf, renderHerd } from '../simulator/present/herd';
import { renderItf } from '../simulator/present/itf';
import { fromJson, toJson, verify } from '../simulator/present/json';
import { renderMermaid } from '../simulator/present/mermaid';
import { toPromela } from '../simulator/present/promela';
import { renderSvg } from '../simulator/present/svg';
import { renderText } from '../simulator/present/text';
import { readText } from '../workspace/files';
import { loadScenario, loadScenarios, readScenarioFile, type ScenarioFile, type ScenarioLibrary } from '../workspace/scenarios';
import type { SimulateArguments } from './arguments';
import { toolName, UsageError, type Host } from './host';
import { wrap } from './markdown';

/** Exit status: 0 when every expectation holds, 1 when one does not, 2 when something is wrong with the input. */
export async function runSimulate(args: SimulateArguments, host: Host): Promise<0 | 1 | 2> {
  const library = loadScenarios(host.scenarios);
  const files = args.files.length === 0 ? library.scenarios : args.files.map((name) => find(name, library, host));
  const problems = files.filter((file) => file.problems.length > 0);
  for (const file of problems) complain(file, file.problems, host);
  if (problems.length > 0) return 2;
  const run: Run = { args, host, shipped: library, backend: await loadBackend() };
  if (args.replay !== undefined) return replayFile(run, only(files, args), args.replay);
  if (args.format !== 'text') return printFormat(run, files);
  if (args.variant !== undefined || args.adversaries.length > 0) return showOne(run, only(files, args));
  return args.files.length === 0 ? checkAll(run, files) : showFiles(run, files);
}

interface Run {
  readonly args: SimulateArguments;
  readonly host: Host;
  readonly shipped: ScenarioLibrary;
  readonly backend: ParserBackend;
}

/** A file that was read without problems. */
interface Readable extends ScenarioFile {
  readonly scenario: Scenario;
}

/** A scenario by its file, or one that ships by its name. */
function find(name: string, library: ScenarioLibrary, host: Host): ScenarioFile {
  const shipped = loadScenario(host.scenarios, name);
  if (shipped) return shipped;
  const read = readScenarioFile(path.resolve(host.cwd, name));
  if (typeof read !== 'string') return read;
  const names = library.scenarios.flatMap((file) => file.scenario?.name ?? []);
  const isPath = /[/\\]|\.litmus$/.test(name);
  throw new UsageError(isPath ? `${name}: ${read}` : `no scenario '${name}'${didYouMean(name, names) || `; the scenarios are: ${names.join(', ')}`}`, 'simulate');
}

function only(files: readonly ScenarioFile[], args: SimulateArguments): Readable {
  const [file, ...others] = files;
  if (!file || others.length > 0 || args.files.length !== 1) throw new UsageError('this option wants exactly one scenario', 'simulate');
  return file as Readable;
}

function complain(file: ScenarioFile, problems: readonly ScenarioFile['problems'][number][], host: Host): void {
  const name = path.relative(host.cwd, file.path);
  for (const problem of problems) host.stderr.write(`${formatProblem(name.startsWith('..') ? file.path : name, file.text, problem)}\n`);
}

/** Explores one variant; undefined, with the problems told, when it cannot be read. */
function explored(run: Run, file: Readable, selection: Selection): Examination | undefined {
  const { examination, problems } = examine(file.scenario, run.backend, selection);
  if (!examination) complain(file, problems, run.host);
  return examination;
}

function adversariesOf(run: Run, names: readonly string[]): Adversary[] {
  return names.map((name) => {
    const found = run.shipped.adversaries.find((adversary) => adversary.name === name);
    if (found) return found;
    const known = run.shipped.adversaries.map((adversary) => adversary.name);
    throw new UsageError(`no adversary '${name}'${didYouMean(name, known) || `; the adversaries are: ${known.join(', ')}`}`, 'simulate');
  });
}

function selectionOf(run: Run, file: Readable): Selection {
  const names = file.scenario.variants.map((v) => v.name);
  const { variant = names[0] ?? 'buggy', adversaries, beside } = run.args;
  if (!names.includes(variant)) throw new UsageError(`${file.scenario.name} has no variant '${variant}'${didYouMean(variant, names) || `; the variants are: ${names.join(', ')}`}`, 'simulate');
  return { variant, adversaries: adversariesOf(run, adversaries), beside };
}

/* ---- what is printed ---- */

/** One variant, in full. What the file expects of this very selection decides the status. */
function showOne(run: Run, file: Readable): 0 | 1 | 2 {
  const selection = selectionOf(run, file);
  const began = run.host.now();
  const examination = explored(run, file, selection);
  if (!examination) return 2;
  run.host.stdout.write(report(run, file, examination, run.host.now() - began));
  const names = selection.adversaries.map((a) => a.name).join();
  const expected = selection.beside ? undefined : file.scenario.expectations.find((e) => e.variant === selection.variant && e.adversaries.join() === names);
  const wrong = expected && disagreement(examination, expected);
  if (wrong !== undefined) run.host.stderr.write(`${toolName}: ${selection.variant}: ${wrong}\n`);
  return wrong === undefined ? 0 : 1;
}

/** The first variant in full, then how the others compare with what the file expects. */
function showFiles(run: Run, files: readonly ScenarioFile[]): 0 | 1 | 2 {
  let status: 0 | 1 | 2 = 0;
  for (const file of files as readonly Readable[]) {
    const began = run.host.now();
    const first = explored(run, file, { variant: file.scenario.variants[0]?.name ?? 'buggy', adversaries: [] });
    if (!first) return 2;
    run.host.stdout.write(report(run, file, first, run.host.now() - began));
    const rows = file.scenario.expectations.map((expectation) => judge(run, file, expectation));
    if (rows.some((row) => row === undefined)) return 2;
    run.host.stdout.write(`\n${table(rows as readonly Judged[])}`);
    if (rows.some((row) => row?.wrong !== undefined)) status = 1;
  }
  return status;
}

/** All scenarios that ship: one line for each expectation. */
function checkAll(run: Run, files: readonly ScenarioFile[]): 0 | 1 | 2 {
  const began = run.host.now();
  const all: Judged[] = [];
  for (const file of files as readonly Readable[]) {
    const rows = file.scenario.expectations.map((expectation) => judge(run, file, expectation));
    if (rows.some((row) => row === undefined)) return 2;
    all.push(...(rows as Judged[]));
    run.host.stdout.write(`${file.scenario.name}: ${file.scenario.title}\n${table(rows as readonly Judged[])}\n`);
  }
  const wrong = all.filter((row) => row.wrong !== undefined).length;
  const states = all.reduce((sum, row) => sum + row.examination.exploration.states, 0);
  run.host.stdout.write(`${all.length - wrong} of ${all.length} verdicts are as expected (${states} states, ${((run.host.now() - began) / 1000).toFixed(2)} s)\n`);
  return wrong === 0 ? 0 : 1;
}

interface Judged {
  readonly expectation: Expectation;
  readonly examination: Examination;
  readonly wrong: string | undefined;
}

function judge(run: Run, file: Readable, expectation: Expectation): Judged | undefined {
  const examination = explored(run, file, { variant: expectation.variant, adversaries: adversariesOf(run, expectation.adversaries) });
  return examination && { expectation, examination, wrong: disagreement(examination, expectation) };
}

function table(rows: readonly Judged[]): string {
  const names = rows.map(({ expectation }) => (expectation.adversaries.length === 0 ? expectation.variant : `${expectation.variant} with ${expectation.adversaries.join(', ')}`));
  const width = Math.max(...names.map((name) => name.length));
  return rows.map(({ examination, wrong }, i) => `  ${names[i]!.padEnd(width)}  ${found(examination).padEnd(36)} ${String(examination.exploration.states).padStart(7)} states  ${wrong === undefined ? 'as expected' : `NOT AS EXPECTED: ${wrong}`}\n`).join('');
}

/** `Sometimes, 11 steps, 1 preemption`; `Never`; `Never, but ... was not reached`. */
function found({ exploration, uncovered }: Examination): string {
  const { verdict, witness, preemptions } = exploration;
  if (verdict === 'Never' && uncovered.length > 0) return `Never, ${uncovered.join(', ')} not reached`;
  if (!witness) return verdict;
  const steps = witness.schedule.length;
  const race = preemptions === undefined ? '' : preemptions === 0 ? ', no race needed' : `, ${preemptions} preemption${preemptions === 1 ? '' : 's'}`;
  return `${verdict}, ${steps} step${steps === 1 ? '' : 's'}${race}`;
}

/** herd's lines, the diagram, what it means, and what the fix does about it. */
function report(run: Run, file: Readable, examination: Examination, milliseconds: number): string {
  const { scenario, selection, exploration, diagram, explanation, uncovered } = examination;
  const name = [scenario.name, ...(selection.variant === 'buggy' ? [] : [selection.variant]), ...selection.adversaries.map((a) => a.name)].join('+');
  const variant = scenario.variants.find((v) => v.name === selection.variant);
  const parts = [
    `${scenario.title}${variant && variant.name !== 'buggy' ? `: ${variant.title}` : ''}\n`,
    renderHerd({ name, exploration, uncovered, condition: conditionOf(scenario.text), seconds: milliseconds / 1000 }),
  ];
  if (explanation) parts.push(wrap([explanation.sentence, explanation.preemptions].filter((s) => s !== undefined).join(' '), 75, ''));
  if (diagram) parts.push(renderText(diagram));
  const fixed = examination.trace && fixOf(scenario, selection.variant);
  const comparison = fixed === undefined ? undefined : withFix(run, file, examination, fixed);
  if (comparison !== undefined) parts.push(comparison);
  if (exploration.verdict === 'Never' && uncovered.length > 0) parts.push(wrap(`This proves nothing: ${uncovered.join(' and ')} ${uncovered.length === 1 ? 'was' : 'were'} not reached.`, 75, ''));
  if (run.args.allSchedules) parts.push(allSchedules(examination));
  parts.push('Sequentially consistent interleavings; weak memory is not explored.\n');
  return parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`)).join('\n');
}

function withFix(run: Run, file: Readable, examination: Examination, variant: string): string | undefined {
  const { examination: fixed } = examine(file.scenario, run.backend, { ...examination.selection, variant });
  if (!fixed || !examination.trace) return undefined;
  const comparison = compareWithFix(examination.program, examination.trace, fixed.program);
  return `${wrap(partingWords(comparison), 75, '')}\n\n${renderText(fixDiagram(comparison, formatValue))}`;
}

function allSchedules(examination: Examination): string {
  const { program } = examination;
  const { schedules, complete } = listSchedules(program);
  if (schedules.length === 0) return 'No schedule fails.\n';
  const drawn = schedules.map(({ schedule }, i) => {
    const { trace } = replay(program, schedule);
    return `Failing schedule ${i + 1} of ${schedules.length}${complete ? '' : ' and more'}, ${schedule.length} steps:\n\n${renderText(buildDiagram(program, trace, { format: formatValue }))}`;
  });
  return drawn.join('\n');
}

/** A machine-readable format: of one variant, or of all expectations in JSON. */
function printFormat(run: Run, files: readonly ScenarioFile[]): 0 | 1 | 2 {
  const { args, host } = run;
  if (args.format === 'json' && args.variant === undefined && args.adversaries.length === 0) {
    const judged = (files as readonly Readable[]).flatMap((file) => file.scenario.expectations.map((expectation) => [file, judge(run, file, expectation)] as const));
    if (judged.some(([, row]) => row === undefined)) return 2;
    host.stdout.write(`${JSON.stringify(judged.map(([file, row]) => ({ ...json(file, row!.examination), expected: row!.expectation.verdict, holds: row!.wrong === undefined })), undefined, 2)}\n`);
    return judged.every(([, row]) => row?.wrong === undefined) ? 0 : 1;
  }
  const file = only(files, args);
  const examination = explored(run, file, selectionOf(run, file));
  if (!examination) return 2;
  host.stdout.write(render(run, file, examination));
  return 0;
}

function render(run: Run, file: Readable, examination: Examination): string {
  const { scenario, selection, program, diagram, trace } = examination;
  switch (run.args.format) {
    case 'json':
      return `${JSON.stringify(json(file, examination), undefined, 2)}\n`;
    case 'promela':
      return toPromela(program, { name: `${scenario.name}+${selection.variant}` });
    case 'itf':
      if (!trace) throw new UsageError(`${scenario.name}+${selection.variant} never fails: there is no schedule`, 'simulate');
      return renderItf(program, trace, { format: formatValue, description: scenario.title });
    case 'svg':
    case 'mermaid':
      if (!diagram) throw new UsageError(`${scenario.name}+${selection.variant} never fails: there is nothing to draw`, 'simulate');
      return run.args.format === 'svg' ? renderSvg(diagram, { title: scenario.title }) : renderMermaid(diagram);
    case 'text':
      return '';
  }
}

function json(file: Readable, { scenario, selection, program, exploration, trace, uncovered }: Examination): object {
  return {
    ...toJson({ scenario: scenario.name, variant: selection.variant, program, exploration, trace, format: formatValue, lineOf: (offset) => positionOf(file.text, offset).line }),
    adversaries: selection.adversaries.map((a) => a.name), beside: selection.beside ?? false, uncovered,
  };
}

/** Replays a schedule that was exported, on the scenario as it is now. */
function replayFile(run: Run, file: Readable, name: string): 0 | 1 | 2 {
  const read = readText(path.resolve(run.host.cwd, name));
  if (!('text' in read)) throw new UsageError(`${name}: ${'problem' in read ? read.problem : 'cannot be read'}`, 'simulate');
  const { claim, problems } = fromJson(read.text);
  if (!claim) {
    for (const problem of problems) run.host.stderr.write(`${name}: error: ${problem}\n`);
    return 2;
  }
  if (claim.scenario !== file.scenario.name) run.host.stderr.write(`${toolName}: ${name} is about ${claim.scenario}\n`);
  const examination = explored({ ...run, args: { ...run.args, variant: run.args.variant ?? claim.variant } }, file, selectionOf({ ...run, args: { ...run.args, variant: run.args.variant ?? claim.variant } }, file));
  if (!examination) return 2;
  const { trace, problems: differences } = verify(examination.program, claim, replay);
  run.host.stdout.write(renderText(buildDiagram(examination.program, trace, { format: formatValue }), { numbers: true }));
  for (const difference of differences) run.host.stderr.write(`${name}: ${difference}\n`);
  run.host.stdout.write(differences.length === 0 ? '\nThe schedule does what the file says.\n' : '');
  return differences.length === 0 ? 0 : 1;
}
