import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { paletteFor } from './colour';
import { markdownToText } from './markdown';
import { makeTree, removeTree, runIn } from './testing/trees';

const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));
function pages(files: Readonly<Record<string, string>>): { rulePages: string } {
  const root = makeTree(files);
  trees.push(root);
  return { rulePages: root };
}

describe('explain', () => {
  it('lists the rules', async () => {
    expect(await runIn('/', ['explain'])).toEqual({
      status: 0,
      stdout: `lockless-pte-to-userfault (warning, since 1.0.0)
    An event from an entry that was read without its lock.

fake-write-fault (information, since 1.1.0)
    A fault that claims to write.

For more on one of them:  mm-review explain RULE
`,
      stderr: '',
    });
  });

  it('prints the page of one', async () => {
    const page = pages({ 'fake-write-fault.md': '# fake-write-fault\n\nA `fault` lies.\n' });
    expect(await runIn('/', ['explain', 'fake-write-fault'], page)).toEqual({ status: 0, stdout: 'fake-write-fault\n\n  A fault lies.\n', stderr: '' });
    const onTerminal = await runIn('/', ['explain', 'fake-write-fault'], { ...page, stdoutIsTTY: true });
    expect(onTerminal.stdout).toBe('\u001b[1mfake-write-fault\u001b[0m\n\n  A fault lies.\n');
  });

  it('says what it does not know', async () => {
    expect(await runIn('/', ['explain', 'fake-write-falt'])).toEqual({
      status: 2, stdout: '', stderr: "mm-review: unknown rule 'fake-write-falt' (did you mean 'fake-write-fault'?)\nTry 'mm-review help explain'.\n",
    });
    expect((await runIn('/', ['explain', 'R1'])).stderr).toContain("unknown rule 'R1'; the rules are: lockless-pte-to-userfault, fake-write-fault\n");
    const missing = pages({ 'other.md': '' });
    expect(await runIn('/', ['explain', 'fake-write-fault'], missing)).toEqual({
      status: 2, stdout: '', stderr: `mm-review: ${path.join(missing.rulePages, 'fake-write-fault.md')}: no such file or directory\n`,
    });
  });
});

const ruleFolder = path.resolve(import.meta.dirname, '../docs/rules');

it.each(fs.readdirSync(ruleFolder))('docs/rules/%s fits on a terminal, without marks', (name) => {
  const lines = markdownToText(fs.readFileSync(path.join(ruleFolder, name), 'utf8'), { width: 80, palette: paletteFor({ write: () => undefined }, {}) }).split('\n');
  expect(lines.filter((line) => line.length > 85)).toEqual([]);
  expect(lines.filter((line) => /^ *```|^#|\*\*/.test(line) || /^ {2}\S.*[`]/.test(line))).toEqual([]);
});
