// Checking the whole tree: it says how far it is, can be cancelled, and brings the findings of files that are not open.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { chooseQuickFix, focusFindings, goTo, problems, runCommand, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const RULE = 'lockless-pte-to-userfault';
const COMMAND = 'Kernel MM Review: Check Whole Tree';

test('the whole tree is checked, and the check can be cancelled', (t) => inWorkbench(t, path.join(PICTURES, 'whole-tree'), play));

async function play({ t, page, server, home, folder, picture }) {
  const { keyboard } = page;
  const toast = (text) => page.locator('.notification-toast').filter({ hasText: text });
  const status = page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass');

  // A kernel takes a while.
  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await status.waitFor();
  await runCommand(page, COMMAND);
  const running = toast(/Checking/);
  await running.filter({ hasText: /\d+ of \d+/ }).waitFor();
  t.diagnostic(`progress: ${(await running.innerText()).replace(/\s+/g, ' ')}`);
  await picture('progress');
  await running.hover();
  await running.locator('.monaco-button').filter({ hasText: 'Cancel' }).click();
  await running.waitFor({ state: 'detached' });
  await status.waitFor();
  assert.equal(await toast('Checked').count(), 0, 'what was cancelled does not say that it checked');
  await picture('cancelled');

  // A small tree: only a file without findings is open.
  const small = path.join(home, 'demo');
  const text = fs.readFileSync(path.join(projectDir, 'examples/hugepage_fault.c'), 'utf8');
  for (const name of ['mm', 'include/linux']) fs.mkdirSync(path.join(small, name), { recursive: true });
  fs.writeFileSync(path.join(small, 'mm/hugepage_fault.c'), text);
  fs.writeFileSync(path.join(small, 'mm/open.c'), '#include <linux/mm.h>\n\nint mm_nothing(void)\n{\n\treturn 0;\n}\n');
  await page.goto(server.url(small, path.join(small, 'mm/open.c')));
  await workbenchReady(page);
  await status.waitFor();
  await runCommand(page, COMMAND);
  await toast(/Checked 2 files: 1 warning/).waitFor();
  await focusFindings(page);
  const finding = page.locator('.sidebar .monaco-list-row').filter({ hasText: 'demo_fault_unchecked() raises MISSING' });
  await finding.waitFor();
  await picture('checked');
  await keyboard.press('ArrowDown');
  await finding.and(page.locator('.focused')).waitFor();
  await keyboard.press('Enter');
  await page.locator('.tab.active').filter({ hasText: 'hugepage_fault.c' }).waitFor();
  await page.locator('.part.editor .squiggly-warning').first().waitFor();
  // What was known of the closed file goes, and what is found in the open one comes.
  await finding.waitFor();
  assert.equal(await finding.count(), 1, 'an open file is not listed twice');

  // Pictures for the README are taken here: this code is ours.
  await runCommand(page, 'Notifications: Clear All Notifications');
  await toast('Checked').waitFor({ state: 'detached' });
  const { width, x } = await page.locator('.part.sidebar').boundingBox();
  await page.mouse.move(x + width, 300);
  await page.mouse.down();
  await page.mouse.move(x + width + 120, 300);
  await page.mouse.up();
  await page.mouse.move(x + width + 500, 300);
  await focusFindings(page);
  await keyboard.press('ArrowDown');
  await finding.and(page.locator('.focused')).waitFor();
  // The steps are there a moment after the key; before, there is nothing to go down to. A proof that ends meanwhile draws the view anew.
  const firstStep = page.locator('.sidebar .monaco-list-row').filter({ hasText: '1. ' });
  for (let tries = 1; !await firstStep.isVisible(); tries++) {
    await keyboard.press('ArrowRight');
    await firstStep.waitFor({ timeout: tries < 5 ? 3000 : 45000 }).catch((error) => {
      if (tries >= 5) throw error;
    });
  }
  await keyboard.press('Home');
  await keyboard.press('ArrowDown');
  await finding.and(page.locator('.focused')).waitFor();
  await keyboard.press('ArrowDown');
  await firstStep.and(page.locator('.focused')).waitFor();
  await keyboard.press('Enter');
  await picture('trace', { readme: 'trace' });
  await runCommand(page, 'Kernel MM Review: Clear Trace');
  const event = text.split('\n').findIndex((line) => line.includes('return handle_userfault(')) + 1;
  await goTo(page, event, 16);
  await keyboard.press('Control+Shift+M');
  await problems(page, RULE).first().click();
  await keyboard.press('ArrowRight');
  await problems(page, /hugepage_fault\.c.*\[Ln/).first().waitFor();
  await picture('finding', { readme: 'finding' });
  await keyboard.press('Control+J');
  await goTo(page, event, 16);
  await chooseQuickFix(page, t, 'Recheck', () => picture('quick-fix', { readme: 'quick-fix' }));
  await page.locator('.part.editor .squiggly-warning').first().waitFor({ state: 'detached' });
  await finding.waitFor({ state: 'detached' });
  await picture('fixed');
}
