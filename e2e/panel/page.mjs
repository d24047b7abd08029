// The page of the race panel in a plain browser, without VS Code: this plays the host. The document and its policy are those that VS Code gets.
/* global window, document -- what runs inside of the page */
import fs from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { variablesOf } from './themes.mjs';

/** Nobody has this origin: whatever is asked of it is answered here. */
const ORIGIN = 'https://panel.test';
const NONCE = 'nonce-of-the-test';

/** Answers the page's own files, and notes what is asked for besides. */
export async function serveTo(context) {
  const { pageHtml } = await load('client/panel/html.ts');
  const built = (name) => fs.readFileSync(path.join(projectDir, 'dist/panel', name), 'utf8');
  const own = new Map([['/', { contentType: 'text/html; charset=utf-8', body: pageHtml({ nonce: NONCE, script: built('page.js'), style: built('page.css') }) }]]);
  const foreign = [];
  let answered = 0;
  await context.route('**/*', (route) => {
    const url = new URL(route.request().url());
    const file = url.origin === ORIGIN ? own.get(url.pathname) : undefined;
    if (file === undefined) {
      foreign.push(url.href);
      return route.abort();
    }
    answered++;
    return route.fulfill(file);
  });
  return { foreign, get answered() { return answered; } };
}

/** Opens the page with what VS Code would have kept of its last life. */
export async function openPanel(page, { theme = 'dark', state } = {}) {
  await page.addInitScript((kept) => {
    window.sent = [];
    window.refused = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => window.refused.push(`${violatedDirective} ${blockedURI}`));
    window.kept = kept;
    window.acquireVsCodeApi = () => ({ postMessage: (message) => window.sent.push(message), getState: () => window.kept, setState: (next) => { window.kept = next; } });
  }, state);
  await page.goto(ORIGIN);
  await setTheme(page, theme);
}

/** What VS Code does when another theme is chosen. */
export async function setTheme(page, theme) {
  await page.evaluate(([name, variables]) => {
    document.body.className = `vscode-${name}`;
    document.documentElement.removeAttribute('style');
    for (const [variable, value] of Object.entries(variables)) document.documentElement.style.setProperty(variable, value);
  }, [theme, variablesOf(theme)]);
}

export const post = (page, message) => page.evaluate((data) => window.postMessage(data, '*'), message);

export const sent = (page) => page.evaluate(() => window.sent);

/** Waits until the last thing that the page has said is this, where it says it a moment later. */
export const saysLast = (page, message) => page.waitForFunction((wanted) => JSON.stringify(window.sent.at(-1)) === wanted, JSON.stringify(message));

export const kept = (page) => page.evaluate(() => window.kept);

/** What the page tried to do against its policy. */
export const refused = (page) => page.evaluate(() => window.refused);

/** A module of ours that imports nothing. */
async function load(file) {
  const { code } = transformSync(fs.readFileSync(path.join(projectDir, file), 'utf8'), { loader: 'ts', format: 'esm' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
