/** The page of one race: everything is drawn once, then a step changes what is marked and the table beside. */
import type { FixView, MoveView, RaceView, ScheduleEntry } from '../../../simulator/present/race-view';
import { el, scrollable, withCode } from './dom';
import { drawBar, drawHeader, drawStory, stepWords, type Send } from './head';
import { drawLanes } from './lanes';
import type { Look } from './look';
import { drawPlayer } from './player';
import { drawSchedules } from './schedules';
import { drawSideBySide } from './side-by-side';
import { drawState } from './state-table';

export interface Race {
  readonly element: HTMLElement;
  /** Goes to a step; out of range counts as the nearest. */
  go(n: number): void;
  readonly step: number;
  readonly last: number;
  /** Plays the schedule, or holds. */
  togglePlaying(): void;
  showSchedules(schedules: readonly ScheduleEntry[], complete: boolean): void;
  /** Another race takes its place. */
  dispose(): void;
}

export interface RaceOptions {
  readonly send: Send;
  readonly look: Look;
  readonly onStep: (n: number) => void;
  readonly onLook: (look: Look) => void;
}

export function drawRace(view: RaceView, { send, look, onStep, onLook }: RaceOptions): Race {
  const last = view.steps.length;
  const pair = look.sideBySide ? view.sideBySide : null;
  const moves = view.schedule?.moves ?? [];
  const choosing = (schedule: readonly MoveView[], step: number): void => send({ type: 'choose', variant: view.variant, adversary: view.adversary[0] ?? null, schedule, step });
  const schedules = drawSchedules(view, { ask: () => send({ type: 'schedules' }), choose: (chosen) => choosing(chosen, 0) });
  let now = 0;
  const table = el('div', { class: 'state' });
  const tableTitle = el('h2');
  const go = (n: number): void => {
    now = Math.min(Math.max(n, 0), last);
    lanes?.mark(now);
    const state = view.states[now];
    tableTitle.textContent = now === 0 ? 'Before the first step' : `After step ${now}`;
    if (state) table.replaceChildren(...drawState(state, view.threads, { next: moves[now], take: (move) => choosing([...moves.slice(0, now), move], now + 1) }));
    player?.show(now, stepWords(view.steps[now - 1], view.threads, view.diagram?.beginning ?? null));
    // What is brought into view is to stand above the controls, whose words may take several lines.
    if (player) element.style.setProperty('--controls', `${player.element.offsetHeight}px`);
    const row = lanes?.element.querySelector('.row.current');
    row?.scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    onStep(now);
  };
  const choose = (n: number): void => {
    player?.stop();
    go(n);
  };
  const lanes = pair ? drawSideBySide(pair, view.diagram ? choose : undefined) : view.diagram ? drawLanes(view.diagram, { label: view.schedule?.fails === false ? 'The schedule' : 'The failing schedule', threads: view.threads, onStep: choose }) : undefined;
  const player = view.diagram ? drawPlayer({ last, violates: view.steps.at(-1)?.violated !== null, onStep: go, current: () => now }) : undefined;
  const element = el('div', { class: 'wrap' },
    drawHeader(view, send),
    drawStory(view, send),
    drawBar(view, { send, look, onLook }),
    el('main', player ? (pair ? { class: 'wide' } : {}) : { class: pair ? 'alone wide' : 'alone' },
      el('section', {},
        (view.diagram?.beginning ?? null) === null ? null : el('p', { class: 'dim beginning' }, view.diagram?.beginning),
        lanes && scrollable(el('div', { class: 'scroll' }, lanes.element), pair ? 'Both schedules' : 'Schedule'),
        view.fix && !pair && drawFix(player ? view.fix : { ...view.fix, verdict: null }),
        schedules.element,
        drawAbout(view),
        el('details', { class: 'herd' }, el('summary', {}, 'Statistics, as herd reports them'), scrollable(el('pre', {}, view.herd), 'Statistics')),
        el('p', { class: 'legal' }, view.memoryModel)),
      player && scrollable(el('aside', {}, tableTitle, table), 'State')),
    player?.element);
  element.style.setProperty('--zoom', String(look.zoom));
  return {
    element,
    go: choose,
    get step() { return now; },
    last,
    showSchedules: (entries, complete) => schedules.show(entries, complete),
    togglePlaying: () => player?.toggle(),
    dispose: () => player?.stop(),
  };
}

function drawFix({ title, sentence, verdict, threads, diagram }: FixView): HTMLElement {
  return el('details', { class: 'fix', open: true },
    el('summary', {}, title),
    el('p', {}, ...withCode(sentence), verdict === null ? null : el('span', { class: 'dim' }, ` With it: ${verdict}.`)),
    scrollable(el('div', { class: 'scroll' }, drawLanes(diagram, { label: 'The same schedule on the fixed code', threads }).element), 'The same schedule on the fixed code'));
}

function drawAbout({ description, commits, anchors, name }: RaceView): HTMLElement | null {
  if (description === '' && commits.length + anchors.length === 0) return null;
  return el('details', {},
    el('summary', {}, 'About this scenario'),
    ...description.split(/\n{2,}/).filter((text) => text !== '').map((text) => el('p', {}, text.replace(/\s*\n\s*/g, ' '))),
    ...commits.map((commit) => el('p', { class: 'mono' }, commit)),
    el('p', { class: 'dim mono' }, [...anchors, `${name}.litmus`].join(', ')));
}
