// The race panel in VS Code without a mouse: the source that follows the steps and leads to them, an order of one's own, files that it writes, and a window that is loaded anew.
/* global document, getComputedStyle -- what runs inside of the page */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { goTo, runCommand, workbenchReady } from './browser.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const SCENARIO = 'hugetlb-missing-unstable-pte';

test('the race panel follows the source, takes another order, exports, and survives a reload', (t) => inWorkbench(t, path.join(PICTURES, 'panel-host'), play));

async function play({ t, page, server, home, picture }) {
  const { keyboard } = page;
  const race = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const after = (step) => race.locator('aside h2').filter({ hasText: step === 0 ? 'Before the first step' : new RegExp(`^After step ${step}$`) }).waitFor();
  const rows = page.locator('.quick-input-list .monaco-list-row');
  /** Presses a control of the panel: with the focus on it, and a key. */
  const press = async (selector) => {
    await race.locator(selector).focus();
    await keyboard.press('Enter');
  };

  // A tree without the functions of the scenario: in a kernel the steps would be shown there, and not in the scenario's text, which is ours.
  const folder = path.join(home, 'demo');
  for (const name of ['mm', 'include/linux']) fs.mkdirSync(path.join(folder, name), { recursive: true });
  fs.writeFileSync(path.join(folder, 'mm/open.c'), '#include <linux/mm.h>\n\nint mm_nothing(void)\n{\n\treturn 0;\n}\n');
  await page.goto(server.url(folder, path.join(folder, 'mm/open.c')));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await runCommand(page, 'Kernel MM Review: Open Related Race Scenario');
  await rows.filter({ hasText: SCENARIO }).waitFor();
  await keyboard.type('unstable hugetlb');
  await rows.filter({ hasText: SCENARIO }).and(page.locator('.focused')).waitFor();
  await keyboard.press('Enter');
  await after(0);
  // The panel has the focus: keys step at once.
  await keyboard.press('ArrowRight');
  await after(1);

  // Each step is shown in the source, beside.
  await keyboard.press('Control+B'); // Room for both.
  await press('[data-do=follow]');
  await page.locator('.tab').filter({ hasText: `${SCENARIO}.litmus` }).waitFor();
  const first = await highlighted(page);
  await keyboard.press('ArrowRight');
  await after(2);
  const places = [first];
  for (let step = 3; step <= 6; step++) {
    await keyboard.press('ArrowRight');
    await after(step);
    places.push(await highlighted(page, places.at(-1)));
  }
  t.diagnostic(`source lines: ${places.join(' | ')}`);
  assert.ok(new Set(places).size >= 4, 'the source follows');
  await keyboard.press('End');
  await race.locator('.row.bad.current').waitFor();
  assert.match(await highlighted(page, places.at(-1)), /handle_userfault\(/);
  await picture('follows', { readme: 'race' });

  // The cursor in the source chooses the step.
  const scenario = fs.readFileSync(path.join(projectDir, 'scenarios', `${SCENARIO}.litmus`), 'utf8').split('\n');
  await goTo(page, scenario.findIndex((line) => line.includes('old_pte = huge_ptep_modify_prot_start('))); // The line before, counted from 1.
  await keyboard.press('ArrowDown');
  await race.locator('.row.current').filter({ hasText: 'huge_ptep_modify_prot_start' }).waitFor();
  await picture('leads');
  await press('[data-do=follow]');

  // Another order from here, by key. It is still there in a window that was loaded anew, with the step.
  await race.locator('.turn').first().waitFor();
  await press('.turn >> nth=0');
  await race.locator('.chosen').filter({ hasText: 'An order of your choice.' }).waitFor();
  const title = await race.locator('aside h2').innerText();
  await keyboard.press('ArrowRight');
  const step = Number(/\d+/.exec(title)[0]) + 1;
  await after(step);
  const chosen = await race.locator('.row').allInnerTexts();
  await picture('other-order');

  // Written to a file.
  await press('[data-do=export]');
  await rows.filter({ hasText: 'SVG' }).waitFor();
  await picture('export');
  await keyboard.press('Enter');
  const target = path.join(folder, `${SCENARIO}-buggy.svg`);
  await page.waitForFunction((name) => document.querySelector('.quick-input-widget input.input')?.value.endsWith(name), path.basename(target));
  await keyboard.press('Enter');
  await race.locator('.toast.shown').filter({ hasText: `Wrote ${path.basename(target)}.` }).waitFor();
  const svg = fs.readFileSync(target, 'utf8');
  assert.match(svg, /^<svg [^]*huge_ptep_modify_prot_commit[^]*<\/svg>\s*$/);
  await picture('exported');

  // VS Code in a browser writes down what is open every five seconds, when it has nothing else to do.
  await page.waitForTimeout(12_000);
  const url = new URL(page.url());
  url.searchParams.delete('payload'); // It would open the file anew, and nothing else.
  const since = Date.now();
  await page.goto(url.href);
  await race.locator('.chosen').filter({ hasText: 'An order of your choice.' }).waitFor({ timeout: 90_000 }); // All of VS Code starts.
  await after(step);
  assert.deepEqual(await race.locator('.row').allInnerTexts(), chosen);
  t.diagnostic(`from reloading to the restored panel: ${Date.now() - since} ms`);
  await picture('restored');
}

/** The text of the one line of an editor that is highlighted as a whole, once there is one; `before` is where it was. */
async function highlighted(page, before) {
  const find = (old) => {
    for (const mark of document.querySelectorAll('.part.editor .view-overlays .cdr[class*=TextEditorDecorationType]')) {
      if (getComputedStyle(mark).backgroundColor === 'rgba(0, 0, 0, 0)') continue;
      const { top, height, left } = mark.getBoundingClientRect();
      const middle = top + height / 2;
      for (const line of mark.closest('.overflow-guard').querySelectorAll('.view-line')) {
        const box = line.getBoundingClientRect();
        const text = line.textContent.replaceAll('\u00a0', ' ').trim();
        if (height > 0 && left >= 0 && box.top < middle && middle < box.bottom && text !== old) return text;
      }
    }
    return undefined;
  };
  // Two steps may stand in one line.
  const handle = await page.waitForFunction(find, before, { timeout: before === undefined ? 45000 : 3000 }).catch(() => page.waitForFunction(find, undefined));
  return handle.jsonValue();
}
