/**
 * Comments that silence findings: `mm-review: allow(rule-name, other-rule): reason` in the line of the finding or above it.
 * They are read from the text as it is now, so they move with edits and work in unsaved files.
 */
import { createHash } from 'node:crypto';
import { nearest } from '../../kernel/suggest';
import { readComments } from '../../parser/comments';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { rules } from '../rules';
import type { RuleInfo } from '../rules/rule';
import type { Finding, Location } from './finding';
import { locate } from './locate';

/** What is said of comments that silence nothing. Not one of `rules`: it is about comments, not about the kernel. */
export const unusedAllow: RuleInfo = {
  name: 'unused-allow',
  description: 'A comment allows a finding that is not there, names no rule that exists, or gives no reason.',
  severity: 'information',
  commit: null,
  scenario: null,
  since: '0.1.0',
};

const marker = 'mm-review:';
const form = `${marker} allow(rule-name): reason`;
/** What stands between the names may be the stars of a comment's lines. */
const nameInList = /[^\s,*/]+/g;

/**
 * Findings of `paths` without those that a comment allows, and with those about comments that allow nothing, by file and position.
 * `run` names the rules that were run, all when undefined: what was not looked for cannot be missing.
 */
export function silence(tree: Tree, paths: Iterable<string>, findings: readonly Finding[], run?: readonly string[], known: readonly string[] = rules.map((r) => r.name)): Finding[] {
  const ran = (name: string): boolean => run === undefined || run.includes(name);
  const silenced = new Set<Finding>();
  const complaints: Finding[] = [];
  for (const path of new Set(paths)) {
    const text = tree.text(path);
    if (!text?.includes(marker)) continue;
    const masked = tree.outline(path)?.masked ?? text;
    for (const allow of readAllows(text)) {
      const location = locateInFile(tree, path, allow.start, allow.end);
      const first = locateInFile(tree, path, allow.comment.start, allow.comment.end);
      const covers = (line: number): boolean => line === first.line || line === first.endLine || line === first.endLine + 1;
      const problems = problemsOf(allow, known);
      for (const name of allow.reason ? new Set(allow.names) : []) {
        if (!known.includes(name)) continue;
        const found = findings.filter((f) => f.rule === name && f.location.file === path && covers(f.location.line));
        for (const finding of found) silenced.add(finding);
        // In a branch that is not read (#else, #if 0) nothing can be found, so nothing is missing there.
        const read = masked.slice(allow.start, allow.end).trim() !== '';
        if (found.length === 0 && read && ran(name)) problems.push(`allow(${name}) silences nothing: no such finding in this line or the next`);
      }
      if (ran(unusedAllow.name)) complaints.push(...problems.map((message) => complain(tree, location, allow, message)));
    }
  }
  const kept = findings.filter((f) => !silenced.has(f));
  return complaints.length === 0 ? kept : [...kept, ...complaints].sort((a, b) => byPosition(a.location, b.location));
}

/** Names of rules as the comments of a text allow them, known or not, in order. */
export function allowedNames(text: string): { readonly name: string; readonly start: number; readonly end: number }[] {
  if (!text.includes(marker)) return [];
  return readAllows(text).filter((allow) => allow.names !== undefined).flatMap(({ start, end }) => {
    const open = text.indexOf('(', start) + 1;
    return [...text.slice(open, end - 1).matchAll(nameInList)].map((m) => ({ name: m[0], start: open + m.index, end: open + m.index + m[0].length }));
  });
}

/** One `mm-review:` in a comment. */
interface Allow {
  /** From the marker to the closing parenthesis. */
  readonly start: number;
  readonly end: number;
  /** Rules as written; undefined when what follows the marker was not understood. */
  readonly names: readonly string[] | undefined;
  readonly reason: boolean;
  /** The comment, with the comments in the lines directly below it. */
  readonly comment: { readonly start: number; readonly end: number };
}

/** What is wrong with the comment itself, wherever it stands. */
function problemsOf(allow: Allow, known: readonly string[]): string[] {
  if (!allow.names || allow.names.length === 0) return [`This comment was not understood; write ${form}`];
  const problems = [...new Set(allow.names)].filter((name) => !known.includes(name)).map((name) => {
    if (name === unusedAllow.name) return `allow(${name}): not possible; remove the comment that is unused instead`;
    const near = nearest(name, known);
    return `allow(${name.length > 32 ? `${name.slice(0, 29)}...` : name}): no such rule${near === undefined ? '' : ` (did you mean ${near}?)`}`;
  });
  if (!allow.reason) problems.push(`This comment gives no reason, so it silences nothing; write ${form}`);
  return problems;
}

function complain(tree: Tree, location: Location, allow: Allow, message: string): Finding {
  const around = tree.functionsIn(location.file).find((f) => f.start <= allow.start && allow.start < f.start + f.text.length)?.name ?? '';
  return {
    rule: unusedAllow.name, severity: unusedAllow.severity, message, location, function: around, steps: [], scenario: null, assumptions: [],
    fingerprint: createHash('sha256').update([unusedAllow.name, location.file, around, message].join('\0')).digest('hex').slice(0, 16),
  };
}

function readAllows(text: string): Allow[] {
  const comments = readComments(text);
  const allows: Allow[] = [];
  for (let i = 0; i < comments.length; i++) {
    const { start } = comments[i]!;
    let { end } = comments[i]!;
    if (!text.slice(start, end).includes(marker)) continue;
    // A comment of its own may go on in the lines below; what follows code belongs to that code.
    const alone = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';
    const follows = (next: number): boolean => alone && next < comments.length && /^[ \t]*\r?\n[ \t]*$/.test(text.slice(comments[next - 1]!.end, comments[next]!.start));
    if (text.startsWith('//', start)) while (follows(i + 1) && text.startsWith('//', comments[i + 1]!.start)) end = comments[++i]!.end;
    let last = i;
    while (follows(last + 1)) last++;
    allows.push(...parse(text.slice(start, end), start, { start, end: comments[last]!.end }));
  }
  return allows;
}

/** A marker counts where a line of the comment begins: elsewhere it is talked about. */
function parse(comment: string, offset: number, whole: Allow['comment']): Allow[] {
  const heads = [...comment.matchAll(/(?:^|\n)[ \t]*(?:\/\*+|\/\/+|\*+)?[ \t]*(?=mm-review:)/g)].map((m) => m.index + m[0].length);
  return heads.map((head, i) => {
    const rest = comment.slice(head, heads[i + 1] ?? comment.length);
    const match = /^mm-review:\s*allow\s*\(([^()]*)\)(?:\s*:)?/.exec(rest);
    const written = match ? match[0].replace(/\s*:$/, '') : rest.split(/\s*(?:\n|\*\/)/, 1)[0]!;
    return {
      start: offset + head,
      end: offset + head + written.length,
      names: match?.[1]!.match(nameInList) ?? (match ? [] : undefined),
      reason: match !== null && match[0].endsWith(':') && /[\p{L}\p{N}]/u.test(rest.slice(match[0].length)),
      comment: whole,
    };
  });
}

/** `locate` asks of a function only its file and where it begins. */
function locateInFile(tree: Tree, file: string, start: number, end: number): Location {
  return locate(tree, { file, start: 0 } as FunctionRef, { start, end });
}

function byPosition(a: Location, b: Location): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
