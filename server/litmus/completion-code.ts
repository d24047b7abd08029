/** Completion in the init block, in the C text and in the condition of a litmus file. */
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { Draft } from './completion-item';
import { describeField, describeFunction, describeLabel, describeObject } from './describe';
import type { LitmusFile } from './document';
import { functionAt } from './symbol-at';
import { builtinModel } from '../../kernel/model';
import { intrinsics } from '../../simulator/machine/intrinsics';
import { links, objectTypes } from '../../simulator/machine/objects';
import { stepWords } from '../../simulator/machine/step-words';
import { constants } from '../../simulator/machine/values';

/** What can be declared, and with which values. */
export function initItems(file: LitmusFile, line: string): Draft[] {
  const attribute = /\b(__guarded_by|__maps|page)\(\w*$/.exec(line)?.[1];
  if (attribute === '__guarded_by') return objects(file, ['spinlock_t']);
  if (attribute === '__maps') return objects(file, ['pte_t']);
  if (attribute === 'page') return objects(file, ['struct folio', 'struct page']);
  if (/\.\w*$/.test(line)) return fields();
  if (isTag(line)) return tags();
  const attributes = ['__guarded_by', '__maps'].map((label): Draft => ({ label, kind: CompletionItemKind.Keyword, snippet: `${label}($1)`, resolves: true }));
  const isValue = /=[^;]*$/.test(line);
  if (isValue) return [...values(), ...objects(file, ['struct folio', 'struct page'])];
  return [...[...objectTypes.keys()].map((label): Draft => ({ label, kind: CompletionItemKind.Struct })), { label: 'ghost', kind: CompletionItemKind.Keyword, resolves: true }, ...attributes];
}

/** What can be called and named at this offset, of which `line` is the text up to the cursor. */
export function bodyItems(file: LitmusFile, offset: number, line: string): Draft[] {
  const owner = functionAt(file, offset);
  if (/\bgoto[ \t]+\w*$/.test(line)) return unique(file.outline.labels.filter((label) => label.function === owner?.name.text).map(({ name }) => name.text)).map((name) => about({ label: name, kind: CompletionItemKind.Reference }, describeLabel(file, name, owner?.name.text)));
  if (/(?:->|\w\.)\w*$/.test(line)) return fields();
  if (isTag(line)) return tags();
  if (owner === undefined) return [...objectTypes.keys()].map((label) => ({ label, kind: CompletionItemKind.Struct }));
  const functions = unique(file.outline.functions.filter((each) => !each.isThread).map(({ name }) => name.text));
  return [
    ...functions.map((name) => about({ label: name, kind: CompletionItemKind.Function, snippet: `${name}($1)` }, describeFunction(file, name))),
    ...objects(file), ...calls().filter(({ label }) => !functions.includes(label)), ...values(),
  ];
}

/** What a condition can compare. */
export function conditionItems(file: LitmusFile): Draft[] {
  return [...objects(file), ...values()];
}

/** Objects of the init block, of some types or of all. */
function objects(file: LitmusFile, types?: readonly string[]): Draft[] {
  const seen = new Set<string>();
  return file.outline.declarations.flatMap(({ name: { text }, type }): Draft[] => {
    if (seen.has(text) || types?.includes(type) === false) return [];
    seen.add(text);
    return [about({ label: text, kind: CompletionItemKind.Variable, detail: type }, describeObject(file, text))];
  });
}

function values(): Draft[] {
  return [...constants.keys()].map((label) => ({ label, kind: CompletionItemKind.Constant, resolves: true }));
}

function fields(): Draft[] {
  const names = [...objectTypes.values()].flatMap((own) => own.map(({ name }) => name)).filter((name) => name !== '');
  return unique([...names, ...links.keys()]).map((name) => about({ label: name, kind: CompletionItemKind.Field }, describeField(name)));
}

function isTag(line: string): boolean {
  return /\bstruct[ \t]+\w*$/.test(line);
}

/** What can follow the word `struct`. */
function tags(): Draft[] {
  return [...objectTypes.keys()].filter((type) => type.startsWith('struct ')).map((type) => ({ label: type.slice('struct '.length), kind: CompletionItemKind.Struct }));
}

let known: readonly Draft[] | undefined;

/** Calls of the machine, and the primitives that have steps or a value here. They are the same for every file. */
function calls(): readonly Draft[] {
  return known ??= [
    ...[...intrinsics].map(([label, { usage }]): Draft => ({ label, kind: CompletionItemKind.Function, detail: usage, snippet: usageSnippet(label, usage), resolves: true })),
    ...[...builtinModel.primitives.values()].filter(({ name, shapes }) => !intrinsics.has(name) && shapes.some(({ effect }) => effect.op !== 'inert' && stepWords(name, effect).steps !== undefined))
      .map(({ name, meaning }): Draft => ({ label: name, kind: CompletionItemKind.Function, detail: meaning, snippet: `${name}($1)`, resolves: true })),
  ];
}

/** `user_lookup(${1:vma}, ${2:&i_pages[i]})`. */
function usageSnippet(name: string, usage: string): string {
  const args = /^\w+\((.*?)\)(?: or |$)/.exec(usage)?.[1] ?? '';
  return `${name}(${args === '' ? '' : args.split(', ').map((arg, index) => `\${${index + 1}:${arg.replace(/[$}\\]/g, '\\$&')}}`).join(', ')})`;
}

function about(draft: Draft, markdown: string | undefined): Draft {
  return markdown === undefined ? draft : { ...draft, about: markdown };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
