/** The failing schedule and its replay on the fixed code, next to each other in one grid. */
import type { SideBySideView } from '../../../simulator/present/race-view';
import { el, place, withCode } from './dom';
import { columnWidths, crowded, drawSide, numbersWidth, windowsFrom, type Lanes } from './lanes';

/** Titles of the sides, then the threads. */
const TITLES = 1;
const HEADING = 2;

/** Steps of the left side can be chosen if there is an `onStep`. */
export function drawSideBySide({ words, left, right, lines, part }: SideBySideView, onStep?: (n: number) => void): Lanes {
  const rowsOf: Record<'left' | 'right', number[]> = { left: [], right: [] };
  let row = HEADING;
  let partRow: number | undefined;
  lines.forEach((line, index) => {
    if (index === part) partRow = ++row;
    row += 1 + Math.max(...(['left', 'right'] as const).map((side) => (line[side] === null ? 0 : windowsFrom({ left, right }[side].diagram, line[side]))));
    for (const side of ['left', 'right'] as const) if (line[side] !== null) rowsOf[side][line[side]] = row;
  });
  const leftColumns = left.diagram.columns.length;
  const rightColumns = right.diagram.columns.length;
  const second = leftColumns + 2;
  const leftSide = drawSide(left.diagram, { label: left.title, threads: left.threads, lines: rowsOf.left, base: 1, heading: HEADING, top: TITLES, ...(onStep && { onStep }) });
  const rightSide = drawSide(right.diagram, { label: right.title, threads: right.threads, lines: rowsOf.right, base: second, heading: HEADING, top: TITLES });
  const title = (text: string, from: number, columns: number): HTMLElement => {
    const element = el('h2', { class: 'side-title' }, text);
    place(element, [TITLES, TITLES], [from + 1, from + columns]);
    return element;
  };
  const divider = el('div', { class: 'divider', 'aria-hidden': 'true' });
  place(divider, [TITLES, row], [second, second]);
  const parting = partRow === undefined ? null : el('div', { class: 'parting', role: 'note' }, el('b', {}, 'Here they part. '), ...withCode(words));
  if (parting && partRow !== undefined) place(parting, [partRow, partRow], [1, second + rightColumns]);
  const element = el('div', { class: `lanes pair${crowded(left.diagram) || crowded(right.diagram) ? ' crowded' : ''}` }, divider, title(left.title, 1, leftColumns), title(right.title, second, rightColumns), leftSide.element, parting, rightSide.element);
  element.style.setProperty('--numbers', numbersWidth(left.diagram, right.diagram));
  element.style.setProperty('--left', columnWidths(left.diagram));
  element.style.setProperty('--right', columnWidths(right.diagram));

  return {
    element,
    mark(n) {
      const current = lines.findIndex((line) => line.left !== null && leftSide.markAt(line.left, n) === 'current');
      const mostLater = n > 0 && current < 0 ? lines.findLastIndex((line) => line.left !== null && leftSide.markAt(line.left, n) === null) : current;
      leftSide.mark((index) => leftSide.markAt(index, n));
      rightSide.mark((index) => {
        const at = lines.findIndex((line) => line.right === index);
        if (n === 0 || (part !== null && at >= part)) return null;
        return at === current ? 'current' : at > mostLater ? 'later' : null;
      });
    },
  };
}
