/**
 * A state space whose moves are found by WebAssembly code, generated for its program: states are taken apart, changed, packed and stored without
 * anything in between. It means what interpret.ts says.
 */
import { sharedCount } from '../interpret';
import type { Program, WordId } from '../../machine/program';
import type { StateLayout } from '../pack';
import type { CopyClass } from '../symmetry';
import type { ValueSets } from '../value-sets';
import { ModuleWriter, PAGE, type FunctionWriter } from './assembler';
import { readField } from './expressions';
import { ADDING, ARRIVED, BLOCK_BITS, COUNT, layOut, MOVES, SEGMENT_BYTES, STUCK, TOP, type MemoryLayout } from './layout';
import { writeSort } from './sort-code';
import { arrivalAt, writeRecord, writeStep, writeTest, type StepScope } from './step-code';
import { writeStore } from './store-code';

/** What the code is generated from. */
export interface Plan {
  readonly program: Program;
  readonly values: ValueSets;
  readonly layout: StateLayout;
  /** For each thread and each step of it, its end included, the words that are 0 there. */
  readonly dead: readonly (readonly (readonly WordId[])[])[];
  readonly classes: readonly CopyClass[];
  /** The most states that are stored. */
  readonly most: number;
}

interface Code {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly expand: (state: number) => void;
  readonly find: (thread: number) => number;
  readonly address: (state: number) => number;
  readonly exists: (address: number) => number;
}

/** What is used of the engine's interface; the types that come with node do not have it. */
const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
} }).WebAssembly;

/** Throws where the system has no room for its memory: V8 reserves 10 GB of addresses for one, of which it uses what is needed. */
export function compileSpace(plan: Plan): CompiledSpace {
  const layout = layOut(plan.program, plan.layout, plan.most);
  const module = new Module(writeModule(plan, layout));
  try {
    return new CompiledSpace(layout, new Instance(module).exports as Code);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error('no room for the states: WebAssembly wants 10 GB of addresses, which `ulimit -v` may forbid', { cause: error });
  }
}

export class CompiledSpace {
  /** The moves of the state that was expanded last. */
  thread!: Int32Array;
  way!: Int32Array;
  target!: Int32Array;
  slot!: Int32Array;
  private ints!: Int32Array;
  private cells!: Uint32Array;

  constructor(private readonly layout: MemoryLayout, private readonly code: Code) {
    this.look();
    const { ints } = this;
    const segment = layout.end;
    ints.fill(segment, layout.directory >> 2, (layout.directory >> 2) + (1 << layout.directoryBits));
    ints[TOP >> 2] = segment + SEGMENT_BYTES;
    const bytes = new Uint8Array(code.memory.buffer);
    for (const [index, field] of layout.placed.entries()) {
      for (const [number, value] of (field?.dictionary ?? []).entries()) {
        new Uint16Array(code.memory.buffer)[(layout.decoder[index]! >> 1) + number] = value;
        bytes[layout.encoder[index]! + value] = number;
      }
    }
  }

  get count(): number {
    return this.ints[COUNT >> 2]!;
  }

  get moves(): number {
    return this.ints[MOVES >> 2]!;
  }

  /** Whether in the state that was expanded last a thread waits that may not wait for ever. */
  get isStuck(): boolean {
    return this.ints[STUCK >> 2] === 1;
  }

  /** Bytes of the stored states and the table to find them. */
  get bytes(): number {
    return (this.ints[TOP >> 2]! >>> 0) - this.layout.end + (4 << this.layout.directoryBits);
  }

  /** Whether a label was reached. */
  isCovered(label: number): boolean {
    return new Uint8Array(this.code.memory.buffer)[this.layout.covered + label] === 1;
  }

  /** Finds the moves of a state. */
  expand(state: number, adding: boolean): void {
    this.ints[ADDING >> 2] = adding ? 1 : 0;
    this.code.expand(state);
    // Memory that grows is another buffer from then on.
    if (this.ints.length === 0) this.look();
  }

  /** Whether `exists` holds in a state: 0, 1, or 2 when it follows a bad pointer. */
  exists(state: number): number {
    return this.code.exists(this.code.address(state));
  }

  /** The number of a packed state in which dead words are 0, which is stored when it is new and `adding`. `arrived` is then the number that a thread has in it. */
  find(packed: Uint32Array, thread: number, adding: boolean): number {
    this.ints[ADDING >> 2] = adding ? 1 : 0;
    this.ints[ARRIVED >> 2] = thread;
    this.cells.set(packed, this.layout.given >> 2);
    const state = this.code.find(thread);
    if (this.ints.length === 0) this.look();
    return state;
  }

  get arrived(): number {
    return this.ints[ARRIVED >> 2]!;
  }

  /** Calls back with a packed state: an array, and where it begins there. */
  read<Result>(state: number, reader: (from: Uint32Array, offset: number) => Result): Result {
    return reader(this.cells, this.code.address(state) >>> 2);
  }

  private look(): void {
    const { code: { memory: { buffer } }, layout } = this;
    this.ints = new Int32Array(buffer);
    this.cells = new Uint32Array(buffer);
    const array = (begin: number): Int32Array => new Int32Array(buffer, begin, layout.mostMoves);
    this.thread = array(layout.thread);
    this.way = array(layout.way);
    this.target = array(layout.target);
    this.slot = array(layout.slot);
  }
}

function writeModule(plan: Plan, layout: MemoryLayout): Uint8Array<ArrayBuffer> {
  const { program, values, classes } = plan;
  const module = new ModuleWriter();
  const { address, intern } = writeStore(module, layout, plan.most);
  const sorts = classes.length > 0;
  const record = module.function(3, 0);
  writeRecord(record, layout, (code) => (sorts ? code.const(0).access('load', ARRIVED) : code.get(0)));
  const scope: StepScope = {
    program, layout, threads: program.threads.length, shared: sharedCount(program), values: values.words, record,
    arrivals: program.threads.map(({ steps }, thread) => Array.from({ length: steps.length + 1 }, (_, step) => arrivalAt(layout, program.threads.length, thread, step, plan.dead[thread]?.[step] ?? []))),
    helpers: { divide: writeDivision(module, 'div_s'), remainder: writeDivision(module, 'rem_s') },
    arrive: sorts ? writeArrive(module, plan, layout, intern) : intern,
  };
  writeTest(module, scope, program.exists, 'exists');
  writeGiven(module, layout, scope.arrive);
  const number = module.function(1, 1, 'address');
  number.get(0).call(address);
  const table = writeExpand(module, plan, scope, address);
  const end = layout.end + SEGMENT_BYTES + (layout.cells * 4 << BLOCK_BITS);
  return module.bytes(Math.ceil(end / PAGE), table);
}

/** Exports a function that finds the moves of a state. Returns the functions for all threads and steps that it calls. */
function writeExpand(module: ModuleWriter, { program, values }: Plan, scope: StepScope, address: FunctionWriter): FunctionWriter[] {
  const code = module.function(1, 0, 'expand');
  const at = code.local();
  const nothing = module.function(1, 0);
  const table: FunctionWriter[] = [];
  const first = program.threads.map(({ steps }, thread) => {
    const known = values.next[thread]!;
    return table.push(...steps.map((_, index) => (known.has(index) ? writeStep(module, scope, thread, index) : nothing)), nothing) - steps.length - 1;
  });
  code.const(0).const(0).access('store', MOVES).const(0).const(0).access('store', STUCK);
  code.get(0).call(address).tee(at).set(0);
  for (let thread = 0; thread < program.threads.length; thread++) {
    code.get(at);
    readField(code, scope.layout, thread);
    code.const(first[thread]!).op('add').callIndirect(1, module);
  }
  return table;
}

/** A function that puts copies in order and finds the state: the number of the thread that moved comes before the state. */
function writeArrive(module: ModuleWriter, { program, classes }: Plan, layout: MemoryLayout, intern: FunctionWriter): FunctionWriter {
  const code = module.function(layout.cells + 1, 1);
  writeSort(code, program, layout, classes);
  code.const(0).get(0).access('store', ARRIVED);
  for (let cell = 0; cell < layout.cells; cell++) code.get(cell + 1);
  code.call(intern);
  return code;
}

/** Exports a function that finds the state that the caller has put into memory, in which a thread is followed to its place. */
function writeGiven(module: ModuleWriter, layout: MemoryLayout, arrive: FunctionWriter): void {
  const code = module.function(1, 1, 'find');
  if (arrive.params > layout.cells) code.get(0);
  for (let cell = 0; cell < layout.cells; cell++) code.const(0).access('load', layout.given + cell * 4);
  code.call(arrive);
}

/** Division by 0 gives 0, and what does not fit 32 bits wraps around. */
function writeDivision(module: ModuleWriter, opcode: 'div_s' | 'rem_s'): FunctionWriter {
  const code = module.function(2, 1);
  code.get(1).op('eqz').if().const(0).op('return', 'end');
  code.get(1).const(-1).op('eq').if();
  if (opcode === 'div_s') code.const(0).get(0).op('sub', 'return', 'end');
  else code.const(0).op('return', 'end');
  code.get(0).get(1).op(opcode);
  return code;
}
