import type { DocumentLink } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test } from 'vitest';
import { PUSH, startClient, type TestClient } from './testing';
import { realEngine } from './testing-engine';

const C = 'file:///src/linux/mm/a.c';
const LITMUS = 'file:///home/me/drawer.litmus';
const linking = (tooltipSupport: boolean) => ({ textDocument: { ...PUSH.textDocument, documentLink: { tooltipSupport } } });

let client: TestClient;
afterEach(() => client.stop());

async function start(files: Readonly<Record<string, string>> = {}, tooltips = true): Promise<void> {
  client = await startClient({ engine: await realEngine(files), capabilities: linking(tooltips) });
}

const ask = (uri: string): Promise<DocumentLink[]> => client.connection.sendRequest('textDocument/documentLink', { textDocument: { uri } });
/** The linked text, and where it leads to. */
async function links(uri: string, text: string): Promise<string[]> {
  const lines = text.split('\n');
  return (await ask(uri)).map(({ range: { start, end }, target }) => {
    expect(end.line).toBe(start.line);
    return `${lines[start.line]?.slice(start.character, end.character)} ${target}`;
  });
}
const linus = (hex: string): string => `${hex} https://git.kernel.org/linus/${hex}`;

async function inComment(text: string): Promise<string[]> {
  await start();
  client.open(C, text);
  return links(C, text);
}

describe('links in C files', () => {
  test('commits, in all the ways in which comments name them', async () => {
    expect(await inComment(`/*
 * See commit 2ea7ff1e39cb ("mm/hugetlb: fix race"), and the fix in commit
 * 0123456789abcdef0123456789abcdef01234567.
 *
 * Fixes: fedcba987654 ("mm: first")
 */
int x; // abcdefabcdef ("mm: second"), commit 0ccf831cb
`)).toEqual(['2ea7ff1e39cb', '0123456789abcdef0123456789abcdef01234567', 'fedcba987654', 'abcdefabcdef', '0ccf831cb'].map(linus));
  });

  test('what is no commit of Linux, or no comment', async () => {
    expect(await inComment(`/* commit 20121012, commit deadbee, LLVM commit 0123456789ab, in QEMU
 * commit 0123456789ab; commit the page; 0123456789abcdef; https://git.kernel.org/x/commit/0123456789ab */
const char *s = "commit 0123456789ab";
int commit = 0x0123456789ab;
`)).toEqual([]);
  });

  test('rules that are allowed', async () => {
    const pages = 'https://github.com/kernel-mm-review/kernel-mm-review/blob/main/docs/rules';
    expect(await inComment(`/*
 * mm-review: allow(fake-write-fault, no-such-rule,
 * uffd-wp-bit-lost): the caller asked for it
 */
int fake_write_fault; /* see allow(fake-write-fault) elsewhere */
`)).toEqual([`fake-write-fault ${pages}/fake-write-fault.md`, `uffd-wp-bit-lost ${pages}/uffd-wp-bit-lost.md`]);
  });

  test('tooltips are for clients that show them', async () => {
    await start({}, false);
    client.open(C, '// commit 2ea7ff1e39cb\n');
    expect(await ask(C)).toEqual([{ range: { start: { line: 0, character: 10 }, end: { line: 0, character: 22 } }, target: 'https://git.kernel.org/linus/2ea7ff1e39cb' }]);
    client.stop();
    await start();
    client.open(C, '// commit 2ea7ff1e39cb\n');
    expect(await ask(C)).toMatchObject([{ tooltip: 'Open the commit at git.kernel.org' }]);
  });
});

const scenario = `C drawer

(*
 * Title: a drawer
 * Rule: fake-write-fault
 * Fixes: 2ea7ff1e39cb ("mm/hugetlb: fix race")
 * Anchor: mm/a.c drawer_fault
 * Anchor: mm/a.c drawer_gone
 * Anchor: mm/none.c drawer_fault
 * Result: Sometimes
 *
 * As commit 0123456789ab says.
 *)

{ }
P0() { }
exists (1)
`;

describe('links in scenarios', () => {
  const rule = 'fake-write-fault https://github.com/kernel-mm-review/kernel-mm-review/blob/main/docs/rules/fake-write-fault.md';

  test('functions are found in the kernel tree that is open, as it is in the editor', async () => {
    await start({ 'mm/a.c': 'int x;\n' });
    client.open(LITMUS, scenario);
    const others = [rule, linus('2ea7ff1e39cb'), linus('0123456789ab')];
    expect(await links(LITMUS, scenario)).toEqual(others);
    client.open(C, '\nint drawer_fault(void)\n{\n\treturn 0;\n}\n');
    expect(await links(LITMUS, scenario)).toEqual([rule, linus('2ea7ff1e39cb'), `mm/a.c drawer_fault ${C}#L2`, linus('0123456789ab')]);
    client.editLine(C, 0, '\n\n');
    expect(await links(LITMUS, scenario)).toContain(`mm/a.c drawer_fault ${C}#L4`);
  });

  test('a text that is no scenario yet has no links', async () => {
    await start();
    client.open(LITMUS, 'Anchor: mm/a.c drawer_fault\n');
    expect(await ask(LITMUS)).toEqual([]);
  });
});
