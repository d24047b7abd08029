/** The other schedules there are: a list that is asked for when it is opened. */
import type { MoveView, RaceView, ScheduleEntry } from '../../../simulator/present/race-view';
import { el } from './dom';

export interface Schedules {
  readonly element: HTMLElement;
  show(schedules: readonly ScheduleEntry[], complete: boolean): void;
}

interface SchedulesOptions {
  readonly ask: () => void;
  readonly choose: (moves: readonly MoveView[]) => void;
}

export function drawSchedules(view: RaceView, { ask, choose }: SchedulesOptions): Schedules {
  const body = el('div', { class: 'entries' });
  let asked = false;
  const element = el('details', { class: 'schedules' },
    el('summary', {}, view.verdict.word === 'Never' ? 'Why is this safe? Schedules that end well' : 'Other schedules'), body);
  element.addEventListener('toggle', () => {
    if (asked || !element.open) return;
    asked = true;
    body.replaceChildren(el('p', { class: 'dim', role: 'status' }, 'Looking for schedules …'));
    ask();
  });
  const group = (title: string, entries: readonly ScheduleEntry[]): HTMLElement | null => (entries.length === 0 ? null : el('div', {},
    el('h2', {}, title),
    el('ul', { 'aria-label': title }, ...entries.map((entry) => el('li', {},
      el('button', { type: 'button', class: 'link', click: () => choose(entry.moves) }, entry.title), ' ', el('span', { class: 'dim' }, entry.detail))))));
  return {
    element,
    show(schedules, complete) {
      const groups = [
        group('What goes wrong', schedules.filter(({ fails }) => fails)),
        group('What goes well', schedules.filter(({ fails }) => !fails)),
      ].filter((found) => found !== null);
      const words = schedules.length === 0 ? 'None was found.' : complete ? 'One for each thing that can go wrong and for each way to end.' : 'There are more than these.';
      body.replaceChildren(el('p', { class: 'dim' }, words), ...groups);
    },
  };
}
