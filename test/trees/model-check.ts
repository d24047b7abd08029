/** Holds entries of the kernel model to what a kernel's files declare. */
import { anyArity } from '../../kernel/build';
import type { Constant, Documented, Lifetime, Primitive, Version } from '../../kernel/types';
import { anyNumber, type SymbolIndex } from './symbols';

export interface IndexedTree {
  readonly version: Version;
  readonly symbols: SymbolIndex;
}

/** What is wrong with an entry as seen in this tree, one sentence each. */
export function problemsOf(entry: Primitive | Documented | Constant, tree: IndexedTree): readonly string[] {
  const problems = presence(entry, tree);
  if (problems.length > 0 || !isExpected(entry, tree.version)) return problems;
  const signatures = signaturesOf(entry);
  return signatures === undefined ? kind(entry, tree) : arity(entry.name, signatures, tree);
}

/** Does the source of the entry name a file that defines or declares the symbol there? */
export function isSourceIn(entry: Primitive | Documented | Constant, { symbols }: IndexedTree): boolean {
  const [file = '', symbol = ''] = entry.source.split(':');
  return symbols.get(symbol)?.files.has(file) === true;
}

/** Is the entry meant to be there in this version, by itself or as a backport? */
export function isExpected({ since, until, backported }: Lifetime, version: Version): boolean {
  return isBackport(backported, version) || ((since === undefined || order(since) <= order(version)) && (until === undefined || order(version) <= order(until)));
}

function presence(entry: Primitive | Documented | Constant, { version, symbols }: IndexedTree): readonly string[] {
  const wanted = isExpected(entry, version);
  if ((symbols.get(entry.name) !== undefined) === wanted) return [];
  return [`${version.join('.')} ${entry.name}: ${wanted ? 'not in the tree' : 'is in the tree, the model says it is not'}`];
}

function kind({ name }: Constant, { version, symbols }: IndexedTree): readonly string[] {
  const found = symbols.get(name)!;
  return found.isConstant || found.aliases.size > 0 ? [] : [`${version.join('.')} ${name}: is no constant`];
}

type Signature = Lifetime & { readonly arity: number };

function signaturesOf(entry: Primitive | Documented | Constant): readonly Signature[] | undefined {
  if ('shapes' in entry) return entry.shapes;
  return 'parameters' in entry ? entry.parameters.map(({ count, version }) => ({ since: version, until: version, arity: count })) : undefined;
}

function arity(name: string, signatures: readonly Signature[], { version, symbols }: IndexedTree): readonly string[] {
  const found = [...symbols.aritiesOf(name)];
  const wanted = signatures.filter((each) => isExpected(each, version));
  const backports = wanted.filter((each) => isBackport(each.backported, version));
  const label = `${version.join('.')} ${name}`;
  if (wanted.some((each) => each.arity === anyArity)) return found.length === 0 ? [`${label}: is no function`] : [];
  const numbers = wanted.map((each) => each.arity);
  const isWrong = found.length === 0 || found.some((each) => each !== anyNumber && !numbers.includes(each));
  const isMissing = (backports.length > 0 ? backports : wanted).some((each) => !found.includes(each.arity) && !found.includes(anyNumber));
  return isWrong || isMissing ? [`${label}: takes ${found.length === 0 ? 'no arguments, it is no function' : found.join(' or ')}, the model says ${numbers.join(' or ')}`] : [];
}

function isBackport(backported: Lifetime['backported'], version: Version): boolean {
  return backported?.into.some((each) => order(each) === order(version)) === true;
}

function order([major, minor]: Version): number {
  return major * 1000 + minor;
}
