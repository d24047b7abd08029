/** What the command that shows places is called with: positions and ranges of the protocol. */

/** The server's name of the command. */
export const SHOW_PLACES = 'mmReview.showPlaces';

interface Position {
  readonly line: number;
  readonly character: number;
}

export interface PlacesRequest {
  readonly uri: string;
  /** Where the view opens. */
  readonly position: Position;
  readonly places: readonly { readonly uri: string; readonly range: { readonly start: Position; readonly end: Position } }[];
}

/** Undefined when it is of another shape. */
export function parsePlaces(argument: unknown): PlacesRequest | undefined {
  if (!isObject(argument) || typeof argument.uri !== 'string' || !isPosition(argument.position) || !Array.isArray(argument.places)) return undefined;
  const places: unknown[] = argument.places;
  return { uri: argument.uri, position: argument.position, places: places.filter(isPlace) };
}

function isPlace(value: unknown): value is PlacesRequest['places'][number] {
  return isObject(value) && typeof value.uri === 'string' && isObject(value.range) && isPosition(value.range.start) && isPosition(value.range.end);
}

function isPosition(value: unknown): value is Position {
  return isObject(value) && typeof value.line === 'number' && typeof value.character === 'number';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
