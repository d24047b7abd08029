/** The controls below the schedule: buttons, a slider, and the current step in words. */
import { el } from './dom';

export interface Player {
  readonly element: HTMLElement;
  show(n: number, words: readonly (Node | string)[]): void;
}

interface PlayerOptions {
  readonly last: number;
  readonly onStep: (n: number) => void;
  /** Where the reader is now. */
  readonly current: () => number;
}

export function drawPlayer({ last, onStep, current }: PlayerOptions): Player {
  const slider = el('input', { type: 'range', min: 0, max: last, step: 1, value: 0, 'aria-label': 'Step' });
  slider.addEventListener('input', () => onStep(Number(slider.value)));
  const count = el('span', { class: 'count' });
  const words = el('p', { class: 'words', 'aria-live': 'polite', 'aria-atomic': 'true' });
  const button = (label: string, sign: string, to: () => number): HTMLButtonElement => el('button', { type: 'button', class: 'button', 'aria-label': label, title: label, click: () => onStep(to()) }, sign);
  const first = button('First', '|◀', () => 0);
  const back = button('Back', '◀', () => current() - 1);
  const step = button('Step', '▶', () => current() + 1);
  const violation = button('Violation', '▶|', () => last);
  const element = el('footer', {}, words,
    el('div', { class: 'player' }, first, back, step, violation, el('div', { class: 'slider' }, ...ticks(last), slider), count,
      el('span', { class: 'keys', 'aria-hidden': 'true' }, el('kbd', {}, '←'), ' ', el('kbd', {}, '→'), ' step ', el('kbd', {}, 'End'), ' violation')));
  return {
    element,
    show(n, text) {
      slider.value = String(n);
      slider.style.setProperty('--at', `${(100 * n) / Math.max(1, last)}%`);
      count.textContent = n === 0 ? `${last} steps` : `Step ${n} of ${last}`;
      words.replaceChildren(...text);
      words.classList.toggle('bad', n === last);
      slider.setAttribute('aria-valuetext', `${count.textContent}: ${words.textContent}`);
      // A button that has the focus keeps it: it is not disabled, it only looks so.
      for (const [disabled, buttons] of [[n === 0, [first, back]], [n === last, [step, violation]]] as const) {
        for (const one of buttons) one.setAttribute('aria-disabled', String(disabled));
      }
    },
  };
}

/** A tick for each step, as long as they can be told apart. */
function ticks(last: number): HTMLElement[] {
  return Array.from({ length: last <= 60 ? last + 1 : 0 }, (_, n) => {
    const tick = el('i', { class: n === last ? 'tick bad' : 'tick', 'aria-hidden': 'true' });
    tick.style.setProperty('--at', String(n / Math.max(1, last)));
    return tick;
  });
}
