/** A check of the whole tree in the language server finds what `mm-review check` finds in the same files. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { WorkspaceDiagnosticReport } from 'vscode-languageserver/node';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { LspClient } from '../../scripts/lsp-client.mjs';
import { createTreeReader } from '../../workspace/reader';
import { checkJson, mutantsOf, withTemporary } from './support';

it('linux 6.1 with a known bug', async () => {
  await withTemporary(async (directory) => {
    const { root } = mutantsOf('R1', '6.1', directory).find((mutant) => !mutant.isControl)!;
    const files = createTreeReader(root).indexFiles();
    const { findings } = await checkJson(root, files.map((file) => path.join(root, file)), { env: { XDG_CACHE_HOME: directory } });
    // Equal because empty would prove nothing.
    expect(findings.length).toBeGreaterThan(0);

    process.env.XDG_CACHE_HOME = directory;
    const client = new LspClient(process.execPath, [path.join(projectDir, 'dist/server.js'), '--stdio']);
    try {
      await client.initialize(root);
      const totals = await client.request('workspace/executeCommand', { command: 'mmReview.checkWorkspace' });
      expect(totals).toMatchObject({ files: files.length });
      const report = await client.request('workspace/diagnostic', { identifier: 'mm-review', previousResultIds: [] }) as WorkspaceDiagnosticReport;
      const shown = report.items.flatMap((item) => (item.kind === 'full' ? item.items.map(({ range, code, message }) => `${item.uri}:${range.start.line + 1}:${range.start.character + 1} ${code}: ${message}`) : []));
      const expected = findings.map(({ file, line, column, rule, message }) => `${pathToFileURL(path.join(root, file)).href}:${line}:${column} ${rule}: ${message.split('\n')[0]}`);
      expect([...shown].sort()).toEqual([...expected].sort());
      expect(client.log).not.toContain('No thread');
      await client.stop();
    } finally {
      client.kill();
    }
  });
});
