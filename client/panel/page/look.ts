/** How a race is looked at, besides the step: kept with it. */
import { el } from './dom';

export interface Look {
  /** Whether the replay on the fixed code stands beside. */
  readonly sideBySide: boolean;
  /** How large the schedule is drawn. */
  readonly zoom: number;
  /** Whether the editor beside follows the steps. */
  readonly follow: boolean;
}

const SIZES = [0.5, 0.65, 0.8, 1, 1.25, 1.5, 2] as const;

/** The next size up or down; the same at the end. */
export function zoomed(zoom: number, by: 1 | -1): number {
  const next = by > 0 ? SIZES.find((size) => size > zoom) : SIZES.findLast((size) => size < zoom);
  return next ?? zoom;
}

export function drawZoom(look: Look, onLook: (look: Look) => void): HTMLElement {
  const percent = `${Math.round(100 * look.zoom)}%`;
  const button = (name: string, label: string, sign: string, zoom: number): HTMLElement => el('button', {
    type: 'button', class: 'button', 'data-do': name, 'aria-label': label, title: label, 'aria-disabled': zoom === look.zoom ? 'true' : undefined, click: () => onLook({ ...look, zoom }),
  }, sign);
  return el('span', { class: 'zoom', role: 'group', 'aria-label': 'Size of the schedule' },
    button('smaller', 'Smaller (-)', '−', zoomed(look.zoom, -1)), button('normal', `${percent}, normal size (0)`, percent, 1), button('larger', 'Larger (+)', '+', zoomed(look.zoom, 1)));
}
