/** Entry of the page: reads what the host says, keeps what has to survive, and listens to the keyboard. */
import type { RaceProblem, RaceView } from '../../../simulator/present/race-view';
import { parseHostMessage, parsePanelState, sameChoice, type HostMessage, type PageMessage, type PanelState, type RaceChoice } from '../messages';
import { el } from './dom';
import { zoomed, type Look } from './look';
import { drawRace, type Race } from './race';

declare function acquireVsCodeApi(): { postMessage(message: PageMessage): void; getState(): unknown; setState(state: PanelState): void };

const host = acquireVsCodeApi();
const send = (message: PageMessage): void => host.postMessage(message);
const root = document.getElementById('race') ?? document.body.appendChild(el('div'));
const toast = el('div', { class: 'toast', role: 'status' });
document.body.append(toast);
const busyWords = el('span', { role: 'status' });
const busy = el('section', { class: 'busy', 'aria-label': 'Exploring' }, busyWords, el('button', { type: 'button', class: 'button', 'data-do': 'cancel', click: () => send({ type: 'cancel' }) }, 'Cancel'));
let race: Race | undefined;
let lookNow: Look | undefined;
let lookAnew: (look: Look) => void = () => undefined;
let busyTimer: ReturnType<typeof setTimeout> | undefined;
let toastTimer: ReturnType<typeof setTimeout> | undefined;

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = parseHostMessage(data);
  if (message !== undefined) handle(message);
});
document.addEventListener('keydown', onKey);
show(drawNothing());
send({ type: 'ready' });

function handle(message: HostMessage): void {
  switch (message.type) {
    case 'race': {
      hideBusy();
      const { choice, view } = message;
      const saved = parsePanelState(host.getState());
      draw(choice, view, message.step ?? (saved && sameChoice(saved.choice, choice) ? saved.step : 0));
      break;
    }
    case 'busy':
      keep(message.choice);
      showBusy(message.states);
      break;
    case 'schedules':
      race?.showSchedules(message.schedules, message.complete);
      break;
    case 'goto':
      race?.go(message.step);
      break;
    case 'problems':
      keep(message.choice);
      hideBusy();
      race?.dispose();
      race = undefined;
      show(drawProblems(message.choice, message.problems));
      break;
    case 'done':
      toast.textContent = message.words;
      toast.classList.add('shown');
      clearTimeout(toastTimer);
      toastTimer = setTimeout(() => toast.classList.remove('shown'), 2500);
      break;
    default:
      message satisfies never;
  }
}

/** How far it has come, and a way to stop it. What is shown already stays where it is. */
function showBusy(states: number | null): void {
  const found = states === null ? '' : ` ${states.toLocaleString('en')} states so far.`;
  busyWords.textContent = `Exploring every order of the threads …${found}`;
  // Most races are explored before anybody could read this.
  busyTimer ??= setTimeout(() => document.body.append(busy), 250);
  if (race === undefined) show(drawNothing());
  else race.element.setAttribute('aria-busy', 'true');
}

function hideBusy(): void {
  clearTimeout(busyTimer);
  busyTimer = undefined;
  busy.remove();
}

function draw(choice: RaceChoice, view: RaceView, step: number): void {
  const focused = focusKey();
  const saved = parsePanelState(host.getState());
  const look: Look = { sideBySide: saved?.sideBySide ?? false, zoom: saved?.zoom ?? 1, follow: saved?.follow ?? false };
  race?.dispose();
  race = drawRace(view, {
    send, look,
    onStep(n) {
      host.setState({ choice, step: n, ...look });
      send({ type: 'step', step: n });
    },
    onLook: (next) => lookAnew(next),
  });
  lookAnew = (next) => {
    if (next.follow !== look.follow) send({ type: 'follow', on: next.follow });
    host.setState({ choice, step: race?.step ?? 0, ...next });
    draw(choice, view, race?.step ?? 0);
  };
  lookNow = look;
  // The host knows nothing of what the page kept.
  if (look.follow) send({ type: 'follow', on: true });
  show(race.element);
  race.go(step);
  focusAgain(focused);
}

/** Before there is anything to show. */
function drawNothing(): HTMLElement {
  return el('main', { class: 'wrap' }, el('h1', { class: 'hidden' }, 'Race'));
}

function show(element: HTMLElement): void {
  root.replaceChildren(element);
}

/** Remembers a choice before there is anything to step through. */
function keep(choice: RaceChoice): void {
  const saved = parsePanelState(host.getState());
  if (!saved || !sameChoice(saved.choice, choice)) host.setState({ ...saved, choice, step: 0 });
}

function drawProblems({ target, variant, adversary, schedule }: RaceChoice, problems: readonly RaceProblem[]): HTMLElement {
  return el('main', { class: 'wrap problem', role: 'main' }, el('div', { role: 'alert' },
    el('h1', {}, 'This race cannot be shown'),
    el('p', { class: 'dim mono' }, 'scenario' in target ? target.scenario : 'uri' in target ? target.uri : target.finding.uri),
    el('ul', { class: 'problems' }, ...problems.map(({ line, column, message }) => el('li', {}, el('span', { class: 'at mono' }, `${line}:${column} `), message)))),
    el('div', { class: 'tools' }, el('button', { type: 'button', class: 'button', click: () => send({ type: 'again' }) }, 'Try again'),
    adversary === undefined || variant === undefined ? null : el('button', { type: 'button', class: 'button', click: () => send({ type: 'choose', variant, adversary: null, schedule: null, step: 0 }) }, `Without ${adversary}`),
    schedule === undefined || variant === undefined ? null : el('button', { type: 'button', class: 'button', click: () => send({ type: 'choose', variant, adversary: adversary ?? null, schedule: null, step: 0 }) }, 'Without the chosen order')));
}

function onKey(event: KeyboardEvent): void {
  if (event.key === 'Escape') {
    if (busyTimer !== undefined) send({ type: 'cancel' });
    else closeAround(event.target);
    return;
  }
  if (race === undefined || race.last === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  // On some keyboards plus needs shift. With ctrl the keys are the editor's own.
  const zoom = lookNow && { '+': zoomed(lookNow.zoom, 1), '=': zoomed(lookNow.zoom, 1), '-': zoomed(lookNow.zoom, -1), '0': 1 }[event.key];
  if (lookNow && zoom !== undefined && !(event.target instanceof HTMLSelectElement)) {
    lookAnew({ ...lookNow, zoom });
    return;
  }
  const { target } = event;
  if (event.shiftKey) {
    // Without shift the arrows are for the steps.
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined && target instanceof HTMLElement && target.classList.contains('scroll')) target.scrollBy({ left: by * 120 });
    return;
  }
  // The slider does the same with its keys, except for the space bar; other controls have a use of their own for theirs.
  const slider = target instanceof HTMLInputElement && target.type === 'range';
  if (event.key === ' ') {
    if (!slider && target instanceof HTMLElement && target.closest('button, select, input, summary, a') !== null) return;
    event.preventDefault();
    race.togglePlaying();
    return;
  }
  if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) return;
  const to = { ArrowLeft: race.step - 1, ArrowRight: race.step + 1, Home: 0, End: race.last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  race.go(to);
}

/** Closes what was opened to get there, and goes back to where it was opened. */
function closeAround(target: EventTarget | null): void {
  const around = target instanceof HTMLElement ? target.closest('details') : null;
  if (around === null || !around.open) return;
  around.open = false;
  around.querySelector('summary')?.focus();
}

/** Which control has the focus, in words that still hold when all is drawn anew. */
function focusKey(): string | undefined {
  for (const name of ['data-variant', 'data-do', 'aria-label']) {
    const value = document.activeElement?.getAttribute(name) ?? null;
    if (value !== null) return `[${name}="${CSS.escape(value)}"]`;
  }
  return undefined;
}

function focusAgain(selector: string | undefined): void {
  // The current step is in view, and stays there.
  if (selector !== undefined) root.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
}
