// From the warning to the race: quick fix, code lens and palette open the panel, and what can be done in it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { chooseQuickFix, focusEditor, goTo, runCommand, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const SCENARIO = 'hugetlb-missing-unstable-pte';
const COMMAND = 'Kernel MM Review: Open Related Race Scenario';

test('the race of a warning is opened and stepped through', (t) => inWorkbench(t, path.join(PICTURES, 'race'), play));

async function play({ t, page, context, server, folder, lines, picture }) {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  const race = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const verdict = (word) => race.locator('.verdict .word').filter({ hasText: word });
  const tab = (text) => page.locator('.tab').filter({ hasText: text });
  const rows = page.locator('.quick-input-list .monaco-list-row');
  const closePanel = async () => {
    await tab('Race').click({ button: 'middle' });
    await tab('Race').waitFor({ state: 'detached' });
  };

  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  assert.equal(await page.locator('.part.editor .codelens-decoration a').filter({ hasText: 'Open the race scenario' }).count(), 0);
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  await page.locator('.part.editor .squiggly-warning').first().waitFor();

  // The quick fix at the warning.
  await goTo(page, lines.event, 14);
  let since;
  await chooseQuickFix(page, t, 'Open the race', async () => {
    const offered = page.locator('.action-widget .monaco-list-row');
    for (const title of ['Recheck the entry with hugetlb_pte_stable() before the event', 'Silence lockless-pte-to-userfault here', 'Explain lockless-pte-to-userfault']) assert.equal(await offered.filter({ hasText: title }).count(), 1, title);
    await picture('quick-fix');
    since = Date.now();
  });
  await verdict('Sometimes').waitFor();
  t.diagnostic(`from the quick fix to the verdict: ${Date.now() - since} ms`);
  assert.match(await race.locator('.chip').first().innerText(), /lockless-pte-to-userfault/);
  assert.equal(await race.locator('.row.current').count(), 0);
  await picture('panel');

  // By the keyboard: to the violation, back, and to the beginning.
  await race.locator('h1').click();
  await page.keyboard.press('End');
  await race.locator('.row.bad.current').filter({ hasText: 'handle_userfault' }).waitFor();
  assert.match(await race.locator('.words').innerText(), /handle_userfault\(.*VM_UFFD_MISSING\).*MISSING event, but the page exists!/);
  await picture('violation');
  await page.keyboard.press('ArrowLeft');
  await race.locator('.row.bad.later').waitFor();
  await page.keyboard.press('Home');
  await race.locator('aside h2').filter({ hasText: 'Before the first step' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await race.locator('aside h2').filter({ hasText: 'After step 1' }).waitFor();

  await race.locator('[data-do=copy]').click();
  await race.locator('.toast.shown').filter({ hasText: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => globalThis.navigator.clipboard.readText());
  assert.match(copied, /handle_userfault\(/);
  assert.ok(copied.split('\n').every((line) => line.length <= 75), copied);

  await race.locator('[data-variant=fixed]').click();
  await verdict('Never').waitFor();
  await race.locator('.fix .mark.good').filter({ hasText: 'the schedules part here' }).waitFor();
  await picture('fixed');

  // The scenario's text, which cannot be written to.
  await race.locator('[data-do=source]').click();
  await tab(`${SCENARIO}.litmus`).waitFor();
  await page.locator('.part.editor .view-lines').filter({ hasText: SCENARIO }).first().waitFor();
  await picture('source');
  await tab(`${SCENARIO}.litmus`).click({ button: 'middle' });
  await closePanel();

  // The lens above the function.
  await goTo(page, lines.head);
  await focusEditor(page);
  const lens = page.locator('.part.editor .codelens-decoration a').filter({ hasText: 'Open the race scenario' });
  await lens.waitFor();
  await picture('lens');
  await lens.click();
  await verdict('Sometimes').waitFor();
  await closePanel();

  // The palette: with the cursor on the warning that one, elsewhere one from the list.
  await goTo(page, lines.event);
  await runCommand(page, COMMAND);
  await verdict('Sometimes').waitFor();
  await race.locator('.chip').filter({ hasText: 'lockless-pte-to-userfault' }).waitFor();
  await closePanel();
  await goTo(page, 1);
  await runCommand(page, COMMAND);
  await rows.filter({ hasText: 'fake-write-fault' }).waitFor();
  await picture('picker');
  await rows.filter({ hasText: 'fake-write-fault' }).click();
  await race.locator('.chip').filter({ hasText: 'fake-write-fault' }).waitFor();
}
