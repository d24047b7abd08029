/**
 * A schedule as text that can be pasted under a commit message: a column for each thread, as kernel people draw races.
 *
 * No line is longer than 75 characters, none has a tab or blanks at its end. A bar in the column of the others shows where what a thread sees is not to
 * be trusted: `|` while an entry is cleared for an update, `:` while somebody acts upon what he read before.
 */
import { arrowOf, cellOf, type Cell } from './cells';
import { numberRange, type Column, type Diagram, type DrawnWindow, type Row } from './diagram';
import { BROKEN, wrapWords } from './wrap';

export const TEXT_WIDTH = 75;

export interface TextOptions {
  /** Put the number of each step in front. */
  readonly numbers?: boolean;
}

/** The diagram as lines, each ended by a newline. */
export function renderText(diagram: Diagram, options: TextOptions = {}): string {
  const margin = options.numbers ? Math.max(0, ...diagram.rows.map((row) => numberOf(row).length)) + 2 : 1;
  const layout = columnsThatFit(diagram, TEXT_WIDTH - margin);
  const body = layout ? inColumns(diagram, layout, TEXT_WIDTH - margin) : inOneColumn(diagram, TEXT_WIDTH - margin);
  return body.map(({ number, text }) => `${(options.numbers ? number.padStart(margin - 1) : '').padEnd(margin)}${text}`.trimEnd() + '\n').join('');
}

interface Line {
  readonly number: string;
  readonly text: string;
}

/** Width of each column, without the gutter to its left that holds the bar. */
type Layout = readonly number[];

const GAP = 2;
const NARROWEST = 16;

/** The widths that look best; undefined if no widths keep all words whole. */
function columnsThatFit(diagram: Diagram, room: number): Layout | undefined {
  const count = diagram.columns.length;
  if (count === 0 || count > 4) return undefined;
  const free = room - diagram.columns.reduce((sum, _, index) => sum + gutterOf(diagram, index) + (index > 0 ? GAP : 0), 0);
  const cells = remembered();
  let best: Layout | undefined;
  let least = BROKEN;
  for (const layout of splits(free, count, count < 3 ? 1 : 2)) {
    const cost = costOf(diagram, layout, room, cells, least);
    if (cost >= least) continue;
    best = layout;
    least = cost;
  }
  return best;
}

/** `cellOf()`, once for each width: layouts share most of their widths. */
function remembered(): typeof cellOf {
  const known = new Map<Row, Map<number, Cell>>();
  return (row, width, markWidth = width) => {
    const cells = known.get(row) ?? new Map<number, Cell>();
    known.set(row, cells);
    const key = width * 256 + markWidth;
    const cell = cells.get(key) ?? cellOf(row, width, markWidth);
    cells.set(key, cell);
    return cell;
  };
}

/** All ways to share `free` characters among columns, the most even first, so that it wins when several are as good. */
function splits(free: number, count: number, step: number): Layout[] {
  const all: number[][] = [];
  const share = (left: number, columns: number, taken: number[]): void => {
    if (columns === 1) {
      if (left >= NARROWEST) all.push([...taken, left]);
      return;
    }
    for (let width = NARROWEST; width <= left - NARROWEST * (columns - 1); width += step) share(left - width, columns - 1, [...taken, width]);
  };
  share(free, count, []);
  const uneven = (layout: readonly number[]): number => layout.reduce((sum, width) => sum + (width - free / count) ** 2, 0);
  return all.sort((a, b) => uneven(a) - uneven(b));
}

/** How bad a layout looks; it is not worked out further once it is no better than `enough`. */
function costOf(diagram: Diagram, layout: Layout, room: number, cells: typeof cellOf, enough: number): number {
  let cost = diagram.columns.reduce((sum, column, index) => sum + wrapWords(heading(column), layout[index] ?? room, 0).cost, 0);
  for (const [index, row] of diagram.rows.entries()) {
    if (row.kind === 'remark') continue;
    if (cost >= enough) return cost;
    const column = columnOf(diagram, row.thread);
    const cell = cells(row, layout[column] ?? room, markWidth(diagram, layout, column, index, room));
    cost += cell.cost + 10 * cell.lines.length;
  }
  return cost;
}

function inColumns(diagram: Diagram, layout: Layout, room: number): Line[] {
  const starts = layout.map((_, index) => layout.slice(0, index).reduce((sum, width, before) => sum + width + gutterOf(diagram, before) + GAP, 0) + gutterOf(diagram, index));
  const lines: Line[] = [...beginningLines(diagram, room), ...headingLines(diagram, layout, starts)];
  diagram.rows.forEach((row, index) => {
    if (row.kind === 'remark') {
      lines.push(...remarkLines(diagram, row, index, room));
      return;
    }
    const column = columnOf(diagram, row.thread);
    const cell = cellOf(row, layout[column] ?? room, markWidth(diagram, layout, column, index, room));
    cell.lines.forEach(({ text: content }, at) => {
      const text = content.padStart(content.length + (starts[column] ?? 0));
      lines.push({ number: at === 0 ? numberOf(row) : '', text: withBars(diagram, text, starts, index, at) });
    });
  });
  return lines;
}

function beginningLines(diagram: Diagram, room: number): Line[] {
  return diagram.beginning === undefined ? [] : [...wrapWords(diagram.beginning, room, 0).lines, ''].map((text) => ({ number: '', text }));
}

function headingLines(diagram: Diagram, layout: Layout, starts: readonly number[]): Line[] {
  const cells = diagram.columns.map((column, index) => {
    const words = wrapWords(heading(column), layout[index] ?? TEXT_WIDTH, 0).lines;
    return [...words, '-'.repeat(Math.max(...words.map((line) => line.length)))];
  });
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, at) => {
    let text = '';
    cells.forEach((cell, index) => {
      text = text.padEnd(starts[index] ?? 0) + (cell[at - (height - cell.length)] ?? '');
    });
    return { number: '', text };
  });
}

/** `P0: UFFDIO_WRITEPROTECT`. */
export function heading(column: Column): string {
  return column.title === column.name ? column.name : `${column.name}: ${column.title}`;
}

function remarkLines(diagram: Diagram, row: Extract<Row, { kind: 'remark' }>, index: number, room: number): Line[] {
  const arrow = arrowOf(row.mark.tone);
  const words = wrapWords(`${arrow}${row.mark.words}`, room, arrow.length).lines.map((text) => ({ number: '', text }));
  return index === 0 ? words : index === diagram.rows.length - 1 ? [{ number: '', text: '' }, ...words] : words;
}

/** A mark may reach into the columns to the right, up to the first bar. */
function markWidth(diagram: Diagram, layout: Layout, column: number, row: number, room: number): number {
  let width = layout[column] ?? room;
  const at = diagram.rows[row];
  if (at?.kind !== 'step' && at?.kind !== 'pending') return width;
  for (let next = column + 1; next < layout.length; next++) {
    if (barAt(diagram, next, row, 0) || barAt(diagram, next, row, 1)) return width;
    width += GAP + gutterOf(diagram, next) + (layout[next] ?? 0);
  }
  return width;
}

/** Draws the bars of the windows into a line, left of the columns they are in. */
function withBars(diagram: Diagram, text: string, starts: readonly number[], row: number, line: number): string {
  let drawn = text;
  diagram.columns.forEach((_, column) => {
    const bar = barAt(diagram, column, row, line);
    const at = (starts[column] ?? 0) - 2;
    if (bar && at >= 0) drawn = `${drawn.slice(0, at).padEnd(at)}${bar}${drawn.slice(at + 1)}`;
  });
  return drawn;
}

/** The bar of a column at a line of a row: after the step that opens the window, before the one that closes it. */
function barAt(diagram: Diagram, column: number, row: number, line: number): '|' | ':' | undefined {
  const thread = diagram.columns[column]?.thread;
  const inside = (window: DrawnWindow): boolean =>
    thread !== undefined && window.threads.includes(thread) && (row > window.firstRow || (row === window.firstRow && line > 0)) && (window.to === undefined ? row <= window.lastRow : row < window.lastRow);
  const open = diagram.windows.filter(inside);
  if (open.length === 0) return undefined;
  return open.some((window) => window.kind === 'cleared') ? '|' : ':';
}

function gutterOf(diagram: Diagram, column: number): number {
  const thread = diagram.columns[column]?.thread;
  return diagram.windows.some((window) => thread !== undefined && window.threads.includes(thread)) ? 2 : 0;
}

/** For more threads than columns have room for: one below the other, each line with its thread's name in front where that changes. */
function inOneColumn(diagram: Diagram, room: number): Line[] {
  const nameWidth = Math.max(2, ...diagram.columns.map((column) => Math.min(12, column.name.length)));
  const bars = diagram.columns.some((_, index) => gutterOf(diagram, index) > 0);
  const width = room - nameWidth - 2 - (bars ? 2 : 0);
  const lines: Line[] = [...threadList(diagram, room, nameWidth + 2), ...beginningLines(diagram, room)];
  let last: number | undefined;
  diagram.rows.forEach((row, index) => {
    if (row.kind === 'remark') {
      lines.push(...remarkLines(diagram, row, index, room));
      return;
    }
    const column = columnOf(diagram, row.thread);
    const name = (diagram.columns[column]?.name ?? '').slice(0, nameWidth);
    cellOf(row, width).lines.forEach(({ text: content }, at) => {
      const bar = barAt(diagram, column, index, at) ?? ' ';
      lines.push({ number: at === 0 ? numberOf(row) : '', text: `${(row.thread === last ? '' : name).padEnd(nameWidth + 1)}${bars ? `${bar} ` : ''}${content}` });
      last = row.thread;
    });
  });
  return lines;
}

/** `P0, P1: increment`: the titles, where threads have any, once each. */
function threadList(diagram: Diagram, room: number, hang: number): Line[] {
  const titled = diagram.columns.filter((column) => column.title !== column.name);
  const titles = titled.map(({ title }) => title).filter((title, index, all) => all.indexOf(title) === index);
  const lines = titles.flatMap((title) => wrapWords(`${titled.filter((column) => column.title === title).map(({ name }) => name).join(', ')}: ${title}`, room, hang).lines);
  return (lines.length > 0 ? [...lines, ''] : []).map((text) => ({ number: '', text }));
}

function columnOf(diagram: Diagram, thread: number): number {
  return diagram.columns.findIndex((column) => column.thread === thread);
}

/** `4`, `5-6`, nothing for rows without steps. */
export function numberOf(row: Row): string {
  const numbers = numberRange(row);
  if (numbers === undefined) return '';
  return numbers.length === 1 ? String(numbers[0]) : `${numbers[0]}-${numbers.at(-1)}`;
}
