/**
 * A diagram as SVG: a lane for each thread, lock bars beside the steps, windows hatched across. Colours are CSS variables (those of VS Code where there
 * are any) with fallbacks for light and dark; nothing is told by colour alone. `<desc>` holds the text diagram.
 */
import { cellOf, type CellLine } from './cells';
import type { Diagram, DrawnLock, DrawnWindow, Row } from './diagram';
import { heading, numberOf, renderText } from './text';
import { wrapWords } from './wrap';

export interface SvgOptions {
  /** The picture's name, for screen readers. */
  readonly title: string;
}

const CHAR = 7.5;
const LINE = 18;
const PAD = 7;
const NUMBERS = 58;
const LANE_CHARS = 46;
const BAR = 5;
/** Where a lane's text begins, right of its lock bars. */
const INSET = 30;
const LANE = Math.ceil(LANE_CHARS * CHAR) + INSET + 10;
const HEAD = 52;

/** The picture; ended by a newline. It has no script, no foreign objects and no references to other files. */
export function renderSvg(diagram: Diagram, options: SvgOptions): string {
  const beginning = diagram.beginning === undefined ? [] : wrapWords(diagram.beginning, LANE_CHARS * Math.max(1, diagram.columns.length), 0).lines;
  const rows = placeRows(diagram, HEAD + beginning.length * LINE + (beginning.length > 0 ? PAD : 0));
  const width = NUMBERS + LANE * Math.max(1, diagram.columns.length);
  const end = rows.at(-1)?.bottom ?? HEAD;
  const height = end + (diagram.locks.length > 0 ? 34 : 12);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="mm-race" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="12.5">`,
    `<title>${escapeXml(options.title)}</title>`,
    `<desc>${escapeXml(renderText(diagram, { numbers: true }))}</desc>`,
    `<style>${STYLE}</style>`,
    '<defs><pattern id="mm-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="3" height="6"/></pattern></defs>',
    `<rect class="back" width="${width}" height="${height}"/>`,
    ...diagram.windows.map((window) => windowParts(diagram, window, rows, width)),
    ...diagram.columns.map((_, index) => headParts(diagram, index)),
    `<line class="rule" x1="${NUMBERS}" x2="${width}" y1="${HEAD - 8}" y2="${HEAD - 8}"/>`,
    ...beginning.map((text, index) => `<text class="fold" x="${NUMBERS + 6}" y="${HEAD + 14 + index * LINE}">${escapeXml(text)}</text>`),
    ...lockParts(diagram, rows),
    ...diagram.rows.map((row, index) => rowParts(diagram, row, rows[index], width)),
    ...legend(diagram, end + 22),
    '</svg>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** Safe as text and in attributes; characters that XML does not allow are left out. */
export function escapeXml(text: string): string {
  return [...text].filter((char) => isXmlCharacter(char.codePointAt(0) ?? 0)).join('')
    .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function isXmlCharacter(code: number): boolean {
  return code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}

interface Placed {
  readonly top: number;
  readonly bottom: number;
  readonly lines: readonly CellLine[];
}

function placeRows(diagram: Diagram, start: number): readonly Placed[] {
  let top = start;
  return diagram.rows.map((row) => {
    const lines = row.kind === 'remark'
      ? wrapWords(row.mark.words, LANE_CHARS * Math.max(1, diagram.columns.length), 2).lines.map((text) => ({ text, role: row.mark.tone === 'plain' ? 'fold' as const : 'mark' as const }))
      : cellOf(row, LANE_CHARS).lines;
    const placed = { top, bottom: top + lines.length * LINE + PAD, lines };
    top = placed.bottom;
    return placed;
  });
}

function laneX(index: number): number {
  return NUMBERS + index * LANE;
}

function headParts(diagram: Diagram, index: number): string {
  const column = diagram.columns[index];
  if (!column) return '';
  const x = laneX(index) + INSET;
  const [first = ''] = wrapWords(column.title, LANE_CHARS, 0).lines;
  return heading(column) === column.name
    ? `<text class="head" x="${x}" y="32">${escapeXml(column.name)}</text>`
    : `<text class="name lane${index % 3}" x="${x}" y="16">${escapeXml(column.name)}</text>\n<text class="head" x="${x}" y="34">${escapeXml(first)}</text>`;
}

/** From below the step that opens it to above the step that closes it: a band, and a hatched bar in the lanes of those who are deceived. */
function windowParts(diagram: Diagram, window: DrawnWindow, rows: readonly Placed[], width: number): string {
  const top = rows[window.firstRow]?.bottom ?? HEAD;
  const bottom = Math.max(top + 4, (window.to === undefined ? rows[window.lastRow]?.bottom : rows[window.lastRow]?.top) ?? top);
  const deceived = diagram.columns.findIndex(({ thread }) => window.threads.includes(thread));
  const bars = diagram.columns.flatMap(({ thread }, index) => (window.threads.includes(thread)
    ? [`<rect class="bar" x="${laneX(index) + 2}" y="${top}" width="6" height="${bottom - top}" fill="url(#mm-hatch)"><title>${escapeXml(window.words)}</title></rect>`] : []));
  return [
    `<rect class="window" x="${NUMBERS}" y="${top}" width="${width - NUMBERS}" height="${bottom - top}"/>`,
    ...bars,
    // In the row of the step that opens it, the lanes of the others are empty.
    `<text class="label" x="${laneX(Math.max(0, deceived)) + LANE - 8}" y="${top - 4}" text-anchor="end">${escapeXml(window.words)}</text>`,
  ].join('\n');
}

/** Locks that keep others out, and read locks where no other thread's bar is needed more; at most three beside each other in a lane. */
function lockParts(diagram: Diagram, rows: readonly Placed[]): string[] {
  return diagram.columns.flatMap(({ thread, name }, column) => {
    const slots: DrawnLock[][] = [[], [], []];
    const own = diagram.locks.filter((span) => span.thread === thread).sort((a, b) => Number(a.mode === 'read') - Number(b.mode === 'read') || a.from - b.from);
    return own.flatMap((span) => {
      const slot = slots.findIndex((taken) => taken.every((other) => (other.to ?? Infinity) <= span.from || (span.to ?? Infinity) <= other.from));
      if (slot < 0) return [];
      slots[slot]?.push(span);
      const top = (rows[span.firstRow]?.top ?? HEAD) + 3;
      const bottom = (rows[span.lastRow]?.bottom ?? top) - 5;
      const until = span.to === undefined ? 'to the end' : `until ${span.to}`;
      const words = `${name} holds ${span.name}${span.mode === 'held' ? '' : ` for ${span.mode}`} from step ${span.from} ${until}`;
      const x = laneX(column) + INSET - 9 - slot * (BAR + 1);
      return [`<rect class="lock lock${colourOf(diagram, span)}${span.mode === 'read' ? ' read' : ''}" x="${x}" y="${top}" width="${BAR}" height="${Math.max(6, bottom - top)}" rx="2"><title>${escapeXml(words)}</title></rect>`];
    });
  });
}

/** Which bar is which lock. */
function legend(diagram: Diagram, y: number): string[] {
  let x = NUMBERS + 6;
  const named = diagram.locks.filter((span, index) => diagram.locks.findIndex((other) => other.lock === span.lock) === index);
  return named.map((span) => {
    const at = x;
    x += 30 + Math.ceil(span.name.length * CHAR);
    return `<rect class="lock${colourOf(diagram, span)}" x="${at}" y="${y - 9}" width="${BAR}" height="11" rx="2"/><text class="at" x="${at + 10}" y="${y}">${escapeXml(span.name)}</text>`;
  });
}

function colourOf(diagram: Diagram, span: DrawnLock): number {
  return [...new Set(diagram.locks.map(({ lock }) => lock))].indexOf(span.lock) % LOCK_COLOURS.length;
}

function rowParts(diagram: Diagram, row: Row, placed: Placed | undefined, width: number): string {
  if (!placed) return '';
  const column = row.kind === 'remark' ? 0 : diagram.columns.findIndex(({ thread }) => thread === row.thread);
  const x = laneX(column) + (row.kind === 'remark' ? 6 : INSET);
  const tone = row.kind === 'remark' ? row.mark.tone : row.kind === 'step' || row.kind === 'pending' ? row.mark?.tone : undefined;
  const dimmed = row.kind === 'pending' && !row.mark ? ' later' : '';
  const shade = tone === 'bad' && row.kind === 'step' ? [`<rect class="shade" x="${laneX(column) + INSET - 4}" y="${placed.top}" width="${LANE - INSET - 4}" height="${placed.bottom - placed.top - 2}" rx="3"/>`] : [];
  const number = numberOf(row);
  const baseline = (index: number): number => placed.top + 14 + index * LINE;
  return [
    ...shade,
    number === '' ? '' : `<text class="n" x="${NUMBERS - 10}" y="${baseline(0)}" text-anchor="end">${number}</text>`,
    ...placed.lines.map(({ text, role }, index) => {
      const indent = text.length - text.trimStart().length;
      const at = Math.min(x + indent * CHAR, width - 20);
      return `<text class="${role}${role === 'mark' ? ` ${tone ?? 'plain'}` : ''}${dimmed}" x="${at}" y="${baseline(index)}">${escapeXml(text.trimStart())}</text>`;
    }),
    takes(diagram, row, placed, x),
  ].filter((part) => part !== '').join('\n');
}

/** `takes ptl` beside a step that takes a lock, for those who do not see the bars. */
function takes(diagram: Diagram, row: Row, placed: Placed, x: number): string {
  if (row.kind !== 'step' || row.stepKind !== 'lock') return '';
  const span = diagram.locks.find(({ thread, from }) => thread === row.thread && from === row.n);
  const line = placed.lines[0]?.text ?? '';
  if (!span || placed.lines.length > 1 || line.length + span.name.length + 8 > LANE_CHARS) return '';
  return `<text class="at" x="${x + (line.length + 1) * CHAR}" y="${placed.top + 14}">takes ${escapeXml(span.name)}</text>`;
}

/** A declaration with a plain fallback before it, for viewers that know no variables. */
function paint(property: string, name: string, fallback: string): string {
  return `${property}:${fallback};${property}:var(--mm-${name},${fallback})`;
}

function palette(colours: Readonly<Record<string, readonly [string, string]>>, dark: boolean): string {
  return Object.entries(colours).map(([name, [light, night]]) => {
    const theme = THEME[name];
    const fallback = dark ? night : light;
    return `--mm-${name}:${theme === undefined ? fallback : `var(--vscode-${theme},${fallback})`}`;
  }).join(';');
}

/** Which of VS Code's theme colours a colour follows. */
const THEME: Readonly<Record<string, string>> = { bg: 'editor-background', fg: 'editor-foreground', dim: 'descriptionForeground', line: 'panel-border', err: 'errorForeground', ok: 'testing-iconPassed', chg: 'editorWarning-foreground' };
/** In the light and in the dark. */
const COLOURS = {
  bg: ['#ffffff', '#1f1f1f'], fg: ['#3b3b3b', '#cccccc'], dim: ['#6b6b6b', '#9d9d9d'], line: ['#e5e5e5', '#2b2b2b'], err: ['#c72e0f', '#f85149'], ok: ['#1a7f37', '#3fb950'],
  chg: ['#9a6700', '#cca700'], l0: ['#1273b5', '#4aa3df'], l1: ['#7c4dbd', '#b58ae0'], l2: ['#1f7f57', '#5fb88f'], l3: ['#a04a00', '#e0995a'],
  l4: ['#8a2f5f', '#e08abb'], l5: ['#5a6b00', '#b5c24a'],
} as const;

const LOCK_COLOURS = ['l0', 'l1', 'l2', 'l3', 'l4', 'l5'] as const;

const STYLE = [
  `.mm-race{${palette(COLOURS, false)}}`,
  `@media (prefers-color-scheme:dark){.mm-race{${palette(COLOURS, true)}}}`,
  `.mm-race .back{${paint('fill', 'bg', '#ffffff')}}`,
  `.mm-race text{${paint('fill', 'fg', '#3b3b3b')};font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}`,
  '.mm-race .head{font-weight:600}',
  ...LOCK_COLOURS.map((name, index) => `.mm-race .lane${index},.mm-race .lock${index}{${paint('fill', name, COLOURS[name][0])}}`),
  '.mm-race .read{opacity:.45}',
  `.mm-race .n,.mm-race .fold,.mm-race .why,.mm-race .at,.mm-race .function{${paint('fill', 'dim', '#6b6b6b')}}`,
  '.mm-race .fold,.mm-race .why{font-style:italic}.mm-race .at,.mm-race .label{font-size:11.5px}.mm-race .later{opacity:.65}',
  `.mm-race .note,.mm-race .label{${paint('fill', 'chg', '#9a6700')}}`,
  `.mm-race .bad{font-weight:600;${paint('fill', 'err', '#c72e0f')}}.mm-race .good{font-weight:600;${paint('fill', 'ok', '#1a7f37')}}`,
  `.mm-race .rule{${paint('stroke', 'line', '#e5e5e5')}}`,
  `.mm-race .window{${paint('fill', 'chg', '#9a6700')};${paint('stroke', 'chg', '#9a6700')};fill-opacity:.07;stroke-dasharray:3 3;stroke-width:.7}`,
  `.mm-race .hatch{${paint('fill', 'chg', '#9a6700')};opacity:.55}`,
  `.mm-race .shade{${paint('fill', 'err', '#c72e0f')};fill-opacity:.12}`,
].join('');
