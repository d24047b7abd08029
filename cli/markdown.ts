/**
 * Markdown as plain text for a terminal.
 *
 * This is no Markdown reader: it knows what the rules' pages use (headings, paragraphs, lists, code, links), and prints anything else as it is.
 */
import type { Palette } from './colour';

export interface TextLayout {
  readonly width: number;
  readonly palette: Palette;
}

/** Headings stand at the margin, text below them; code keeps its lines, whatever the width. */
export function markdownToText(markdown: string, { width, palette }: TextLayout): string {
  return `${blocks(markdown).map((block) => {
    switch (block.kind) {
      case 'heading':
        return palette.bold(plain(block.text));
      case 'code':
        return block.lines.map((line) => (line === '' ? '' : `    ${expandTabs(line)}`)).join('\n');
      case 'verbatim':
        return block.lines.map((line) => `  ${plain(line)}`).join('\n');
      case 'list':
        return block.items.map(({ indent, marker, text }) => wrap(plain(text), width, `  ${indent}${marker} `, `  ${indent}${' '.repeat(marker.length)} `)).join('\n');
      case 'paragraph':
        return wrap(plain(block.text), width, '  ');
    }
  }).join('\n\n')}\n`;
}

/** Breaks text into lines; a word that is longer than a line stands alone. */
export function wrap(text: string, width: number, first: string, others = first): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((word) => word !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      [line, empty] = [others, true];
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

/** The indentation moves what tabs would align. */
function expandTabs(line: string): string {
  let expanded = '';
  for (const character of line) expanded += character === '\t' ? ' '.repeat(8 - (expanded.length % 8)) : character;
  return expanded;
}

interface Item {
  readonly indent: string;
  readonly marker: string;
  text: string;
}
type Block =
  | { readonly kind: 'heading' | 'paragraph'; text: string }
  | { readonly kind: 'code' | 'verbatim'; readonly lines: string[] }
  | { readonly kind: 'list'; readonly items: Item[] };

function blocks(markdown: string): Block[] {
  const found: Block[] = [];
  /** The block that the next line may continue. */
  let open: Block | undefined;
  let fence: string | undefined;
  const start = (block: Block): void => {
    found.push(block);
    open = block;
  };
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark === fence) [fence, open] = [undefined, undefined];
      else if (open?.kind === 'code') open.lines.push(line);
      continue;
    }
    const heading = /^#{1,6} +(.+?)( +#+)?$/.exec(line);
    const item = /^(\s*)([-*+]|\d+[.)]) +(.*)$/.exec(line);
    if (mark !== undefined) {
      fence = mark;
      start({ kind: 'code', lines: [] });
    } else if (line.trim() === '') {
      open = undefined;
    } else if (heading) {
      start({ kind: 'heading', text: heading[1] ?? '' });
      open = undefined;
    } else if (item) {
      const [, indent = '', marker = '', text = ''] = item;
      if (open?.kind !== 'list') start({ kind: 'list', items: [] });
      if (open?.kind === 'list') open.items.push({ indent, marker, text });
    } else if (/^\s*[|>]/.test(line)) {
      // Tables and quotations: their lines mean something.
      if (open?.kind === 'verbatim') open.lines.push(line);
      else start({ kind: 'verbatim', lines: [line] });
    } else if (open?.kind === 'list') {
      const last = open.items.at(-1);
      if (last) last.text += ` ${line.trim()}`;
    } else if (open?.kind === 'paragraph') {
      open.text += ` ${line.trim()}`;
    } else start({ kind: 'paragraph', text: line.trim() });
  }
  return found;
}

/** Without the marks inside of a line. What stands between backticks is C, and its stars and brackets are not ours. */
function plain(text: string): string {
  const marks = /`([^`]+)`|\[((?:[^\]`]|`[^`]+`)+)\]\(([^)\s]+)\)|(\*\*?)(?=\S)((?:[^*`]|`[^`]+`)+)(?<!\s)\4/g;
  return text.replace(marks, (whole: string, code?: string, link?: string, target = '', _stars?: string, emphasis?: string) => {
    if (code !== undefined) return code;
    if (link !== undefined) return /^https?:/.test(target) ? `${plain(link)} (${target})` : plain(link);
    return emphasis === undefined ? whole : plain(emphasis);
  });
}
