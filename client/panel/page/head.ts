/** What stands above the schedule: which race it is, what was found, and what else can be looked at. */
import type { RaceView, ScheduleView, StepView, ThreadView } from '../../../simulator/present/race-view';
import type { PageMessage } from '../messages';
import { el, withCode } from './dom';
import { drawZoom, type Look } from './look';

export type Send = (message: PageMessage) => void;

export function drawHeader(view: RaceView, send: Send): HTMLElement {
  const { word, tone, detail } = view.verdict;
  return el('header', {},
    el('h1', {}, view.title),
    view.rule === null ? null : el('button', { class: 'chip mono', type: 'button', title: 'Open the page of this rule', click: () => send({ type: 'rule' }) }, view.rule),
    el('div', { class: `verdict ${tone}`, role: 'status' }, el('span', { class: 'word' }, word), ' ', el('small', {}, detail)));
}

/** What goes wrong, or what it means that nothing does. */
export function drawStory(view: RaceView, send: Send): HTMLElement {
  const nothing = view.verdict.word === 'Never' ? 'No order of the threads goes wrong.' : 'Nothing was found to go wrong, but not every order was looked at.';
  const reached = view.covered.length === 0 || view.sentence !== null ? null : `Every order was tried, among them those that reach ${view.covered.join(', ')}.`;
  return el('section', { class: 'story', 'aria-label': 'What was found' },
    view.schedule?.chosen === true ? drawChosen(view, view.schedule, send) : null,
    view.schedule?.chosen === true && view.sentence === null ? null : el('p', { class: 'say' }, view.sentence ?? nothing),
    view.preemptions === null ? null : el('p', { class: 'dim' }, ...withCode(view.preemptions)),
    reached === null ? null : el('p', { class: 'dim' }, reached),
    view.uncovered === null ? null : el('p', { class: 'warning', role: 'alert' }, view.uncovered));
}

/** A schedule that the reader has chosen, and the way back. */
function drawChosen(view: RaceView, { fails }: ScheduleView, send: Send): HTMLElement {
  const others = view.verdict.word === 'Never' ? 'so does every other' : view.verdict.word === 'Sometimes' ? 'others do not' : 'not every other was looked at';
  return el('p', { class: 'chosen', role: 'status' },
    el('b', {}, 'An order of your choice. '), fails ? 'It goes wrong. ' : `It goes well; ${others}. `,
    el('button', { type: 'button', class: 'link', 'data-do': 'shortest', click: () => send({ type: 'choose', variant: view.variant, adversary: view.adversary[0] ?? null, schedule: null, step: 0 }) },
      view.verdict.word === 'Sometimes' ? 'Show the shortest that fails' : 'Hide it'));
}

/** Which variant, which other thread, and what can be taken along. */
export function drawBar(view: RaceView, { send, look, onLook }: { readonly send: Send; readonly look: Look; readonly onLook: (look: Look) => void }): HTMLElement {
  const adversary = view.adversary[0] ?? null;
  const select = view.adversaries.length === 0 ? null : el('select', { 'aria-label': 'Other thread' },
    el('option', { value: '', selected: adversary === null }, view.ownAdversary === '' ? 'as in the scenario' : view.ownAdversary),
    ...view.adversaries.map(({ name, title }) => el('option', { value: name, selected: adversary === name }, title)));
  select?.addEventListener('change', () => send({ type: 'choose', variant: view.variant, adversary: select.value === '' ? null : select.value, schedule: null, step: 0 }));
  const title = view.variants.find(({ name }) => name === view.variant)?.title ?? '';
  return el('section', { class: 'bar', 'aria-label': 'Variants and tools' },
    drawVariants(view, (variant) => send({ type: 'choose', variant, adversary, schedule: null, step: 0 })),
    title === view.variant ? null : el('span', { class: 'dim variant' }, title),
    el('div', { class: 'tools' },
      select === null ? null : el('label', { class: 'adversary' }, el('span', {}, 'Other thread'), select),
      el('span', { class: 'grow' }),
      view.sideBySide === null ? null : el('button', {
        type: 'button', class: 'button toggle', 'data-do': 'side-by-side', 'aria-pressed': look.sideBySide ? 'true' : 'false', title: 'The failing schedule beside its replay on the fixed code',
        click: () => onLook({ ...look, sideBySide: !look.sideBySide }),
      }, 'Side by side'),
      view.schedule === null ? null : drawZoom(look, onLook),
      view.text === null ? null : el('button', { type: 'button', class: 'button', 'data-do': 'copy', title: 'Copy the schedule as text for a commit message', click: () => send({ type: 'copy' }) }, 'Copy as diagram'),
      el('button', { type: 'button', class: 'button', 'data-do': 'export', title: 'Write it to a file: SVG, Mermaid, JSON, litmus or Promela', click: () => send({ type: 'export' }) }, 'Export …'),
      el('button', { type: 'button', class: 'button', 'data-do': 'source', title: 'Show the litmus source in an editor', click: () => send({ type: 'source', line: null }) }, 'Source'),
      view.schedule === null ? null : el('button', {
        type: 'button', class: 'button toggle', 'data-do': 'follow', 'aria-pressed': look.follow ? 'true' : 'false', title: 'Shows the line of the step in an editor beside; the cursor there chooses the step',
        click: () => onLook({ ...look, follow: !look.follow }),
      }, 'Follow source')));
}

/** Buttons, or a list where they are too many to be looked over. */
function drawVariants({ variants, variant }: RaceView, choose: (variant: string) => void): HTMLElement {
  if (variants.length > MOST_BUTTONS) {
    const select = el('select', { 'aria-label': 'Variant' }, ...variants.map(({ name }) => el('option', { value: name, selected: name === variant }, name)));
    select.addEventListener('change', () => choose(select.value));
    return el('label', { class: 'variant-choice' }, el('span', {}, 'Variant'), select);
  }
  return el('div', { class: 'variants', role: 'group', 'aria-label': 'Variant' }, ...variants.map(({ name, title }) =>
    el('button', { type: 'button', 'data-variant': name, 'aria-pressed': name === variant ? 'true' : 'false', title, click: () => choose(name) }, name)));
}

const MOST_BUTTONS = 10;

/** The words for a step, as a whole sentence: they are read out. */
export function stepWords(step: StepView | undefined, threads: readonly ThreadView[], beginning: string | null): (Node | string)[] {
  if (step === undefined) return ['Before the first step. ', beginning ?? ''];
  const { name = '?', title = '?' } = threads[step.thread] ?? {};
  return [
    el('b', { class: `who thread${step.thread % 4}` }, name === title ? name : `${name} ${title}`), ': ', el('code', {}, step.text), ' ',
    ...step.notes.map((note) => el('span', { class: 'note' }, note)),
    step.violated === null ? '' : el('span', { class: 'mark bad' }, step.violated),
  ];
}
