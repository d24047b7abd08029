/** A command of the client that shows several places at once, and the code lenses that use it. */
import type { CodeLens, Command, Position } from 'vscode-languageserver/node';
import type { Finding, Location } from '../analyzer/findings/finding';
import { count } from './checker';
import type { LensSource } from './code-lenses';
import { toRange } from './diagnostics';
import type { FeatureContext } from './feature';
import { headOf } from './function-heads';

/** Its one argument: `{ uri, position, places }`, where to look from and the LSP locations to show. */
export const SHOW_PLACES = 'mmReview.showPlaces';

/** A lens at the start of a line; one that only informs for clients that cannot show places. */
export function placesLens(title: string, uri: string, line: number, places: readonly Location[], { commands, delivery }: FeatureContext): CodeLens {
  const position = { line, character: 0 };
  const range = { start: position, end: position };
  // VS Code and Neovim draw a lens without a command's name as text.
  const command: Command = commands.has(SHOW_PLACES)
    ? { title, command: SHOW_PLACES, arguments: [{ uri, position: position satisfies Position, places: places.map((place) => ({ uri: delivery.uriOf(uri, place.file), range: toRange(place) })) }] }
    : { title, command: '' };
  return { range, command };
}

/** A lens for each finding that has a path. */
export const pathLenses: LensSource = {
  ofFindings: true,
  usable: ({ commands }) => commands.has(SHOW_PLACES),
  lenses(document, context) {
    const lines = document.getText().split('\n');
    const findings = context.delivery.findingsIn(document.uri).filter(({ steps }) => steps.length > 0);
    const isAlone = (finding: Finding): boolean => findings.every((other) => other === finding || other.function !== finding.function);
    return findings.map((finding) => {
      const places = placesOf(finding);
      const title = `Show the path${isAlone(finding) ? '' : ` to line ${finding.location.line}`}: ${count(places.length, 'place')}`;
      return placesLens(title, document.uri, headOf(lines, finding), places, context);
    });
  },
};

/** Its steps and where it was found, each once. */
function placesOf({ steps, location }: Finding): Location[] {
  const all = [...steps.map((step) => step.location), location];
  return [...new Map(all.map((place) => [`${place.file}:${place.line}:${place.column}`, place])).values()];
}
