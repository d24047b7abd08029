// The walkthrough: it opens, every button of it does what it says, and every step can be completed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { closeTab, goTo, runCommand, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const [walkthrough] = JSON.parse(fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8')).contributes.walkthroughs;

test('the walkthrough leads to a race, to its fix, and to the tools', (t) => inWorkbench(t, path.join(PICTURES, 'walkthrough'), play));

async function play({ page, server, folder, lines, picture }) {
  const { keyboard } = page;
  const race = page.frameLocator('iframe.webview.ready >> nth=-1').frameLocator('iframe#active-frame');
  const verdict = (word) => race.locator('.verdict .word').filter({ hasText: word });
  const done = new Set();
  const step = (id) => page.locator(`.getting-started-step[data-step-id$="#${id}"]`);
  const open = async () => {
    // The list closes when something that came before takes the focus late.
    for (let tries = 1; ; tries++) {
      await runCommand(page, 'Welcome: Open Walkthrough...');
      try {
        await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: walkthrough.title }).first().click({ timeout: tries < 5 ? 5000 : 45000 });
        break;
      } catch (error) {
        if (tries >= 5) throw error;
        await keyboard.press('Escape');
      }
    }
    await step(walkthrough.steps[0].id).waitFor();
  };
  const expand = async (id) => {
    if (!/\bexpanded\b/.test(await step(id).getAttribute('class'))) await step(id).click();
    await page.locator(`.getting-started-step.expanded[data-step-id$="#${id}"]`).waitFor();
  };
  const press = (id, button) => step(id).locator('.monaco-button').filter({ hasText: button }).click();
  const completed = async (id) => {
    await step(id).locator('.codicon-getting-started-step-checked').first().waitFor();
    done.add(id);
  };

  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await open();
  assert.equal(await page.locator('.getting-started-step').count(), walkthrough.steps.length);
  await picture('opened');

  // The bundled race: it happens; stepped through to where it goes wrong.
  await expand('race');
  await press('race', 'Open the Race');
  await verdict('Sometimes').waitFor();
  await completed('race');
  for (const later of ['step', 'fix']) assert.equal(await step(later).locator('.codicon-getting-started-step-checked').count(), 0, `${later} is not done yet`);
  await picture('race');
  await keyboard.press('ArrowRight');
  await race.locator('aside h2').filter({ hasText: 'After step 1' }).waitFor();
  await keyboard.press('End');
  await race.locator('.row.bad.current').filter({ hasText: 'handle_userfault' }).waitFor();
  await expand('step');
  await completed('step');
  await picture('step');

  // Fixed: never.
  await expand('fix');
  await page.locator('.getting-started-media iframe, .getting-started-media .webview').first().waitFor({ state: 'attached' });
  await picture('fix');
  await press('fix', 'Open the Fixed Variant');
  await verdict('Never').waitFor();
  await completed('fix');
  await picture('never');
  await closeTab(page, 'Race');

  // A tree: the dialog opens; the view is shown.
  await expand('view');
  await press('view', 'Open a Kernel Tree');
  await page.locator('.quick-input-widget').filter({ hasText: 'Open Folder' }).waitFor();
  await keyboard.press('Escape');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await press('view', 'Show Findings');
  await page.locator('.sidebar .welcome-view-content').filter({ hasText: 'No userfaultfd race was found' }).waitFor();
  await completed('view');
  await picture('view');

  // The scenarios, as tests.
  await expand('tests');
  await press('tests', 'Show the Test Explorer');
  await page.locator('.sidebar .monaco-list-row').filter({ hasText: 'MISSING or MINOR event' }).first().waitFor();
  await completed('tests');
  await picture('tests');

  // What it says about a finding of one's own holds.
  await page.locator('.tab').filter({ hasText: 'hugetlb.c' }).click();
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await goTo(page, lines.recheck, lines.conditionColumn);
  await keyboard.press('Shift+End');
  await keyboard.type('0) {');
  await page.locator('.part.editor .squiggly-warning').first().waitFor();
  await goTo(page, lines.event);
  await runCommand(page, 'Kernel MM Review: Trace the Finding Here');
  await runCommand(page, 'Kernel MM Review: Next Step of the Trace');
  await open();
  await expand('trace');
  await completed('trace');
  await picture('completed');
  assert.deepEqual([...done].sort(), walkthrough.steps.map(({ id }) => id).sort());
}
