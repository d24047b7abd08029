// The page of the race panel in a plain browser: every theme, wide and narrow, by keyboard.
/* global document, window -- what runs inside of the page */
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { openBrowser } from './browser.mjs';
import { accessibilityTests } from './panel/accessibility.mjs';
import { keyboardTests } from './panel/keyboard.mjs';
import { kept, openPanel, post, refused, saysLast, sent, serveTo } from './panel/page.mjs';
import { pictureTests } from './panel/pictures.mjs';
import { recordViews, stepOf, target } from './panel/views.mjs';

const PICTURES = path.join(projectDir, 'artifacts/e2e/panel');
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-panel-'));
let context;
let requests;
let views;

before(async () => {
  execFileSync(process.execPath, [path.join(projectDir, 'scripts/build.mjs')]);
  fs.mkdirSync(PICTURES, { recursive: true });
  views = await recordViews();
  // Letters are drawn the same way whatever the machine prefers.
  context = await openBrowser(home, { args: ['--font-render-hinting=none', '--disable-lcd-text'] });
  requests = await serveTo(context);
});
after(async () => {
  await context?.close();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

/** A page that shows a view, or nothing yet. */
async function show(view, { step = null, theme, width = 1200, height = 860, state } = {}) {
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openPanel(page, { theme, state });
  if (view !== undefined) {
    await post(page, { type: 'race', choice: { target, variant: view.variant }, view, step });
    await page.locator('.verdict').waitFor();
  }
  return {
    page, errors,
    async close() {
      assert.deepEqual(errors, []);
      assert.deepEqual(await refused(page), [], 'what the policy of the page does not allow');
      await page.close();
    },
  };
}

const panel = { show, getViews: () => views };
accessibilityTests(panel);
keyboardTests(panel);
pictureTests(panel);

test('the keyboard steps, the slider and the table follow, and the step is told and kept', async () => {
  const { page, close } = await show(views.buggy);
  const last = views.buggy.steps.length;
  assert.deepEqual(await sent(page), [{ type: 'ready' }, { type: 'step', step: 0 }]);
  assert.equal(await page.locator('.row.later').count(), 0, 'before the first step all of it is shown');
  await page.keyboard.press('ArrowRight');
  await page.locator('.row.current').waitFor();
  assert.equal(await page.locator('input[type=range]').inputValue(), '1');
  await page.keyboard.press('End');
  await page.locator('.row.bad.current').filter({ hasText: 'handle_userfault' }).waitFor();
  assert.equal(await page.locator('.row.current').getAttribute('aria-current'), 'step');
  assert.match(await page.locator('[aria-live=polite]').innerText(), /handle_userfault/);
  assert.equal(await page.locator('.count').innerText(), `Step ${last} of ${last}`);
  assert.deepEqual(await kept(page), { choice: { target, variant: 'buggy' }, step: last, sideBySide: false, zoom: 1, follow: false });
  await page.keyboard.press('Home');
  assert.equal(await page.locator('.row.current').count(), 0);
  // On the slider the same keys do the same.
  await page.locator('input[type=range]').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('aside h2').innerText(), 'After step 1');
  await page.locator('button[aria-label=Violation]').click();
  assert.equal(await page.locator('aside h2').innerText(), `After step ${last}`);
  // It looks disabled there, and does nothing.
  await page.locator('button[aria-label=Step]').click({ force: true });
  assert.equal(await page.locator('aside h2').innerText(), `After step ${last}`);
  const clears = stepOf(views.buggy, 'huge_ptep_modify_prot_start');
  await page.locator('.row.step').filter({ hasText: 'huge_ptep_modify_prot_start' }).first().click();
  assert.equal(await page.locator('aside h2').innerText(), `After step ${clears}`);
  assert.match(await page.locator('tr.changed').filter({ hasText: /^pte/ }).innerText(), /none/);
  await close();
});

test('a schedule is played, held and played to its end', async () => {
  const { page, close } = await show(views.buggy);
  const last = views.buggy.steps.length;
  await page.locator('select[aria-label=Speed]').selectOption('4');
  await page.locator('h1').click();
  await page.keyboard.press('Space');
  await page.locator('button[aria-label=Pause]').waitFor();
  await page.locator('aside h2').filter({ hasText: /After step/ }).waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.locator('button[aria-label=Play]').waitFor();
  const held = await page.locator('aside h2').innerText();
  await page.waitForTimeout(400);
  assert.equal(await page.locator('aside h2').innerText(), held, 'whoever steps has taken over');
  // The button, by keyboard: the space bar presses it and does nothing else.
  await page.locator('[data-do=play]').focus();
  await page.keyboard.press('Space');
  await page.locator('aside h2').filter({ hasText: `After step ${last}` }).waitFor();
  await page.locator('button[aria-label=Play]').waitFor();
  for (const control of await page.locator('footer button, footer input, footer select').all()) assert.ok(await control.getAttribute('aria-label'));
  await close();
});

test('a page that was away comes back to its step', async () => {
  const state = { choice: { target, variant: 'buggy' }, step: 3 };
  const { page, close } = await show(views.buggy, { state });
  assert.equal(await page.locator('aside h2').innerText(), 'After step 3');
  await close();
  const other = await show(views.buggy, { state: { ...state, choice: { target } } });
  assert.equal(await other.page.locator('aside h2').innerText(), 'Before the first step');
  await other.close();
});

test('the failing schedule beside its replay on the fixed code', async () => {
  for (const view of views.all.filter(({ sideBySide }) => sideBySide !== null)) {
    for (const [theme, width] of [['light', 1200], ['light', 500]]) {
      if (view.name !== views.buggy.name && width !== 1200) continue;
      const { page, close } = await show(view, { theme, width, step: Math.ceil(view.steps.length / 2) });
      await page.locator('[data-do=side-by-side]').click();
      await page.locator('.lanes.pair').waitFor();
      assert.equal(await page.locator('[data-do=side-by-side]').evaluate((button) => button === document.activeElement), true);
      assert.equal(await page.locator('.parting').count(), 1, view.name);
      assert.equal((await kept(page)).sideBySide, true);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, `${view.name} at ${width}`);
      // The same step stands at the same height.
      const step = stepOf(views.buggy, 'orig_pte = huge_ptep_get');
      if (view === views.buggy) {
        await page.locator('.row.step').filter({ hasText: 'vmf.orig_pte = huge_ptep_get' }).first().click();
        assert.equal(await page.locator('aside h2').innerText(), `After step ${step}`);
        const tops = await page.locator('.row.current').evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
        assert.equal(tops.length, 2);
        assert.equal(tops[0], tops[1]);
      }
      await page.screenshot({ path: path.join(PICTURES, `pair-${view.name}-${theme}-${width}.png`), animations: 'disabled', fullPage: true });
      await page.locator('[data-do=side-by-side]').click();
      await page.locator('.lanes:not(.pair)').first().waitFor();
      await close();
    }
  }
  const { page, close } = await show(views.fixed);
  await page.locator('[data-do=side-by-side]').click();
  await page.locator('.parting').waitFor();
  await close();
});

test('beside its replay or alone, larger or smaller: the current step stays in view', async () => {
  for (const [width, height] of [[1200, 500], [500, 700]]) {
    const { page, close } = await show(views.buggy, { width, height, step: stepOf(views.buggy, 'handle_userfault') - 1 });
    const inView = () => page.evaluate(() => {
      const floor = document.querySelector('footer').getBoundingClientRect().top;
      return [...document.querySelectorAll('main .row.current')].map((row) => row.getBoundingClientRect()).map(({ top, bottom }) => top >= 0 && bottom <= floor);
    });
    assert.deepEqual(await inView(), [true]);
    for (const [button, shown] of [['side-by-side', [true]], ['larger', [true]], ['side-by-side', [true]]]) {
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.locator(`[data-do=${button}]`).click();
      await page.locator(`[data-do=${button}]`).evaluate((element) => element === document.activeElement).then((has) => assert.ok(has, `${button} keeps the focus`));
      assert.deepEqual(await inView(), shown, `after ${button}, ${width} by ${height}`);
    }
    await close();
  }
  // Where both have taken the same steps, both are marked.
  const { page, close } = await show(views.buggy, { width: 1200, height: 420, step: stepOf(views.buggy, 'orig_pte = huge_ptep_get') });
  await page.locator('[data-do=side-by-side]').click();
  const boxes = await page.locator('.row.current').evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom]));
  const floor = await page.locator('footer').evaluate((element) => element.getBoundingClientRect().top);
  assert.equal(boxes.length, 2);
  for (const [top, bottom] of boxes) assert.ok(top >= 0 && bottom <= floor, `${top} to ${bottom}, above ${floor}`);
  await close();
});

test('other schedules are listed, chosen, and branched off', async () => {
  const { page, close } = await show(views.buggy, { theme: 'light' });
  await page.locator('details.schedules summary').click();
  await saysLast(page, { type: 'schedules' });
  await post(page, { type: 'schedules', choice: { target }, ...views.schedules });
  const entries = page.locator('.schedules li');
  assert.equal(await entries.count(), views.schedules.schedules.length);
  await page.locator('details.schedules').screenshot({ path: path.join(PICTURES, 'schedules.png') });
  await entries.last().locator('button').click();
  assert.deepEqual((await sent(page)).at(-1), { type: 'choose', variant: 'buggy', adversary: null, schedule: views.schedules.schedules.at(-1).moves, step: 0 });
  // From a step on, the other thread: by keyboard.
  const at = stepOf(views.buggy, 'huge_ptep_modify_prot_start');
  await page.locator('h1').click();
  for (let n = 0; n < at; n++) await page.keyboard.press('ArrowRight');
  await page.locator('.turn').focus();
  await page.keyboard.press('Enter');
  const chosen = (await sent(page)).at(-1);
  assert.deepEqual(chosen, { type: 'choose', variant: 'buggy', adversary: null, schedule: [...views.buggy.schedule.moves.slice(0, at), { thread: 0, way: 0 }], step: at + 1 });
  // The answer.
  const choice = { target, variant: 'buggy', schedule: chosen.schedule };
  await post(page, { type: 'race', choice, view: views.other, step: at + 1 });
  await page.locator('.chosen').waitFor();
  assert.equal(await page.locator('aside h2').innerText(), `After step ${at + 1}`);
  assert.deepEqual((await kept(page)).choice, choice);
  await page.screenshot({ path: path.join(PICTURES, 'other-order.png'), animations: 'disabled' });
  await page.locator('[data-do=shortest]').click();
  assert.equal((await sent(page)).at(-1).schedule, null);
  await close();
});

test('a schedule that ends well has no violation to go to', async () => {
  const { page, close } = await show(views.safe, { theme: 'dark', step: 2 });
  assert.equal(await page.locator('.verdict .word').innerText(), 'Never');
  assert.equal(await page.locator('button[aria-label=Violation]').count(), 0);
  await page.locator('button[aria-label=Last]').click();
  assert.equal(await page.locator('.words.bad, .tick.bad, .row.bad').count(), 0);
  assert.match(await page.locator('.chosen').innerText(), /It goes well; so does every other/);
  await page.screenshot({ path: path.join(PICTURES, 'safe.png'), animations: 'disabled' });
  await close();
});

test('a long exploration tells how far it is and can be cancelled', async () => {
  const { page, close } = await show(views.buggy);
  await post(page, { type: 'busy', choice: { target, variant: 'fixed' }, states: 123456 });
  await page.locator('.busy [role=status]').filter({ hasText: '123,456 states so far' }).waitFor();
  await page.screenshot({ path: path.join(PICTURES, 'busy.png'), animations: 'disabled' });
  await page.locator('[data-do=cancel]').click();
  assert.deepEqual((await sent(page)).at(-1), { type: 'cancel' });
  await post(page, { type: 'race', choice: { target, variant: 'buggy' }, view: views.buggy, step: null });
  await page.locator('.busy').waitFor({ state: 'detached' });
  await close();
});

test('size, statistics, and the source that follows', async () => {
  const { page, close } = await show(views.buggy, { step: 3 });
  const width = () => page.locator('.row.current code').evaluate((element) => element.getBoundingClientRect().height);
  const before = await width();
  await page.locator('h1').click();
  await page.keyboard.press('+');
  await page.locator('.zoom').filter({ hasText: '125%' }).waitFor();
  assert.ok(await width() > before);
  assert.equal((await kept(page)).zoom, 1.25);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0);
  await page.screenshot({ path: path.join(PICTURES, 'larger.png'), animations: 'disabled' });
  await page.keyboard.press('0');
  await page.locator('[data-do=smaller]').click();
  await page.locator('.zoom').filter({ hasText: '80%' }).waitFor();
  await page.locator('details.herd summary').click();
  assert.match(await page.locator('.herd pre').innerText(), /^Test hugetlb-missing-unstable-pte\+buggy Allowed\nStates \d+\n[^]*Observation \S+ Sometimes \d+ \d+/);
  await page.locator('[data-do=follow]').click();
  assert.ok((await sent(page)).some(({ type, on }) => type === 'follow' && on));
  await post(page, { type: 'goto', step: 5 });
  await page.locator('aside h2').filter({ hasText: 'After step 5' }).waitFor();
  await close();
});

test('buttons ask the host', async () => {
  const { page, close } = await show(views.buggy);
  await page.locator('[data-variant=fixed]').click();
  await page.locator('[data-do=copy]').click();
  await page.locator('[data-do=export]').click();
  await page.locator('[data-do=source]').click();
  await page.locator('button.chip').click();
  await page.locator('select[aria-label="Other thread"]').selectOption({ index: 1 });
  assert.deepEqual((await sent(page)).filter(({ type }) => type !== 'ready' && type !== 'step'), [
    { type: 'choose', variant: 'fixed', adversary: null, schedule: null, step: 0 }, { type: 'copy' }, { type: 'export' }, { type: 'source', line: null }, { type: 'rule' },
    { type: 'choose', variant: 'buggy', adversary: views.buggy.adversaries[0].name, schedule: null, step: 0 },
  ]);
  await post(page, { type: 'done', words: 'Copied.' });
  await page.locator('.toast.shown').filter({ hasText: 'Copied.' }).waitFor();
  await close();
});

test('a variant in which nothing goes wrong, problems, and strangers', async () => {
  const { page, close } = await show(views.fixed);
  assert.equal(await page.locator('.verdict .word').innerText(), 'Never');
  assert.equal(await page.locator('footer').count(), 0);
  await page.locator('.fix .mark.good').first().waitFor();
  await page.screenshot({ path: path.join(PICTURES, 'never.png'), animations: 'disabled' });
  await post(page, { type: 'race', choice: { target }, view: { version: 2 }, step: null });
  await post(page, { type: 'problems', choice: { target }, problems: [{ line: 3, column: 4, message: '<b>bold</b> is no lock' }] });
  await page.locator('.problems li').filter({ hasText: '3:4 <b>bold</b> is no lock' }).waitFor();
  assert.equal(await page.locator('.problems b').count(), 0);
  await page.locator('button').filter({ hasText: 'Try again' }).click();
  assert.deepEqual((await sent(page)).at(-1), { type: 'again' });
  await close();
});

test('every scenario that ships can be shown, step by step', async () => {
  for (const view of views.all) {
    const { page, close } = await show(view, { theme: 'light' });
    for (const width of [1200, 500]) {
      await page.setViewportSize({ width, height: 860 });
      await page.keyboard.press('Home');
      for (let n = 0; n <= view.steps.length; n++) await page.keyboard.press('ArrowRight');
      assert.equal(await page.locator('.row.current').count(), 1, view.name);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, `${view.name} at ${width}`);
      if (width === 1200) await page.screenshot({ path: path.join(PICTURES, `${view.name}.png`), animations: 'disabled', fullPage: true });
    }
    await close();
  }
});

test('a long schedule is drawn at once', async (t) => {
  for (const key of ['buggy', 'large']) {
    const { page, close } = await show(undefined);
    const view = views[key];
    const [drawn, painted] = await page.evaluate((message) => new Promise((resolve) => {
      const began = window.performance.now();
      const look = new window.MutationObserver(() => {
        if (document.querySelector('.row.step') === null) return;
        look.disconnect();
        const built = window.performance.now() - began;
        window.requestAnimationFrame(() => setTimeout(() => resolve([built, window.performance.now() - began])));
      });
      look.observe(document.body, { childList: true, subtree: true });
      window.postMessage(message, '*');
    }), { type: 'race', choice: { target, variant: view.variant }, view, step: null });
    t.diagnostic(`${view.steps.length} steps of ${view.threads.length} threads: ${Math.round(drawn)} ms from the message to the first step, ${Math.round(painted)} ms until it is painted`);
    // Much more than it takes, for machines that do other things as well; that all is drawn for each step would take longer.
    assert.ok(painted < 3000, `${painted} ms`);
    await close();
  }
});

test('the page asks nothing of the network', () => {
  assert.ok(requests.answered > 0);
  assert.deepEqual(requests.foreign, []);
});
