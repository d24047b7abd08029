/** Completion in the header of a litmus file: keys, and what each key's value is made of. */
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { Draft } from './completion-item';
import { describeKey, describeLabel, describeLibraryThread, describeProperty, describeVariant } from './describe';
import type { LitmusFile } from './document';
import type { Engine } from '../engine';
import { rules } from '../../analyzer/rules';
import { headerKeys } from '../../simulator/litmus/source';
import { otherWords } from '../../simulator/litmus/words';
import { propertyIds } from '../../simulator/machine/program';

/** Words for the end of `line`, which is a line of the header up to the cursor. */
export function headerItems(file: LitmusFile, line: string, engine: Engine): Draft[] {
  const { outline } = file;
  if (/^[\s*(]*\w*$/.test(line)) return headerKeys.map((key) => withAbout({ label: key, kind: CompletionItemKind.Property, insert: `${key}: ` }, describeKey(key)));
  const match = /^[\s*(]*([A-Z][a-z]+):[ \t]+(.*)$/.exec(line);
  if (!match) return [];
  // What stands before the word that is being typed.
  const before = match[2]!.replace(/[^\s,]*$/, '');
  const words = before.split(/[\s,]+/).filter((word) => word !== '');
  const variants = (): Draft[] => file.variants.map(({ name, title }) => withAbout({ label: name, kind: CompletionItemKind.EnumMember, detail: title }, describeVariant(file, name)));
  const labels = (): Draft[] => unique(outline.labels.map(({ name }) => name.text)).map((name) => withAbout({ label: name, kind: CompletionItemKind.Reference }, describeLabel(file, name, undefined)));
  const threads = (): Draft[] => outline.functions.filter((each) => each.isThread).map(({ name }) => ({ label: name.text, kind: CompletionItemKind.Function, detail: file.scenario?.threadTitles.get(name.text) }));
  const library = (): Draft[] => engine.scenarios().adversaries.filter(({ name }) => !words.includes(name)).map((each) => withAbout({ label: each.name, kind: CompletionItemKind.Module, detail: each.title }, describeLibraryThread(each)));
  switch (match[1]) {
    case 'Expect':
      if (words.length === 0) return variants();
      if (words.at(-1) === 'Never') return [keyword('uncovered')];
      if (words.includes('Sometimes') || words.includes('Never')) return [];
      if (words[1] !== 'with') return words.length === 1 ? ['with', 'Sometimes', 'Never'].map(keyword) : [];
      return words.length === 2 || /,\s*$/.test(before) ? library() : ['Sometimes', 'Never'].map(keyword);
    case 'Cover':
      if (words.length === 0) return [...labels(), ...variants()];
      if (words[1] !== 'with') return words.length === 1 ? [keyword('with'), ...labels()] : [];
      return words.length === 2 || /,\s*$/.test(before) ? library() : labels();
    case 'Through':
      return words.length === 0 ? labels() : [];
    case 'Unchecked':
      return words.length === 0 ? variants() : propertyIds.filter((id) => !words.includes(id)).map((id) => withAbout({ label: id, kind: CompletionItemKind.Value }, describeProperty(id)));
    case 'Variant':
      return words.length === 0 || before.includes(':') ? [] : macros(file, words);
    case 'Define':
      return macros(file, words);
    case 'Adversary':
      return threads();
    case 'Thread':
      return words.length === 0 ? threads() : [];
    case 'Result':
      return words.length === 0 ? ['Sometimes', 'Never'].map(keyword) : [];
    case 'Rule':
      return words.length === 0 ? rules.map(({ name, description }) => ({ label: name, kind: CompletionItemKind.Value, detail: description })) : [];
    default:
      return [];
  }
}

/** Names that the file's `#ifdef`s ask for. */
function macros({ outline }: LitmusFile, without: readonly string[]): Draft[] {
  return unique(outline.conditionals.map(({ name }) => name.text)).filter((name) => name !== '' && !without.includes(name)).map((label) => ({ label, kind: CompletionItemKind.Constant }));
}

function keyword(label: string): Draft {
  return withAbout({ label, kind: CompletionItemKind.Keyword }, otherWords.get(label));
}

function withAbout(draft: Draft, about: string | undefined): Draft {
  return about === undefined ? draft : { ...draft, about };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
