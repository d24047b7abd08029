/** What the word under the cursor stands for in a litmus file. */
import type { LitmusFile } from './document';
import type { HeaderText } from './outline';
import { wordAt, type Span, type Word } from './text';
import { propertyIds } from '../../simulator/machine/program';

export type LitmusSymbol =
  /** A key of the header. */
  | { readonly kind: 'key' | 'variant' | 'library-thread' | 'property'; readonly word: Word }
  /** A name of `#ifdef`. */
  | { readonly kind: 'macro'; readonly word: Word; readonly isDirective: boolean }
  /** `function`: where it stands or is jumped to; undefined in the header. */
  | { readonly kind: 'label'; readonly word: Word; readonly function: string | undefined }
  /** A function or thread of the file, or an object of the init block. */
  | { readonly kind: 'function' | 'object'; readonly word: Word }
  | { readonly kind: 'anchor'; readonly word: Word; readonly file: string; readonly function: string }
  /** Behind `.` or `->`. */
  | { readonly kind: 'field'; readonly word: Word }
  /** `0:v` in the condition. */
  | { readonly kind: 'final'; readonly word: Word; readonly thread: string; readonly variable: string }
  /** Anything else: a primitive, a call of the machine, a type, a constant, a word of the language. `name` is `struct x` for the tag of a struct. */
  | { readonly kind: 'name'; readonly word: Word; readonly name: string };

/** The symbol at an offset, its end included; undefined where there is nothing to be said. */
export function symbolAt(file: LitmusFile, offset: number): LitmusSymbol | undefined {
  const { outline, text } = file;
  if (outline.header && offset > outline.header.start && offset < outline.header.end) return inHeader(file, offset);
  const directive = directiveAt(text, offset);
  if (directive) return holds(directive, offset) ? { kind: 'macro', word: directive, isDirective: true } : undefined;
  const final = outline.exists && finalAt(text.slice(0, outline.exists.end), outline.exists.start, offset);
  if (final) return final;
  const word = identifierAt(text, offset);
  // Comments and literals are blank in the code.
  if (!word || outline.code.slice(word.start, word.end) !== word.text) return undefined;
  return inCode(file, word);
}

/** `0:v` at an offset of the condition. */
function finalAt(text: string, start: number, offset: number): LitmusSymbol | undefined {
  for (const match of text.slice(start).matchAll(/(\d+):([A-Za-z_]\w*)/g)) {
    const word = wordAt(text, start + match.index, match[0].length);
    if (holds(word, offset)) return { kind: 'final', word, thread: `P${match[1]}`, variable: match[2]! };
  }
  return undefined;
}

/** The function whose text holds this offset. */
export function functionAt({ outline }: LitmusFile, offset: number): LitmusFile['outline']['functions'][number] | undefined {
  return outline.functions.find(({ start, end }) => offset >= start && offset < end);
}

/** The identifier that holds or touches an offset. */
function identifierAt(text: string, offset: number): Word | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  return start === end || /\d/.test(text[start]!) ? undefined : wordAt(text, start, end - start);
}

function inHeader(file: LitmusFile, offset: number): LitmusSymbol | undefined {
  const line = file.outline.lines.find((each) => offset >= each.start && offset <= each.end);
  if (line?.isKnown) {
    if (holds(line.key, offset)) return { kind: 'key', word: line.key };
    const index = line.words.findIndex((word) => holds(word, offset));
    const found = index < 0 ? undefined : inValue(line, index);
    if (found) return found;
  }
  // In prose a call is meant for what it is.
  const word = identifierAt(file.text, offset);
  if (!word || file.text[word.end] !== '(') return undefined;
  return isFunction(file, word.text) ? { kind: 'function', word } : named(word);
}

/** The word with this index of a header line's value. */
function inValue({ key, words, value }: HeaderText, index: number): LitmusSymbol | undefined {
  const word = words[index]!;
  const isVerdict = /^(?:Sometimes|Never|uncovered|with)$/.test(word.text);
  switch (key.text) {
    case 'Variant': {
      const colon = value.text.indexOf(':');
      if (index === 0) return { kind: 'variant', word };
      return (colon < 0 || word.start < value.start + colon) && word.text !== ':' ? { kind: 'macro', word, isDirective: false } : undefined;
    }
    case 'Expect':
      if (index === 0) return { kind: 'variant', word };
      return isVerdict ? named(word) : words[1]?.text === 'with' && !/^\d+$/.test(word.text) ? { kind: 'library-thread', word } : undefined;
    case 'Cover':
      if (index === words.length - 1) return { kind: 'label', word, function: undefined };
      if (index === 0) return { kind: 'variant', word };
      return isVerdict ? named(word) : { kind: 'library-thread', word };
    case 'Through':
      return { kind: 'label', word, function: undefined };
    case 'Unchecked':
      return index === 0 ? { kind: 'variant', word } : { kind: 'property', word };
    case 'Define':
      return { kind: 'macro', word, isDirective: false };
    case 'Adversary':
      return { kind: 'function', word };
    case 'Thread':
      return index === 0 ? { kind: 'function', word } : undefined;
    case 'Needs':
      return { kind: 'object', word };
    case 'Result':
      return isVerdict ? named(word) : undefined;
    case 'Anchor':
      return words.length < 2 ? undefined : { kind: 'anchor', word, file: words[0]!.text, function: words[1]!.text };
    default:
      return undefined;
  }
}

function inCode(file: LitmusFile, word: Word): LitmusSymbol {
  const { outline } = file;
  const before = outline.code.slice(Math.max(0, word.start - 80), word.start);
  if (/(?:->|\.)\s*$/.test(before)) return { kind: 'field', word };
  if (/\bstruct\s+$/.test(before)) return named(word, `struct ${word.text}`);
  const owner = functionAt(file, word.start);
  if (outline.labels.some(({ name }) => name.start === word.start) || /\bgoto\s+$/.test(before)) return { kind: 'label', word, function: owner?.name.text };
  if (isFunction(file, word.text)) return { kind: 'function', word };
  const isLocal = owner !== undefined && !owner.isThread && declares(outline.code.slice(owner.start, owner.end), word.text);
  return !isLocal && outline.declarations.some(({ name }) => name.text === word.text) ? { kind: 'object', word } : named(word);
}

function named(word: Word, name = word.text): LitmusSymbol {
  return { kind: 'name', word, name };
}

/** Does a function declare a parameter or local of this name? */
function declares(code: string, name: string): boolean {
  return new RegExp(`(?:\\w\\s+|\\*\\s*)${name}\\s*(?:[,;=)]|\\[)`).test(code.replace(/\b(?:return|goto|else|case)\b/g, ';'));
}

function isFunction({ outline }: LitmusFile, name: string): boolean {
  return outline.functions.some((each) => each.name.text === name);
}

/** The name of the `#ifdef` in the line of an offset. */
function directiveAt(text: string, offset: number): Word | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const match = /^[ \t]*#[ \t]*ifn?def[ \t]+(?=\w)/.exec(text.slice(start, start + 200));
  return match ? identifierAt(text, start + match[0].length) : undefined;
}

function holds({ start, end }: Span, offset: number): boolean {
  return offset >= start && offset <= end;
}

/** Is this one of the properties? */
export function isProperty(name: string): name is (typeof propertyIds)[number] {
  return (propertyIds as readonly string[]).includes(name);
}
