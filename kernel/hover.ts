/** The hover text of a primitive, documented function or constant, in Markdown. */
import { anyArity } from './build';
import { documented } from './documented/index';
import type { KernelModel } from './model';
import { builtinModel, constants } from './model';
import { inWords } from './hover-words';
import type { Constant, Contract, Documented, Lifetime, Primitive, Shape, Version } from './types';
import { existsIn, versionText } from './version';

/** What this program has about a rule that the model names. */
export interface RuleNote {
  /** Address of the page that explains the rule. */
  readonly page?: string;
  /** Name of the scenario that shows its race, when one ships. */
  readonly scenario?: string | null;
}

/** Undefined for a rule that this program does not have: the model knows of more. */
export type RuleNotes = (rule: string) => RuleNote | undefined;

/**
 * What a hover says about `name`, or undefined when nothing is known of it. Of the rules that an entry plays a part in, those are named that `notesOf`
 * knows, with their scenarios. For a reader of a certain `version` it says what that version does not have.
 */
export function describe(name: string, notesOf: RuleNotes = () => ({}), model: KernelModel = builtinModel, version?: Version): string | undefined {
  const primitive = model.primitives.get(name);
  if (primitive !== undefined) return page(primitive, titleOf(primitive), notesOf, version);
  const explained = documented.get(name);
  if (explained !== undefined) return page(explained, explained.role, notesOf, version);
  const constant = constants.get(name);
  return constant === undefined ? undefined : page(constant, undefined, notesOf, version);
}

/** Title, meaning, then one short line for each thing there is to know. */
function page(entry: Primitive | Documented | Constant, role: string | undefined, notesOf: RuleNotes, version: Version | undefined): string {
  const rules = (entry.rules ?? []).flatMap((rule) => {
    const note = notesOf(rule);
    return note === undefined ? [] : [{ rule, ...note }];
  });
  const lines = [
    ...('contract' in entry ? contractLines(entry.contract ?? {}) : []),
    labelled('Pitfall', entry.pitfall === undefined ? undefined : inWords(entry.pitfall)),
    labelled('Arguments', argumentHistory(entry, version)),
    labelled('Kernels', history(entry, version)),
    labelled(rules.length > 1 ? 'Rules' : 'Rule', listed(rules.map(({ rule, page: address }) => (address === undefined ? `\`${rule}\`` : `[\`${rule}\`](${address})`)))),
    ...scenarioLine(rules.flatMap(({ scenario }) => scenario ?? [])),
    labelled('Source', `\`${entry.source}\``),
  ];
  const title = role === undefined ? `**\`${entry.name}\`**` : `**\`${entry.name}()\`** · ${inWords(role)}`;
  return [title, inWords(entry.meaning), lines.filter((line) => line !== undefined).join('  \n')].join('\n\n');
}

function scenarioLine(scenarios: readonly string[]): readonly (string | undefined)[] {
  const each = [...new Set(scenarios)].map((scenario) => `\`${scenario}\``);
  return [labelled(each.length > 1 ? 'Scenarios' : 'Scenario', listed(each))];
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
  const { needs, takes, releases, sleeps, stale } = contract;
  const sentence = (text: string | undefined): string | undefined => (text === undefined ? undefined : `${inWords(text)}.`);
  return [
    labelled('Needs', sentence(needs)),
    labelled('Takes', sentence(takes)),
    labelled('Drops', sentence(releases)),
    labelled('Sleeps', sleeps === true ? 'it may.' : undefined),
    labelled('Stale after', sentence(stale)),
  ];
}

/** Numbers of arguments with the versions that have them; nothing to say of what never changed. */
function argumentHistory(entry: Primitive | Documented | Constant, version: Version | undefined): string | undefined {
  const parts = 'shapes' in entry
    ? entry.shapes.filter(({ arity }) => arity !== anyArity).map((shape) => `${shape.arity} ${span(shape) ?? 'otherwise'}`)
    : 'parameters' in entry ? entry.parameters.flatMap(({ count, version }) => (version === undefined ? [] : [`${count} in ${versionText(version)}`])) : [];
  return parts.length < 2 ? undefined : sentences(parts.join(', '), version && 'shapes' in entry ? argumentsIn(entry.shapes, version) : undefined);
}

/** How many arguments calls have in this version, where that is one number. */
function argumentsIn(shapes: readonly Shape[], version: Version): string | undefined {
  const alive = shapes.map((shape) => existsIn(shape, version));
  const only = shapes[alive.indexOf(true)];
  if (only === undefined || only.arity === anyArity || alive.some((known, at) => known !== false && shapes[at] !== only)) return undefined;
  return `Mainline ${versionText(version)} takes ${only.arity}`;
}

function history(entry: Constant, version: Version | undefined): string | undefined {
  const parts = [
    span(entry),
    entry.renamedFrom === undefined ? undefined : `before: \`${entry.renamedFrom}\``,
    entry.renamedTo === undefined ? undefined : `now: \`${entry.renamedTo}\``,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : sentences(parts.join('; '), version && existsIn(entry, version) === false ? `Mainline ${versionText(version)} does not have it` : undefined);
}

function span({ since, until, backported }: Lifetime): string | undefined {
  const stable = backported === undefined ? '' : `, also in ${backported.into.map(versionText).join(' and ')} stable`;
  if (since !== undefined && until !== undefined) return `${versionText(since)} to ${versionText(until)}${stable}`;
  if (since !== undefined) return `since ${versionText(since)}${stable}`;
  return until === undefined ? undefined : `up to ${versionText(until)}${stable}`;
}

function sentences(...each: readonly (string | undefined)[]): string {
  return each.flatMap((sentence) => (sentence === undefined ? [] : [`${sentence}.`])).join(' ');
}

function listed(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.join(', ');
}

function labelled(label: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `**${label}:** ${text}`;
}
