// The page of the race panel in a plain browser, without VS Code: this plays the host.
/* global window, document -- what runs inside of the page */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const HARNESS = pathToFileURL(path.join(import.meta.dirname, 'panel.html')).href;

/** Opens the page with what VS Code would have kept of its last life. */
export async function openPanel(page, { theme = 'dark', state } = {}) {
  await page.addInitScript((kept) => {
    window.sent = [];
    window.kept = kept;
    window.acquireVsCodeApi = () => ({ postMessage: (message) => window.sent.push(message), getState: () => window.kept, setState: (next) => { window.kept = next; } });
  }, state);
  await page.goto(HARNESS);
  await page.evaluate((name) => { document.body.className = `vscode-${name}`; }, theme);
}

export const post = (page, message) => page.evaluate((data) => window.postMessage(data, '*'), message);

export const sent = (page) => page.evaluate(() => window.sent);

export const kept = (page) => page.evaluate(() => window.kept);
