/**
 * The annotated C of test-fixtures/: every finding must be announced where it is expected, and every announcement must be met.
 *
 *     return handle_userfault(vmf, VM_UFFD_MISSING);
 *     //     ^^^^^^^^^^^^^^^^ warning[rule-name]: part of the message
 *
 * The first caret stands under the first character of the finding. `// ^^^ step 2: lockless-read` announces a step of some finding.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../parser/backend';
import { createAnalysis } from './create';
import type { Finding } from './findings/finding';
import { rules } from './rules';

interface Note {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly text: string;
}

const root = path.resolve(import.meta.dirname, '../test-fixtures');
const backends = [await loadBackend('native'), await loadBackend('wasm')];

describe('test-fixtures', () => {
  it('has a folder for each rule and no other', () => {
    expect(fs.readdirSync(root).sort()).toEqual(rules.map((r) => r.name).sort());
  });

  for (const rule of rules) {
    for (const [name, files] of trees(path.join(root, rule.name))) {
      for (const backend of backends) {
        it(`${rule.name}/${name} (${backend.name})`, () => {
          const log: string[] = [];
          const findings = createAnalysis({
            backend, log: (line) => log.push(line),
            reader: { indexFiles: () => [...files.keys()], read: (file) => files.get(file) },
          }).check([...files.keys()]);
          const notes = [...files].flatMap(([file, text]) => readNotes(file, text));
          expect(log).toEqual([]);
          expect(findings.map(heading).sort()).toEqual(notes.filter((n) => !n.what.startsWith('step')).map((n) => `${n.file}:${n.line}:${n.column} ${n.what}`).sort());
          for (const note of notes) {
            if (note.what.startsWith('step')) expect(findings.flatMap((f) => f.steps.map((s, i) => `${s.location.file}:${s.location.line}:${s.location.column} step ${i + 1}: ${s.kind}`))).toContain(`${note.file}:${note.line}:${note.column} ${note.what}: ${note.text}`);
            else expect(findings.find((f) => heading(f) === `${note.file}:${note.line}:${note.column} ${note.what}`)?.message).toContain(note.text);
          }
        });
      }
    }
  }
});

const heading = (f: Finding): string => `${f.location.file}:${f.location.line}:${f.location.column} ${f.severity}[${f.rule}]`;

/** A file is a tree of its own; a folder is one tree of several files. */
function trees(folder: string): [string, Map<string, string>][] {
  return fs.readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const files = entry.isDirectory() ? fs.readdirSync(path.join(folder, entry.name)).map((f) => `${entry.name}/${f}`) : [entry.name];
    return [entry.name, new Map(files.map((f) => [f, fs.readFileSync(path.join(folder, f), 'utf8')] as const))];
  });
}

function readNotes(file: string, text: string): Note[] {
  const notes: Note[] = [];
  let code = 0;
  text.split('\n').forEach((line, i) => {
    const match = /^\s*\/\/\s*(\^+) ((?:warning|information)\[[\w-]+\]|step \d+)(?:: (.*))?$/.exec(line);
    if (!match) {
      code = i + 1;
      return;
    }
    notes.push({ file, line: code, column: line.indexOf('^') + 1, what: match[2]!, text: match[3] ?? '' });
  });
  return notes;
}
