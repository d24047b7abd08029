/** Helpers of the lowering tests: lower one snippet and print it. */
import { loadNativeBackend } from './backend';
import { formatIr } from './cfg';
import type { FunctionIR } from './ir';
import { lowerFunction } from './lower';
import { scan } from './scan';
import type { FunctionOutline, ParserBackend } from './types';

const backend = loadNativeBackend();

/** Lowers a whole definition. Text in which the scanner finds no function is lowered as if it were one. */
export function lowerText(text: string, parser: ParserBackend | undefined = backend): FunctionIR {
  if (!parser) throw new Error('these tests need the native parser');
  const { masked, functions } = scan(text);
  const torn: FunctionOutline = {
    name: '', span: { start: 0, end: text.length }, nameSpan: { start: 0, end: 0 }, bodyStart: 0, isStatic: false, calls: new Set(), annotations: [],
  };
  return lowerFunction(parser, { original: text, masked }, functions[0] ?? torn);
}

/** Lowers a function body and gives one line for each node. */
export function lowered(body: string): string[] {
  return formatIr(lowerText(`int f(struct vm_fault *vmf)\n{\n${body}\n}`)).split('\n').slice(1).map((line) => line.trim().replace(/\s+/g, ' '));
}
