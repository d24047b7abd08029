/** Reads the types and names out of declarations. */
import { maskedText, type Lowering } from './lowering';
import type { Syntax } from './syntax';

export interface Specifiers {
  /** Base type without qualifiers and storage class: `struct vm_fault`, `unsigned long`. */
  readonly type: string;
  readonly isStatic: boolean;
  readonly isExtern: boolean;
  /** The children behind the specifiers: declarators, commas, `;`. */
  readonly rest: readonly Syntax[];
}

export interface Declarator {
  readonly name: string;
  readonly nameNode: Syntax;
  readonly type: string;
  /** True for `int f(void);` inside a function, which declares no variable. */
  readonly isPrototype: boolean;
}

/** Splits a declaration, a parameter or a function head into its base type and what follows. */
export function readSpecifiers(context: Lowering, node: Syntax): Specifiers {
  let type = '';
  let isStatic = false;
  let isExtern = false;
  let position = 0;
  for (; position < node.kids.length; position += 1) {
    const kid = node.kids[position] as Syntax;
    if (kid.type === 'storage_class_specifier') {
      const text = maskedText(context, kid);
      isStatic ||= text === 'static';
      isExtern ||= text === 'extern';
    } else if (isTypeSpecifier(kid.type) && type === '') {
      type = typeName(context, kid);
    } else if (!isQualifier(kid.type)) {
      break;
    }
  }
  return { type: type === '' ? 'int' : type, isStatic, isExtern, rest: node.kids.slice(position) };
}

/** Follows a declarator down to its name. Undefined for an abstract one (`int *` in a prototype). */
export function readDeclarator(context: Lowering, declarator: Syntax, base: string): Declarator | undefined {
  let stars = 0;
  let inParentheses = 0;
  let isFunction = false;
  let isPointerToFunction = false;
  let node: Syntax | undefined = declarator;
  while (node) {
    switch (node.type) {
      case 'identifier':
      case 'type_identifier':
      case 'field_identifier': {
        const isPrototype = isFunction && !isPointerToFunction;
        const type = isPointerToFunction ? `${pointerTo(base, stars)} (*)()` : pointerTo(base, stars);
        return { name: maskedText(context, node), nameNode: node, type, isPrototype };
      }
      case 'pointer_declarator':
        if (isFunction && inParentheses > 0) isPointerToFunction = true;
        else stars += 1;
        break;
      case 'array_declarator':
        if (!isPointerToFunction) stars += 1;
        break;
      case 'function_declarator':
        isFunction = true;
        break;
      case 'parenthesized_declarator':
        inParentheses += 1;
        break;
      case 'init_declarator':
      case 'attributed_declarator':
        break;
      default:
        return undefined;
    }
    node = node.kids.find(isDeclarator);
  }
  return undefined;
}

/** The parameter list of a function's head, and how many pointers its result has. */
export function readHead(declarator: Syntax | undefined): { parameters: Syntax | undefined; stars: number } {
  let stars = 0;
  let node = declarator;
  while (node && node.type !== 'function_declarator') {
    if (node.type === 'pointer_declarator') stars += 1;
    node = node.kids.find(isDeclarator);
  }
  return { parameters: node?.kids.find((kid) => kid.type === 'parameter_list'), stars };
}

export function pointerTo(base: string, stars: number): string {
  return stars === 0 ? base : `${base} ${'*'.repeat(stars)}`;
}

function typeName(context: Lowering, node: Syntax): string {
  const keyword = node.kids[0];
  if (node.type === 'struct_specifier' || node.type === 'union_specifier' || node.type === 'enum_specifier') {
    const name = node.kids.find((kid) => kid.type === 'type_identifier');
    const tag = keyword ? keyword.type : 'struct';
    return name ? `${tag} ${maskedText(context, name)}` : `${tag} {}`;
  }
  // Type arguments may have been masked into one identifier, so the original is the better text; line breaks are no part of a type.
  return context.original.slice(node.start, node.end).replace(/\s+/g, ' ');
}

function isTypeSpecifier(type: string): boolean {
  switch (type) {
    case 'type_identifier':
    case 'primitive_type':
    case 'sized_type_specifier':
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
    case 'macro_type_specifier':
      return true;
    default:
      return false;
  }
}

function isQualifier(type: string): boolean {
  switch (type) {
    case 'type_qualifier':
    case 'attribute_specifier':
    case 'attribute_declaration':
    case 'ms_declspec_modifier':
    case 'ms_call_modifier':
      return true;
    default:
      return false;
  }
}

function isDeclarator(node: Syntax): boolean {
  return node.type === 'identifier' || node.type === 'type_identifier' || node.type === 'field_identifier' || node.type.endsWith('_declarator');
}
