/** The state after a step: what holds what value, what the step changed, and who could go on. */
import type { GroupView, MoveView, NextView, StateView, ThreadView } from '../../../simulator/present/race-view';
import { breakable, el, hidden } from './dom';

/** What could have been done in a state in place of what was. */
export interface Turning {
  /** The move that comes next in the schedule; undefined at its end. */
  readonly next: MoveView | undefined;
  readonly take: (move: MoveView) => void;
}

export function drawState(state: StateView, threads: readonly ThreadView[], turning: Turning): HTMLElement[] {
  return [...state.groups.map(drawGroup), ...(state.next.length === 0 ? [] : [drawNext(state.next, threads, turning)])];
}

function drawGroup({ title, cells }: GroupView): HTMLElement {
  const rows = cells.map(({ name, value, before, since }) => el('tr', before === null ? {} : { class: 'changed' },
    el('th', { scope: 'row' }, ...breakable(name)),
    el('td', {},
      before === null ? null : el('s', { class: 'was' }, hidden('before: '), before),
      before === null ? null : ' ',
      el('span', { class: before === null ? 'value' : 'value now' }, before === null ? null : hidden('now: '), value),
      since === null || before !== null ? null : el('span', { class: 'since' }, ` since ${since}`))));
  return el('table', {}, el('caption', {}, title), el('tbody', {}, ...rows));
}

function drawNext(next: readonly NextView[], threads: readonly ThreadView[], turning: Turning): HTMLElement {
  const rows = next.map(({ thread, status, text, short, waitsFor, ways }) => el('tr', {},
    el('th', { scope: 'row', class: `thread${thread % 4}` }, threads[thread]?.name ?? '?'),
    status === 'ended' ? el('td', { class: 'since' }, 'has ended')
      : el('td', {}, el('code', status === 'ready' ? { title: text } : { title: text, class: 'stuck' }, ...breakable(short)), waitsFor === null ? null : el('span', { class: 'waits' }, `${status === 'sleeps' ? 'sleeps until' : 'waits for'} ${waitsFor}${status === 'sleeps' ? ' answers' : ''}`),
        ...(status === 'ready' ? drawTurns(thread, ways, threads[thread]?.name ?? '?', turning) : []))));
  return el('table', { class: 'next' }, el('caption', {}, 'Could run next'), el('tbody', {}, ...rows));
}

/** A button for each move of the thread that the schedule does not make here. */
function drawTurns(thread: number, ways: number, name: string, { next, take }: Turning): HTMLElement[] {
  // After the last step nothing was left out.
  if (next === undefined) return [];
  return Array.from({ length: ways }, (_, way) => way).filter((way) => next.thread !== thread || next.way !== way).map((way) =>
    drawTurn(ways > 1 ? `take way ${way + 1} of ${ways}` : 'take this order', name, () => take({ thread, way })));
}

function drawTurn(words: string, name: string, click: () => void): HTMLElement {
  return el('button', { type: 'button', class: 'link turn', 'aria-label': `${words}: ${name} moves here`, title: 'Try another order from here', click }, words);
}
