// The findings view: a finding appears, its steps are walked by key with numbers in the editor, and it goes when the code is right again. Scenarios are tests.
/* global document, getComputedStyle -- what runs inside of the page */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { goTo, runCommand, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const OWN = 'own-race.litmus';

test('findings are listed and walked through', (t) => inWorkbench(t, path.join(PICTURES, 'findings'), play));
test('findings are restricted to changed lines', (t) => inWorkbench(t, path.join(PICTURES, 'findings/git'), playGit, { 'git.enabled': true, 'git.openRepositoryInParentFolders': 'never' }));

async function play({ t, page, server, folder, lines, picture }) {
  fs.writeFileSync(path.join(folder, OWN), fs.readFileSync(path.join(projectDir, 'scenarios/ksm-fake-write-fault.litmus'), 'utf8').replace(/Title: .*/, 'Title: The wrong way around').replace(/Expect: fixed Never/, 'Expect: fixed Sometimes'));
  const container = page.locator('.activitybar .action-item').filter({ has: page.locator('[aria-label^="Kernel MM Review"]') });
  const rows = (text) => page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
  const cursor = (line) => page.locator('.statusbar-item').filter({ hasText: `Ln ${line}, Col` }).waitFor();
  // What stands behind a line is drawn by a style, and no text of the page.
  // A proof in the background adds steps.
  const marked = (step, words, is = true) => page.waitForFunction(([wanted, expected]) => [...document.querySelectorAll('.part.editor .view-lines span')]
    .some((span) => new RegExp(wanted).test(getComputedStyle(span, '::after').content.replaceAll('\u00a0', ' '))) === expected, [`${step}/\\d+ ${words}`, is]);
  const action = (name) => page.locator('.sidebar .title-actions .action-label').and(page.locator(`[aria-label^="${name}"]`));
  const offered = async (title) => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input.input').fill(`>Kernel MM Review: ${title}`);
    await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const count = await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).count();
    await page.keyboard.press('Escape');
    return count;
  };

  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();

  // Nothing is wrong yet, and nothing is offered that would do nothing.
  await container.click();
  await page.locator('.sidebar .welcome-view-content').filter({ hasText: 'No userfaultfd race was found' }).waitFor();
  await page.locator('.sidebar .welcome-view-content').filter({ hasText: 'Open a Race Scenario' }).waitFor();
  await picture('empty');
  for (const title of ['Next Step of the Trace', 'Clear Trace', 'Trace the Finding Here', 'Group Findings by File', 'Explain the Rule']) assert.equal(await offered(title), 0, title);

  // The recheck goes: the view and its badge say so.
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  await rows('hugetlb_no_page() raises MISSING').waitFor();
  await container.locator('.badge-content').filter({ hasText: '1' }).waitFor();
  await rows('lockless-pte-to-userfault').first().waitFor();
  await picture('by-rule');

  // From the finding along its path.
  await rows('hugetlb_no_page() raises MISSING').click();
  await cursor(lines.event);
  await rows('hugetlb_no_page() raises MISSING').locator('.monaco-tl-twistie').click();
  await rows('1. read without the page-table lock').waitFor();
  await goTo(page, lines.event);
  await page.keyboard.press('Alt+F9');
  await marked(1, 'read without the page-table lock');
  await page.locator('.sidebar .monaco-list-row.selected').filter({ hasText: '1. read without' }).waitFor();
  await picture('first-step');
  // Where the cursor is does not matter.
  await goTo(page, 1);
  for (let step = 2; step <= 5; step++) await page.keyboard.press('Alt+F9');
  await marked(5, 'calls hugetlb_handle_userfault');
  await cursor(lines.event);
  await picture('fifth-step');
  await page.keyboard.press('Shift+Alt+F9');
  await marked(4, 'userfaultfd_missing');
  await page.locator('.sidebar .monaco-list-row.selected').filter({ hasText: '4. userfaultfd_missing()' }).waitFor();

  // The other ways to group, and the restriction that needs git.
  await action('Group Findings by File').click();
  await rows(FILE).first().waitFor();
  await action('Group Findings by Function').click();
  await rows('hugetlb_no_page()').first().waitFor();
  await picture('by-function');
  await action('Show Findings on Changed Lines Only').click();
  await page.locator('.notification-toast').filter({ hasText: 'Git is switched off' }).waitFor();
  assert.equal(await rows('hugetlb_no_page() raises MISSING').count(), 1);
  await page.keyboard.press('Escape');

  await runCommand(page, 'Kernel MM Review: Clear Trace');
  await marked(4, 'userfaultfd_missing', false);

  // Inline: the race.
  await rows('hugetlb_no_page() raises MISSING').hover();
  await rows('hugetlb_no_page() raises MISSING').locator('[aria-label="Open the Race"]').click();
  const race = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await race.locator('.verdict .word').filter({ hasText: 'Sometimes' }).waitFor();
  await picture('race');
  await page.locator('.tab').filter({ hasText: 'Race' }).click({ button: 'middle' });

  // Right again: the view is empty.
  await goTo(page, lines.recheck, 1);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.locator('.sidebar .welcome-view-content').filter({ hasText: 'No userfaultfd race was found' }).waitFor();
  t.diagnostic('the finding is gone after undo');

  // A litmus file of one's own and those that ship are tests. This one expects what does not hold.
  await page.goto(server.url(folder, path.join(folder, OWN)));
  await workbenchReady(page);
  await page.locator('.part.editor .testing-run-glyph').first().waitFor();
  await runCommand(page, 'Testing: Focus on Test Explorer View');
  await rows('MISSING or MINOR event on an unstable hugetlb pte').first().waitFor();
  await picture('tests');
  await runCommand(page, 'Test: Run All Tests');
  await rows('The wrong way around').locator('.computed-state.codicon-testing-failed-icon').waitFor();
  await rows('MISSING or MINOR event on an unstable hugetlb pte').locator('.computed-state.codicon-testing-passed-icon').waitFor();
  await page.locator('.part.editor .testing-run-glyph.codicon-testing-failed-icon').first().waitFor();
  await picture('tests-run');
}

/** A repository in which one file is committed; the text of the editor, saved or not, is compared with that. */
async function playGit({ page, server, folder, lines, picture }) {
  const git = (...args) => execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  git('init', '--quiet');
  fs.writeFileSync(path.join(folder, '.git/info/exclude'), '*\n');
  git('add', '--force', FILE);
  git('commit', '--quiet', '--message', 'first');
  const rows = (text) => page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
  const message = (text) => page.locator('.sidebar .pane-body .message').filter({ hasText: text });

  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await page.locator('.activitybar .action-item').filter({ has: page.locator('[aria-label^="Kernel MM Review"]') }).click();
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  await rows('hugetlb_no_page() raises MISSING').waitFor();

  // Nothing is saved: git knows of no change, the editor does.
  await runCommand(page, 'Kernel MM Review: Show Findings on Changed Lines Only');
  await message('On lines that differ from HEAD: 1 of 1.').waitFor();
  await rows('hugetlb_no_page() raises MISSING').waitFor();
  await picture('unsaved');
  await goTo(page, lines.recheck);
  await page.keyboard.press('Control+s');
  await page.locator('.tab.active:not(.dirty)').waitFor();
  await message('On lines that differ from HEAD: 1 of 1.').waitFor();
  await picture('saved');

  // Once it is committed, nothing differs.
  git('commit', '--quiet', '--all', '--message', 'second');
  await page.locator('.sidebar .welcome-view-content').filter({ hasText: 'No finding has to do with lines that differ' }).waitFor();
  await picture('committed');
  await page.locator('.sidebar .welcome-view-content .monaco-button').filter({ hasText: 'Show All Findings' }).click();
  await rows('hugetlb_no_page() raises MISSING').waitFor();
}
