/** What is wrong with a scenario, and where. */

export interface Problem {
  /** Offset into the text of the file. */
  readonly offset: number;
  readonly message: string;
  /** The library thread that it is about; without one, it is about the scenario's own text. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** `file:line:col: error: message`, columns counted from 1 in UTF-16 code units. */
export function formatProblem(file: string, text: string, problem: Problem): string {
  const { line, column } = positionOf(problem.file?.text ?? text, problem.offset);
  return `${problem.file ? `adversaries/${problem.file.name}.litmus` : file}:${line}:${column}: error: ${problem.message}`;
}

/** Line and column of an offset, both counted from 1. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, Math.max(0, offset));
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - start + 1 };
}
