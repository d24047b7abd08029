/** The hover text of a primitive or constant, in Markdown. */
import { anyArity } from './build';
import type { KernelModel } from './model';
import { builtinModel, constants } from './model';
import type { Constant, Contract, Primitive, Shape, Version } from './types';

/**
 * What a hover says about `name`, or undefined when the model does not know it. Of the rules that an entry plays a part in, those are named
 * that `ships` accepts: the model knows of more than this program has.
 */
export function describe(name: string, ships: (rule: string) => boolean = () => true, model: KernelModel = builtinModel): string | undefined {
  const primitive = model.primitives.get(name);
  if (primitive !== undefined) return describePrimitive(primitive, ships);
  const constant = constants.get(name);
  return constant === undefined ? undefined : describeConstant(constant, ships);
}

function describePrimitive(entry: Primitive, ships: (rule: string) => boolean): string {
  const lines = [
    ...contractLines(entry.contract ?? {}),
    labelled('Pitfall', plain(entry.pitfall)),
    labelled('Arguments', argumentHistory(entry.shapes)),
    labelled('Kernels', history(entry)),
    labelled('Rules', ruleList(entry.rules?.filter(ships))),
    labelled('Source', `\`${entry.source}\``),
  ];
  return page(`**\`${entry.name}()\`** · ${titleOf(entry)}`, plain(entry.meaning), lines);
}

function describeConstant(entry: Constant, ships: (rule: string) => boolean): string {
  return page(`**\`${entry.name}\`**`, entry.meaning, [
    labelled('Pitfall', entry.pitfall),
    labelled('Kernels', span(entry.since, entry.until)),
    labelled('Rules', ruleList(entry.rules?.filter(ships))),
    labelled('Source', `\`${entry.source}\``),
  ]);
}

function page(title: string, meaning: string, lines: readonly (string | undefined)[]): string {
  return [title, meaning, lines.filter((line) => line !== undefined).join('  \n')].join('\n\n');
}

/** One or two words that say what kind of call it is. */
function titleOf(entry: Primitive): string {
  const op = entry.shapes[0]?.effect.op;
  switch (op) {
    case 'acquire': case 'double-lock': case 'spin-lock': return 'takes a lock';
    case 'release': case 'double-unlock': case 'spin-unlock': return 'drops a lock';
    case 'assert-held': return 'asserts that a lock is held';
    case 'walk-step': case 'walk-done': return 'page-table walk';
    case 'lock-pointer': return 'finds a lock, does not take it';
    case 'map': return 'finds an entry, takes no lock';
    case 'read': return 'reads an entry';
    case 'compare': return 'compares two values';
    case 'test': case 'test-slot': return 'tests an entry';
    case 'vma-flag': return 'tests a property of the vma';
    case 'event': return 'raises a userfault';
    case 'clear': return 'empties an entry';
    case 'store': return 'writes an entry';
    case 'modify-start': case 'modify-commit': return 'changes an entry in two steps';
    case 'mark': return 'leaves a marker';
    case 'derive': return 'computes a value';
    case 'fault': return 'resolves a fault';
    case 'cache-lock': case 'mm-lock': return 'takes a lock';
    case 'cache-unlock': case 'mm-unlock': return 'drops a lock';
    case 'cache-load': return 'looks into the page cache';
    case 'cache-store': return 'changes the page cache';
    case 'range': return 'a number';
    case 'inert': case undefined: return 'helper';
    default: return exhausted(op);
  }
}

function exhausted(op: never): never {
  throw new Error(`unknown effect ${String(op)}`);
}

function contractLines(contract: Contract): readonly (string | undefined)[] {
  const locks = [
    contract.needs === undefined ? undefined : `needs ${plain(contract.needs)}`,
    contract.takes === undefined ? undefined : `takes ${plain(contract.takes)}`,
    contract.releases === undefined ? undefined : `drops ${plain(contract.releases)}`,
  ].filter((part) => part !== undefined);
  return [
    labelled('Locks', locks.length === 0 ? undefined : `${locks.join('; ')}.`),
    labelled('Sleeps', contract.sleeps === true ? 'it may.' : undefined),
    labelled('Stale after', contract.stale === undefined ? undefined : `${plain(contract.stale)}.`),
  ];
}

function argumentHistory(shapes: readonly Shape[]): string | undefined {
  if (shapes.length < 2) return undefined;
  return `${shapes.filter((each) => each.arity !== anyArity).map((each) => `${each.arity} ${span(each.since, each.until) ?? 'otherwise'}`).join(', ')}.`;
}

function history(entry: Primitive): string | undefined {
  const parts = [
    span(entry.since, entry.until),
    entry.renamedFrom === undefined ? undefined : `before: \`${entry.renamedFrom}\``,
    entry.renamedTo === undefined ? undefined : `now: \`${entry.renamedTo}\``,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`;
}

function span(since: Version | undefined, until: Version | undefined): string | undefined {
  if (since !== undefined && until !== undefined) return `${versionText(since)} to ${versionText(until)}`;
  if (since !== undefined) return `since ${versionText(since)}`;
  return until === undefined ? undefined : `up to ${versionText(until)}`;
}

function versionText(version: Version): string {
  return `${version[0]}.${version[1]}`;
}

function ruleList(rules: readonly string[] | undefined): string | undefined {
  return rules === undefined || rules.length === 0 ? undefined : rules.map((rule) => `\`${rule}\``).join(', ');
}

/** Entries hold plain text, also those that somebody else's tree brings along: it may not become a link, a picture or another paragraph. */
function plain(text: string): string;
function plain(text: string | undefined): string | undefined;
function plain(text: string | undefined): string | undefined {
  return text?.replace(/\s+/g, ' ').replace(/[\\`[\]<]/g, '\\$&');
}

function labelled(label: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${label}: ${text}`;
}
