/** What stands in one column of a diagram for one row, given the column's width in characters. */
import { onOneLine } from './c-text';
import type { Mark, Note, Row } from './diagram';
import { BROKEN, fitCode, wrapList, wrapWords, type Fitted } from './wrap';

export interface CellLine {
  readonly text: string;
  readonly role: 'function' | 'code' | 'fold' | 'note' | 'mark' | 'why';
}

export interface Cell {
  readonly lines: readonly CellLine[];
  /** How bad it looks; layouts are chosen by it. */
  readonly cost: number;
}

/** `markWidth` is the room for what is marked, which may reach into empty columns to the right. */
export function cellOf(row: Exclude<Row, { kind: 'remark' }>, width: number, markWidth = width): Cell {
  const indent = Math.min(2 * row.depth, Math.max(0, Math.floor((width - 16) / 4)) * 2);
  const room = Math.max(8, width - indent);
  const cell = (...parts: readonly Part[]): Cell => assemble(indent, 3 * (2 * row.depth - indent), parts);
  switch (row.kind) {
    case 'function': return cell(part('function', fitCode(`${row.name}()`, room)));
    case 'fold': return cell(part('fold', foldText(row.names, row.summary, room)));
    case 'pending': return cell(part('code', fitCode(row.text, room)), row.mark ? mark(row.mark, markWidth - indent - 2) : part('why', wrapWords(`(${row.why})`, room - 2, 1), 2));
    case 'step': {
      const code = codeWithNotes(fitCode(row.text, room), row.notes, room);
      return row.mark ? cell(...code, mark(row.mark, markWidth - indent - 2)) : cell(...code);
    }
  }
}

/** `<==` where it goes wrong, `<--` where it does not. */
export function arrowOf(tone: 'bad' | 'good' | 'plain'): string {
  return tone === 'bad' ? '<== ' : tone === 'good' ? '<-- ' : '';
}

/** `pte = none (transient)`, `-> none`. */
export function noteText(note: Note): string {
  if (note.kind === 'result') return onOneLine(`-> ${note.after}`);
  if (note.kind === 'read') return onOneLine(`${note.name} is ${note.after}`);
  const space = note.operator === '&= ~' ? '' : ' ';
  return onOneLine(`${note.name} ${note.operator}${space}${note.after}${note.transient ? ' (transient)' : ''}`);
}

interface Part {
  readonly role: CellLine['role'];
  readonly fitted: Fitted;
  readonly indent: number;
}

function mark({ tone, words }: Mark, room: number): Part {
  const arrow = arrowOf(tone);
  return part('mark', wrapWords(`${arrow}${words}`, Math.max(8, room), arrow.length), 2);
}

function part(role: CellLine['role'], fitted: Fitted, indent = 0): Part {
  return { role, fitted, indent };
}

function assemble(indent: number, cost: number, parts: readonly Part[]): Cell {
  return {
    lines: parts.flatMap(({ role, fitted, indent: more }) => fitted.lines.map((text) => ({ role, text: ' '.repeat(indent + more) + text }))),
    cost: parts.reduce((sum, { fitted }) => sum + fitted.cost, cost),
  };
}

function codeWithNotes(code: Fitted, notes: readonly Note[], room: number): Part[] {
  const only = notes[0];
  const last = code.lines.at(-1) ?? '';
  if (only?.kind === 'result' && notes.length === 1 && last.length + 1 + noteText(only).length <= room) {
    return [part('code', { lines: [...code.lines.slice(0, -1), `${last} ${noteText(only)}`], cost: code.cost })];
  }
  return [part('code', code), ...notes.map((note) => part('note', wrapWords(noteText(note), Math.max(8, room - 2), 2), 2))];
}

/** The names where two lines hold them (three where they are short), otherwise how many they are. */
function foldText(names: readonly string[], summary: string, room: number): Fitted {
  const short = names.map((name) => (name.length < room ? name : name.replace(/\(.*$/, '')));
  const lost = 6 * short.filter((name, index) => name !== names[index]).length;
  const list = short.length === 1 ? wrapWords(short[0] ?? '', room, 4) : wrapList(short, room);
  if (short.length === 1) return { lines: list.lines, cost: list.cost + lost };
  return list.lines.length <= (room < 45 ? 3 : 2) && list.cost < BROKEN ? { lines: list.lines, cost: list.cost + lost } : { lines: wrapWords(`... ${summary}`, room, 4).lines, cost: 26 };
}
