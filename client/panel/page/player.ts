/** The controls below the schedule: buttons, a slider, and the current step in words. */
import { el } from './dom';
import { createPlayback, SPEEDS } from './playback';

export interface Player {
  readonly element: HTMLElement;
  show(n: number, words: readonly (Node | string)[]): void;
  /** Plays, or holds where it is. */
  toggle(): void;
  /** Ends playing: what it drives is about to go. */
  stop(): void;
}

interface PlayerOptions {
  readonly last: number;
  /** Whether the last step is the one that goes wrong. */
  readonly violates: boolean;
  readonly onStep: (n: number) => void;
  /** Where the reader is now. */
  readonly current: () => number;
}

export function drawPlayer({ last, violates, onStep, current }: PlayerOptions): Player {
  /** Whoever takes the controls does not want them moved. */
  const take = (n: number): void => {
    playback.stop();
    onStep(n);
  };
  const playback = createPlayback({ last, current, onStep, onChange: showPlaying });
  const slider = el('input', { type: 'range', min: 0, max: last, step: 1, value: 0, 'aria-label': 'Step' });
  slider.addEventListener('input', () => take(Number(slider.value)));
  const count = el('span', { class: 'count' });
  const words = el('p', { class: 'words', 'aria-live': 'polite', 'aria-atomic': 'true' });
  const button = (label: string, sign: string, to: () => number): HTMLButtonElement => el('button', { type: 'button', class: 'button', 'aria-label': label, title: label, click: () => take(to()) }, sign);
  const first = button('First', '|◀', () => 0);
  const back = button('Back', '◀', () => current() - 1);
  const play = el('button', { type: 'button', class: 'button', 'data-do': 'play', click: () => playback.toggle() });
  const step = button('Step', '▶', () => current() + 1);
  const end = button(violates ? 'Violation' : 'Last', violates ? '▶✕' : '▶|', () => last);
  const speed = el('select', { 'aria-label': 'Speed', title: 'Speed' }, ...SPEEDS.map((value) => el('option', { value, selected: value === 1 }, `${value}×`)));
  speed.addEventListener('change', () => playback.setSpeed(Number(speed.value)));
  const element = el('footer', {}, words,
    el('div', { class: 'player', role: 'group', 'aria-label': 'Steps' }, first, back, play, step, end, el('div', { class: 'slider' }, ...ticks(last, violates), slider), count, speed,
      el('span', { class: 'keys', 'aria-hidden': 'true' }, el('kbd', {}, '←'), ' ', el('kbd', {}, '→'), ' step ', el('kbd', {}, 'Space'), ' play ', el('kbd', {}, 'End'), violates ? ' violation' : ' last')));
  showPlaying(false);
  return {
    element,
    show(n, text) {
      slider.value = String(n);
      slider.style.setProperty('--at', `${(100 * n) / Math.max(1, last)}%`);
      count.textContent = n === 0 ? `${last} steps` : `Step ${n} of ${last}`;
      words.replaceChildren(...text);
      words.classList.toggle('bad', violates && n === last);
      slider.setAttribute('aria-valuetext', `${count.textContent}: ${words.textContent}`);
      // A button that has the focus keeps it: it is not disabled, it only looks so.
      for (const [disabled, buttons] of [[n === 0, [first, back]], [n === last, [step, end]]] as const) {
        for (const one of buttons) one.setAttribute('aria-disabled', String(disabled));
      }
    },
    toggle: () => playback.toggle(),
    stop: () => playback.stop(),
  };

  function showPlaying(playing: boolean): void {
    const label = playing ? 'Pause' : 'Play';
    play.textContent = label;
    play.setAttribute('aria-label', label);
    play.title = `${label} (Space)`;
  }
}

/** A tick for each step, as long as they can be told apart. */
function ticks(last: number, violates: boolean): HTMLElement[] {
  return Array.from({ length: last <= 60 ? last + 1 : 0 }, (_, n) => {
    const tick = el('i', { class: violates && n === last ? 'tick bad' : 'tick', 'aria-hidden': 'true' });
    tick.style.setProperty('--at', String(n / Math.max(1, last)));
    return tick;
  });
}
