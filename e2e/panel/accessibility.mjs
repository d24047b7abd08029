// Axe, in every theme and every state of the page: what people with other eyes, ears or hands than ours would stumble over.
/* global window -- what runs inside of the page */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { post, setTheme } from './page.mjs';
import { THEMES } from './themes.mjs';
import { stepOf, target } from './views.mjs';

/** The states of the page: what is shown, and what is done then. */
const STATES = {
  'before the first step': { view: 'buggy' },
  'in the middle, with steps to come': { view: 'buggy', step: (view) => stepOf(view, 'orig_pte = huge_ptep_get') },
  'at the violation': { view: 'buggy', step: (view) => view.steps.length },
  'narrow': { view: 'buggy', step: () => 4, width: 400 },
  'side by side': { view: 'buggy', step: () => 9, act: (page) => page.locator('[data-do=side-by-side]').click() },
  'all that can be opened is open': {
    view: 'buggy', step: () => 3,
    async act(page, { schedules }) {
      for (const summary of await page.locator('details.schedules > summary, details.herd > summary, details:not([class]) > summary').all()) await summary.click();
      await post(page, { type: 'schedules', choice: { target }, ...schedules });
      await page.locator('.schedules li').first().waitFor();
    },
  },
  'schedules are looked for': { view: 'buggy', act: (page) => page.locator('.schedules summary').click() },
  'an order of the reader\'s choice': { view: 'other', step: (view) => view.steps.length - 1 },
  'a choice that ends well': { view: 'safe', step: () => 2 },
  'nothing goes wrong': { view: 'fixed' },
  'long, with many locks and variants': { view: 'large', step: () => 60 },
  'being explored': { view: 'buggy', act: async (page) => { await post(page, { type: 'busy', choice: { target }, states: 123456 }); await page.locator('.busy').waitFor(); } },
  'being explored for the first time': { act: async (page) => { await post(page, { type: 'busy', choice: { target }, states: null }); await page.locator('.busy').waitFor(); } },
  'not to be shown': { act: (page) => post(page, { type: 'problems', choice: { target, variant: 'buggy', adversary: 'migration', schedule: [] }, problems: [{ line: 3, column: 4, message: 'there is no such variant' }] }) },
  'something was done': { view: 'buggy', act: (page) => post(page, { type: 'done', words: 'Copied the diagram as text.' }) },
  'empty': {},
};

const COLOUR_RULES = ['color-contrast', 'link-in-text-block', 'target-size'];

export function accessibilityTests(panel) {
  for (const [name, { view: key, step = () => null, width = 1200, act = () => undefined }] of Object.entries(STATES)) {
    test(`in nobody's way: ${name}`, async () => {
      const view = key && panel.getViews()[key];
      const { page, close } = await panel.show(view, { width, step: view && step(view) });
      await act(page, panel.getViews());
      await page.evaluate(axe.source);
      const found = [];
      for (const theme of THEMES) {
        await setTheme(page, theme);
        // A theme changes colours: everything else was seen in the first one.
        const { violations, incomplete } = await page.evaluate((rules) => window.axe.run(window.document, { resultTypes: ['violations', 'incomplete'], ...rules }), theme === THEMES[0] ? {} : { runOnly: COLOUR_RULES });
        found.push(...violations.map(({ id, impact, nodes }) => `${theme}: ${id} (${impact}): ${told(nodes)}`));
        if (process.env.E2E_VERBOSE) for (const { id, nodes } of incomplete) console.log(`? ${theme} ${name}: ${id}: ${told(nodes)}`);
      }
      assert.deepEqual(found, []);
      await close();
    });
  }
}

/** What axe says of an element, for the first few. */
function told(nodes) {
  return `${nodes.length} elements\n${nodes.slice(0, 6).map(({ html, any, all, none }) => `    ${html.slice(0, 160)}\n      ${[...any, ...all, ...none].map(({ message }) => message).join('; ')}`).join('\n')}`;
}
