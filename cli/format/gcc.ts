/** Findings as compilers print them: one line each, then the path that leads there as notes. */
import * as path from 'node:path';
import type { Finding, Location } from '../../analyzer/findings/finding';
import { modelFileName, type ModelProblem } from '../../kernel/model-problems';
import type { Verdict } from '../../witness/verdict';
import type { Palette } from '../colour';

export interface GccOptions {
  /** Directory that the findings' files are relative to. */
  readonly root: string;
  readonly cwd: string;
  readonly palette: Palette;
  /** Of findings that were proven. */
  readonly verdicts?: ReadonlyMap<Finding, Verdict>;
}

export function formatGcc(findings: readonly Finding[], options: GccOptions): string {
  return findings.map((finding) => formatFinding(finding, options)).join('');
}

/** A line about the model file of a tree. It is a warning, but no finding: it does not count. */
export function formatModelProblem({ line, column, message }: ModelProblem, options: GccOptions): string {
  return `${place({ file: modelFileName, line, column }, options)} ${options.palette.warning('warning:')} ${printable(message)}\n`;
}

function formatFinding(finding: Finding, options: GccOptions): string {
  const { palette } = options;
  const verdict = options.verdicts?.get(finding);
  const severity = finding.severity === 'warning' ? palette.warning('warning:') : palette.info('info:');
  const lines = [
    `${place(finding.location, options)} ${severity} ${palette.bold(firstLine(finding.message))} [${palette.warning(finding.rule)}]`,
    ...finding.steps.map((step) => `${place(step.location, options)} ${palette.note('note:')} ${firstLine(step.message)}`),
    ...(verdict ? [`${place(finding.location, options)} ${palette.note('note:')} ${printable(verdict.words)}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function place(location: Pick<Location, 'file' | 'line' | 'column'>, { root, cwd, palette }: GccOptions): string {
  const file = path.relative(cwd, path.resolve(root, location.file));
  return palette.bold(`${printable(file)}:${location.line}:${location.column}:`);
}

function firstLine(message: string): string {
  return printable(message.split('\n', 1)[0] ?? '');
}

/** Messages quote C text and name files: neither may send control sequences to a terminal. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
