/**
 * Generates the code that stores states and finds them again by their hash.
 *
 * States lie in blocks. The table to find them is in segments of one size; the highest bits of a hash lead through a directory to a segment, and one
 * that is about to be full is split in two (extendible hashing). So nothing large is ever copied, and no memory is given up.
 */
import { FULL, NONE } from '../targets';
import type { FunctionWriter, ModuleWriter } from './assembler';
import {
  ADDING, BLOCK_BITS, COUNT, SEGMENT_BITS, SEGMENT_BYTES, SEGMENT_DEPTH, SEGMENT_FULL, SEGMENT_SLOTS, SEGMENT_USED, TOP, type MemoryLayout,
} from './layout';

/** Memory grows by so many pages at a time. */
const GROWTH = 64;

export interface StoreCode {
  /** Takes the number of a state and returns its address. */
  readonly address: FunctionWriter;
  /** Takes a packed state and returns its number, `NONE` or `FULL`. */
  readonly intern: FunctionWriter;
}

/** @param most the most states that are stored */
export function writeStore(module: ModuleWriter, layout: MemoryLayout, most: number): StoreCode {
  const allocate = writeAllocate(module);
  const address = writeAddress(module, layout);
  const split = writeSplit(module, layout, allocate);
  return { address, intern: writeIntern(module, layout, most, { allocate, split }) };
}

/** Returns the address of as many bytes as it is asked for, all 0; 0 when there are none. */
function writeAllocate(module: ModuleWriter): FunctionWriter {
  const code = module.function(1, 1);
  const [begin, end, pages] = [code.local(), code.local(), code.local()];
  code.const(0).access('load', TOP).tee(begin).get(0).op('add').tee(end);
  // Addresses begin anew after the last one.
  code.get(begin).op('lt_u').if().const(0).op('return', 'end');
  code.get(end).const(1).op('sub').const(16).op('shr_u').const(1).op('add').memorySize().op('sub').tee(pages).const(0).op('gt_s').if();
  code.get(pages).const(GROWTH).get(pages).const(GROWTH).op('gt_s', 'select').growMemory().const(-1).op('eq').if();
  code.get(pages).growMemory().const(-1).op('eq').if().const(0).op('return', 'end', 'end', 'end');
  code.const(0).get(end).access('store', TOP).get(begin);
  return code;
}

function writeAddress(module: ModuleWriter, layout: MemoryLayout): FunctionWriter {
  const code = module.function(1, 1);
  writeAddressOf(code, layout, 0);
  return code;
}

/** Leaves the address of a state on the stack whose number is in a variable. */
function writeAddressOf(code: FunctionWriter, layout: MemoryLayout, state: number): void {
  code.get(state).const(BLOCK_BITS).op('shr_u').const(2).op('shl').access('load', layout.blocks);
  code.get(state).const((1 << BLOCK_BITS) - 1).op('and').const(layout.cells * 4).op('mul', 'add');
}

/** Leaves the hash of a packed state, whose cells `read` leaves on the stack, in a variable. It is the one of pack.ts. */
function writeHash(code: FunctionWriter, layout: MemoryLayout, hash: number, read: (cell: number) => void): void {
  const fold = (bits: number): void => void code.get(hash).get(hash).const(bits).op('shr_u', 'xor').set(hash);
  code.const(0x2545f491).set(hash);
  for (let cell = 0; cell < layout.cells; cell++) {
    code.get(hash);
    read(cell);
    code.op('xor').const(0x9e3779b1).op('mul').set(hash);
    fold(15);
  }
  code.get(hash).const(0x85ebca6b).op('mul').set(hash);
  fold(13);
  code.get(hash).const(0xc2b2ae35).op('mul').set(hash);
  fold(16);
}

/** Leaves on the stack where the segment of a hash is noted. */
function writeDirectoryPlace(code: FunctionWriter, layout: MemoryLayout, hash: number): void {
  if (layout.directoryBits === 0) return void code.const(0);
  code.get(hash).const(32 - layout.directoryBits).op('shr_u').const(2).op('shl');
}

/** Leaves on the stack where in a segment to begin to look for a hash. The low bits are in the slot already. */
function writeFirstPlace(code: FunctionWriter, layout: MemoryLayout, hash: number): void {
  code.get(hash).const(tagBits(layout)).op('shr_u').const(SEGMENT_SLOTS - 1).op('and').const(2).op('shl');
}

/** To the next slot. */
function writeNextPlace(code: FunctionWriter, place: number): void {
  code.get(place).const(4).op('add').const((1 << (SEGMENT_BITS + 2)) - 1).op('and').set(place);
}

const tagBits = (layout: MemoryLayout): number => 32 - layout.numberBits;
const numberMask = (layout: MemoryLayout): number => 2 ** layout.numberBits - 1;

function writeIntern(module: ModuleWriter, layout: MemoryLayout, most: number, { allocate, split }: { allocate: FunctionWriter; split: FunctionWriter }): FunctionWriter {
  const code = module.function(layout.cells, 1);
  const [hash, segment, place, slot, state, block] = [code.local(), code.local(), code.local(), code.local(), code.local(), code.local()];
  writeHash(code, layout, hash, (cell) => code.get(cell));
  writeDirectoryPlace(code, layout, hash);
  code.access('load', layout.directory).set(segment);
  writeFirstPlace(code, layout, hash);
  code.set(place);

  // Looks for the state until there is an empty slot.
  code.block().loop();
  code.get(segment).get(place).op('add').access('load').tee(slot).op('eqz').brIf(1);
  code.get(slot).get(hash).const(layout.numberBits).op('shl', 'xor').const(layout.numberBits).op('shr_u', 'eqz').if();
  code.get(slot).const(numberMask(layout)).op('and').const(1).op('sub').set(state);
  writeAddressOf(code, layout, state);
  code.set(block);
  for (let cell = 0; cell < layout.cells; cell++) {
    code.get(block).access('load', cell * 4).get(cell).op('xor');
    if (cell > 0) code.op('or');
  }
  code.op('eqz').if().get(state).op('return', 'end', 'end');
  writeNextPlace(code, place);
  code.br(0).op('end', 'end');

  code.const(0).access('load', ADDING).op('eqz').if().const(NONE).op('return', 'end');
  code.const(0).access('load', COUNT).tee(state).const(most).op('ge_u').if().const(FULL).op('return', 'end');
  // One slot stays empty, so that looking for a state comes to an end.
  code.get(segment).access('load', SEGMENT_USED).const(SEGMENT_SLOTS - 1).op('ge_u').if().const(FULL).op('return', 'end');
  code.get(state).const((1 << BLOCK_BITS) - 1).op('and', 'eqz').if();
  code.const(layout.cells * 4 << BLOCK_BITS).call(allocate).tee(block).op('eqz').if().const(FULL).op('return', 'end');
  code.get(state).const(BLOCK_BITS - 2).op('shr_u').get(block).access('store', layout.blocks).op('end');
  writeAddressOf(code, layout, state);
  code.set(block);
  for (let cell = 0; cell < layout.cells; cell++) code.get(block).get(cell).access('store', cell * 4);
  code.const(0).get(state).const(1).op('add').access('store', COUNT);
  code.get(segment).get(place).op('add').get(hash).const(layout.numberBits).op('shl').get(state).const(1).op('add', 'or').access('store');
  code.get(segment).get(segment).access('load', SEGMENT_USED).const(1).op('add').tee(place).access('store', SEGMENT_USED);
  code.get(place).const(SEGMENT_FULL).op('gt_u').if().get(segment).get(hash).call(split).op('end');
  code.get(state);
  return code;
}

/** Takes a segment and a hash that leads to it, and splits it; it stays as it is where that cannot be. */
function writeSplit(module: ModuleWriter, layout: MemoryLayout, allocate: FunctionWriter): FunctionWriter {
  const code = module.function(2, 0);
  const [depth, other, width, place, end] = [code.local(), code.local(), code.local(), code.local(), code.local()];
  const [from, slot, state, hash, segment] = [code.local(), code.local(), code.local(), code.local(), code.local()];
  code.get(0).access('load', SEGMENT_DEPTH).tee(depth).const(layout.directoryBits).op('ge_u').if().op('return', 'end');
  code.const(SEGMENT_BYTES).call(allocate).tee(other).op('eqz').if().op('return', 'end');

  // The upper half of its places in the directory is for the new one: `width` bytes of it.
  code.const(4).const(layout.directoryBits - 1).get(depth).op('sub', 'shl').set(width);
  writeDirectoryPlace(code, layout, 1);
  code.get(width).const(1).op('shl').const(1).op('sub').const(-1).op('xor', 'and').get(width).op('add').tee(place).get(width).op('add').set(end);
  code.loop().get(place).get(other).access('store', layout.directory);
  code.get(place).const(4).op('add').tee(place).get(end).op('lt_u').brIf(0).op('end');

  code.get(depth).const(1).op('add').set(depth);
  code.const(layout.scratch).get(0).const(SEGMENT_USED).copyMemory();
  code.get(0).const(0).const(SEGMENT_BYTES).fillMemory();
  code.get(0).get(depth).access('store', SEGMENT_DEPTH);
  code.get(other).get(depth).access('store', SEGMENT_DEPTH);

  code.loop().get(from).access('load', layout.scratch).tee(slot).if();
  code.get(slot).const(numberMask(layout)).op('and').const(1).op('sub').set(state);
  writeAddressOf(code, layout, state);
  code.set(state);
  writeHash(code, layout, hash, (cell) => code.get(state).access('load', cell * 4));
  code.get(other).get(0).get(hash).const(32).get(depth).op('sub', 'shr_u').const(1).op('and', 'select').set(segment);
  writeFirstPlace(code, layout, hash);
  code.set(place);
  code.block().loop().get(segment).get(place).op('add').access('load').op('eqz').brIf(1);
  writeNextPlace(code, place);
  code.br(0).op('end', 'end');
  code.get(segment).get(place).op('add').get(slot).access('store');
  code.get(segment).get(segment).access('load', SEGMENT_USED).const(1).op('add').access('store', SEGMENT_USED).op('end');
  code.get(from).const(4).op('add').tee(from).const(SEGMENT_USED).op('lt_u').brIf(0).op('end');
  return code;
}
