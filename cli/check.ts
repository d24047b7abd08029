/** `mm-review check`: from arguments to findings on standard output and an exit status. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Finding } from '../analyzer/findings/finding';
import type { ModelProblem } from '../kernel/model-problems';
import type { Verdict } from '../witness/verdict';
import { collectFiles, resolveArgument } from '../workspace/collect';
import { describeError } from '../workspace/files';
import { commonDirectory, isInside, isKernelTree } from '../workspace/root';
import { checkRuleNames, type CheckArguments, type OutputFormat } from './arguments';
import { checkTree, type TreeOptions, type TreeResult } from './check-tree';
import { paletteFor } from './colour';
import { formatGcc, formatModelProblem, printable } from './format/gcc';
import { formatGithub } from './format/github';
import { formatJson } from './format/json';
import { formatSarif } from './format/sarif';
import { rebaseVerdict } from './format/verdict';
import { groupByRoot, rebase, type Group } from './group';
import { toolName, UsageError, type Host } from './host';
import { createProgress } from './progress';
import { addParseStats, createPhases, statsJson, statsTable } from './stats';

/** Exit status: 0 nothing found, 1 warnings, 2 something could not be checked. */
export async function runCheck(args: CheckArguments, host: Host): Promise<0 | 1 | 2> {
  const phases = createPhases(host.now);
  const say = createSay(host);
  phases.enter('find files');
  const plan = planCheck(args, host, say);
  phases.enter('load the analyzer');
  const engine = await host.loadEngine();
  checkRuleNames(args.rules, engine.rules.map((rule) => rule.name));
  const backend = await engine.loadBackend();
  if (backend.reason !== undefined) say.note(backend.reason);
  const progress = createProgress(host.stderr, host.now, host.env);
  const options: TreeOptions = {
    engine,
    backend,
    rules: args.rules,
    stats: args.stats,
    prove: args.prove ? host.scenarios : undefined,
    env: host.env,
    phases,
    progress,
    log: (line) => {
      if (!args.stats) return;
      progress.clear();
      say.note(line);
    },
  };
  phases.enter('finish');
  const results: (readonly [Group, TreeResult])[] = [];
  let failed = plan.failed;
  for (const group of plan.groups) {
    const result = await checkGroup(group, options, say);
    progress.clear();
    if (result === undefined) {
      failed = true;
      continue;
    }
    results.push([group, result]);
    for (const problem of result.modelProblems) say.modelProblem(group.root, problem);
    for (const problem of result.unchecked) say.problem(path.resolve(group.root, problem.path), problem.message);
    for (const problem of result.unread) say.note(`${say.path(path.resolve(group.root, problem.path))}: ${problem.message}; its functions are unknown to this check`);
    for (const error of result.errors) say.internalError(error);
    if (result.unchecked.length + result.errors.length > 0) failed = true;
  }

  const root = results.length === 0 ? plan.root : commonDirectory(results.map(([group]) => group.root));
  const verdicts = new Map<Finding, Verdict>();
  const findings = results.flatMap(([group, result]) => result.findings.map((finding) => {
    const moved = rebase(finding, group.root, root);
    const verdict = result.verdicts.get(finding);
    if (verdict) verdicts.set(moved, rebaseVerdict(verdict, group.root, root));
    return moved;
  }));
  const parsed = results.flatMap(([, result]) => result.stats ?? []);
  const figures = args.stats ? { parse: addParseStats(parsed), phases: phases.totals(), peakMemory: host.peakMemory() } : undefined;
  const tool = { name: toolName, version: host.version };
  const write: Record<OutputFormat, () => string> = {
    gcc: () => formatGcc(findings, { root, cwd: host.cwd, palette: paletteFor(host.stdout, host.env), verdicts }),
    json: () => formatJson(tool, root, findings, figures === undefined ? {} : statsJson(figures), args.prove ? verdicts : undefined),
    sarif: () => formatSarif(findings, { tool, rules: engine.rules, root, complete: !failed, verdicts }),
    github: () => formatGithub(findings, { root, workspace: host.env['GITHUB_WORKSPACE'] || host.cwd, verdicts }),
  };
  const text = write[args.format]();
  if (text !== '') host.stdout.write(text);
  // The JSON report holds them.
  if (figures !== undefined && args.format !== 'json') host.stderr.write(statsTable(figures));
  const files = results.reduce((total, [, result]) => total + result.files, 0);
  if (files > 0) host.stderr.write(summary(findings, [...verdicts.values()], files, host.now()));
  if (failed) return 2;
  return findings.some((finding) => finding.severity === 'warning') ? 1 : 0;
}

interface Plan {
  /** The root to name when nothing could be checked. */
  readonly root: string;
  readonly groups: readonly Group[];
  readonly failed: boolean;
}

/** Which files are checked, in which trees. */
function planCheck(args: CheckArguments, host: Host, say: Say): Plan {
  const root = args.root === undefined ? undefined : givenRoot(path.resolve(host.cwd, args.root), args.root, say);
  const example = args.paths.length === 0 && root === undefined;
  if (example) say.note(`no PATH given: checking the bundled example. For a kernel tree:  ${toolName} check ~/linux/mm`);
  const paths = example ? [host.examples] : args.paths.length === 0 && root !== undefined ? [root] : args.paths.map((name) => resolveArgument(name, host.cwd, root));
  const { files, problems } = collectFiles(paths);
  for (const problem of problems) say.problem(problem.path, problem.message);
  return { root: root ?? host.cwd, groups: groupByRoot(files, example ? host.examples : root), failed: problems.length > 0 };
}

function givenRoot(root: string, typed: string, say: Say): string {
  try {
    if (!fs.statSync(root).isDirectory()) throw new UsageError(`--root ${typed}: not a directory`, 'check');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--root ${typed}: ${describeError(error)}`, 'check');
  }
  if (!isKernelTree(root)) say.note(`${typed} has no mm/ and include/linux/: not the top of a kernel tree; only the named files are read`);
  return root;
}

/** An exception of the analyzer costs the files of one tree, and is told as what it is. */
async function checkGroup(group: Group, options: TreeOptions, say: Say): Promise<TreeResult | undefined> {
  try {
    return await checkTree(group, options);
  } catch (error) {
    options.progress.clear();
    say.internalError(error);
    return undefined;
  }
}

interface Say {
  path(absolute: string): string;
  modelProblem(root: string, problem: ModelProblem): void;
  problem(absolute: string, message: string): void;
  note(message: string): void;
  internalError(error: unknown): void;
}

function createSay(host: Host): Say {
  const palette = paletteFor(host.stderr, host.env);
  const line = (text: string): void => void host.stderr.write(`${toolName}: ${printable(text)}\n`);
  // Unlike findings, which are links for editors, problems name a path the way a person would.
  const name = (absolute: string): string => (isInside(host.cwd, absolute) ? path.relative(host.cwd, absolute) || '.' : absolute);
  return {
    path: name,
    modelProblem: (root, problem) => void host.stderr.write(formatModelProblem(problem, { root, cwd: host.cwd, palette })),
    problem: (absolute, message) => void host.stderr.write(`${toolName}: ${palette.error('error:')} ${printable(`${name(absolute)}: ${message}`)}\n`),
    note: line,
    internalError: (error) => void host.stderr.write(internalErrorText(error, host)),
  };
}

/** What to print for a bug of ours: one line, and the stack only for those who ask. */
export function internalErrorText(error: unknown, host: Host): string {
  const detail = error instanceof Error ? error.message : String(error);
  const stack = host.env['MM_REVIEW_DEBUG'] && error instanceof Error ? `${error.stack}\n` : '';
  return `${toolName}: internal error: ${printable(detail)} (please report it; MM_REVIEW_DEBUG=1 shows where)\n${stack}`;
}

function summary(findings: readonly Finding[], verdicts: readonly Verdict[], files: number, milliseconds: number): string {
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  const proven = (['confirmed', 'not reached', 'unresolved'] as const).map((kind) => [verdicts.filter((verdict) => verdict.kind === kind).length, kind] as const).filter(([number]) => number > 0).map((part) => part.join(' '));
  const warnings = findings.filter((finding) => finding.severity === 'warning').length;
  const infos = findings.length - warnings;
  const found = `${warnings === 0 ? 'no warnings' : count(warnings, 'warning')}${infos === 0 ? '' : `, ${count(infos, 'info')}`}`;
  return `${found} in ${count(files, 'file')}${proven.length === 0 ? '' : `: ${proven.join(', ')}`} (${(milliseconds / 1000).toFixed(1)} s)\n`;
}
