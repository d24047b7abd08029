/** Completion in litmus files: which words can stand where the cursor is. */
import { CompletionItemKind, CompletionTriggerKind, InsertTextFormat, MarkupKind, type ClientCapabilities, type CompletionItem, type CompletionParams } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { bodyItems, conditionItems, initItems } from './completion-code';
import { headerItems } from './completion-header';
import type { Draft } from './completion-item';
import { describeName } from './describe';
import { litmusFile } from './document';
import type { Engine } from '../engine';
import { withoutMarkup } from '../hover';
import { isRecord } from '../settings';

/** A space and `#` only mean something where a word of the header or a directive is to come, and nothing is offered elsewhere. */
export const completionTriggers = [' ', '#', ',', '.', '>'];

/** Words for a place; none where nothing is known to fit. */
export function completions(document: TextDocument, { position, context }: Pick<CompletionParams, 'position' | 'context'>, engine: Engine, capabilities: ClientCapabilities): CompletionItem[] {
  const file = litmusFile(document);
  const offset = document.offsetAt(position);
  const { outline, text } = file;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const isHeader = outline.header !== undefined && offset > outline.header.start + 1 && offset <= outline.header.end;
  const drafts = (): readonly Draft[] => {
    if (isHeader) return headerItems(file, line, engine);
    const directive = /^[ \t]*#[ \t]*(?:(ifn?def)[ \t]+)?\w*$/.exec(line);
    if (directive) return directive[1] === undefined ? directiveItems : macroItems(file);
    const trigger = context?.triggerKind === CompletionTriggerKind.TriggerCharacter ? context.triggerCharacter : undefined;
    // In C a space or a comma is nothing to answer to, and a single > is a comparison.
    if (trigger !== undefined && !(trigger === ' ' ? /\bgoto $/.test(line) : /(?:->|\w\.)$/.test(line))) return [];
    if (isProse(outline.code, text, offset)) return [];
    if (outline.init && offset > outline.init.start && offset < outline.init.end) return initItems(file, line);
    if (outline.exists && offset > outline.exists.start) return conditionItems(file);
    return bodyItems(file, offset, line);
  };
  const { snippetSupport, documentationFormat } = capabilities.textDocument?.completion?.completionItem ?? {};
  const items = drafts().map((draft) => toItem(draft, snippetSupport === true, documentationFormat?.includes(MarkupKind.Markdown) === true));
  if (!isHeader) return items;
  // Names in the header have hyphens, which end a word for most editors.
  const typed = /[^\s,(*]*$/.exec(line)![0].length;
  const range = { start: { line: position.line, character: position.character - typed }, end: position };
  return items.map(({ insertText, ...item }) => ({ ...item, textEdit: { range, newText: insertText ?? item.label } }));
}

/** Adds the documentation of a primitive or a call of the machine. */
export function resolveCompletion(item: CompletionItem, engine: Engine, capabilities: ClientCapabilities): CompletionItem {
  const name = isRecord(item.data) ? item.data.name : undefined;
  const value = typeof name === 'string' ? describeName(name, engine) : undefined;
  if (value === undefined) return item;
  return { ...item, documentation: documentation(value, capabilities.textDocument?.completion?.completionItem?.documentationFormat?.includes(MarkupKind.Markdown) === true) };
}

const directiveItems: readonly Draft[] = ['ifdef', 'ifndef', 'else', 'endif'].map((label) => ({ label, kind: CompletionItemKind.Keyword }));

function macroItems({ outline, variants, defines }: ReturnType<typeof litmusFile>): Draft[] {
  const names = new Set([...variants.flatMap((variant) => variant.defines), ...defines, ...outline.conditionals.map(({ name }) => name.text)].filter((name) => name !== ''));
  return [...names].map((label) => ({ label, kind: CompletionItemKind.Constant }));
}

/** Is the character before the cursor part of a comment or a literal? They are blank in the code. */
function isProse(code: string, text: string, offset: number): boolean {
  return offset > 0 && /\S/.test(text[offset - 1]!) && code[offset - 1] === ' ';
}

function toItem({ label, kind, detail, about, snippet, resolves, insert }: Draft, snippets: boolean, markdown: boolean): CompletionItem {
  const useSnippet = snippets && snippet !== undefined;
  return {
    label, kind, ...(detail !== undefined && { detail }), ...(about !== undefined && { documentation: documentation(about, markdown) }),
    ...(useSnippet ? { insertText: snippet, insertTextFormat: InsertTextFormat.Snippet } : insert !== undefined && { insertText: insert }),
    ...(resolves === true && { data: { name: label } }),
  };
}

function documentation(value: string, markdown: boolean): CompletionItem['documentation'] {
  return { kind: markdown ? MarkupKind.Markdown : MarkupKind.PlainText, value: markdown ? value : withoutMarkup(value.replace(/^```c?\n?/gm, '')) };
}
