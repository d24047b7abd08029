// Debian's Chromium through playwright-core, and what one does in VS Code's workbench.
/* global document, requestAnimationFrame, cancelAnimationFrame -- what runs inside of the page */
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import path from 'node:path';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function openBrowser(home, { width = 1280, height = 800, args = [] } = {}) {
  if (!fs.existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM`);
  return chromium.launchPersistentContext(path.join(home, 'chrome'), {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width, height },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', ...args],
  });
}

/** Waits until the workbench is drawn and an editor shows text. */
export async function workbenchReady(page) {
  await page.locator('.monaco-workbench').waitFor();
  await page.locator('.part.editor .monaco-editor .view-lines .view-line').first().waitFor();
}

/** Runs a command by its palette title. F1, because a browser may keep Ctrl+Shift+P for itself. */
export async function runCommand(page, title) {
  const named = new RegExp(`^\\s*${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
  const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: named }).first();
  const chosen = page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: named });
  // The palette lists what was there when it was opened: right after the start that is not everything. It closes when a command before gives the focus to an editor.
  for (let tries = 1; !await row.isVisible(); tries++) {
    if (tries > 1) await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    try {
      await page.locator('.quick-input-widget input.input').fill(`>${title}`, { timeout: 3000 });
      await row.waitFor({ timeout: tries < 10 ? 3000 : 45000 });
    } catch (error) {
      if (tries >= 10) throw error;
    }
  }
  // The best match is not always on top.
  for (let presses = 0; presses < 20 && await chosen.count() === 0; presses++) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(50);
  }
  await page.keyboard.press('Enter');
  await row.waitFor({ state: 'hidden' });
}

/** Gives the editor the focus with a click: keys pressed after a palette command get lost, its change of focus comes late. */
export async function focusEditor(page) {
  const box = await page.locator('.part.editor .monaco-editor').first().boundingBox();
  await page.mouse.click(box.x + box.width * 0.75, box.y + 9);
  await page.locator('.part.editor .monaco-editor.focused').first().waitFor();
}

/** Puts the cursor on a line and column (1-based, in characters: versions of VS Code differ in how "Go to Line" counts tabs, so the column is walked to). */
export async function goTo(page, line, column = 1) {
  await focusEditor(page);
  await page.keyboard.press('Control+G');
  const input = page.locator('.quick-input-widget input.input');
  await input.fill(`:${line}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await page.locator('.statusbar-item').filter({ hasText: `Ln ${line}, Col 1` }).waitFor();
  for (let at = 1; at < column; at++) await page.keyboard.press('ArrowRight');
}

/** The drawn line of the editor that holds this text; VS Code draws spaces as no-break spaces. */
export const viewLine = (page, text) => page.locator('.part.editor .view-lines .view-line').filter({ hasText: text });

/** The span in the editor that holds exactly this token, on the line that contains `lineText`. */
export const token = (page, lineText, text) => viewLine(page, lineText).locator('span > span').filter({ hasText: new RegExp(`^\\s*${text}\\s*$`) }).first();

export async function hoverText(page) {
  const hover = page.locator('.monaco-hover:not(.hidden) .hover-contents');
  await hover.first().waitFor();
  return (await hover.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
}

/** Rows of the Problems panel. */
export const problems = (page, text) => page.locator('.markers-panel .monaco-list-row, .markers-panel-container .monaco-list-row').filter({ hasText: text });

/** Shows an output channel and gives its text as soon as it holds `expected`. */
export async function outputChannel(page, name, expected) {
  await runCommand(page, 'Output: Show Output Channels...');
  await page.locator('.quick-input-widget input.input').fill(name);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: new RegExp(`^${name}$`) }).first().click();
  const lines = page.locator('.part.panel .view-lines');
  await lines.filter({ hasText: expected }).first().waitFor();
  return (await lines.first().innerText()).replaceAll('\u00a0', ' ');
}

/** Number of drawn frames during `action` in which nothing in the page matches the selector. */
export async function framesWithout(page, selector, action) {
  await page.evaluate((wanted) => {
    const seen = { missing: 0, request: 0 };
    const look = () => {
      if (document.querySelector(wanted) === null) seen.missing++;
      seen.request = requestAnimationFrame(look);
    };
    look();
    globalThis.framesWithout = seen;
  }, selector);
  await action();
  return page.evaluate(() => {
    cancelAnimationFrame(globalThis.framesWithout.request);
    return globalThis.framesWithout.missing;
  });
}

/** Closes the tab with this text. */
export async function closeTab(page, text) {
  const tab = page.locator('.tab').filter({ hasText: text });
  await tab.first().click({ button: 'middle' });
  await tab.first().waitFor({ state: 'detached' });
}

/** Opens the quick fixes at the cursor and takes one, by keyboard: the menu lies under a block that swallows clicks. `look` is called before. */
export async function chooseQuickFix(page, t, title, look) {
  const offered = page.locator('.action-widget .monaco-list-row').filter({ hasText: title });
  // A second after the cursor has moved VS Code asks by itself, and drops what was asked by key and is not answered yet: on a busy machine nothing is shown then.
  for (let tries = 1; await offered.count() === 0; tries++) {
    if (tries > 5) throw new Error(`the quick fix is not offered: ${title}`);
    await page.keyboard.press('Control+.');
    await offered.waitFor({ timeout: 5000 }).catch(async () => {
      t.diagnostic(`quick fixes were asked for in vain, ${await page.locator('.monaco-editor-overlaymessage').innerText({ timeout: 100 }).catch(() => 'without a message')}`);
      await page.keyboard.press('Escape');
    });
  }
  await look?.();
  const chosen = page.locator('.action-widget .monaco-list-row.focused').filter({ hasText: title });
  for (let presses = 0; await chosen.count() === 0; presses++) {
    if (presses > 10) throw new Error(`the quick fix cannot be chosen: ${title}`);
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(100);
  }
  await page.keyboard.press('Enter');
}

/** Gives the findings view the focus, and its first row. */
export async function focusFindings(page) {
  await runCommand(page, 'Kernel MM Review: Focus on Findings View');
  await page.locator('.sidebar .monaco-list:focus').waitFor();
  await page.locator('.sidebar .monaco-list-row').first().waitFor();
  await page.keyboard.press('Home');
  await page.locator('.sidebar .monaco-list-row.focused[data-index="0"]').waitFor();
}
