// The page by keyboard alone: no mouse is touched here.
/* global document, window, getComputedStyle -- what runs inside of the page */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { kept, post, saysLast, sent } from './page.mjs';
import { THEMES } from './themes.mjs';
import { stepOf, target } from './views.mjs';

/** What has the focus: its name for assistive programs, or its text. */
const focused = (page) => page.evaluate(() => {
  const { activeElement: element } = document;
  if (element === null || element === document.body) return null;
  return element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent.trim();
});

/** Presses Tab until that has the focus. */
async function tabTo(page, name, key = 'Tab') {
  const passed = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(key);
    const now = await focused(page);
    if (now === name) return;
    passed.push(now);
  }
  assert.fail(`${key} does not lead to ${name}, but to ${passed.join(', ')}`);
}

/** Everything that Tab leads to, in order, from the beginning of the page. */
async function tabStops(page) {
  const stops = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (now === null || (stops.length > 0 && now === stops[0])) break;
    stops.push(now);
  }
  return stops;
}

const heading = (page) => page.locator('aside h2').innerText();

export function keyboardTests({ show, ...panel }) {
  const last = () => panelViews().buggy.steps.length;
  const panelViews = () => panel.getViews();

  test('keyboard: Tab goes through all controls from above, and back', async () => {
    const { buggy } = panelViews();
    const { page, close } = await show(buggy, { step: 3 });
    const stops = await tabStops(page);
    assert.deepEqual(stops, [
      buggy.rule, ...buggy.variants.map(({ name }) => name), 'Other thread', 'Side by side', 'Smaller (-)', '100%, normal size (0)', 'Larger (+)', 'Copy as diagram', 'Export …', 'Source', 'Follow source',
      buggy.fix.title, 'Other schedules', 'About this scenario', 'Statistics, as herd reports them', 'take this order: P1 moves here',
      'First', 'Back', 'Play', 'Step', 'Violation', 'Step', 'Speed',
    ]);
    await tabTo(page, 'Speed');
    await tabTo(page, buggy.rule, 'Shift+Tab');
    await close();
  });

  test('keyboard: what has the focus can be seen, in every theme', async () => {
    for (const theme of THEMES) {
      const { page, close } = await show(panelViews().buggy, { theme, step: 3 });
      const hidden = [];
      for (let presses = 0; presses < 30; presses++) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(() => {
          const { activeElement: element } = document;
          if (element === document.body) return undefined;
          const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
          const { top, bottom, left, right } = element.getBoundingClientRect();
          const footer = document.querySelector('footer');
          const covered = !footer.contains(element) && bottom > footer.getBoundingClientRect().top + 1;
          return { name: element.textContent.trim() || element.getAttribute('aria-label'), outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !/, 0\)$/.test(outlineColor), inView: top >= -1 && left >= -1 && right <= window.innerWidth + 1 && !covered };
        });
        if (seen && !(seen.outlined && seen.inView)) hidden.push(`${seen.name}: ${JSON.stringify(seen)}`);
      }
      assert.deepEqual(hidden, [], theme);
      await close();
    }
  });

  test('keyboard: arrows, Home and End go through the steps, on the page and on its buttons', async () => {
    const { buggy } = panelViews();
    const { page, close } = await show(buggy);
    await page.keyboard.press('ArrowRight');
    assert.equal(await heading(page), 'After step 1');
    await tabTo(page, 'Side by side');
    await page.keyboard.press('ArrowRight');
    assert.equal(await heading(page), 'After step 2');
    await page.keyboard.press('End');
    assert.equal(await heading(page), `After step ${last()}`);
    await page.keyboard.press('ArrowRight');
    assert.equal(await heading(page), `After step ${last()}`);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await heading(page), `After step ${last() - 1}`);
    await page.keyboard.press('Home');
    assert.equal(await heading(page), 'Before the first step');
    await tabTo(page, 'Step');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    assert.equal(await heading(page), 'After step 2');
    assert.equal(await focused(page), 'Step');
    await close();
  });

  test('keyboard: the slider', async () => {
    const { page, close } = await show(panelViews().buggy);
    await tabTo(page, 'Violation');
    await page.keyboard.press('Tab');
    for (const [key, expected] of [['ArrowRight', 1], ['ArrowUp', 2], ['ArrowLeft', 1], ['End', last()], ['Home', 0], ['PageUp', undefined]]) {
      await page.keyboard.press(key);
      const value = await page.evaluate(() => document.activeElement.value);
      if (expected !== undefined) assert.equal(value, String(expected), key);
      assert.equal(await heading(page), value === '0' ? 'Before the first step' : `After step ${value}`, key);
    }
    await page.keyboard.press('Space');
    await page.locator('button[aria-label=Pause]').waitFor();
    await page.keyboard.press('Space');
    await page.locator('button[aria-label=Play]').waitFor();
    await close();
  });

  test('keyboard: variants, the other thread and the speed are chosen', async () => {
    const { buggy, large } = panelViews();
    const { page, close } = await show(buggy);
    await tabTo(page, 'fixed');
    await page.keyboard.press('Enter');
    assert.deepEqual((await sent(page)).at(-1), { type: 'choose', variant: 'fixed', adversary: null, schedule: null, step: 0 });
    // The answer draws all anew, and whoever has come to the button stays there.
    await post(page, { type: 'race', choice: { target, variant: 'fixed' }, view: panelViews().fixed, step: null });
    await page.locator('[data-variant=fixed][aria-pressed=true]').waitFor();
    assert.equal(await focused(page), 'fixed');
    await tabTo(page, 'Other thread');
    await page.keyboard.press('ArrowDown');
    assert.deepEqual((await sent(page)).at(-1), { type: 'choose', variant: 'fixed', adversary: buggy.adversaries[0].name, schedule: null, step: 0 });
    // The list of the browser: opened, and left as it was.
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    assert.equal(await focused(page), 'Other thread');
    const count = (await sent(page)).length;
    await page.keyboard.press('Home');
    assert.equal((await sent(page)).length, count + 1, 'Home chooses the first, and goes to no step');
    assert.deepEqual((await sent(page)).at(-1), { type: 'choose', variant: 'fixed', adversary: null, schedule: null, step: 0 });
    await close();
    const many = await show(large);
    await tabTo(many.page, 'Variant');
    await many.page.keyboard.press('ArrowDown');
    assert.equal((await sent(many.page)).at(-1).variant, large.variants[1].name);
    await many.close();
  });

  test('keyboard: size, side by side, following, copying, exporting and the source', async () => {
    const { page, close } = await show(panelViews().buggy, { step: 2 });
    for (const [key, zoom] of [['+', 1.25], ['+', 1.5], ['-', 1.25], ['0', 1]]) {
      await page.keyboard.press(key);
      assert.equal((await kept(page)).zoom, zoom, key);
    }
    await tabTo(page, 'Larger (+)');
    await page.keyboard.press('Enter');
    assert.equal((await kept(page)).zoom, 1.25);
    assert.equal(await focused(page), 'Larger (+)');
    await tabTo(page, 'Side by side', 'Shift+Tab');
    await page.keyboard.press('Space');
    await page.locator('.lanes.pair').waitFor();
    assert.equal(await focused(page), 'Side by side');
    assert.equal(await heading(page), 'After step 2', 'the space bar pressed the button and played nothing');
    await page.keyboard.press('Space');
    await page.locator('.lanes:not(.pair)').first().waitFor();
    for (const [name, type] of [['Copy as diagram', 'copy'], ['Export …', 'export'], ['Source', 'source'], ['Follow source', 'follow']]) {
      await tabTo(page, name);
      await page.keyboard.press('Enter');
      assert.ok((await sent(page)).some((message) => message.type === type), name);
      assert.equal(await focused(page), name);
    }
    await close();
  });

  test('keyboard: other schedules are opened, chosen, closed; Escape goes back to where they were opened', async () => {
    const { schedules } = panelViews();
    const { page, close } = await show(panelViews().buggy);
    await tabTo(page, 'Other schedules');
    await page.keyboard.press('Enter');
    await saysLast(page, { type: 'schedules' });
    await post(page, { type: 'schedules', choice: { target }, ...schedules });
    await page.locator('.schedules li').first().waitFor();
    await tabTo(page, schedules.schedules[0].title);
    await page.keyboard.press('Escape');
    assert.equal(await focused(page), 'Other schedules');
    assert.equal(await page.locator('.schedules li').first().isVisible(), false);
    await page.keyboard.press('Space');
    await tabTo(page, schedules.schedules.at(-1).title);
    await page.keyboard.press('Enter');
    assert.deepEqual((await sent(page)).at(-1).schedule, schedules.schedules.at(-1).moves);
    await close();
  });

  test('keyboard: another order is taken, looked at and given up', async () => {
    const { buggy, other } = panelViews();
    const at = stepOf(buggy, 'huge_ptep_modify_prot_start');
    const { page, close } = await show(buggy);
    for (let n = 0; n < at; n++) await page.keyboard.press('ArrowRight');
    await tabTo(page, 'take this order: P0 moves here');
    // Steps can be gone through from there as well.
    await page.keyboard.press('Enter');
    const { schedule } = (await sent(page)).at(-1);
    assert.deepEqual(schedule, [...buggy.schedule.moves.slice(0, at), { thread: 0, way: 0 }]);
    await post(page, { type: 'race', choice: { target, variant: 'buggy', schedule }, view: other, step: at + 1 });
    await page.locator('.chosen').waitFor();
    await page.keyboard.press('ArrowLeft');
    assert.equal(await heading(page), `After step ${at}`);
    await tabTo(page, 'Show the shortest that fails', 'Shift+Tab');
    await page.keyboard.press('Enter');
    assert.equal((await sent(page)).at(-1).schedule, null);
    await close();
  });

  test('keyboard: exploring is cancelled, and what cannot be shown is tried again', async () => {
    const { page, close } = await show(panelViews().buggy);
    await post(page, { type: 'busy', choice: { target }, states: 5 });
    await page.locator('.busy').waitFor();
    await page.keyboard.press('Escape');
    assert.deepEqual((await sent(page)).at(-1), { type: 'cancel' });
    await tabTo(page, 'Cancel');
    await page.keyboard.press('Enter');
    assert.equal((await sent(page)).filter(({ type }) => type === 'cancel').length, 2);
    await post(page, { type: 'problems', choice: { target }, problems: [{ line: 1, column: 1, message: 'no' }] });
    await page.locator('.problems').waitFor();
    await tabTo(page, 'Try again');
    await page.keyboard.press('Enter');
    assert.deepEqual((await sent(page)).at(-1), { type: 'again' });
    await close();
  });

  test('keyboard: a schedule that is wider than the page is scrolled', async () => {
    const { page, close } = await show(panelViews().large, { width: 400 });
    await tabTo(page, 'Schedule');
    await page.keyboard.press('Shift+ArrowRight');
    assert.equal(await heading(page), 'Before the first step', 'it goes to no step');
    const position = () => page.evaluate(() => document.activeElement.scrollLeft);
    await page.waitForFunction(() => document.activeElement.scrollLeft > 0, undefined, { timeout: 5000 }).catch(() => undefined);
    assert.ok(await position() > 0);
    await close();
  });
}
