/** Elements are built, never parsed: no text becomes markup. */

type Child = Node | string | null | undefined | false;

interface Attributes {
  readonly class?: string;
  readonly [name: string]: string | number | boolean | undefined | ((event: Event) => void);
}

/** An element with attributes (functions are listeners: `click`) and children; what is null or false is left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts an element into grid rows (first and last, counted from 1) and columns. */
export function place(element: HTMLElement, rows: readonly [number, number], columns: readonly [number, number]): void {
  element.style.gridRow = `${rows[0]} / ${rows[1] + 1}`;
  element.style.gridColumn = `${columns[0]} / ${columns[1] + 1}`;
}

/** Long names may be broken after their parts, and nowhere else if that suffices. */
export function breakable(text: string): (Node | string)[] {
  return text.split(/(?<=[._>,]|\w\()(?=\w)/).flatMap((part, index) => (index === 0 ? [part] : [el('wbr'), part]));
}

/** Text with code in backquotes. */
export function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : el('code', {}, part)));
}

/** For screen readers only. */
export function hidden(text: string): HTMLElement {
  return el('span', { class: 'hidden' }, text);
}

/** Makes an element that may scroll a region with a name. While there is more of it than fits, it takes the focus, so that keys can scroll it. */
export function scrollable(element: HTMLElement, label: string): HTMLElement {
  if (element.localName !== 'aside') element.setAttribute('role', 'region');
  element.setAttribute('aria-label', label);
  const look = new ResizeObserver(() => {
    if (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  });
  for (const observed of [element, ...element.children]) look.observe(observed);
  return element;
}
