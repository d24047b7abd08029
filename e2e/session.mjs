// A session with the extension as people get it: the VSIX in a real workbench, on a real kernel tree.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { makeVsix } from '../scripts/package.mjs';
import { openBrowser } from './browser.mjs';
import { installVsix, startCodeServer } from './code-server.mjs';
import { layTree } from './overlay.mjs';
import { setup } from './setup.mjs';

export const PICTURES = path.join(projectDir, 'artifacts/e2e');
/** Pictures that the README shows are taken over when the tests run with MM_REVIEW_UPDATE=1. */
const README_PICTURES = path.join(projectDir, 'media/pictures');

/** Plays with a workbench of its own, with settings of its own if need be; pictures, and VS Code's logs of a failure, are kept in a folder. */
export async function inWorkbench(t, pictures, play, settings = {}) {
  setup();
  const vsix = process.env.E2E_VSIX ?? makeVsix();
  // A browser on a busy machine may fail for reasons of its own: one more try, and both results are told.
  try {
    await session(t, vsix, pictures, play, settings);
  } catch (error) {
    if (process.env.E2E_ONCE) throw error;
    t.diagnostic(`first run failed: ${error.stack ?? error}`);
    await session(t, vsix, path.join(pictures, 'second-run'), play, settings);
    t.diagnostic('second run passed');
  }
}

async function session(t, vsix, pictures, play, settings) {
  const undo = [];
  try {
    fs.mkdirSync(pictures, { recursive: true });
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-e2e-'));
    undo.push(() => process.env.E2E_KEEP || fs.rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
    const folder = path.join(home, 'linux');
    const lines = layTree(folder);
    assert.match(await installVsix(home, vsix), /was successfully installed/);
    const server = await startCodeServer(home, { settings });
    undo.push(() => server.stop());
    const context = await openBrowser(home);
    undo.push(() => context.close());
    const page = context.pages()[0] ?? await context.newPage();
    page.setDefaultTimeout(45000);
    /** What the page asked of others. VS Code answers a webview's own files itself, whatever their address. */
    const foreign = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^(http|ws)/.test(url.protocol) && url.origin !== server.origin && !url.hostname.endsWith('.vscode-resource.vscode-cdn.net')) foreign.push(request.url());
    });
    let count = 0;
    const picture = async (name, { readme } = {}) => {
      await page.waitForTimeout(300); // Toasts and overlays finish drawing.
      const file = path.join(pictures, `${++count}-${name}.png`);
      await page.screenshot({ path: file, animations: 'disabled' });
      if (readme !== undefined && process.env.MM_REVIEW_UPDATE) fs.copyFileSync(file, path.join(README_PICTURES, `${readme}.png`));
    };
    try {
      fs.mkdirSync(README_PICTURES, { recursive: true });
      await play({ t, page, context, server, home, folder, lines, picture });
      assert.deepEqual(foreign, [], 'the page asked nothing of the network');
    } catch (error) {
      // What one needs to understand it: a picture, and VS Code's own logs (extension host, output channels).
      await picture('FAILED').catch(() => undefined);
      fs.copyFileSync(server.logFile, path.join(pictures, 'code-server.log'));
      fs.cpSync(path.join(server.userData, 'logs'), path.join(pictures, 'logs'), { recursive: true });
      throw error;
    }
  } finally {
    for (const step of undo.reverse()) await step();
  }
}
