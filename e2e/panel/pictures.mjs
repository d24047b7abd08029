// What the page looks like, held to pictures of it and to what can be measured.
//
// Two things differ between machines that have the same page and the same fonts: the release of Chromium, and how it smooths the edges of letters and lines. So
// what must not differ is measured, in whole pixels and with one to spare, for text may be rounded another way: where each row, bar, window, control and table
// stands. Pictures are for the rest: colours, lines, what covers what. They are compared with edges that are smoothed left out, and with little allowed besides.
//
// MM_REVIEW_UPDATE=1 writes both anew. After a failure the picture that was seen and the difference are in artifacts/e2e/panel/different/.
/* global document, window -- what runs inside of the page */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { post } from './page.mjs';
import { THEMES } from './themes.mjs';
import { stepOf } from './views.mjs';

const REFERENCES = path.join(import.meta.dirname, 'pictures');
const DIFFERENT = path.join(projectDir, 'artifacts/e2e/panel/different');
const UPDATE = process.env.MM_REVIEW_UPDATE === '1';

/** How different a pixel may be, from 0 to 1: about the step between two neighbouring greys of smoothed text. */
const THRESHOLD = 0.15;
/** Share of the pixels that may be more different. One word of text in another colour is more than that; a letter that is drawn a pixel wider is less. */
const ALLOWED = 0.002;
/** Pixels that a box may be off by. */
const OFF_BY = 1;

const PICTURES = {
  ...Object.fromEntries(THEMES.map((theme) => [`middle-${theme}`, { view: 'buggy', theme, step: (view) => stepOf(view, 'orig_pte = huge_ptep_get') }])),
  'violation-dark': { view: 'buggy', theme: 'dark', step: (view) => view.steps.length },
  'violation-high-contrast-light': { view: 'buggy', theme: 'high-contrast-light', step: (view) => view.steps.length },
  'narrow': { view: 'buggy', theme: 'light', step: () => 9, width: 400, height: 860 },
  'beside': { view: 'buggy', theme: 'dark', step: () => 9, width: 1400, act: (page) => page.locator('[data-do=side-by-side]').click() },
  'own-order': { view: 'other', theme: 'light', step: () => 7, height: 560 },
  'never': { view: 'fixed', theme: 'dark', height: 560 },
  'long': { view: 'large', theme: 'light', step: () => 60, width: 1600, height: 560 },
};

export function pictureTests({ show, getViews }) {
  for (const [name, { view: key, theme, step = () => null, width = 1000, height = 680, act = () => undefined }] of Object.entries(PICTURES)) {
    test(`picture: ${name}`, async () => {
      const view = getViews()[key];
      const { page, close } = await show(view, { theme, step: step(view), width, height });
      await act(page);
      await settled(page);
      const boxes = await page.evaluate(measure);
      const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
      if (UPDATE) {
        fs.mkdirSync(REFERENCES, { recursive: true });
        fs.writeFileSync(path.join(REFERENCES, `${name}.png`), PNG.sync.write(PNG.sync.read(picture), { colorType: 2 }));
        fs.writeFileSync(path.join(REFERENCES, `${name}.json`), `[\n${boxes.map((box) => JSON.stringify(box)).join(',\n')}\n]\n`);
      }
      const moved = differences(JSON.parse(fs.readFileSync(path.join(REFERENCES, `${name}.json`), 'utf8')), boxes);
      const differing = compare(name, picture);
      assert.deepEqual(moved, [], 'what has moved');
      assert.ok(differing <= ALLOWED, `${(100 * differing).toFixed(2)}% of the picture differ: see ${DIFFERENT}`);
      await close();
    });
  }

  test('pictures: none is left of what is not shown any more', () => {
    const names = Object.keys(PICTURES).flatMap((name) => [`${name}.json`, `${name}.png`]).sort();
    if (UPDATE) for (const name of fs.readdirSync(REFERENCES)) if (!names.includes(name)) fs.rmSync(path.join(REFERENCES, name));
    assert.deepEqual(fs.readdirSync(REFERENCES).sort(), names);
  });

  test('nothing is cut off, and no words lie upon others, however wide the panel is', async () => {
    for (const [key, steps] of [['buggy', [0, 9, 11]], ['large', [0, 60, 136]], ['other', [7]], ['fixed', [0]]]) {
      const { page, close } = await show(getViews()[key], { theme: 'light' });
      for (const width of [320, 400, 620, 860, 1200, 1600]) {
        await page.setViewportSize({ width, height: 860 });
        for (const step of steps) {
          await post(page, { type: 'goto', step });
          await settled(page);
          assert.deepEqual(await page.evaluate(defects), [], `${key} at step ${step}, ${width} pixels wide`);
        }
      }
      await close();
    }
  });
}

/** Fonts are there, and what is scrolled into view is in view. */
async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => { window.requestAnimationFrame(() => window.requestAnimationFrame(resolve)); });
  });
}

/** Where everything that has a place of its own stands, in whole pixels: what it is, left, top, width and height. */
function measure() {
  const parts = 'h1, .chip, .verdict, .say, .variants button, .button, select, .head, .row, .number, .lock, .window, .window-name, .remark, .parting, .divider, aside, table, details, footer, .words, .slider';
  return [...document.querySelectorAll(parts)].map((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const name = `${element.localName}.${element.className} ${(element.getAttribute('aria-label') ?? element.textContent).trim().replace(/\s+/g, ' ').slice(0, 30)}`;
    return [name, ...[left, top, width, height].map(Math.round)];
  });
}

/** What a reader would stumble over. */
function defects() {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > window.innerWidth) found.push(`the page is ${scrollWidth} pixels wide`);
  const name = (element) => `${element.className} "${element.textContent.trim().slice(0, 40)}"`;
  const scrolled = (element) => element.closest('[tabindex="0"]') !== null;
  for (const element of document.querySelectorAll('.row, .remark, .head, .window-name, .number, .button, .variants button, .chip, .verdict, th, td, h1, h2, .say, .words, .count, summary')) {
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) found.push(`${name(element)} has ${element.scrollWidth} pixels in ${element.clientWidth}`);
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && !scrolled(element) && (left < -1 || right > window.innerWidth + 1)) found.push(`${name(element)} leaves the page`);
  }
  const footer = document.querySelector('footer')?.getBoundingClientRect();
  if (footer && (footer.bottom > window.innerHeight + 1 || footer.height > window.innerHeight / 3)) found.push('the controls are not in view, or hide the rest');
  const current = document.querySelector('.row.current')?.getBoundingClientRect();
  if (current && (current.top < 0 || current.bottom > footer.top + 1)) found.push('the current step is not in view');
  // Words of rows: a row stands below the one before in its column, and clear of its bars.
  for (const lanes of document.querySelectorAll('.lanes')) {
    const rows = [...lanes.querySelectorAll('.row, .window-name')].map((element) => ({ element, box: element.getBoundingClientRect() }));
    rows.forEach(({ element, box }, index) => {
      for (const other of rows.slice(index + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 1) found.push(`${name(element)} and ${name(other.element)} overlap`);
      }
    });
    const words = [...lanes.querySelectorAll('.row code')].map((element) => ({ element, box: element.getBoundingClientRect() }));
    for (const lock of lanes.querySelectorAll('.lock')) {
      const bar = lock.getBoundingClientRect();
      for (const { element, box } of words) {
        if (Math.min(bar.right, box.right) - Math.max(bar.left, box.left) > 1 && Math.min(bar.bottom, box.bottom) - Math.max(bar.top, box.top) > 1) found.push(`${name(lock)} lies upon ${name(element)}`);
      }
    }
  }
  return [...new Set(found)];
}

function differences(expected, actual) {
  if (expected.length !== actual.length) return [`there are ${actual.length} parts, not ${expected.length}`];
  return actual.flatMap(([name, ...box], index) => {
    const [known, ...place] = expected[index];
    if (known !== name) return [`${name} is in place of ${known}`];
    return box.some((number, at) => Math.abs(number - place[at]) > OFF_BY) ? [`${name} is at ${box.join(' ')}, not at ${place.join(' ')}`] : [];
  });
}

/** Share of pixels that differ; keeps both pictures when they are too many. */
function compare(name, picture) {
  const actual = PNG.sync.read(picture);
  const expected = PNG.sync.read(fs.readFileSync(path.join(REFERENCES, `${name}.png`)));
  const { width, height } = expected;
  if (actual.width !== width || actual.height !== height) return 1;
  const difference = new PNG({ width, height });
  const share = pixelmatch(expected.data, actual.data, difference.data, width, height, { threshold: THRESHOLD, includeAA: false }) / (width * height);
  if (share > ALLOWED) {
    fs.mkdirSync(DIFFERENT, { recursive: true });
    fs.writeFileSync(path.join(DIFFERENT, `${name}.png`), picture);
    fs.writeFileSync(path.join(DIFFERENT, `${name}-difference.png`), PNG.sync.write(difference));
  }
  return share;
}
