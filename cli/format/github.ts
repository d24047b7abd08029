/** Findings as commands to GitHub Actions, which shows them beside the lines of a pull request. */
import * as path from 'node:path';
import type { Finding, Location } from '../../analyzer/findings/finding';
import type { Verdict } from '../../witness/verdict';
import { isInside } from '../../workspace/root';
import { printable } from './gcc';

export interface GithubOptions {
  /** Directory that the findings' files are relative to. */
  readonly root: string;
  /** Directory that annotations are relative to: that of the checkout. */
  readonly workspace: string;
  /** Of findings that were proven. */
  readonly verdicts?: ReadonlyMap<Finding, Verdict>;
}

export function formatGithub(findings: readonly Finding[], options: GithubOptions): string {
  return findings.map((finding) => `${command(finding, options)}\n`).join('');
}

function command(finding: Finding, options: GithubOptions): string {
  const { location } = finding;
  const properties = {
    file: fileName(location, options),
    line: location.line,
    // The runner takes columns on a single line only.
    col: location.line === location.endLine ? location.column : undefined,
    endLine: location.endLine,
    endColumn: location.line === location.endLine ? location.endColumn : undefined,
    title: finding.rule,
  };
  const list = Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`]));
  return `::${finding.severity === 'warning' ? 'warning' : 'notice'} ${list.join(',')}::${escapeData(message(finding, options))}`;
}

/** An annotation has one place only, so the path to it is told in its text. */
function message(finding: Finding, options: GithubOptions): string {
  const steps = finding.steps.map((step) => `${fileName(step.location, options)}:${step.location.line}:${step.location.column}: ${step.message}`);
  const verdict = options.verdicts?.get(finding);
  return [...finding.message.split('\n'), ...steps, ...(verdict ? [verdict.words] : [])].map(printable).join('\n');
}

/** A file outside of the checkout belongs to no line of a pull request; its full name is the best that can be said. */
function fileName(location: Location, { root, workspace }: GithubOptions): string {
  const absolute = path.resolve(root, location.file);
  return (isInside(workspace, absolute) ? path.relative(workspace, absolute) : absolute).replaceAll(path.sep, '/');
}

/** The runner undoes these, and no others. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
