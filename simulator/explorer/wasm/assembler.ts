/** Writes WebAssembly modules in their binary format: as much of it as the explorer needs. All values are 32-bit integers. */

/** Instructions without immediate operands, by their names in the specification. */
const OPCODES = {
  unreachable: 0x00, else: 0x05, end: 0x0b, return: 0x0f, drop: 0x1a, select: 0x1b,
  eqz: 0x45, eq: 0x46, ne: 0x47, lt_s: 0x48, lt_u: 0x49, gt_s: 0x4a, gt_u: 0x4b, le_s: 0x4c, ge_s: 0x4e, ge_u: 0x4f,
  add: 0x6a, sub: 0x6b, mul: 0x6c, div_s: 0x6d, rem_s: 0x6f, and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shr_s: 0x75, shr_u: 0x76,
} as const;
export type Opcode = keyof typeof OPCODES;

/** Loads and stores: the opcode, and the power of two that the address is a multiple of. */
const ACCESSES = { load: [0x28, 2], load8: [0x2d, 0], load16: [0x2f, 1], store: [0x36, 2], store8: [0x3a, 0] } as const;
export type Access = keyof typeof ACCESSES;

const I32 = 0x7f;
const NO_RESULT = 0x40;
export const PAGE = 65_536;

/** A local variable or parameter, by its number. */
export type Local = number;

/** The body of one function. */
export class FunctionWriter {
  readonly bytes: number[] = [];
  private locals = 0;

  constructor(readonly index: number, readonly params: number, readonly results: 0 | 1) {}

  /** The instructions for locals that are declared: one group. */
  get declared(): number {
    return this.locals;
  }

  /** A new variable, which is 0 at first. */
  local(): Local {
    return this.params + this.locals++;
  }

  op(...opcodes: readonly Opcode[]): this {
    for (const opcode of opcodes) this.bytes.push(OPCODES[opcode]);
    return this;
  }

  const(value: number): this {
    this.bytes.push(0x41);
    writeSigned(this.bytes, value | 0);
    return this;
  }

  get(local: Local): this {
    return this.immediate(0x20, local);
  }

  set(local: Local): this {
    return this.immediate(0x21, local);
  }

  /** Sets a variable and leaves the value on the stack. */
  tee(local: Local): this {
    return this.immediate(0x22, local);
  }

  /** The address is on the stack, and above it the value where one is stored. */
  access(kind: Access, offset = 0): this {
    const [opcode, align] = ACCESSES[kind];
    this.bytes.push(opcode, align);
    writeUnsigned(this.bytes, offset);
    return this;
  }

  call(target: FunctionWriter): this {
    return this.immediate(0x10, target.index);
  }

  /** Calls the function of the table whose number is on the stack; it takes so many parameters and returns nothing. */
  callIndirect(params: number, module: ModuleWriter): this {
    this.immediate(0x11, module.type(params, 0));
    this.bytes.push(0);
    return this;
  }

  block(): this {
    this.bytes.push(0x02, NO_RESULT);
    return this;
  }

  loop(): this {
    this.bytes.push(0x03, NO_RESULT);
    return this;
  }

  if(results: 0 | 1 = 0): this {
    this.bytes.push(0x04, results === 1 ? I32 : NO_RESULT);
    return this;
  }

  /** To the end of the block that is so many levels out, or to the beginning of the loop. */
  br(levels: number): this {
    return this.immediate(0x0c, levels);
  }

  brIf(levels: number): this {
    return this.immediate(0x0d, levels);
  }

  /** The number of pages on the stack becomes how many there were before, or -1 when there is no memory. */
  growMemory(): this {
    this.bytes.push(0x40, 0);
    return this;
  }

  memorySize(): this {
    this.bytes.push(0x3f, 0);
    return this;
  }

  /** To, from and length are on the stack. */
  copyMemory(): this {
    this.bytes.push(0xfc, 10, 0, 0);
    return this;
  }

  /** Address, byte and length are on the stack. */
  fillMemory(): this {
    this.bytes.push(0xfc, 11, 0);
    return this;
  }

  private immediate(opcode: number, value: number): this {
    this.bytes.push(opcode);
    writeUnsigned(this.bytes, value);
    return this;
  }
}

/** A module with a memory, which it exports as `memory`, and one table of functions. */
export class ModuleWriter {
  private readonly functions: FunctionWriter[] = [];
  private readonly types: { readonly params: number; readonly results: 0 | 1 }[] = [];
  private readonly exported: { readonly name: string; readonly target: FunctionWriter }[] = [];

  /** Functions may call each other before their bodies are written. */
  function(params: number, results: 0 | 1, exported?: string): FunctionWriter {
    const created = new FunctionWriter(this.functions.length, params, results);
    this.functions.push(created);
    if (exported !== undefined) this.exported.push({ name: exported, target: created });
    return created;
  }

  type(params: number, results: 0 | 1): number {
    const known = this.types.findIndex((type) => type.params === params && type.results === results);
    return known >= 0 ? known : this.types.push({ params, results }) - 1;
  }

  /** @param pages of memory at first @param table functions by their number in the table */
  bytes(pages: number, table: readonly FunctionWriter[]): Uint8Array<ArrayBuffer> {
    const signatures = this.functions.map(({ params, results }) => unsigned(this.type(params, results)));
    const types = this.types.map(({ params, results }) => [0x60, ...vector(new Array<number[]>(params).fill([I32])), ...vector(new Array<number[]>(results).fill([I32]))]);
    const bodies = this.functions.map(({ declared, bytes }) => {
      const locals = declared === 0 ? [0] : [1, ...unsigned(declared), I32];
      return [unsigned(locals.length + bytes.length + 1), locals, bytes, [OPCODES.end]];
    });
    const sections: readonly (readonly [number, readonly (readonly number[])[]])[] = [
      [1, counted(types)],
      [3, counted(signatures)],
      [4, counted([[0x70, 0, ...unsigned(table.length)]])],
      [5, counted([[1, ...unsigned(pages), ...unsigned(MOST_PAGES)]])],
      [7, counted([[...text('memory'), 2, 0], ...this.exported.map(({ name, target }) => [...text(name), 0, ...unsigned(target.index)])])],
      [9, counted([[0, 0x41, 0, 0x0b, ...vector(table.map(({ index }) => unsigned(index)))]])],
      [10, [unsigned(bodies.length), ...bodies.flat()]],
    ];
    return joined([[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections.flatMap(([id, parts]) => [[id], unsigned(lengthOf(parts)), ...parts])]);
  }
}

/** All that an address of 32 bits reaches. */
const MOST_PAGES = 65_536;

function joined(parts: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const lengthOf = (parts: readonly (readonly number[])[]): number => parts.reduce((sum, part) => sum + part.length, 0);

const counted = (items: readonly (readonly number[])[]): (readonly number[])[] => [unsigned(items.length), ...items];

const vector = (items: readonly (readonly number[])[]): number[] => counted(items).flat();

const text = (name: string): number[] => vector([...name].map((character) => [character.charCodeAt(0)]));

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  writeUnsigned(bytes, value);
  return bytes;
}

/** LEB128. */
function writeUnsigned(to: number[], value: number): void {
  let left = value >>> 0;
  for (; left >= 0x80; left >>>= 7) to.push((left & 0x7f) | 0x80);
  to.push(left);
}

function writeSigned(to: number[], value: number): void {
  let left = value;
  for (; left < -0x40 || left > 0x3f; left >>= 7) to.push((left & 0x7f) | 0x80);
  to.push(left & 0x7f);
}
