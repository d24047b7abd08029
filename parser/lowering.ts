/** What lowering one function carries along: texts, scopes, clean-ups, jump targets. */
import { emit, jump, newGraph, newJoin, type Graph } from './graph';
import type { Expr, NodeId, Span, Variable } from './ir';
import type { Syntax } from './syntax';

/** Code that runs when a scope is left, innermost first. Lists share their tails, so two points can be compared by identity. */
export interface Cleanup {
  readonly callee: string;
  readonly args: readonly Expr[];
  readonly span: Span;
  readonly outer: Cleanup | undefined;
  readonly depth: number;
}

/** Where `break` or `continue` goes, and which clean-ups are still pending there. */
export interface JumpTarget {
  readonly join: NodeId;
  readonly cleanups: Cleanup | undefined;
}

export interface Label {
  readonly join: NodeId;
  placed: boolean;
  cleanups: Cleanup | undefined;
}

/** `case low ... high:`. */
export interface CaseRange {
  readonly low: Expr;
  readonly high: Expr;
}

/** The switch statement whose cases are being collected. */
export interface SwitchFrame {
  readonly cases: { readonly value: Syntax; readonly range: CaseRange | undefined; readonly join: NodeId }[];
  fallback: NodeId | undefined;
}

interface NameScope {
  /** C name to name in the representation; made when the first variable is declared. */
  names: Map<string, string> | undefined;
  readonly outer: NameScope | undefined;
}

export interface Lowering {
  readonly original: string;
  readonly masked: string;
  /** True when masking changed something inside this function. */
  readonly hasDialect: boolean;
  /** True when a variable of this function may have a `__free` attribute. */
  readonly hasFree: boolean;
  readonly graph: Graph;
  readonly locals: Variable[];
  /** Every version of every variable name of the function. */
  readonly versions: Map<string, Variable[]>;
  renamed: boolean;
  scope: NameScope;
  cleanups: Cleanup | undefined;
  breakTo: JumpTarget | undefined;
  continueTo: JumpTarget | undefined;
  switchFrame: SwitchFrame | undefined;
  readonly labels: Map<string, Label>;
  readonly definition: Syntax;
  readonly gotos: { readonly from: NodeId; readonly label: Label; readonly cleanups: Cleanup | undefined; readonly span: Span }[];
}

export function newLowering(original: string, masked: string, within: Span, definition: Syntax): Lowering {
  const text = original.slice(within.start, within.end);
  const hasDialect = text !== masked.slice(within.start, within.end);
  return {
    original, masked, hasDialect, hasFree: text.includes('__free'), graph: newGraph(), locals: [], versions: new Map(), renamed: false,
    scope: { names: undefined, outer: undefined }, cleanups: undefined, breakTo: undefined, continueTo: undefined,
    switchFrame: undefined, labels: new Map(), definition, gotos: [],
  };
}

export function spanOf(node: Syntax): Span {
  return { start: node.start, end: node.end };
}

/** The text as the person wrote it. */
export function originalText(context: Lowering, node: Syntax): string {
  return context.original.slice(node.start, node.end);
}

/** The text as the grammar saw it. */
export function maskedText(context: Lowering, node: Syntax): string {
  return context.masked.slice(node.start, node.end);
}

export function unknown(context: Lowering, node: Syntax): void {
  emit(context.graph, { kind: 'unknown', text: originalText(context, node), span: spanOf(node), next: -1 });
}

export function opaque(context: Lowering, node: Syntax): Expr {
  return { kind: 'opaque', text: originalText(context, node), span: spanOf(node) };
}

/** Removes all parentheses around an expression. */
export function withoutParentheses(node: Syntax): Syntax {
  let inner = node;
  while (inner.type === 'parenthesized_expression') {
    const next = inner.kids[1];
    if (!next || next.type === 'compound_statement' || (inner.broken && inner.kids.some((kid) => kid.type === 'ERROR'))) return inner;
    inner = next;
  }
  return inner;
}

/**
 * Declares a variable and gives the name it has in the representation. Names are kept, except where that would mix two variables:
 * another type, or an inner variable that hides a living one.
 */
export function declareVariable(context: Lowering, name: string, type: string): string {
  const versions = context.versions.get(name) ?? [];
  if (versions.length === 0) context.versions.set(name, versions);
  let chosen = versions.find((version) => version.type === type && !isLive(context, version.name));
  if (!chosen) {
    chosen = { name: versions.length === 0 ? name : `${name}#${versions.length + 1}`, type };
    versions.push(chosen);
    context.locals.push(chosen);
  }
  if (chosen.name !== name) context.renamed = true;
  (context.scope.names ??= new Map()).set(name, chosen.name);
  return chosen.name;
}

function isLive(context: Lowering, irName: string): boolean {
  for (let scope = context.scope.outer; scope; scope = scope.outer) {
    if (scope.names) for (const name of scope.names.values()) if (name === irName) return true;
  }
  return false;
}

/** The name that a C name has here. */
export function resolveName(context: Lowering, name: string): string {
  if (!context.renamed) return name;
  for (let scope: NameScope | undefined = context.scope; scope; scope = scope.outer) {
    const found = scope.names?.get(name);
    if (found !== undefined) return found;
  }
  return name;
}

export function isVariable(context: Lowering, name: string): boolean {
  return context.versions.has(name);
}

/** Runs `body` in a scope of its own; falling out of it runs the clean-ups that were registered inside. */
export function inScope(context: Lowering, body: () => void): void {
  const cleanups = context.cleanups;
  context.scope = { names: undefined, outer: context.scope };
  body();
  runCleanups(context, context.cleanups, cleanups);
  context.cleanups = cleanups;
  context.scope = context.scope.outer ?? context.scope;
}

export function addCleanup(context: Lowering, callee: string, args: readonly Expr[], span: Span): void {
  const outer = context.cleanups;
  context.cleanups = { callee, args, span, outer, depth: (outer?.depth ?? 0) + 1 };
}

/** Emits what runs on the way from one point to another: everything that is not pending at the target any more. */
export function runCleanups(context: Lowering, from: Cleanup | undefined, to: Cleanup | undefined): void {
  if (context.graph.tail === undefined) return;
  let target = to;
  for (let current = from; current; current = current.outer) {
    while (target && target.depth > current.depth) target = target.outer;
    if (current === target) return;
    emit(context.graph, { kind: 'call', callee: current.callee, through: undefined, args: current.args, result: undefined, span: current.span, next: -1 });
  }
}

/** Leaves for a `break` or `continue` target. */
export function leaveTo(context: Lowering, target: JumpTarget): void {
  runCleanups(context, context.cleanups, target.cleanups);
  jump(context.graph, target.join);
}

/** The label of this name, which may not have been seen yet. */
export function labelNamed(context: Lowering, name: string, span: Span): Label {
  let label = context.labels.get(name);
  if (!label) context.labels.set(name, (label = { join: newJoin(context.graph, span, name), placed: false, cleanups: undefined }));
  return label;
}

/** Registers a `goto`: which clean-ups it runs is only known when its label has been seen. */
export function leaveToLabel(context: Lowering, label: Label, span: Span): void {
  if (context.graph.tail === undefined) return;
  const from = emit(context.graph, { kind: 'nop', label: undefined, span, next: -1 });
  context.gotos.push({ from, label, cleanups: context.cleanups, span });
  context.graph.tail = undefined;
}

/** Connects every `goto` with its label, once all labels are known. */
export function connectGotos(context: Lowering): void {
  for (const { from, label, cleanups } of context.gotos) {
    context.graph.tail = from;
    if (label.placed) runCleanups(context, cleanups, label.cleanups);
    jump(context.graph, label.join);
  }
}

/** The nodes of all labels of the function, searched in the whole tree: only a computed `goto` asks. */
export function allLabels(context: Lowering): Syntax[] {
  const found: Syntax[] = [];
  const open = [context.definition];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'labeled_statement' && node.kids[0]) found.push(node.kids[0]);
    for (const kid of node.kids) open.push(kid);
  }
  return found.sort((a, b) => a.start - b.start);
}
