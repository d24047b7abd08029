/** `mm-review report`: one finding as text for a commit message or a mail, with its schedule and what the fix does about it. */
import * as path from 'node:path';
import type { Finding } from '../analyzer/findings/finding';
import { proveFinding } from '../witness/prove-finding';
import { proveFix } from '../witness/prove-fix';
import { collectFiles, resolveArgument } from '../workspace/collect';
import { createTreeReader } from '../workspace/reader';
import { createRootFinder } from '../workspace/root';
import { loadScenarios } from '../workspace/scenarios';
import type { ReportArguments } from './arguments';
import { blame } from './blame';
import { printable } from './format/gcc';
import { reportText } from './format/report';
import { groupByRoot, type Group } from './group';
import { toolName, UsageError, type Host } from './host';

/** Exit status: 0 when a report was printed, 2 when there is no such finding, or more than one. */
export async function runReport(args: ReportArguments, host: Host): Promise<0 | 2> {
  const root = args.root === undefined ? undefined : path.resolve(host.cwd, args.root);
  const wanted = wantedBy(args.finding);
  const group = groupOf(wanted, root, host);
  const engine = await host.loadEngine();
  const backend = await engine.loadBackend();
  const analysis = engine.createAnalysis({ backend, reader: createTreeReader(group.root, group.files), model: engine.loadModel(group.root).model, log: (line) => host.stderr.write(`${toolName}: ${line}\n`) });
  const all = analysis.check(group.files);
  const matching = all.filter(wanted.matches);
  const [finding] = matching;
  if (!finding || matching.length > 1) {
    host.stderr.write(`${toolName}: ${finding ? `${matching.length} findings are meant; name one by its line or fingerprint:` : `no finding ${args.finding}${all.length === 0 ? '' : '; there are:'}`}\n`);
    for (const other of finding ? matching : all) host.stderr.write(`  ${other.fingerprint}  ${printable(`${other.location.file}:${other.location.line}: ${other.message.split('\n', 1)[0] ?? ''}`)}\n`);
    return 2;
  }
  const options = { backend, adversaries: loadScenarios(host.scenarios).adversaries };
  const proven = toEnd(proveFinding(analysis.tree, finding, options));
  const fix = toEnd(proveFix(analysis, finding, proven, options));
  host.stdout.write(reportText(finding, proven.proof, fix));
  if (args.blame) await writeFixes(group.root, finding, host);
  return 0;
}

/** `Fixes:` lines, which are never broken; what there is to say about them goes elsewhere. */
async function writeFixes(root: string, { location: { file, line, endLine } }: Finding, host: Host): Promise<void> {
  const found = await blame(root, { file, first: line, last: endLine }, host.env);
  if (typeof found === 'string') {
    host.stderr.write(`${toolName}: no candidate for Fixes: ${printable(found)}\n`);
    return;
  }
  host.stdout.write(`\n${found.map(({ commit, subject }) => `Fixes: ${commit} ("${printable(subject)}")\n`).join('')}`);
  host.stderr.write(`${toolName}: git blame names ${found.length === 1 ? 'the commit' : 'the commits'} that last changed ${file}:${line}; make sure that the race came with ${found.length === 1 ? 'it' : 'one of them, and drop the others'}\n`);
}

interface Wanted {
  /** The file that was named, as it was typed. */
  readonly file: string | undefined;
  readonly matches: (finding: Finding) => boolean;
}

/** A fingerprint, `FILE:LINE` or `FILE:FUNCTION`. */
function wantedBy(name: string): Wanted {
  if (/^[0-9a-f]{16}$/.test(name)) return { file: undefined, matches: ({ fingerprint }) => fingerprint === name };
  const place = /^(.+):(?:(\d+)|([A-Za-z_]\w*))$/.exec(name);
  if (!place) throw new UsageError(`'${name}' is no finding: FINGERPRINT, FILE:LINE or FILE:FUNCTION`, 'report');
  const [, file = '', line, inFunction] = place;
  return { file, matches: ({ location, function: own }) => (line === undefined ? own === inFunction : location.line <= Number(line) && Number(line) <= location.endLine) };
}

/** The files that are checked: the one that was named, or all of the tree that the analyzer knows by itself. */
function groupOf(wanted: Wanted, root: string | undefined, host: Host): Group {
  if (wanted.file !== undefined) {
    const { files, problems } = collectFiles([resolveArgument(wanted.file, host.cwd, root)]);
    for (const problem of problems) throw new UsageError(`${problem.path}: ${problem.message}`, 'report');
    const [group] = groupByRoot(files, root);
    if (!group) throw new UsageError(`${wanted.file}: no C file`, 'report');
    return group;
  }
  const top = root ?? createRootFinder()(host.cwd);
  if (top === undefined) throw new UsageError(`a fingerprint is looked for in a kernel tree: go there, or name it with --root`, 'report');
  return { root: top, files: createTreeReader(top).indexFiles() };
}

function toEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
