/** Lenses that open the race panel: at the head of a litmus file, and at each of its variants. */
import type { CodeLens, Command } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { litmusFile } from './document';
import { rangeOf } from './places';
import type { LensSource } from '../code-lenses';
import { OPEN_RACE } from '../open-race';
import { fixOf } from '../../simulator/examine';

export const litmusLenses: LensSource = {
  litmus: true,
  usable: ({ commands }) => commands.has(OPEN_RACE),
  lenses(document) {
    const { outline, scenario } = litmusFile(document);
    const first = scenario?.variants[0];
    if (outline.name === undefined || scenario === undefined || first === undefined) return [];
    const head = rangeOf(document, outline.name);
    const fix = fixOf(scenario, first.name);
    const lenses: CodeLens[] = [{ range: head, command: explore(document, 'Explore', first.name) }];
    if (fix !== undefined) lenses.push({ range: head, command: explore(document, `Explore ${fix}`, fix) });
    for (const { key, words } of outline.lines) {
      const [name] = words;
      if (key.text !== 'Variant' || name === undefined || !scenario.variants.some((variant) => variant.name === name.text)) continue;
      lenses.push({ range: rangeOf(document, name), command: explore(document, `Explore ${name.text}`, name.text) });
    }
    return lenses;
  },
};

function explore({ uri }: TextDocument, title: string, variant: string): Command {
  return { title, command: OPEN_RACE, arguments: [{ uri, variant }] };
}
