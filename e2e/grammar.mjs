// Texts coloured as VS Code does it: its own library and grammar of C, with our grammars beside.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { DIR } from './setup.mjs';

const C = path.join(DIR, 'node_modules/code-server/lib/vscode/extensions/cpp/syntaxes/c.tmLanguage.json');

/** Resolves to a function that colours a text: lines of tokens, each with its text and its scopes from the outside in. */
export async function loadGrammars() {
  const { buffer, byteOffset, byteLength } = fs.readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(buffer.slice(byteOffset, byteOffset + byteLength));
  const { contributes: { grammars } } = JSON.parse(fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8'));
  const files = new Map([['source.c', C], ...grammars.map((grammar) => [grammar.scopeName, path.join(projectDir, grammar.path)])]);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({ createOnigScanner: (sources) => new oniguruma.OnigScanner(sources), createOnigString: (text) => new oniguruma.OnigString(text) }),
    loadGrammar: (scope) => Promise.resolve(files.has(scope) ? textmate.parseRawGrammar(fs.readFileSync(files.get(scope), 'utf8'), files.get(scope)) : null),
    getInjections: (scope) => grammars.filter(({ injectTo }) => injectTo?.includes(scope)).map(({ scopeName }) => scopeName),
  });
  return async (scopeName, text) => {
    const grammar = await registry.loadGrammar(scopeName);
    let state = textmate.INITIAL;
    return text.split('\n').map((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      state = ruleStack;
      return tokens.map(({ startIndex, endIndex, scopes }) => ({ text: line.slice(startIndex, endIndex), scopes }));
    });
  };
}
