/** What the extension adds to VS Code: every command that is named exists, and none is offered where it does nothing. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json';
import { OPEN_RACE, parseChoice } from '../client/races';
import { loadBackend } from '../parser/backend';
import { examine } from '../simulator/examine';
import { readScenario } from '../simulator/litmus/scenario';
import { renderSvg } from '../simulator/present/svg';

const root = path.resolve(import.meta.dirname, '..');
const { commands, keybindings, menus, viewsWelcome, views, viewsContainers, walkthroughs } = manifest.contributes;
const contributed = commands.map(({ command }) => command);
const entries: readonly { readonly command: string; readonly when: string }[] = Object.values(menus).flat();
const hidden = menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);

/** Source of the client, tests left out. */
const client = fs.readdirSync(path.join(root, 'client'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => fs.readFileSync(path.join(root, 'client', name), 'utf8')).join('\n');

/** Commands that links may run: ours, those that VS Code makes of our views, and a few of its own. */
const known = [...contributed, 'mmReview.findings.focus', 'vscode.openFolder', 'workbench.view.testing.focus'];

function linksIn(text: string): { readonly command: string; readonly argument: unknown }[] {
  return [...text.matchAll(/\]\(command:([\w.]+)(?:\?([^)]*))?\)/g)].map(([, command = '', argument]) => ({ command, argument: argument === undefined ? undefined : JSON.parse(decodeURIComponent(argument)) as unknown }));
}

describe('commands', () => {
  it('are implemented: by the client, or by the server, which has one', () => {
    for (const command of contributed.filter((name) => name !== 'mmReview.checkWorkspace')) expect(client, command).toContain(`'${command}'`);
  });

  it('are each contributed once, and menus and keys name no others', () => {
    expect(new Set(contributed).size).toBe(contributed.length);
    for (const { command } of [...entries, ...keybindings]) expect(contributed).toContain(command);
  });

  it('of the palette say when they can be run', () => {
    const shownWhen = new Map(menus.commandPalette.map(({ command, when }) => [command, when]));
    const always = commands.filter((command) => !('enablement' in command) && !shownWhen.has(command.command)).map(({ command }) => command);
    expect(always).toEqual([]);
  });

  it('that need a node of the tree are not in the palette', () => {
    // Those that say when they can be run take the finding at the cursor there.
    const anywhere = commands.filter((command) => 'enablement' in command).map(({ command }) => command);
    for (const { command } of menus['view/item/context']) expect([...hidden, ...anywhere]).toContain(command);
  });

  it('in the title of the view have icons', () => {
    const icons = commands.filter((command) => 'icon' in command).map(({ command }) => command);
    for (const { command } of menus['view/title']) expect(icons).toContain(command);
  });
});

describe('the findings view', () => {
  it('is in its container, with an icon that ships', () => {
    expect(Object.keys(views)).toEqual(viewsContainers.activitybar.map(({ id }) => id));
    for (const { icon } of [...views.mmReview, ...viewsContainers.activitybar]) expect(fs.existsSync(path.join(root, icon))).toBe(true);
    for (const { id } of views.mmReview) expect(client).toContain(`'${id}'`);
  });

  it('links to commands of ours or of VS Code when it is empty', () => {
    const links = viewsWelcome.flatMap(({ contents }) => linksIn(contents));
    expect(links.length).toBeGreaterThan(3);
    for (const { command } of links) expect(known).toContain(command);
  });

  it('uses the keys for its steps only while a trace is walked', () => {
    expect(keybindings.map(({ key }) => key)).toEqual(['alt+f9', 'shift+alt+f9']);
    for (const { when } of keybindings) expect(when).toBe('mmReview.traceActive');
  });
});

describe('the walkthrough', () => {
  const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);

  it('shows what ships, and runs what exists', () => {
    for (const { media } of steps) expect(fs.existsSync(path.join(root, 'image' in media && media.image !== undefined ? media.image : media.markdown ?? ''))).toBe(true);
    for (const { command } of steps.flatMap(({ description }) => linksIn(description))) expect(known).toContain(command);
  });

  it('is written in the little markup that VS Code knows there', () => {
    // Code stands in two backquotes; single ones and asterisks would be shown as they are.
    for (const { description } of steps) expect(description.replace(/``[^`]+``|\*\*[^*]+\*\*/g, '')).not.toMatch(/[`*]/);
  });

  it('is completed by what the client sets, where it is not a command or a view', () => {
    const contexts = steps.flatMap(({ completionEvents }) => completionEvents).flatMap((event) => (event.startsWith('onContext:') ? event.slice('onContext:'.length) : []));
    expect(contexts.length).toBe(2);
    for (const context of contexts) expect(client).toContain(`'${context}'`);
  });

  it('opens variants that there are', () => {
    const choices = steps.flatMap(({ description }) => linksIn(description)).filter(({ command }) => command === OPEN_RACE).map(({ argument }) => parseChoice(argument));
    expect(choices.length).toBe(2);
    for (const choice of choices) {
      const { scenario } = readScenario(fs.readFileSync(path.join(root, 'scenarios', `${choice !== undefined && 'scenario' in choice.target ? choice.target.scenario : ''}.litmus`), 'utf8'));
      expect(scenario?.variants.map(({ name }) => name)).toContain(choice?.variant ?? 'buggy');
    }
  });

  it('shows the race as it is drawn', async () => {
    const file = path.join(root, 'media/walkthrough/race.svg');
    const { scenario } = readScenario(fs.readFileSync(path.join(root, 'scenarios/hugetlb-missing-unstable-pte.litmus'), 'utf8'));
    const { diagram } = examine(scenario!, await loadBackend(), { variant: 'buggy', adversaries: [] }).examination!;
    const drawn = renderSvg(diagram!, { title: scenario!.title });
    if (process.env['MM_REVIEW_UPDATE']) fs.writeFileSync(file, drawn);
    else expect(fs.readFileSync(file, 'utf8')).toBe(drawn);
  });
});

describe('the page of the extension', () => {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');

  it('has an icon that registries take: a PNG, square, large enough', () => {
    const icon = fs.readFileSync(path.join(root, manifest.icon));
    expect(icon.subarray(1, 4).toString()).toBe('PNG');
    const [width, height] = [icon.readUInt32BE(16), icon.readUInt32BE(20)];
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(128);
  });

  it('shows pictures that there are, each said in words, and all of them', () => {
    const shown = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(([, words = '', file = '']) => ({ words, file }));
    for (const { words } of shown) expect(words.length).toBeGreaterThan(20);
    const pictures = fs.readdirSync(path.join(root, 'media/pictures')).map((name) => `media/pictures/${name}`);
    expect(shown.map(({ file }) => file).sort()).toEqual(pictures.sort());
  });

  it('says truly where the extension works: it runs nothing of a workspace, and needs files on a disk', () => {
    expect(manifest.capabilities.untrustedWorkspaces).toEqual({ supported: true });
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
    // No setting names a program or its arguments.
    for (const [name, { type }] of Object.entries(manifest.contributes.configuration.properties)) {
      expect(name).not.toMatch(/path|command|executable|args/i);
      expect(['boolean', 'string', 'object']).toContain(type);
    }
    expect(client).not.toMatch(/from 'node:child_process'|require\('child_process'\)/);
  });
});
