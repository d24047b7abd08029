// From a finding to the repaired code, and through the findings view, with hands on the keyboard.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { chooseQuickFix, focusFindings, goTo, problems, runCommand, viewLine, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const RULE = 'lockless-pte-to-userfault';
const FINDING = 'hugetlb_no_page() raises MISSING';

test('a finding is repaired by its quick fix, and the view works without a mouse', (t) => inWorkbench(t, path.join(PICTURES, 'review'), play));

async function play({ t, page, server, folder, lines, picture }) {
  const { keyboard } = page;
  const squiggle = page.locator('.part.editor .squiggly-warning');
  const rows = (text) => page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
  const focused = (text) => page.locator('.sidebar .monaco-list-row.focused').filter({ hasText: text });
  const cursor = (line) => page.locator('.statusbar-item').filter({ hasText: `Ln ${line}, Col` }).waitFor();

  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await goTo(page, lines.recheck, lines.conditionColumn);
  await keyboard.press('Shift+End');
  await keyboard.type('0) {');
  await squiggle.first().waitFor();
  await keyboard.press('Control+Shift+M');
  // Once it is proven its row is another one, and would close what was opened.
  await problems(page, RULE).filter({ hasText: '; confirmed by' }).first().click();
  await keyboard.press('ArrowRight');
  await problems(page, /hugetlb\.c.*\[Ln/).first().waitFor();

  // The view, from the palette on.
  await focusFindings(page);
  await rows(FINDING).waitFor();
  await picture('finding');
  await keyboard.press('ArrowDown');
  await focused(FINDING).waitFor();
  await keyboard.press('Enter');
  await cursor(lines.event);
  await keyboard.press('ArrowRight');
  await rows('1. read without the page-table lock').waitFor();
  await keyboard.press('ArrowDown');
  await focused('1. read without').waitFor();
  await keyboard.press('Enter');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await focused('4. userfaultfd_missing()').waitFor();
  await keyboard.press('Enter');
  await picture('view-by-keyboard');

  // What a click on the little symbols does is in the menu as well.
  await keyboard.press('Home');
  await keyboard.press('ArrowDown');
  await focused(FINDING).waitFor();
  await keyboard.press('Shift+F10');
  // Menus lie in a shadow root, which locators look into.
  for (const label of ['Open the Proof', 'Open the Race', 'Explain the Rule']) await page.locator('.context-view .action-label').filter({ hasText: label }).waitFor();
  await picture('view-menu');
  await keyboard.press('Escape');

  // Grouping by commands; the tree's own search restricts it to what is typed.
  await runCommand(page, 'Kernel MM Review: Group Findings by File');
  await rows(FILE).first().waitFor();
  await runCommand(page, 'Kernel MM Review: Group Findings by Function');
  await rows('hugetlb_no_page()').first().waitFor();
  await runCommand(page, 'Kernel MM Review: Group Findings by Rule');
  await rows(RULE).first().waitFor();
  await focusFindings(page);
  await keyboard.press('Control+Alt+F');
  await keyboard.type('no such finding');
  await page.locator('.sidebar .monaco-tree-type-filter').waitFor();
  await page.locator('.sidebar').filter({ hasText: 'No results found' }).or(page.locator('.context-view').filter({ hasText: /No (results|elements) found/ })).first().waitFor();
  await picture('view-search');
  await keyboard.press('Escape');
  await keyboard.press('Escape');
  await runCommand(page, 'Kernel MM Review: Clear Trace');

  // What VS Code would run as tasks. Running them needs a terminal, which this VS Code does not have.
  await runCommand(page, 'Tasks: Run Task');
  const choices = page.locator('.quick-input-list .monaco-list-row');
  await choices.filter({ hasText: 'mm-review' }).first().click();
  await choices.filter({ hasText: 'check file' }).waitFor();
  await choices.filter({ hasText: 'check tree' }).waitFor();
  await picture('tasks');
  await keyboard.press('Escape');
  await keyboard.press('Escape');

  // The quick fix puts a recheck where none is, and the finding goes.
  await goTo(page, lines.event, 14);
  await chooseQuickFix(page, t, 'Recheck the entry with hugetlb_pte_stable() before the event', () => picture('quick-fix'));
  await squiggle.first().waitFor({ state: 'detached' });
  await rows(FINDING).waitFor({ state: 'detached' });
  await viewLine(page, 'hugetlb_pte_stable('.replaceAll(' ', '\u00a0')).first().waitFor();
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await picture('fixed');
  // It is one edit: one undo takes it back.
  await goTo(page, lines.event);
  await keyboard.press('Control+Z');
  await squiggle.first().waitFor();
  await rows(FINDING).waitFor();
  assert.equal(await squiggle.count() > 0, true);
}
