// The extension as people get it: the VSIX, in a real VS Code workbench, on a real kernel tree.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { focusEditor, framesWithout, goTo, hoverText, outputChannel, problems, runCommand, token, viewLine, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const RULE = 'lockless-pte-to-userfault';

test('the extension in VS Code: a recheck is removed from mm/hugetlb.c, and put back', (t) => inWorkbench(t, path.join(PICTURES, 'finding'), play));

async function play({ t, page, server, home, folder, lines, picture }) {
  const other = path.join(home, 'other-project');
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, 'main.c'), 'int main(void)\n{\n\treturn 0;\n}\n');
  const item = page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"]');
  const squiggle = page.locator('.part.editor .squiggly-warning');

  // Another C project: the extension wakes up, its server does not, nothing is shown.
  await page.goto(server.url(other, path.join(other, 'main.c')));
  await workbenchReady(page);
  await runCommand(page, 'Kernel MM Review: Show Output');
  await page.waitForTimeout(500);
  assert.deepEqual(serversOf(home), []);
  assert.equal(await item.isVisible(), false);

  // The kernel: nothing to complain about at first.
  let since = Date.now();
  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await item.locator('.codicon-pass').waitFor();
  t.diagnostic(`from opening the page to the first result: ${Date.now() - since} ms`);
  assert.equal(serversOf(home).length, 1);
  assert.equal(await squiggle.count(), 0);
  await picture('opened');

  // The edit, typed: `if (!hugetlb_pte_stable(...)) {` becomes `if (0) {`. It is never saved.
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  since = Date.now();
  await squiggle.first().waitFor();
  t.diagnostic(`from the last key to the squiggle: ${Date.now() - since} ms`);
  await viewLine(page, /^\s*if.\(0\).\{$/).waitFor();
  await page.locator('.tab.active.dirty').waitFor();
  await picture('squiggle');

  // While the user types on, elsewhere, the warning does not blink.
  await goTo(page, lines.recheck - 2);
  await page.keyboard.press('End');
  const blinks = await framesWithout(page, '.part.editor .squiggly-warning', async () => {
    await page.keyboard.type(' and a few more words', { delay: 25 });
    await page.waitForTimeout(500);
  });
  assert.equal(blinks, 0, 'frames without the warning');

  await page.keyboard.press('Control+Shift+M');
  // Once it is proven its row is another one, and would close what was opened.
  const problem = problems(page, RULE).filter({ hasText: '; confirmed by' }).first();
  await problem.waitFor();
  const text = (await problem.innerText()).replace(/\s+/g, ' ');
  t.diagnostic(`problem: ${text}`);
  assert.match(text, new RegExp(`mm-review ${RULE} \\[Ln ${lines.event}, Col \\d+\\]`));
  assert.ok(text.length > RULE.length + 60, 'the message stands in the first line');
  // The steps are under the row, which VS Code keeps closed.
  await problem.click();
  await page.keyboard.press('ArrowRight');
  const steps = problems(page, /hugetlb\.c\[Ln|hugetlb\.c.*\[Ln/);
  await steps.first().waitFor();
  const stepTexts = (await steps.allInnerTexts()).map((step) => step.replace(/\s+/g, ' '));
  t.diagnostic(`steps: ${stepTexts.join(' | ')}`);
  assert.ok(stepTexts.length >= 2);
  await picture('problems');

  await item.locator('.codicon-warning').waitFor();
  await goTo(page, lines.event);
  await token(page, 'return hugetlb_handle_userfault', 'hugetlb_handle_userfault').hover();
  await page.locator('.monaco-hover:not(.hidden)').filter({ hasText: RULE }).first().waitFor();
  const href = await page.locator('.monaco-hover:not(.hidden) a').filter({ hasText: RULE }).first().getAttribute('href');
  assert.match(href ?? '', new RegExp(`docs/rules/${RULE}\\.md$`));
  await picture('warning-hover');
  await page.mouse.move(700, 5);

  // Undone, the warning goes.
  await focusEditor(page);
  for (let presses = 0; presses < 40 && await page.locator('.tab.active.dirty').count() > 0; presses++) {
    await page.keyboard.press('Control+Z');
    await page.waitForTimeout(100);
  }
  since = Date.now();
  await squiggle.first().waitFor({ state: 'detached' });
  await problems(page, RULE).first().waitFor({ state: 'detached' });
  await item.locator('.codicon-pass').waitFor();
  await viewLine(page, 'if (!hugetlb_pte_stable('.replaceAll(' ', '\u00a0')).first().waitFor();
  assert.equal(await page.locator('.tab.active.dirty').count(), 0);
  await picture('undone');

  await goTo(page, lines.compare);
  await token(page, 'pte_same', 'pte_same').hover();
  const hover = await hoverText(page);
  t.diagnostic(`hover: ${hover.replace(/\s+/g, ' ').slice(0, 300)}`);
  assert.match(hover, /pte_same/);
  assert.match(hover, /entr/);
  await picture('hover');
  await page.mouse.move(700, 5);

  const output = await outputChannel(page, 'Kernel MM Review', 'first check of this tree');
  assert.match(output, /mm-review \d+\.\d+\.\d+, native parser, node v\d+/);
  assert.ok(output.includes(`Kernel tree ${folder}`));
  assert.doesNotMatch(output, /\[Error/);
  await picture('output');

  await item.click();
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Restart Language Server' }).waitFor();
  await picture('menu');
  await page.keyboard.press('Escape');

  // A new server takes over, and knows the text that is in the editor.
  const [before] = serversOf(home);
  await runCommand(page, 'Kernel MM Review: Restart Language Server');
  await until(() => serversOf(home).length === 1 && serversOf(home)[0] !== before);
  await item.locator('.codicon-pass').waitFor();
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  await squiggle.first().waitFor();

  // A server that dies is started again, and the warning is there again.
  const [victim] = serversOf(home);
  process.kill(Number(victim), 'SIGKILL');
  await until(() => serversOf(home).length === 1 && serversOf(home)[0] !== victim);
  await item.locator('.codicon-warning').waitFor();
  await squiggle.first().waitFor();

}

/** Process numbers of the language servers that were started from this installation. */
function serversOf(home) {
  return fs.readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes(`${home}/extensions/`) && command.includes('dist/server.js');
    } catch {
      return false;
    }
  });
}

async function until(condition) {
  for (const end = Date.now() + 30000; !condition();) {
    assert.ok(Date.now() < end, 'timed out');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
