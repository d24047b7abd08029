/** The moves of states, kept for later: looking for the witness and counting preemptions go through the same states again, some of them often. */
import { FULL, NONE } from './store';

/** The moves of one state; the first `moves` entries of each array are in use. */
export interface Moves {
  moves: number;
  readonly thread: number[] | Int32Array;
  readonly way: number[] | Int32Array;
  readonly target: number[] | Int32Array;
  readonly slot: number[] | Int32Array;
  finalRank: number;
}

const FIELDS = 4;

/** Moves of the states from 0 on, in order. */
export class MoveLog {
  /** Where the moves of each state begin, and end: as many entries as there are states, and one. */
  private readonly begins = [0];
  private readonly moves: number[] = [];
  private readonly finalRanks: number[] = [];

  /** Notes the moves of a state, if it is the next in order. */
  note(state: number, from: Moves): void {
    if (state !== this.finalRanks.length) return;
    for (let move = 0; move < from.moves; move++) {
      // Asked again, a state that found no room is one that is not there.
      this.moves.push(from.thread[move]!, from.way[move]!, from.target[move] === FULL ? NONE : from.target[move]!, from.slot[move]!);
    }
    this.begins.push(this.moves.length);
    this.finalRanks.push(from.finalRank);
  }

  /** Gives back what was noted of a state; false when nothing was. */
  recall(state: number, to: Moves): boolean {
    if (state >= this.finalRanks.length) return false;
    const begin = this.begins[state]!;
    const moves = (this.begins[state + 1]! - begin) / FIELDS;
    for (let move = 0; move < moves; move++) {
      const at = begin + move * FIELDS;
      to.thread[move] = this.moves[at]!;
      to.way[move] = this.moves[at + 1]!;
      to.target[move] = this.moves[at + 2]!;
      to.slot[move] = this.moves[at + 3]!;
    }
    to.moves = moves;
    to.finalRank = this.finalRanks[state]!;
    return true;
  }
}
