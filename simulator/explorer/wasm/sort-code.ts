/** Generates the code that chooses one of the states that differ in the order of copies of a thread: it sorts them in a packed state that lies in the parameters of a function. */
import type { Program } from '../../machine/program';
import { codeOf } from '../pack';
import type { CopyClass } from '../symmetry';
import type { FunctionWriter, Local } from './assembler';
import { readCode } from './expressions';
import type { MemoryLayout } from './layout';

/** The first parameter is the number of the thread that has moved, which follows it; then come the cells of the state. */
export function writeSort(code: FunctionWriter, program: Program, layout: MemoryLayout, classes: readonly CopyClass[]): void {
  const writer = new SortWriter(code, program, layout);
  for (const copies of classes) {
    // Bubble sort: there are few copies.
    for (let end = copies.threads.length - 1; end > 0; end--) {
      for (let place = 0; place < end; place++) writer.order(copies, place);
    }
  }
}

class SortWriter {
  private readonly threads: number;
  private readonly a: Local;
  private readonly b: Local;

  constructor(private readonly code: FunctionWriter, private readonly program: Program, private readonly layout: MemoryLayout) {
    this.threads = program.threads.length;
    this.a = code.local();
    this.b = code.local();
  }

  /** Exchanges the copy at a place with the next one when that comes first: by step, then own words, then the locks that it holds. */
  order({ threads, own }: CopyClass, place: number): void {
    const { code, a } = this;
    const [one, other] = [threads[place]!, threads[place + 1]!];
    const pairs = [[one, other] as const, ...own[place]!.map((word, index) => [this.threads + word, this.threads + own[place + 1]![index]!] as const)];
    // The outer block is left when nothing is to be exchanged, the inner one when something is.
    code.block().block();
    for (const [left, right] of pairs) this.compare(() => this.fieldCode(left), () => this.fieldCode(right), left);
    for (const index of this.locks('lock')) {
      this.compare(() => this.isOwner(index, one), () => this.isOwner(index, other), index);
    }
    for (const index of this.locks('rwlock')) {
      for (const base of [0, this.threads]) this.compare(() => this.bit(index, base + one), () => this.bit(index, base + other), index);
    }
    code.br(1).op('end');
    for (const [left, right] of pairs) this.exchange(left, right);
    for (const index of this.locks('lock')) this.renameOwner(index, one, other);
    for (const index of this.locks('rwlock')) this.exchangeBits(index, one, other);
    // The thread that has moved goes along.
    code.get(0).set(a);
    code.get(a).const(one).op('eq').if().const(other).set(0).op('end');
    code.get(a).const(other).op('eq').if().const(one).set(0).op('end');
    code.op('end');
  }

  /** Where locks of a kind are in a state. */
  private locks(kind: 'lock' | 'rwlock'): number[] {
    return this.program.words.flatMap((word, id) => (word.kind === kind && this.layout.placed[this.threads + id] !== undefined ? [this.threads + id] : []));
  }

  /** Values of the same set have codes in the same order. */
  private compare(left: () => void, right: () => void, index: number): void {
    const { code, a, b } = this;
    if (this.layout.placed[index] === undefined) return;
    left();
    code.set(a);
    right();
    code.set(b);
    code.get(b).get(a).op('lt_u').brIf(0);
    code.get(b).get(a).op('ne').brIf(1);
  }

  private fieldCode(index: number): void {
    const { cell } = this.layout.placed[index]!;
    readCode(this.code, this.layout, index, () => this.code.get(cell + 1));
  }

  private isOwner(index: number, thread: number): void {
    this.value(index);
    this.code.const(thread + 1).op('eq');
  }

  private bit(index: number, bit: number): void {
    this.value(index);
    this.code.const(bit).op('shr_u').const(1).op('and');
  }

  private value(index: number): void {
    this.fieldCode(index);
    if (this.layout.placed[index]!.dictionary !== undefined) this.code.const(1).op('shl').access('load16', this.layout.decoder[index]!);
  }

  private exchange(left: number, right: number): void {
    if (this.layout.placed[left] === undefined) return;
    this.fieldCode(left);
    this.code.set(this.a);
    this.fieldCode(right);
    this.code.set(this.b);
    this.put(left, this.b);
    this.put(right, this.a);
  }

  private renameOwner(index: number, one: number, other: number): void {
    const { code, a, b } = this;
    const { dictionary } = this.layout.placed[index]!;
    const [first, second] = [one + 1, other + 1].map((owner) => (dictionary === undefined ? owner : codeOf(dictionary, owner))) as [number, number];
    if (dictionary !== undefined && !(dictionary.includes(one + 1) && dictionary.includes(other + 1))) return;
    this.fieldCode(index);
    code.tee(a).set(b);
    code.get(a).const(first).op('eq').if().const(second).set(b).op('end');
    code.get(a).const(second).op('eq').if().const(first).set(b).op('end');
    this.put(index, b);
  }

  private exchangeBits(index: number, one: number, other: number): void {
    const { code, a, b } = this;
    const { dictionary } = this.layout.placed[index]!;
    this.value(index);
    code.set(a);
    for (const base of [0, this.threads]) {
      const [low, high] = [base + one, base + other];
      code.get(a).const(low).op('shr_u').get(a).const(high).op('shr_u', 'xor').const(1).op('and').set(b);
      code.get(a).get(b).const(low).op('shl').get(b).const(high).op('shl', 'or', 'xor').set(a);
    }
    if (dictionary !== undefined) code.get(a).access('load8', this.layout.encoder[index]!).set(a);
    this.put(index, a);
  }

  private put(index: number, from: Local): void {
    const { cell, shift, mask } = this.layout.placed[index]!;
    const { code } = this;
    code.get(cell + 1).const(~(mask << shift)).op('and').get(from);
    if (shift > 0) code.const(shift).op('shl');
    code.op('or').set(cell + 1);
  }
}
