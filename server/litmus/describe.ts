/** What there is to say of the words of a litmus file, as Markdown. */
import type { LitmusFile } from './document';
import { isProperty } from './symbol-at';
import { variantsAt } from './variants';
import type { Engine } from '../engine';
import { builtinModel } from '../../kernel/model';
import type { Adversary, Expectation } from '../../simulator/litmus/scenario';
import { headerKeys, type HeaderKey } from '../../simulator/litmus/source';
import { headerWords, otherWords, propertyWords } from '../../simulator/litmus/words';
import { intrinsics } from '../../simulator/machine/intrinsics';
import { links, objectTypes, type Field } from '../../simulator/machine/objects';
import { stepWords } from '../../simulator/machine/step-words';
import { constants } from '../../simulator/machine/values';

export function describeKey(key: string): string | undefined {
  if (!isHeaderKey(key)) return undefined;
  const { value, example } = headerWords[key];
  return `**${key}:** ${value}\n\n\`${example}\``;
}

export function describeProperty(name: string): string | undefined {
  return isProperty(name) ? `**${name}** · property\n\nViolated when: ${propertyWords[name]}.` : undefined;
}

/** A variant: what it defines, and what it is expected to come to. */
export function describeVariant({ variants, scenario }: LitmusFile, name: string): string | undefined {
  const variant = variants.find((each) => each.name === name);
  if (!variant) return undefined;
  const defines = variant.defines.length === 0 ? 'Defines nothing.' : `Defines ${list(variant.defines.map(code))}.`;
  const expected = (scenario?.expectations ?? []).filter((each) => each.variant === name).map(expectationText);
  return paragraphs(`**${text(name)}** · variant${variant.title === name ? '' : `: ${text(variant.title)}`}`, defines, expected.length === 0 ? undefined : `Expected: ${expected.join('; ')}.`);
}

/** A name of `#ifdef`. */
export function describeMacro({ variants, defines }: LitmusFile, name: string): string {
  const users = variants.filter((variant) => variant.defines.includes(name));
  const where = defines.includes(name) ? 'Always defined.' : users.length === 0 ? 'Defined in no variant.' : `Defined in ${list(users.map((variant) => code(variant.name)))}.`;
  return `**${name}** · selects lines\n\n${where}`;
}

export function describeLibraryThread({ name, title, description, needs }: Adversary): string {
  return paragraphs(`**${text(name)}** · library thread: ${text(title)}`, text(description), needs.length === 0 ? undefined : `Needs ${list(needs.map(code))}.`);
}

/** A function or thread of the file. */
export function describeFunction(file: LitmusFile, name: string): string | undefined {
  const { outline, scenario } = file;
  const functions = outline.functions.filter((each) => each.name.text === name);
  const [first] = functions;
  if (first === undefined) return undefined;
  const thread = first.isThread ? scenario?.threadTitles.get(name) : undefined;
  const anchor = scenario?.anchors.find((each) => each.function === name);
  return paragraphs(
    block(functions.map(({ head }) => head)),
    first.isThread ? `Thread${thread === undefined ? '' : `: ${text(thread)}`}.${scenario?.replaceable.includes(name) === true ? ' A library thread may replace it.' : ''}` : undefined,
    ...functions.map(({ comment }) => comment && text(comment)),
    anchor && `Stands in ${code(anchor.file)} of the kernel.`,
    !first.isThread && (builtinModel.primitives.has(name) || intrinsics.has(name)) ? 'Used in this file in place of the primitive of that name.' : undefined,
  );
}

export function describeLabel({ outline, scenario }: LitmusFile, name: string, inFunction: string | undefined): string | undefined {
  const labels = outline.labels.filter((label) => label.name.text === name && (inFunction === undefined || label.function === inFunction));
  if (labels.length === 0) return undefined;
  const covers = (scenario?.covers ?? []).filter(({ label }) => label === name)
    .map(({ variant, adversaries }) => (variant === undefined ? 'every variant' : withText(variant, adversaries)));
  return paragraphs(`**${name}** · label in ${list([...new Set(labels.map((label) => code(`${label.function}()`)))])}`, covers.length === 0 ? undefined : `Must be reached in ${list(covers)}.`);
}

/** An object of the init block: its declarations, and in which variants they hold. */
export function describeObject(file: LitmusFile, name: string): string | undefined {
  const { outline, text: all, variants, defines } = file;
  const declarations = outline.declarations.filter((each) => each.name.text === name);
  const [first] = declarations;
  if (first === undefined) return undefined;
  const lines = declarations.flatMap(({ start, end }) => {
    const declaration = all.slice(start, end).split('\n').map((line) => line.replace(/^\t/, ''));
    const where = declarations.length === 1 ? undefined : variantsAt(outline, start, variants, defines);
    return where === undefined ? declaration : [`/* ${where.length === 0 ? 'in no variant' : where.join(', ')} */`, ...declaration];
  });
  return paragraphs(block(lines), `${first.isGhost ? 'A ghost: kernel code cannot see it. ' : ''}In threads ${code(name)} is a pointer to it.${/=/.test(lines.join('')) ? '' : ` ${beginning(first.type)}`}`);
}

/** What an object without initial values begins with. */
function beginning(type: string): string {
  const kinds = new Set((objectTypes.get(type) ?? []).map(({ kind }) => kind));
  const hasLocks = [kinds.delete('lock'), kinds.delete('rwlock')].includes(true);
  if (kinds.size === 0) return hasLocks ? 'Free at the beginning.' : '';
  const empty = kinds.has('entry') || kinds.has('slot') ? 'Empty at the beginning' : '0 at the beginning';
  return `${empty}${hasLocks ? ', its locks are free' : ''}.`;
}

export function describeField(name: string): string | undefined {
  const target = links.get(name);
  if (target !== undefined) return `**${name}** · leads to the scenario's only ${code(target)}`;
  const owners = [...objectTypes].flatMap(([type, fields]) => fields.filter((field) => field.name === name).map((field) => ({ type, field })));
  const [first] = owners;
  return first && paragraphs(`**${name}** · ${wordKind(first.field)} of ${list(owners.map(({ type }) => code(type)))}`, flagText(first.field));
}

/** `0:v` in the condition. */
export function describeFinal(thread: string, variable: string): string {
  return `**${variable}** · what this variable of ${thread} holds when all threads have ended`;
}

/** A primitive, a call of the machine, a type, a constant or a word of the language. */
export function describeName(name: string, engine: Engine): string | undefined {
  const intrinsic = intrinsics.get(name);
  if (intrinsic) return `**\`${intrinsic.usage}\`** · in a scenario\n\n${text(intrinsic.meaning)}`;
  const type = describeType(name);
  if (type !== undefined) return type;
  const known = engine.describe(name, builtinModel);
  const own = otherWords.get(name);
  const steps = stepsOf(name);
  if (known === undefined && own === undefined && steps === undefined) return undefined;
  const parts = [known, steps === undefined ? own : `In a scenario: ${steps}`].filter((part) => part !== undefined);
  return known === undefined ? `**${text(name)}**\n\n${parts.join('\n\n')}` : parts.join('\n\n');
}

/** What calls of a primitive come to, in all of its shapes. */
function stepsOf(name: string): string | undefined {
  const shapes = builtinModel.primitives.get(name)?.shapes;
  return shapes && [...new Set(shapes.map(({ effect }) => stepWords(name, effect).text))].join(' Or: ');
}

function describeType(type: string): string | undefined {
  const fields = objectTypes.get(type);
  if (!fields) return undefined;
  const [first] = fields;
  if (first?.name === '') return `**${type}** · in the init block: ${wordKind(first)}`;
  return paragraphs(`**${type}** · in the init block: an object`, `Has ${list(fields.map((field) => `${code(field.name)} (${wordKind(field)})`))}.`);
}

function wordKind({ kind, flags }: Field): string {
  switch (kind) {
    case 'lock': return 'a lock';
    case 'rwlock': return 'a reader-writer lock';
    case 'entry': return 'a page-table entry';
    case 'slot': return 'slots of a page cache';
    case 'pointer': return 'a pointer';
    case 'int': return flags ? 'flags' : 'a number';
  }
}

function flagText({ flags }: Field): string | undefined {
  // A folio's flags are shown without the prefix with which they are written.
  return flags && `Flags: ${list(Object.values(flags).map((flag) => code(constants.has(flag) ? flag : `PG_${flag}`)))}.`;
}

function expectationText({ adversaries, verdict, steps, uncovered }: Expectation): string {
  const more = steps !== undefined ? `, ${steps} steps` : uncovered ? ', with a label that is not reached' : '';
  return `${adversaries.length === 0 ? '' : `with ${list(adversaries.map(code))}: `}**${verdict}**${more}`;
}

function withText(variant: string, adversaries: readonly string[]): string {
  return adversaries.length === 0 ? code(variant) : `${code(variant)} with ${list(adversaries.map(code))}`;
}


function isHeaderKey(key: string): key is HeaderKey {
  return (headerKeys as readonly string[]).includes(key);
}

function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

function block(lines: readonly string[]): string {
  return `\`\`\`c\n${lines.join('\n').replace(/`{3,}/g, '')}\n\`\`\``;
}

function code(name: string): string {
  return `\`${name.replace(/`/g, '')}\``;
}

/** `a`, `a and b`, `a, b and c`. */
function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What people wrote is text: it may not become a link or a picture. Empty lines part paragraphs. */
function text(words: string): string {
  return words.replace(/[^\S\n]+/g, ' ').replace(/[\\`*_[\]<]/g, '\\$&');
}
