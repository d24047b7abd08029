/** What is wrong with a model file, and where: offsets while it is read, lines and columns for people. */

/** Name of a model file; it lies at the top of the tree. */
export const modelFileName = '.mm-review.json';

/** What is wrong at a place of a model file. Positions are 1-based and count UTF-16 code units; the end is exclusive. */
export interface ModelProblem {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** One line. */
  readonly message: string;
}

/** A part of the text. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** More than these help nobody. */
export const maximumProblems = 100;

/** Collects problems by offset. */
export interface Report {
  /** How many problems there are so far. */
  readonly count: number;
  add(place: Place, message: string): void;
  problems(): ModelProblem[];
}

export function createReport(text: string): Report {
  const found: { readonly place: Place; readonly message: string }[] = [];
  return {
    get count() {
      return found.length;
    },
    add: (place, message) => void found.push({ place, message }),
    problems() {
      found.sort((a, b) => a.place.offset - b.place.offset);
      const starts = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((end) => end.index + end[0].length)];
      const shown = found.slice(0, maximumProblems).map(({ place, message }) => located(starts, place, message));
      const last = shown.at(-1);
      if (found.length > shown.length && last !== undefined) shown.push({ ...last, message: `${found.length - shown.length} more problems are not listed` });
      return shown;
    },
  };
}

function located(starts: readonly number[], { offset, length }: Place, message: string): ModelProblem {
  const [line, column] = position(starts, offset);
  const [endLine, endColumn] = position(starts, offset + Math.max(length, 0));
  return { line, column, endLine, endColumn, message };
}

function position(starts: readonly number[], offset: number): [number, number] {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return [low + 1, offset - starts[low]! + 1];
}
