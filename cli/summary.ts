/** `mm-review summary`: what the analyzer believes about a function. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FunctionBelief } from '../analyzer/beliefs';
import { describeError } from '../workspace/files';
import { createTreeReader } from '../workspace/reader';
import { findRoot } from '../workspace/root';
import type { SummaryArguments } from './arguments';
import { paletteFor, type Palette } from './colour';
import { formatModelProblem } from './format/gcc';
import { toolName, UsageError, type Host } from './host';

/** Exit status: 0, or 2 when there is no such function. A root or file that does not exist is a `UsageError`. */
export async function runSummary(args: SummaryArguments, host: Host): Promise<0 | 2> {
  const file = args.file === undefined ? undefined : path.resolve(host.cwd, args.file);
  if (file !== undefined) mustExist(file, args.file ?? '');
  const given = args.root === undefined ? undefined : path.resolve(host.cwd, args.root);
  if (given !== undefined) mustExist(given, args.root ?? '');
  const root = given ?? findRoot(file ?? path.join(host.cwd, 'x')) ?? (file === undefined ? host.cwd : path.dirname(file));
  const inTree = file === undefined ? undefined : path.relative(root, file).split(path.sep).join('/');
  if (inTree?.startsWith('../')) throw new UsageError(`${args.file} is not in ${args.root}`, 'summary');
  const engine = await host.loadEngine();
  const { model, problems } = engine.loadModel(root);
  for (const problem of problems) host.stderr.write(formatModelProblem(problem, { root, cwd: host.cwd, palette: paletteFor(host.stderr, host.env) }));
  const reader = createTreeReader(root, inTree === undefined ? [] : [inTree]);
  const analysis = engine.createAnalysis({ backend: await engine.loadBackend(), reader, model, log: (line) => host.stderr.write(`${toolName}: ${line}\n`) });
  const beliefs = analysis.summarize(args.function, inTree);
  if (args.json) host.stdout.write(`${JSON.stringify({ root, functions: beliefs }, null, 2)}\n`);
  else host.stdout.write(beliefs.map((belief) => text(belief, paletteFor(host.stdout, host.env))).join('\n'));
  if (beliefs.length > 0) return 0;
  host.stderr.write(`${toolName}: no function ${args.function}() ${inTree === undefined ? `among the files read in ${root}` : `in ${inTree}`}\n`);
  return 2;
}

function mustExist(file: string, typed: string): void {
  try {
    fs.statSync(file);
  } catch (error) {
    throw new UsageError(`${typed}: ${describeError(error)}`, 'summary');
  }
}

function text(belief: FunctionBelief, palette: Palette): string {
  const lines = [`${palette.bold(`${belief.function}()`)}  ${belief.file}:${belief.line}`];
  if (belief.onEntry.length > 0) lines.push('', ...belief.onEntry.map((claim) => `on entry: ${claim}`));
  belief.ways.forEach((way, i) => {
    lines.push('', `way to return ${i + 1} of ${belief.ways.length}: ${way.returns}`, ...list('when', way.when), ...list('then', way.effects));
  });
  if (belief.ways.length === 0) lines.push('', 'no way to return was found');
  for (const event of belief.events) lines.push('', `userfault event ${event.reason} at ${event.at}`, ...list('when', event.when), ...list('entries', event.entries));
  for (const fault of belief.faults) lines.push('', `fault for the kernel at ${fault.at}, flags: ${fault.flags}`, ...list('when', fault.when), ...list('after SIGBUS', fault.onSigbus));
  for (const caveat of belief.caveats) lines.push('', `note: ${caveat}`);
  return `${lines.join('\n')}\n`;
}

const list = (title: string, items: readonly string[]): string[] => items.map((item, i) => `  ${(i === 0 ? title : '').padEnd(12)} ${item}`);
