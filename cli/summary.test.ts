import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from './dispatch';
import { loadEngine } from './engine';
import type { Host } from './host';

let root: string;

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-summary-'));
  fs.mkdirSync(path.join(root, 'mm'));
  fs.mkdirSync(path.join(root, 'include/linux'), { recursive: true });
  fs.writeFileSync(path.join(root, 'mm/a.c'), 'static bool is_empty(struct vm_fault *vmf)\n{\n	return pte_none(ptep_get(vmf->pte));\n}\n');
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

async function summary(...args: string[]): Promise<{ status: number | undefined; out: string; err: string }> {
  let [out, err] = ['', ''];
  const host: Host = {
    cwd: root, env: {}, stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) }, version: '1.2.3', examples: root, rulePages: root, scenarios: root,
    now: () => 0, peakMemory: () => 0, loadEngine, startServer: () => undefined,
  };
  return { status: await run(['summary', ...args], host), out, err };
}

it('prints what is believed about a function, named with or without its file', async () => {
  const text = `is_empty()  mm/a.c:1

way to return 1 of 1: pte_none(the entry read at mm/a.c:3 (locked if the caller holds the lock))
  when         vmf->pte
  then         the entry read at mm/a.c:3 (locked if the caller holds the lock): nothing has confirmed it
`;
  expect(await summary('is_empty', 'mm/a.c')).toEqual({ status: 0, out: text, err: '' });
  expect(await summary('is_empty', '--root', root)).toEqual({ status: 0, out: text, err: '' });
});

it('prints what annotations say of the callers', async () => {
  fs.writeFileSync(path.join(root, 'mm/c.c'), 'static bool is_held(struct vm_fault *vmf) __must_hold(vmf->ptl)\n{\n	return pte_none(ptep_get(vmf->pte));\n}\n');
  expect((await summary('is_held', 'mm/c.c')).out).toContain('\n\non entry: the caller holds the page-table lock vmf->ptl, as annotated\n\nway to return 1 of 1');
});

it('prints JSON', async () => {
  const { out } = await summary('--format', 'json', 'is_empty');
  expect(JSON.parse(out)).toMatchObject({ root, functions: [{ function: 'is_empty', file: 'mm/a.c', line: 1 }] });
});

it.each([
  [['nothing'], 'no function nothing() among the files read in'],
  [['nothing', 'mm/a.c'], 'no function nothing() in mm/a.c'],
  [['is_empty', 'mm/b.c'], 'mm/b.c: '],
  [[], 'summary takes a function'],
  [['--rot', '.', 'is_empty'], "unknown option '--rot' (did you mean '--root'?)"],
  [['--format', 'xml', 'is_empty'], "unknown format 'xml'"],
])('says what is wrong with %j', async (args, message) => {
  const { status, out, err } = await summary(...args);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) as string });
  expect(out.split('\n')[0]).not.toContain('at ');
});
