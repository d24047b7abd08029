// The yardstick of the benchmark: reads every C file under the given paths and parses it with native tree-sitter, nothing else.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const Parser = require('tree-sitter');
const parser = new Parser();
parser.setLanguage(require('tree-sitter-c'));

let files = 0;
let bytes = 0;
for (const file of process.argv.slice(2).flatMap(cFiles)) {
  const text = fs.readFileSync(file, 'utf8');
  // Through a callback: the native parser refuses long strings.
  parser.parse((offset) => text.slice(offset, offset + 30_000));
  files++;
  bytes += text.length;
}
console.log(JSON.stringify({ files, bytes }));

function cFiles(start) {
  if (!fs.statSync(start).isDirectory()) return [start];
  return fs.readdirSync(start, { recursive: true }).filter((name) => name.endsWith('.c')).map((name) => path.join(start, name));
}
