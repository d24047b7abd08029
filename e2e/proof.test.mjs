// The proof of a finding: the view says that it is confirmed, the slice opens as a race whose steps lead to the file's own lines, and as a document of its own.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { goTo, runCommand, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { inWorkbench } from './session.mjs';

const PICTURES = path.join(projectDir, 'artifacts/e2e/proof');

test('a finding is proven, and its proof is opened', (t) => inWorkbench(t, PICTURES, play));

async function play({ t, page, server, folder, lines, picture }) {
  const finding = page.locator('.sidebar .monaco-list-row').filter({ hasText: 'hugetlb_no_page() raises MISSING' });
  const race = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await page.locator('.activitybar .action-item').filter({ has: page.locator('[aria-label^="Kernel MM Review"]') }).click();
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  await finding.waitFor();

  // Nobody asks for it: the finding stays, and a word comes behind it.
  const since = Date.now();
  await finding.filter({ hasText: `${lines.event}, confirmed` }).waitFor({ timeout: 90_000 });
  t.diagnostic(`from the finding to its verdict: ${Date.now() - since} ms`);
  assert.equal(await finding.count(), 1);
  await picture('confirmed');

  await finding.hover();
  await finding.locator('[aria-label="Open the Proof"]').click();
  await race.locator('.verdict .word').filter({ hasText: 'Sometimes' }).waitFor();
  await race.locator('h1').filter({ hasText: 'as it is, in mm/' }).waitFor();
  await picture('panel');

  // The steps lead to the file that was edited, at the line of the event.
  await race.locator('[data-do=follow]').click();
  await race.locator('h1').click();
  await page.keyboard.press('End');
  await race.locator('.row.bad.current').filter({ hasText: 'handle_userfault' }).waitFor();
  await page.locator('.part.editor .view-lines').filter({ hasText: 'handle_userfault' }).first().waitFor();
  await picture('last-step');
  await page.locator('.tab').filter({ hasText: 'Race' }).click({ button: 'middle' });

  await goTo(page, lines.event);
  await runCommand(page, 'Kernel MM Review: Open This Finding as a Litmus Test');
  await page.locator('.tab').filter({ hasText: 'Untitled-1' }).waitFor();
  await page.locator('.part.editor .view-lines').filter({ hasText: /^C\s.*lockless-pte-to-userfault/ }).first().waitFor();
  await picture('litmus');
}
