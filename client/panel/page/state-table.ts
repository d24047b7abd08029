/** The state after a step: what holds what value, what the step changed, and who could go on. */
import type { GroupView, NextView, StateView, ThreadView } from '../../../simulator/present/race-view';
import { breakable, el, hidden } from './dom';

export function drawState(state: StateView, threads: readonly ThreadView[]): HTMLElement[] {
  return [...state.groups.map(drawGroup), ...(state.next.length === 0 ? [] : [drawNext(state.next, threads)])];
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

function drawNext(next: readonly NextView[], threads: readonly ThreadView[]): HTMLElement {
  const rows = next.map(({ thread, status, text, short, waitsFor }) => el('tr', {},
    el('th', { scope: 'row', class: `thread${thread % 4}` }, threads[thread]?.name ?? '?'),
    status === 'ended' ? el('td', { class: 'since' }, 'has ended')
      : el('td', {}, el('code', status === 'ready' ? { title: text } : { title: text, class: 'stuck' }, ...breakable(short)), waitsFor === null ? null : el('span', { class: 'waits' }, `${status === 'sleeps' ? 'sleeps until' : 'waits for'} ${waitsFor}${status === 'sleeps' ? ' answers' : ''}`))));
  return el('table', { class: 'next' }, el('caption', {}, 'Could run next'), el('tbody', {}, ...rows));
}
