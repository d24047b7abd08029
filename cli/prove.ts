/** `mm-review prove`: is a finding a race that can happen? Shows the schedule on the user's own lines, or what was tried. */
import * as path from 'node:path';
import type { Analysis } from '../analyzer/analysis';
import type { Finding } from '../analyzer/findings/finding';
import { hunksOf, type Hunk } from '../analyzer/fixes/hunks';
import type { ParserBackend } from '../parser/types';
import type { Adversary } from '../simulator/litmus/scenario';
import { collectFiles, resolveArgument } from '../workspace/collect';
import { createTreeReader } from '../workspace/reader';
import { loadScenarios } from '../workspace/scenarios';
import { proveFinding, proveSite, type Proven } from '../witness/prove-finding';
import { proveFix, type FixProof } from '../witness/prove-fix';
import { sitesOf, type SiteToProve } from '../witness/sites';
import type { ProveArguments } from './arguments';
import { proofJson, proofText } from './format/proof';
import { groupByRoot, type Group } from './group';
import { toolName, UsageError, type Host } from './host';

/** Exit status: 0 when nothing was confirmed, 1 when something was, 2 when there was nothing to prove or something could not be read. */
export async function runProve(args: ProveArguments, host: Host): Promise<0 | 1 | 2> {
  const targets = args.targets.map(targetOf);
  const root = args.root === undefined ? undefined : path.resolve(host.cwd, args.root);
  const files = new Map<string, string | undefined>();
  for (const { file, function: name } of targets) {
    const found = collectFiles([resolveArgument(file, host.cwd, root)]);
    for (const problem of found.problems) throw new UsageError(`${problem.path}: ${problem.message}`, 'prove');
    for (const each of found.files) files.set(each, name);
  }
  const engine = await host.loadEngine();
  const backend = await engine.loadBackend();
  const { adversaries } = loadScenarios(host.scenarios);
  const results: Told[] = [];
  for (const group of groupByRoot([...files.keys()], root)) {
    const reader = createTreeReader(group.root, group.files);
    const analysis = engine.createAnalysis({ backend, reader, model: engine.loadModel(group.root).model, log: (line) => host.stderr.write(`${toolName}: ${line}\n`) });
    const wanted = (file: string): string | undefined => files.get(path.resolve(group.root, file));
    const means = { analysis, backend, adversaries, withFix: args.fix && !args.litmus };
    for (const result of args.site ? sites(group, wanted, means) : findings(group, wanted, means)) {
      results.push(result);
      if (args.format === 'text') host.stdout.write(args.litmus ? result.proven.assembled?.text ?? '' : `${proofText(result, host)}\n`);
    }
  }
  if (args.format === 'json') host.stdout.write(`${JSON.stringify(results.map(proofJson), undefined, 2)}\n`);
  if (results.length === 0) {
    host.stderr.write(`${toolName}: ${args.site ? 'no call there that a rule asks about' : 'nothing was found there; --site proves a place without a finding'}\n`);
    return 2;
  }
  return results.some(({ proven }) => proven.proof.verdict === 'confirmed') ? 1 : 0;
}

/** A proof and what it is about. */
export interface Told {
  readonly about: Finding | SiteToProve;
  readonly proven: Proven;
  /** What became of its fix; undefined where nothing was confirmed, or nobody asked. */
  readonly fix: FixProof | undefined;
  /** Its lines. */
  readonly hunks: readonly Hunk[];
}

interface Means {
  readonly analysis: Analysis;
  readonly backend: ParserBackend;
  readonly adversaries: readonly Adversary[];
  readonly withFix: boolean;
}

function* findings({ files }: Group, wanted: (file: string) => string | undefined, { analysis, withFix, ...options }: Means): Generator<Told> {
  for (const about of analysis.check(files)) {
    const name = wanted(about.location.file);
    if (name !== undefined && name !== about.function) continue;
    const proven = finish(proveFinding(analysis.tree, about, options));
    const fix = withFix ? finish(proveFix(analysis, about, proven, options)) : undefined;
    yield { about, proven, fix, hunks: fix && 'fix' in fix ? hunksOf(fix.fix.edits, (file) => analysis.tree.text(file)) : [] };
  }
}

function* sites({ files }: Group, wanted: (file: string) => string | undefined, { analysis, ...options }: Means): Generator<Told> {
  for (const file of files) {
    for (const ref of analysis.tree.functionsIn(file)) {
      const name = wanted(file);
      if (name !== undefined && name !== ref.name) continue;
      for (const about of sitesOf(analysis.tree, ref)) yield { about, proven: finish(proveSite(analysis.tree, about.rule, about, options)), fix: undefined, hunks: [] };
    }
  }
}

function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** `mm/hugetlb.c:hugetlb_wp` is a function of a file. */
function targetOf(target: string): { readonly file: string; readonly function: string | undefined } {
  const match = /^(.+\.[ch]):([A-Za-z_]\w*)$/.exec(target);
  return match ? { file: match[1]!, function: match[2] } : { file: target, function: undefined };
}
