/**
 * Interned words: every spelling gets a small number, so that the scanner compares integers and creates no string for a word it has seen.
 * The table is a cache without meaning of its own; it is emptied when it has grown beyond reason.
 */
import { classify, knownWords } from './dialect';

const limit = 400_000;

let slots = new Int32Array(1 << 15);
let hashes = new Int32Array(1 << 13);
let bits = new Uint16Array(1 << 13);
let spellings: string[] = [''];

/** Offset basis of the word hash; the lexer starts every word with it. */
export const hashSeed = 0x811c9dc5 | 0;

/** Adds one character to a word's hash. */
export function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** Number of the word `text[start, end)`, whose hash the caller has computed. */
export function intern(text: string, start: number, end: number, hash: number): number {
  const mask = slots.length - 1;
  let at = (hash ^ (hash >>> 15)) & mask;
  for (;;) {
    const id = slots[at] as number;
    if (id === 0) break;
    if (hashes[id] === hash && same(spellings[id] as string, text, start, end)) return id;
    at = (at + 1) & mask;
  }
  return add(text.slice(start, end), hash, at);
}

/** Spelling of a word's number. */
export function spelling(id: number): string {
  return spellings[id] as string;
}

/** What a word is: bits of dialect.ts. */
export function bitsOf(id: number): number {
  return bits[id] as number;
}

/** Empties the table when it holds too many words. Numbers handed out before are void afterwards: call it between two texts only. */
export function tidyNames(): void {
  if (spellings.length > limit) reset();
}

/** A copy that does not keep the text alive that it was cut from. */
export function detached(text: string): string {
  return text.length < 13 ? text : (' ' + text).slice(1);
}

function same(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0, j = start; j < end; i++, j++) if (word.charCodeAt(i) !== text.charCodeAt(j)) return false;
  return true;
}

function add(word: string, hash: number, at: number): number {
  const id = spellings.length;
  spellings.push(detached(word));
  if (id >= hashes.length) {
    const wider = new Int32Array(hashes.length * 2);
    wider.set(hashes);
    hashes = wider;
    const widerBits = new Uint16Array(bits.length * 2);
    widerBits.set(bits);
    bits = widerBits;
  }
  hashes[id] = hash;
  bits[id] = classify(word);
  slots[at] = id;
  if (spellings.length * 2 > slots.length) rehash();
  return id;
}

function rehash(): void {
  slots = new Int32Array(slots.length * 2);
  const mask = slots.length - 1;
  for (let id = 1; id < spellings.length; id++) {
    const hash = hashes[id] as number;
    let at = (hash ^ (hash >>> 15)) & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = id;
  }
}

function reset(): void {
  slots = new Int32Array(1 << 15);
  hashes = new Int32Array(1 << 13);
  bits = new Uint16Array(1 << 13);
  spellings = [''];
  for (const word of knownWords) {
    let hash = hashSeed;
    for (let i = 0; i < word.length; i++) hash = hashStep(hash, word.charCodeAt(i));
    intern(word, 0, word.length, hash);
  }
}

reset();
