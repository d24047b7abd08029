/** Local variables: their names, declarations, copies. */
import type { Syntax } from '../../../parser/syntax';
import { copyableType, has, identifiersIn, ifParts, isFirst, isMovable, isVariable, namesIn, nodesOf, statementLists, textOf, within, writes, type FileCode, type FunctionCode } from '../code';
import type { Edit, Site } from '../edits';
import { inFunctions, listed, one, type Rewrite } from './rewrite';

export const variableRewrites: readonly Rewrite[] = [
  inFunctions('rename-variables', (code) => {
    const names = [...new Set([...code.ir.params, ...code.ir.locals].map((v) => v.name.replace(/#\d+$/, '')))];
    return names.filter((name) => canRename(code, name)).map((name) => {
      const other = code.file.fresh('v');
      return tokens(code.file.text, code.outline.span, name).map((at) => named(at, name, other));
    });
  }),
  inFunctions('copy-parameters', (code) => code.ir.params.flatMap(({ name }) => {
    const type = copyableType(code, name);
    if (!type || !canRename(code, name)) return [];
    const copy = code.file.fresh('copy');
    const inBody = { start: code.body.start + 1, end: code.body.end };
    return [[{ start: inBody.start, end: inBody.start, pieces: [`\n${type} ${copy} = ${name};\n`] }, ...tokens(code.file.text, inBody, name).map((at) => named(at, name, copy))]];
  })),
  inFunctions('copy-before-use', (code) => nodesOf(code, 'expression_statement', 'return_statement', 'if_statement').flatMap((statement) => {
    const part = statement.type === 'if_statement' ? ifParts(code, statement)?.condition : statement;
    if (!part || has(part, 'compound_statement')) return [];
    const { assigned, taken } = writes(code, part);
    return [...namesIn(code, part)].flatMap((name) => {
      const type = copyableType(code, name);
      if (!type || assigned.has(name) || taken.has(name) || !isVariable(code, name)) return [];
      const copy = code.file.fresh('copy');
      const uses = identifiersIn(part).filter((use) => textOf(code, use) === name);
      const pieces: (string | { start: number; end: number })[] = [`{ ${type} ${copy} = ${name};\n`];
      let at = statement.start;
      for (const use of uses.sort((a, b) => a.start - b.start)) {
        pieces.push({ start: at, end: use.start }, copy);
        at = use.end;
      }
      return [one(statement, ...pieces, { start: at, end: statement.end }, ' }')];
    });
  })),
  inFunctions('split-declarations', (code) => nodesOf(code, 'declaration').flatMap((node) => listed(splitDeclaration(code, node)))),
  inFunctions('separate-declarators', (code) => nodesOf(code, 'declaration').flatMap((node) => {
    const first = node.kids.findIndex((kid) => isDeclarator(kid));
    if (first < 1 || !node.kids.some((kid) => kid.type === ',') || !isUnmasked(code, node) || code.parents.get(node)?.type === 'for_statement') return [];
    const type = { start: node.start, end: node.kids[first - 1]!.end };
    if (/[{]/.test(textOf(code, type))) return [];
    return [one(node, ...node.kids.slice(first).filter((kid) => isDeclarator(kid)).flatMap((kid) => [`${textOf(code, type)} `, kid, ';\n']))];
  })),
  inFunctions('reorder-declarations', (code) => statementLists(code).flatMap((list) => list.flatMap((node, at) => {
    const next = list[at + 1];
    if (node.type !== 'declaration' || next?.type !== 'declaration' || !isMovable(code, node) || !isMovable(code, next)) return [];
    if (/\n[ \t]*#/.test(code.file.text.slice(node.start, next.end)) || has(next, 'call_expression', 'update_expression', 'assignment_expression') || !isUnmasked(code, node) || !isUnmasked(code, next)) return [];
    const declared = (n: Syntax): Set<string> => new Set([...within(n)].filter((kid) => kid.type === 'identifier').map((kid) => textOf(code, kid)));
    const [a, b] = [declared(node), declared(next)];
    if ([...a].some((name) => b.has(name) && isVariable(code, name))) return [];
    // What the first one calls may change what the second one reads.
    if (has(node, 'call_expression') && has(next, 'field_expression', 'pointer_expression', 'subscript_expression')) return [];
    return [one({ start: node.start, end: next.end }, next, '\n', node)];
  }))),
  inFunctions('hoist-entry-read', (code) => nodesOf(code, 'expression_statement', 'return_statement', 'if_statement', 'declaration').flatMap((statement) => {
    const part = statement.type === 'if_statement' ? ifParts(code, statement)?.condition : statement;
    if (!part || code.parents.get(statement)?.type === 'for_statement') return [];
    for (const inner of within(part)) {
      const type = entryType(code, inner);
      const parent = code.parents.get(inner);
      if (!type || !parent || parent.type === 'init_declarator' || parent.type === 'assignment_expression' || parent.type === 'expression_statement' || has(part, 'compound_statement') || !isFirst(code, inner, part)) continue;
      const name = code.file.fresh('entry');
      if (statement.type === 'declaration') return isUnmasked(code, statement) ? [[{ start: statement.start, end: statement.start, pieces: [`${type} ${name} = ${textOf(code, inner)};\n`] }, { start: inner.start, end: inner.end, pieces: [name] }]] : [];
      return [one(statement, `{ ${type} ${name} = `, inner, ';\n', { start: statement.start, end: inner.start }, name, { start: inner.end, end: statement.end }, ' }')];
    }
    return [];
  })),
  inFunctions('inline-variable', (code) => statementLists(code).flatMap((list) => list.flatMap((statement, at) => {
    const next = list[at + 1];
    const assignment = statement.type === 'expression_statement' ? statement.kids[0] : undefined;
    const [target, operator, value] = assignment?.kids ?? [];
    if (!next || assignment?.type !== 'assignment_expression' || operator?.type !== '=' || target?.type !== 'identifier' || !value || !isMovable(code, statement) || value.type === 'assignment_expression') return [];
    const name = textOf(code, target);
    const uses = tokens(code.file.masked, code.outline.span, name);
    const part = next.type === 'if_statement' ? ifParts(code, next)?.condition : next.type === 'expression_statement' || next.type === 'return_statement' ? next : undefined;
    const use = part && isMovable(code, next) ? [...within(part)].find((kid) => kid.type === 'identifier' && textOf(code, kid) === name) : undefined;
    // Declared, written, read once.
    if (!part || !use || uses.length !== 3 || !isVariable(code, name) || !copyableType(code, name) || !isFirst(code, use, part) || code.parents.get(use)?.type === 'pointer_expression') return [];
    return [[{ start: statement.start, end: statement.end, pieces: [';'] }, { start: use.start, end: use.end, pieces: ['(', value, ')'] }]];
  }))),
  inFunctions('cache-fault-field', (code) => nodesOf(code, 'expression_statement', 'return_statement', 'if_statement').flatMap((statement) => {
    const part = statement.type === 'if_statement' ? ifParts(code, statement)?.condition : statement;
    if (!part || has(part, 'compound_statement')) return [];
    return [...faultFields].flatMap(([field, type]) => {
      const uses = [...within(part)].filter((n) => isFaultField(code, n, field));
      if (uses.length === 0 || passesFault(code, part) || uses.some((use) => isWritten(code, use))) return [];
      const name = code.file.fresh(field);
      const pieces: (string | { start: number; end: number })[] = [`{ ${type} ${name} = ${textOf(code, uses[0]!)};\n`];
      let at = statement.start;
      for (const use of uses) {
        pieces.push({ start: at, end: use.start }, name);
        at = use.end;
      }
      return [one(statement, ...pieces, { start: at, end: statement.end }, ' }')];
    });
  })),
  inFunctions('cache-constant-fault-field', (code) => ['vma', 'address'].flatMap((field) => {
    const fault = code.ir.params.find((p) => p.type === 'struct vm_fault *')?.name;
    const uses = code.nodes.filter((n) => isFaultField(code, n, field) && textOf(code, n.kids[0]!) === fault);
    if (!fault || uses.length === 0 || uses.some((use) => isWritten(code, use)) || writes(code, code.body).assigned.has(fault)) return [];
    const name = code.file.fresh(field);
    return [[{ start: code.body.start + 1, end: code.body.start + 1, pieces: [`\n${faultFields.get(field)} ${name} = ${fault}->${field};\n`] }, ...uses.map((use) => ({ start: use.start, end: use.end, pieces: [name] }))]];
  })),
];

const faultFields: ReadonlyMap<string, string> = new Map([
  ['vma', 'struct vm_area_struct *'], ['address', 'unsigned long'], ['flags', 'unsigned int'], ['pmd', 'pmd_t *'], ['pte', 'pte_t *'], ['ptl', 'spinlock_t *'], ['orig_pte', 'pte_t'], ['orig_pmd', 'pmd_t'], ['page', 'struct page *'],
]);

function isFaultField(code: FunctionCode, node: Syntax, field: string): boolean {
  return node.type === 'field_expression' && node.kids[0]?.type === 'identifier' && textOf(code, node.kids[2]!) === field && copyableType(code, textOf(code, node.kids[0])) === 'struct vm_fault *';
}

function isWritten(code: FunctionCode, node: Syntax): boolean {
  const parent = code.parents.get(node);
  return parent?.type === 'pointer_expression' && parent.kids[0]?.type === '&' || parent?.type === 'update_expression' || (parent?.type === 'assignment_expression' && parent.kids[0] === node) || (parent?.type === 'field_expression' && textOf(code, parent.kids[1]!) === '.');
}

/** Is a fault handed to somebody who might write it? */
function passesFault(code: FunctionCode, node: Syntax): boolean {
  return [...within(node)].some((n) => n.type === 'argument_list' && n.kids.some((kid) => kid.type === 'identifier' && copyableType(code, textOf(code, kid)) === 'struct vm_fault *'))
    || [...within(node)].some((n) => n.type === 'assignment_expression' && n.kids[0]?.type === 'field_expression');
}

/** `pte_t` for what reads an entry: `*ptep`, `ptep_get(ptep)` and relatives. */
function entryType(code: FunctionCode, node: Syntax): string | undefined {
  if (node.type === 'pointer_expression' && node.kids[0]?.type === '*' && node.kids[1]?.type === 'identifier') {
    return /^(p(?:te|md|ud)_t) ?\*$/.exec(copyableType(code, textOf(code, node.kids[1])) ?? '')?.[1];
  }
  if (node.type !== 'call_expression') return undefined;
  const read = /^(?:huge_)?(pte|pmd|pud)p_get(?:_lockless)?$/.exec(textOf(code, node.kids[0]!));
  return read ? `${read[1]}_t` : undefined;
}

function isDeclarator(node: Syntax): boolean {
  return ['identifier', 'init_declarator', 'pointer_declarator', 'array_declarator'].includes(node.type);
}

/** Did the grammar see the text as it is? */
function isUnmasked(code: FunctionCode, node: Syntax): boolean {
  const text = code.file.text.slice(node.start, node.end);
  return text === textOf(code, node) || text.replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')) === textOf(code, node);
}

function splitDeclaration(code: FunctionCode, node: Syntax): Site | undefined {
  if (code.parents.get(node)?.type === 'for_statement' || !isUnmasked(code, node) || has(node, 'storage_class_specifier', 'initializer_list', 'array_declarator')) return undefined;
  const declarators = node.kids.filter(isDeclarator);
  const values = declarators.filter((kid) => kid.type === 'init_declarator');
  if (values.length === 0 || /\{|typeof|auto_type/.test(textOf(code, node))) return undefined;
  // A constant cannot be assigned; what it points to may be constant.
  if (has(node, 'type_qualifier') && declarators.some((kid) => (kid.type === 'init_declarator' ? kid.kids[0] : kid)?.type !== 'pointer_declarator')) return undefined;
  if (values.some((kid) => [...within(kid.kids[0]!)].some((n) => n.type === 'type_qualifier'))) return undefined;
  const edits: { start: number; end: number; pieces: (string | Syntax)[] }[] = values.map((kid) => ({ start: kid.kids[0]!.end, end: kid.end, pieces: [] }));
  const assignments = values.flatMap((kid) => ['\n', [...within(kid.kids[0]!)].find((n) => n.type === 'identifier')!, ' = ', kid.kids[2]!, ';']);
  const pieces: (string | { start: number; end: number })[] = [];
  let at = node.start;
  for (const edit of edits) {
    pieces.push({ start: at, end: edit.start });
    at = edit.end;
  }
  return one(node, ...pieces, { start: at, end: node.end }, ...assignments);
}

/** Offsets of a name among the tokens: not in comments and strings, no member, no tag. */
export function tokens(text: string, span: { start: number; end: number }, name: string): number[] {
  const found: number[] = [];
  const pattern = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_]\w*/g;
  pattern.lastIndex = span.start;
  for (let match = pattern.exec(text); match && match.index < span.end; match = pattern.exec(text)) {
    if (match[0] !== name) continue;
    const before = text.slice(Math.max(0, match.index - 40), match.index);
    if (!/(?:->|[^.]\.)\s*$|\b(?:struct|union|enum|goto)\s+$/.test(before)) found.push(match.index);
  }
  return found;
}

/** The name, of which each character still comes from where it was. */
export function named(at: number, name: string, other: string): Edit {
  return { start: at, end: at + name.length, pieces: [other] };
}

/** Can all tokens of this name in the function be renamed? Not when it may mean something else: a member in an argument, a word of a macro. */
function canRename(code: FunctionCode, name: string): boolean {
  if (isFreeInMacro(code.file, name)) return false;
  const text = code.file.text.slice(code.outline.span.start, code.outline.span.end);
  return !new RegExp(`\\b(?:\\w*entry\\w*|container_of|offsetof|\\w*for_?each\\w*)\\s*\\((?:[^;{}]*,)?\\s*${name}\\s*\\)`).test(text) && !new RegExp(`^\\s*${name}\\s*:`, 'm').test(text) && tokens(text, { start: 0, end: text.length }, name).every((at) => text.charAt(at - 1) !== '#');
}

function isFreeInMacro(file: FileCode, name: string): boolean {
  return file.text.split(/\n(?=[ \t]*#)/).some((part) => /^[ \t]*#[ \t]*define\b/.test(part) && new RegExp(`^(?:.*\\\\\\n)*.*\\b${name}\\b`).test(part));
}
