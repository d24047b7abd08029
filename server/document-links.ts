/** Links: commits that comments name, rules that are allowed or that a scenario shows, and the kernel functions that a scenario models. */
import type { CancellationToken, DocumentLink } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { allowedNames, unusedAllow } from '../analyzer/findings/silence';
import { rules } from '../analyzer/rules';
import { readComments } from '../parser/comments';
import { headerLines, splitFile } from '../simulator/litmus/source';
import { RULE_PAGES } from './diagnostics';
import type { Feature, FeatureContext } from './feature';

export const documentLinks: Feature = (context) => {
  const { capabilities, connection, documents, delivery } = context;
  const showsTooltips = capabilities.textDocument?.documentLink?.tooltipSupport === true;
  connection.onDocumentLinks(async ({ textDocument }, token) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined || !delivery.settings().enable) return [];
    const links = document.uri.endsWith('.litmus') ? await linksOfScenario(document, context, token) : linksOfCode(document.getText());
    return links.map(({ start, end, target, tooltip }): DocumentLink => ({
      range: { start: document.positionAt(start), end: document.positionAt(end) },
      target,
      ...(showsTooltips && { tooltip }),
    }));
  });
  return { documentLinkProvider: {} };
};

/** Offsets into the document. */
interface Link {
  readonly start: number;
  readonly end: number;
  readonly target: string;
  readonly tooltip: string;
}

function linksOfCode(text: string): Link[] {
  const commits = readComments(text).flatMap(({ start, end }) => commitsIn(text.slice(start, end), start));
  return [...commits, ...allowedNames(text).flatMap(({ name, start }) => ruleLink(name, start))];
}

async function linksOfScenario(document: TextDocument, context: FeatureContext, token: CancellationToken): Promise<Link[]> {
  const parts = splitFile(document.getText(), []);
  if (parts === undefined) return [];
  const links: Link[] = [];
  for (const { key, value, offset } of headerLines(parts.header, [])) {
    const start = offset + document.getText().slice(offset).indexOf(value, key.length);
    if (key === 'Fixes' || key === 'Commit') links.push(...commitsIn(`commit ${value}`, start - 'commit '.length));
    else if (key === 'Rule') links.push(...ruleLink(value, start));
    else if (key === 'Anchor') links.push(...await anchorLink(value, start, context, token));
  }
  return [...links, ...commitsIn(parts.header.text, parts.header.offset).filter((link) => links.every((other) => other.start !== link.start))];
}

/** What follows the word `commit` or `Fixes:`, be it in the next line of the comment, and what is followed by a subject in parentheses and quotes. */
const commits = /(?:\b[Cc]ommits?[\s*]+|\bFixes:[\s*]*)(?<named>[0-9a-f]{8,40})\b|\b(?<titled>[0-9a-f]{12,40})(?=[\s*]*\(")/g;
/** In front of `commit`: not one of Linux' own tree. */
const elsewhere = /\b(?:llvm|clang|gcc|binutils|glibc|qemu|historic(?:al)?|history(?:\.git)?)[\s*]+$/i;

function commitsIn(comment: string, offset: number): Link[] {
  return [...comment.matchAll(commits)].flatMap((match) => {
    const hex = match.groups?.named ?? match.groups?.titled ?? '';
    // A number or a date, more likely.
    if (!/[a-f]/.test(hex) && hex.length < 12) return [];
    if (elsewhere.test(comment.slice(0, match.index))) return [];
    const start = offset + match.index + match[0].indexOf(hex);
    return [{ start, end: start + hex.length, target: `https://git.kernel.org/linus/${hex}`, tooltip: 'Open the commit at git.kernel.org' }];
  });
}

const pages: ReadonlySet<string> = new Set([...rules, unusedAllow].map((rule) => rule.name));

function ruleLink(name: string, start: number): Link[] {
  return pages.has(name) ? [{ start, end: start + name.length, target: `${RULE_PAGES}${name}.md`, tooltip: 'Open the page of the rule' }] : [];
}

/** To the function in the first open kernel tree that has it. */
async function anchorLink(value: string, start: number, { delivery }: FeatureContext, token: CancellationToken): Promise<Link[]> {
  const [, file, name] = /^(\S+)\s+(\w+)$/.exec(value) ?? [];
  if (file === undefined || name === undefined) return [];
  for (const open of delivery.openTrees()) {
    // eslint-disable-next-line require-yield -- reads one file at most
    const found = await delivery.ask(open, function* ({ navigation }) {
      return navigation.definition(name, file);
    }, token);
    if (found) return [{ start, end: start + value.length, target: `${delivery.uriOf(open, file)}#L${found.line}`, tooltip: 'Go to the function in the kernel tree' }];
  }
  return [];
}
