/** The schedule: a column for each thread, a row for each step, bars for locks and windows. */
import type { DiagramView, LockView, MarkView, RowView, ThreadView, WindowView } from '../../../simulator/present/race-view';
import { breakable, el, hidden, place } from './dom';

/** One schedule in a grid, from a column on; the grid may have others beside it. */
export interface Side {
  readonly element: HTMLElement;
  /** Marks each row, by its index. */
  mark(how: (index: number) => 'current' | 'later' | null): void;
  /** How the row is marked when step `n` is the current one. Step 0 is before everything: nothing is dimmed. */
  markAt(index: number, n: number): 'current' | 'later' | null;
}

export interface Lanes {
  readonly element: HTMLElement;
  /** Marks what is the current step, and what comes after it. */
  mark(n: number): void;
}

interface LanesOptions {
  readonly label: string;
  readonly threads: readonly ThreadView[];
  /** A step was clicked; left out where steps cannot be chosen. */
  readonly onStep?: (n: number) => void;
}

interface SideOptions extends LanesOptions {
  /** The grid row of each row. */
  readonly lines: readonly number[];
  /** The grid column of the numbers; those of the threads follow. */
  readonly base: number;
  /** The grid row of the headings. */
  readonly heading: number;
  /** The grid row in which what stays in view begins; that of the headings unless given. */
  readonly top?: number;
}

/** Rows of the grid are counted from 1: the first holds the headings. */
const HEADING = 1;

export function drawLanes(diagram: DiagramView, options: LanesOptions): Lanes {
  const lines: number[] = [];
  let line = HEADING;
  diagram.rows.forEach((_, index) => {
    line += 1 + windowsFrom(diagram, index);
    lines.push(line);
  });
  const side = drawSide(diagram, { ...options, lines, base: 1, heading: HEADING });
  const element = el('div', { class: `lanes${crowded(diagram) ? ' crowded' : ''}` }, side.element);
  element.style.setProperty('--widths', columnWidths(diagram));
  element.style.setProperty('--numbers', numbersWidth(diagram));
  if (diagram.columns.length > 2) element.classList.add('many');
  return { element, mark: (n) => side.mark((index) => side.markAt(index, n)) };
}

/** The grid's columns of the threads: bars take room, words need some. */
export function columnWidths(diagram: DiagramView): string {
  return diagram.columns.map((thread) => `minmax(calc(var(--room) + ${tracksOf(diagram, thread)} * var(--track-width)), 1fr)`).join(' ');
}

/** Of the column of the numbers: `110–112` takes more than `9`. */
export function numbersWidth(...diagrams: readonly DiagramView[]): string {
  const longest = Math.max(0, ...diagrams.flatMap(({ rows }) => rows.map((row) => numberText(row)?.length ?? 0)));
  return `max(var(--numbers-least), ${8 * longest + 12}px)`;
}

/** Whether there are more bars beside each other than have room for their names. */
export function crowded(diagram: DiagramView): boolean {
  return Math.max(0, ...diagram.columns.map((thread) => tracksOf(diagram, thread))) * diagram.columns.length > MOST_NAMED;
}

const MOST_NAMED = 10;

function tracksOf({ locks }: DiagramView, thread: number): number {
  return 1 + Math.max(-1, ...locks.filter((lock) => lock.thread === thread).map(({ track }) => track));
}

/** How many windows begin at a row: each has a grid row of its own above it, for its name. */
export function windowsFrom({ windows }: DiagramView, index: number): number {
  return windows.filter((window) => firstCovered(window) === index).length;
}

export function drawSide(diagram: DiagramView, { label, threads, onStep, lines, base, heading, top = heading }: SideOptions): Side {
  const { columns, rows } = diagram;
  const columnOf = (thread: number): number => columns.indexOf(thread) + base + 1;
  const side = el('div', { class: `side${onStep ? ' steps' : ''}`, role: 'list', 'aria-label': label });

  // Numbers go out of view below the headings as well.
  const corner = el('div', { class: 'head corner', 'aria-hidden': 'true' });
  place(corner, [top, heading], [base, base]);
  side.append(corner);
  columns.forEach((thread) => {
    const { name = '?', title = '?' } = threads[thread] ?? {};
    const head = el('div', { class: `head thread${thread % 4}` }, el('span', { class: 'who mono' }, name), title === name ? null : el('b', {}, ...breakable(title)));
    place(head, [heading, heading], [columnOf(thread), columnOf(thread)]);
    side.append(head);
    side.style.setProperty(`--tracks${columnOf(thread)}`, String(tracksOf(diagram, thread)));
  });
  for (const window of diagram.windows) side.append(...drawWindow(window, lines, columnOf));
  const names = [...new Set(diagram.locks.map(({ name }) => name))];
  for (const lock of diagram.locks) {
    // A sentence across all columns stays clear of bars.
    const from = rows.findIndex((row, index) => index >= lock.firstRow && row.kind !== 'remark');
    if (from >= 0 && from <= lock.lastRow) side.append(drawLock({ ...lock, firstRow: from }, names.indexOf(lock.name), lines, columnOf));
  }

  const drawn = rows.map((row, index) => {
    const cells = drawRow(row, threads, onStep);
    const at = lines[index] ?? 0;
    if (row.kind === 'remark') place(cells.body, [at, at], [base + 1, base + columns.length]);
    else {
      place(cells.body, [at, at], [columnOf(row.thread), columnOf(row.thread)]);
      cells.body.style.setProperty('--tracks', `var(--tracks${columnOf(row.thread)})`);
    }
    if (cells.number) {
      place(cells.number, [at, at], [base, base]);
      side.append(cells.number);
    }
    side.append(cells.body);
    return cells;
  });

  return {
    element: side,
    mark(how) {
      drawn.forEach(({ body, number }, index) => {
        const mark = how(index);
        for (const element of [body, number]) {
          element?.classList.toggle('current', mark === 'current');
          element?.classList.toggle('later', mark === 'later');
        }
        if (mark === 'current') body.setAttribute('aria-current', 'step');
        else body.removeAttribute('aria-current');
      });
    },
    markAt(index, n) {
      const row = rows[index];
      if (row === undefined || n === 0) return null;
      const [first, last] = numbersOf(row);
      return n >= first && n <= last ? 'current' : first > n ? 'later' : null;
    },
  };
}

/** The step to which a row belongs: headings to the one they precede, what is not reached to none. */
function numbersOf(row: RowView): readonly [number, number] {
  switch (row.kind) {
    case 'step': return [row.first ?? row.n, row.n];
    case 'fold': return [row.first, row.last];
    case 'function': return [row.n, row.n - 1];
    case 'pending': return [Infinity, Infinity];
    case 'remark': return [-1, -1];
  }
}

function drawRow(row: RowView, threads: readonly ThreadView[], onStep: ((n: number) => void) | undefined): { readonly body: HTMLElement; readonly number: HTMLElement | undefined } {
  if (row.kind === 'remark') return { body: el('div', { class: `remark ${row.mark.tone}`, role: 'listitem' }, markWords(row.mark)), number: undefined };
  const who = threads[row.thread]?.name ?? '?';
  const [first, last] = numbersOf(row);
  const body = el('div', { class: `row ${row.kind}`, role: 'listitem' });
  body.style.setProperty('--depth', String(Math.min(row.depth, 4)));
  switch (row.kind) {
    case 'function':
      body.append(hidden(`${who} enters `), el('code', {}, ...breakable(row.text)));
      return { body, number: undefined };
    case 'fold':
      body.append(hidden(`${who}, steps ${first} to ${last}: `), ...breakable(row.names.join(', ')));
      body.title = row.summary;
      break;
    case 'pending':
      body.append(hidden(`${who}: `), code(row.text, row.short), lineOf(row.line), row.mark ? el('span', { class: `mark ${row.mark.tone}` }, row.mark.words) : el('span', { class: 'why' }, row.why));
      break;
    case 'step':
      body.append(hidden(first === last ? `${who}, step ${last}: ` : `${who}, steps ${first} to ${last}: `));
      if (row.mark?.tone === 'bad') {
        body.classList.add('bad');
        body.append(el('b', { class: 'cross', 'aria-hidden': 'true' }, '✕ '));
      }
      body.append(code(row.text, row.short), lineOf(row.line), ...row.notes.map((note) => el('span', { class: 'note' }, ...breakable(note))));
      if (row.mark) body.append(el('span', { class: `mark ${row.mark.tone}` }, row.mark.words));
  }
  const text = numberText(row);
  const number = text === undefined ? undefined : el('div', { class: 'number', 'aria-hidden': 'true' }, text);
  if (onStep && number) for (const element of [body, number]) element.addEventListener('click', () => onStep(last));
  return { body, number };
}

/** `4`, `5–6`; of rows without steps none. */
function numberText(row: RowView): string | undefined {
  if (row.kind !== 'step' && row.kind !== 'fold') return undefined;
  const [first, last] = numbersOf(row);
  return first === last ? String(first) : `${first}–${last}`;
}

function markWords({ tone, words }: MarkView): string {
  return tone === 'good' ? `✓ ${words}` : tone === 'bad' ? `✕ ${words}` : words;
}

function code(text: string, short: string): HTMLElement {
  return el('code', short === text ? {} : { title: text }, ...breakable(short));
}

function lineOf(line: number | null): HTMLElement | string {
  return line === null ? '' : el('span', { class: 'at' }, `:${line}`);
}

/** The first row that a window covers: the one after the step that opens it. */
function firstCovered({ firstRow }: WindowView): number {
  return firstRow + 1;
}

function drawWindow(window: WindowView, lines: readonly number[], columnOf: (thread: number) => number): HTMLElement[] {
  const first = (lines[firstCovered(window)] ?? lines.at(-1) ?? HEADING) - 1;
  const last = lines[window.to === null ? window.lastRow : window.lastRow - 1] ?? first;
  const columns = window.threads.map(columnOf).filter((column) => column > 1).sort((a, b) => a - b);
  const left = columns[0];
  if (left === undefined || last < first) return [];
  return columns.map((column) => {
    const element: HTMLElement = el('div', { class: `window ${window.kind}` });
    place(element, [first, last], [column, column]);
    return element;
  }).concat([nameOf(window, first, left)]);
}

/** In the row that is kept free for it. */
function nameOf({ words }: WindowView, row: number, column: number): HTMLElement {
  const element = el('div', { class: 'window-name' }, words);
  place(element, [row, row], [column, column]);
  return element;
}

function drawLock(lock: LockView, colour: number, lines: readonly number[], columnOf: (thread: number) => number): HTMLElement {
  const first = lines[lock.firstRow] ?? HEADING;
  const last = lines[lock.lastRow] ?? first;
  const words = lock.mode === 'held' ? lock.name : `${lock.name} (${lock.mode})`;
  const element = el('div', { class: `lock ${lock.mode} lock${colour % 5}${lock.to === null ? ' open' : ''}`, 'aria-hidden': 'true', title: words }, last - first > 1 ? el('span', {}, words) : null);
  element.style.setProperty('--track', String(lock.track));
  place(element, [first, last], [columnOf(lock.thread), columnOf(lock.thread)]);
  return element;
}
