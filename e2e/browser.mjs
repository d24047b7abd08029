// Debian's Chromium through playwright-core, and what one does in VS Code's workbench.
/* global document, requestAnimationFrame, cancelAnimationFrame -- what runs inside of the page */
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import path from 'node:path';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function openBrowser(home, { width = 1280, height = 800 } = {}) {
  if (!fs.existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM`);
  return chromium.launchPersistentContext(path.join(home, 'chrome'), {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width, height },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Waits until the workbench is drawn and an editor shows text. */
export async function workbenchReady(page) {
  await page.locator('.monaco-workbench').waitFor();
  await page.locator('.part.editor .monaco-editor .view-lines .view-line').first().waitFor();
}

/** Runs a command by its palette title. F1, because a browser may keep Ctrl+Shift+P for itself. */
export async function runCommand(page, title) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input.input').fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor({ state: 'hidden' });
}

/** Gives the editor the focus with a click: keys pressed after a palette command get lost, its change of focus comes late. */
export async function focusEditor(page) {
  const box = await page.locator('.part.editor .monaco-editor').first().boundingBox();
  await page.mouse.click(box.x + box.width * 0.75, box.y + 9);
  await page.locator('.part.editor .monaco-editor.focused').first().waitFor();
}

/** Puts the cursor on a line and column (1-based). */
export async function goTo(page, line, column = 1) {
  await focusEditor(page);
  await page.keyboard.press('Control+G');
  const input = page.locator('.quick-input-widget input.input');
  await input.fill(`:${line}:${column}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await page.locator('.statusbar-item').filter({ hasText: `Ln ${line}, Col` }).waitFor();
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
