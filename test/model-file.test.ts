/** docs/model-file.md says what the reader of model files does, and its examples do what it says. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAnalysis } from '../analyzer/create';
import { effectRows, type EffectField } from '../kernel/effect-fields';
import { builtinModel, extendModel, type KernelModel } from '../kernel/model';
import { contractFields, entryFields, readModelFile } from '../kernel/model-file';
import { loadBackend } from '../parser/backend';

const file = path.resolve(import.meta.dirname, '../docs/model-file.md');
const backend = await loadBackend();
const page = (): string => fs.readFileSync(file, 'utf8');

/** Code blocks of the page in order, as the words after the fence and the text. */
const blocks = [...page().matchAll(/^```(.+)\n([^]*?)^```$/gm)].map((match) => ({ mark: match[1] ?? '', text: match[2] ?? '' }));
/** Each piece of C with the model file before it. */
const examples = blocks.flatMap(({ mark, text }, index) => (mark.startsWith('c ') ? [{ mark, code: text, model: blocks.slice(0, index).findLast((block) => block.mark === 'jsonc')?.text ?? '' }] : []));

function isReported(code: string, model: KernelModel): boolean {
  const analysis = createAnalysis({ backend, model, reader: { indexFiles: () => ['example.c'], read: (name) => (name === 'example.c' ? code : undefined) } });
  return analysis.check(['example.c']).length > 0;
}

it('README.md shows a model file without a problem', () => {
  const [shown] = [...fs.readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8').matchAll(/^```jsonc\n([^]*?)^```$/gm)];
  expect(readModelFile(shown?.[1] ?? '').problems).toEqual([]);
});

describe('docs/model-file.md', () => {
  it('has model files without a problem', () => {
    const files = blocks.filter((block) => block.mark === 'jsonc');
    expect(files.length).toBeGreaterThan(4);
    for (const { text } of files) expect(readModelFile(text).problems, text).toEqual([]);
  });

  it.each(examples)('shows what entries are good for: example %#', ({ mark, code, model }) => {
    const { entries } = readModelFile(model);
    const reported = { 'c bad': true, 'c good': false }[mark];
    expect(isReported(code, extendModel(builtinModel, entries)), code).toBe(reported);
    expect(isReported(code, builtinModel), 'without the model file').toBe(!reported);
  });

  it('names every field of an entry', () => {
    for (const name of [...Object.keys(entryFields), ...Object.keys(contractFields)]) expect(page()).toContain(`\`${name}\``);
  });

  it('has the table of effects', () => {
    const before = '## Effects\n\nEvery field is needed unless it says otherwise; those that are true or false are false when they are left out.\n\n';
    const after = '\n\n## When something is wrong\n';
    const start = page().indexOf(before) + before.length;
    const end = page().indexOf(after, start - 2);
    if (process.env['MM_REVIEW_UPDATE']) fs.writeFileSync(file, page().slice(0, start) + table() + page().slice(Math.max(end, start - 2)));
    expect(page()).toContain(before + table() + after);
  });
});

function table(): string {
  const rows = [...effectRows].map(([name, { says, fields }]) => `| \`${name}\` | ${says} | ${Object.entries(fields).map((entry) => fieldText(...entry)).join('<br>')} |`);
  return ['| effect | what a call does | fields |', '|---|---|---|', ...rows].join('\n');
}

function fieldText(name: string, field: EffectField): string {
  const optional = 'optional' in field ? ', optional' : '';
  return `\`${name}\` (${kindText(field)}${optional}): ${field.says}`;
}

function kindText(field: EffectField): string {
  switch (field.is) {
    case 'argument': return 'an argument';
    case 'arguments': return field.two ? 'a list of two arguments' : 'a list of arguments';
    case 'integer': return 'an integer';
    case 'flag': return 'true or false';
    case 'text': return 'a text';
    case 'choice': return Object.keys(field.of).map((word) => `\`"${word}"\``).join(', ');
    case 'lock': return 'a lock';
  }
}
