// How long people wait: what the extension adds to VS Code's start, and from choosing a race to its first drawn step. Figures are printed; the limits are generous, for the machine may be busy.
/* global window, document, requestAnimationFrame, setInterval, clearInterval -- what runs inside of the page */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { closeTab, focusEditor, goTo, runCommand, workbenchReady } from './browser.mjs';
import { FILE } from './overlay.mjs';
import { PICTURES, inWorkbench } from './session.mjs';

const ID = 'kernel-mm-review.kernel-mm-review';
/** Milliseconds, on a machine that does other things as well. `page` is our part of the first step: from the page's script to what it draws. */
const LIMITS = { activation: 1000, firstStep: 10_000, page: 3000 };

test('how long people wait', (t) => inWorkbench(t, path.join(PICTURES, 'speed'), play, { 'mmReview.trace.server': 'messages' }));

async function play({ t, page, context, server, home, folder, lines, picture }) {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  await context.addInitScript(watch);

  const other = path.join(home, 'other-project');
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, 'main.c'), 'int main(void)\n{\n\treturn 0;\n}\n');
  await page.goto(server.url(other, path.join(other, 'main.c')));
  await workbenchReady(page);
  await activates(t, page, 'another C project');
  await picture('startup');

  // Some seconds after its start code-server registers a service worker for its pages; a webview that opens meanwhile waits for that.
  const settled = page.waitForEvent('console', { predicate: (message) => /\[Service Worker\] registered/.test(message.text()), timeout: 60_000 });
  await page.goto(server.url(folder, path.join(folder, FILE)));
  await workbenchReady(page);
  await page.locator('.statusbar-item[id="kernel-mm-review.kernel-mm-review.mmReview.status"] .codicon-pass').waitFor();
  await activates(t, page, 'a kernel tree');

  // From the lens to the first step that is drawn: the first time, and when a panel was open before. Until the script runs it is VS Code that makes the webview. Its
  // versions 1.99 and 1.100 (not 1.96, not 1.103) start a service worker anew for each webview but the first, and wait a whole second for it.
  await goTo(page, lines.recheck, lines.conditionColumn);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('0) {');
  await page.locator('.part.editor .squiggly-warning').first().waitFor();
  await goTo(page, lines.head);
  await settled;
  await page.waitForTimeout(2500); // A reader reads.
  for (const time of ['first', 'second']) {
    await focusEditor(page);
    await page.locator('.part.editor .codelens-decoration a').filter({ hasText: 'Open the race scenario' }).click();
    const race = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await race.locator('.row').first().waitFor();
    const clicked = await page.evaluate(() => window.clickedAt);
    const frames = await Promise.all(page.frames().map((frame) => frame.evaluate(() => ({ ...window.drawn, row: window.drawn?.row })).catch(() => ({}))));
    const drawn = frames.find(({ row, script }) => row !== undefined && script !== undefined);
    assert.ok(drawn !== undefined, 'no frame has drawn a step');
    const after = (at) => `${Math.round(at - clicked)} ms`;
    t.diagnostic(`${time} race: document after ${after(drawn.document)}, script ran after ${after(drawn.script)}, first step drawn after ${after(drawn.row)} (${Math.round(drawn.row - drawn.script)} ms of it by the page and what it asks), ${load()}`);
    assert.ok(drawn.row - clicked < LIMITS.firstStep, `the first step came after ${after(drawn.row)}`);
    assert.ok(drawn.row - drawn.script < LIMITS.page, `the page took ${Math.round(drawn.row - drawn.script)} ms`);
    await closeTab(page, 'Race');
  }
}

/**
 * What VS Code's own report of its start says of us. The table of the report counts as our "Load Code" what VS Code loads of other extensions meanwhile (its
 * clock starts when loading is asked for); the raw marks beneath it tell when our code itself was loaded.
 */
async function activates(t, page, where) {
  let row, marks;
  for (let tries = 0; row === undefined || marks.length < 2; tries++) {
    assert.ok(tries < 20, `${ID} is not in the report`);
    if (tries > 0) await page.waitForTimeout(500); // The extension host tells its times when all has started.
    const report = await startupReport(page);
    row = report.find((line) => line.startsWith(`| ${ID} `));
    marks = ['will', 'did'].flatMap((when) => report.filter((line) => line.startsWith(`code/extHost/${when}LoadExtensionCode/${ID}\t`))).map((line) => Number(line.split('\t')[1]));
  }
  const [, , eager, code, call, finish, event] = row.split('|').map((cell) => cell.trim());
  const own = marks[1] - marks[0];
  const total = own + Number(call);
  t.diagnostic(`activation in ${where}: ${total} ms (${own} loading our code, ${call} in activate(); finished ${finish} later; with what was loaded of others meanwhile: ${Number(code) + Number(call)}; eager: ${eager}; by ${event}), ${load()}`);
  assert.ok(total < LIMITS.activation, `activation takes ${total} ms`);
}

/** The lines of the report, which is made when it is opened. */
async function startupReport(page) {
  await runCommand(page, 'Developer: Startup Performance');
  await page.locator('.tab.active').filter({ hasText: 'Startup Performance' }).waitFor();
  await page.locator('.part.editor .view-line').filter({ hasText: 'System Info' }).first().waitFor();
  await focusEditor(page);
  await page.evaluate(() => globalThis.navigator.clipboard.writeText(''));
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  let report = '';
  while (report === '') report = await page.evaluate(() => globalThis.navigator.clipboard.readText());
  await closeTab(page, 'Startup Performance');
  return report.split('\n');
}

/** Runs in every frame: notes when the mouse was pressed, and when the page of a race came, ran and drew. All by one clock. */
function watch() {
  const now = () => performance.timeOrigin + performance.now();
  if (window === window.top) {
    window.addEventListener('mousedown', () => { window.clickedAt = now(); }, { capture: true });
    return;
  }
  window.drawn = { document: now() };
  const timer = setInterval(() => {
    if (document.querySelector('.toast') !== null) window.drawn.script ??= now();
    if (document.querySelector('#race .row') === null) return;
    clearInterval(timer);
    requestAnimationFrame(() => { window.drawn.row = now(); });
  }, 2);
}

function load() {
  return `load ${os.loadavg()[0].toFixed(1)} on ${os.cpus().length} CPUs`;
}
