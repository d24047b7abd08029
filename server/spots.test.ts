import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Hover, InlayHint, SemanticTokens } from 'vscode-languageserver/node';
import { createAnalysis } from '../analyzer/create';
import { loadBackend } from '../parser/backend';
import { describe as describeEntry } from '../kernel/hover';
import { LEGEND } from './semantic-tokens';
import manifest from '../package.json';
import { PUSH, fakeEngine, startClient, type FakeEngine, type TestClient } from './testing';

const backend = await loadBackend('native');
const A = 'file:///linux/mm/a.c';
const B = 'file:///linux/mm/b.c';

const helper = `void let_go(struct vm_fault *vmf)
{
	pte_unmap_unlock(vmf->pte, vmf->ptl);
}
`;
const code = `int look(struct mm_struct *mm, struct vm_fault *vmf)
{
	pte_t entry = ptep_get_lockless(vmf->pte);

	mmap_read_lock(mm);
	if (pte_none(entry))
		return -EAGAIN;
	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return -EAGAIN;
	if (pte_same(ptep_get(vmf->pte), entry))
		update(mm);
	let_go(vmf);
	return pte_write(entry);
}
`;

let client: TestClient;
afterEach(() => client.stop());

/** The real analyzer over texts that are nowhere on disk. */
function realEngine(): FakeEngine {
  const engine = fakeEngine();
  engine.createAnalysis = (reader, log) => createAnalysis({ backend, reader, log });
  engine.describe = (name, model) => describeEntry(name, undefined, model);
  engine.disk.set('/linux/mm/a.c', code);
  engine.disk.set('/linux/mm/b.c', helper);
  return engine;
}

const on = { settings: { inlayHints: true, semanticTokens: true } };
async function start(options: Parameters<typeof startClient>[0] = {}): Promise<void> {
  client = await startClient({ engine: realEngine(), initializationOptions: on, ...options });
  client.open(A, code);
}

function positionOf(text: string, marker: string): { line: number; character: number } {
  const lines = text.slice(0, text.indexOf(marker)).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

async function hoverAt(marker: string, text = code, uri = A): Promise<string | undefined> {
  const answer = await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri }, position: positionOf(text, marker) });
  return answer === null ? undefined : (answer.contents as { value: string }).value;
}

/** What is said once the function has been walked: until then there is the documentation at most. */
async function factsAt(marker: string, text = code, uri = A): Promise<string> {
  return vi.waitFor(async () => {
    const said = await hoverAt(marker, text, uri);
    expect(said).toMatch(/Here:|Direct calls:/);
    return said!;
  }, { timeout: 10_000, interval: 20 });
}

const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
async function hints(): Promise<string[]> {
  const found = await client.connection.sendRequest<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri: A }, range: whole });
  return found.map((hint) => `${hint.position.line}:${hint.position.character} ${hint.label as string}`);
}

describe('hover', () => {
  test('says below the documentation what is held', async () => {
    await start();
    const text = await factsAt('pte_same(');
    expect(text).toMatch(/compare/i);
    expect(text).toContain('\n\nHere: holds `vmf->ptl` (page-table lock), mmap_lock for reading.');
  });

  test('tells what a variable is worth that nobody documents', async () => {
    await start();
    expect(await factsAt('entry))\n\t\treturn')).toBe('Here: holds mmap_lock for reading; no page-table lock.  \n`entry`: read without the page-table lock in line 3; not rechecked since.');
    expect(await hoverAt('entry = ')).toBeUndefined();
    expect(await hoverAt('mm, vmf->pmd')).toBeUndefined();
  });

  test('counts text that is not saved', async () => {
    await start();
    expect(await factsAt('pte_same(')).toContain('mmap_lock');
    client.editLine(A, 4, '\t;');
    // Right after the edit nothing is said, or what is so now.
    expect(await hoverAt('pte_same(')).not.toContain('mmap_lock');
    expect(await factsAt('pte_same(')).toContain('Here: holds `vmf->ptl` (page-table lock).');
  });

  test('of a function says what its callers hold', async () => {
    await start();
    client.open(B, helper);
    expect(await factsAt('let_go', helper, B)).toBe('Direct calls: 1; 1 with a page-table lock held.');
  });

  test('does not wait for the index', async () => {
    const engine = realEngine();
    const { createAnalysis: create } = engine;
    engine.createAnalysis = (reader, log) => {
      const analysis = create(reader, log);
      return {
        ...analysis,
        *factsOf() {
          for (const end = performance.now() + 3000; performance.now() < end;) yield;
          return undefined;
        },
      };
    };
    await start({ engine });
    const text = await hoverAt('pte_same(');
    expect(text).toMatch(/compare/i);
    expect(text).not.toContain('Here:');
    await client.until(() => client.pushed.length > 0);
  });

  test('knows next time what it did not wait for', async () => {
    const engine = realEngine();
    const { createAnalysis: create } = engine;
    let [isBusy, done] = [true, 0];
    engine.createAnalysis = (reader, log) => {
      const analysis = create(reader, log);
      // Lets nobody look ahead; the first question is not answered in time.
      return { ...analysis, *lookAhead() { yield* []; }, *factsOf(path, offset) {
        while (isBusy) yield;
        const facts = yield* analysis.factsOf(path, offset);
        done++;
        return facts;
      } };
    };
    await start({ engine });
    expect(await hoverAt('pte_same(')).not.toContain('Here:');
    isBusy = false;
    await client.until(() => done > 0);
    expect(await factsAt('pte_same(')).toContain('Here: holds `vmf->ptl`');
  });

  test('is plain text for clients that draw nothing else', async () => {
    await start({ capabilities: { textDocument: { hover: { contentFormat: ['plaintext'] } } } });
    expect(await factsAt('entry))\n\t\treturn')).toContain('entry: read without the page-table lock in line 3; not rechecked since.');
  });
});

describe('inlay hints', () => {
  test('stand where locks change and where values are tested', async () => {
    await start();
    expect(await hints()).toEqual(['5:19 lockless, not rechecked', '7:71 vmf->ptl unless NULL', '9:2 no ptl', '12:13 no ptl']);
  });

  test('are never long, and explain themselves', async () => {
    await start();
    const found = await client.connection.sendRequest<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri: A }, range: whole });
    for (const { label, tooltip } of found) {
      expect((label as string).length).toBeLessThanOrEqual(24);
      expect(tooltip).toMatch(/\.$/);
    }
  });

  test('are off unless asked for, at once', async () => {
    await start({ initializationOptions: {} });
    expect(await hints()).toEqual([]);
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mmReview: { inlayHints: true } } });
    expect(await hints()).not.toEqual([]);
  });

  /** Counts how often the client is asked to draw again. */
  function countRefreshes(): () => number {
    let refreshes = 0;
    client.connection.onRequest('workspace/inlayHint/refresh', () => {
      refreshes++;
      return null;
    });
    return () => refreshes;
  }
  const refreshed = { capabilities: { ...PUSH, workspace: { inlayHint: { refreshSupport: true } } } };

  test('are asked for again when another file changes what they say', async () => {
    await start(refreshed);
    const refreshes = countRefreshes();
    await vi.waitFor(async () => expect(await hints()).toContain('12:13 no ptl'));
    const before = refreshes();
    client.open(B, helper);
    client.editLine(B, 2, '\tforget(vmf);');
    await client.until(() => refreshes() > before);
    await vi.waitFor(async () => expect(await hints()).not.toContain('12:13 no ptl'));
  });

  /** An analysis that knows nothing of any function in time while `hurried`. */
  function startHurried(options: Parameters<typeof startClient>[0]): Promise<void> {
    const engine = realEngine();
    const { createAnalysis: create } = engine;
    engine.createAnalysis = (reader, log) => {
      const analysis = create(reader, log);
      return { ...analysis, *lookAhead() { yield* []; }, factsSoFar: (path, part, enough) => analysis.factsSoFar(path, part, () => hurried || enough()) };
    };
    return start({ ...options, engine });
  }
  let hurried = false;
  afterEach(() => {
    hurried = false;
  });

  test('come late rather than never', async () => {
    hurried = true;
    await startHurried(refreshed);
    const refreshes = countRefreshes();
    expect(await hints()).toEqual([]);
    await client.until(() => refreshes() > 0);
    expect(await hints()).toContain('7:71 vmf->ptl unless NULL');
  });

  test('stay with their text beside an edit, until more is known', async () => {
    await startHurried(refreshed);
    await vi.waitFor(async () => expect(await hints()).toContain('12:13 no ptl'));
    hurried = true;
    client.editLine(A, 11, '\t\tupdate(mm);\n\tmmap_read_unlock(mm);');
    expect(await hints()).toEqual(['5:19 lockless, not rechecked', '7:71 vmf->ptl unless NULL', '9:2 no ptl', '13:13 no ptl']);
    await vi.waitFor(async () => expect(await hints()).toHaveLength(4));
  });

  test('beside an edit are gone where the edit was', async () => {
    await startHurried(refreshed);
    const refreshes = countRefreshes();
    await vi.waitFor(async () => expect(await hints()).toContain('12:13 no ptl'));
    const before = refreshes();
    hurried = true;
    client.editLine(A, 12, '\tpte_unmap_unlock(vmf->pte, vmf->ptl);');
    expect(await hints()).toEqual(['5:19 lockless, not rechecked', '7:71 vmf->ptl unless NULL', '9:2 no ptl']);
    await client.until(() => refreshes() > before);
    expect(await hints()).toContain('12:38 no ptl');
  });
});

describe('semantic tokens', () => {
  const tokens = async (range: boolean): Promise<number[]> =>
    (await client.connection.sendRequest<SemanticTokens>(`textDocument/semanticTokens/${range ? 'range' : 'full'}`, { textDocument: { uri: A }, ...(range && { range: whole }) })).data;

  test('tell locked from lockless reads', async () => {
    await start();
    // Line 2 character 15, length 17, lockless; eight lines down character 14, length 8, locked.
    expect(await tokens(false)).toEqual([2, 15, 17, 0, 1, 8, 14, 8, 0, 2]);
    expect(await tokens(true)).toEqual(await tokens(false));
  });

  test('are off unless asked for', async () => {
    await start({ initializationOptions: {} });
    expect(await tokens(false)).toEqual([]);
  });

  test('are announced as package.json describes them', async () => {
    await start();
    expect(client.capabilities.semanticTokensProvider).toEqual({ legend: LEGEND, full: true, range: true });
    expect(manifest.contributes.semanticTokenModifiers.map(({ id }) => id)).toEqual(LEGEND.tokenModifiers);
  });
});
