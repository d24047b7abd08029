/** Where the functions that a scenario models stand in a kernel tree: its `Anchor` lines. */
import path from 'node:path';
import type { Location } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { scan } from '../../parser/scan';
import { rangeOf } from './places';
import type { FeatureContext } from '../feature';
import { fileUri, uriToPath } from '../uris';

/** A function of a kernel tree, without a body to point at where the tree's file has none of that name; undefined when no tree has the file. */
export function anchorLocation(context: FeatureContext, uri: string, file: string, name: string): Location | undefined {
  if (path.posix.isAbsolute(file) || file.split('/').includes('..')) return undefined;
  for (const root of treesFor(context, uri)) {
    const target = fileUri(root, file);
    const open = context.documents.all().find((document) => uriToPath(document.uri) === uriToPath(target));
    const text = open?.getText() ?? context.engine.createReader(root, () => undefined).read(file);
    if (text === undefined) continue;
    const document = open ?? TextDocument.create(target, 'c', 0, text);
    const span = scan(text).functions.find((each) => each.name === name)?.nameSpan;
    return { uri: document.uri, range: rangeOf(document, span ?? { start: 0, end: 0 }) };
  }
  return undefined;
}

/** The tree that the file is in, those of the folders that are open, those of the other documents. */
function treesFor({ engine, documents, folders }: FeatureContext, uri: string): Set<string> {
  const files = [uriToPath(uri), ...folders.map((folder) => inFolder(uriToPath(folder))), ...documents.all().map((document) => uriToPath(document.uri))];
  return new Set(files.flatMap((file) => (file === undefined ? [] : engine.findRoot(file) ?? [])));
}

/** Roots are looked up for files. */
function inFolder(folder: string | undefined): string | undefined {
  return folder === undefined ? undefined : path.join(folder, 'mm', 'mm.c');
}
