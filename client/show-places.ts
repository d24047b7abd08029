/** The command behind code lenses that show several places: the steps of a path, the callers of a function. */
import * as vscode from 'vscode';
import { SHOW_PLACES, parsePlaces } from './places';

/** Goes to a single place, and shows several in a peek view over the line of the lens. */
export function registerShowPlaces(): vscode.Disposable {
  return vscode.commands.registerCommand(SHOW_PLACES, async (argument: unknown) => {
    const request = parsePlaces(argument);
    if (request === undefined) return;
    const { uri, position, places } = request;
    const locations = places.map(({ uri: file, range: { start, end } }) =>
      new vscode.Location(vscode.Uri.parse(file), new vscode.Range(start.line, start.character, end.line, end.character)));
    await vscode.commands.executeCommand('editor.action.goToLocations', vscode.Uri.parse(uri), new vscode.Position(position.line, position.character), locations, 'peek', 'These places are gone.');
  });
}
