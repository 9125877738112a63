import type { RecordState } from "../../contract.js";

/**
 * Where a record stands, as the file has it. `waiting` is three states here, so that what can be taken is
 * found without looking at what cannot: the number of records that wait for something never slows a take.
 * The order matters: up to RUNNING is unfinished. The SQL of this folder has the numbers written out, because
 * SQLite uses a partial index only where the query has its condition word by word.
 */
export const READY = 0;
/** Its time has not come. */
export const DELAYED = 1;
/** An earlier record of its order key is unfinished, or one of its key runs. */
export const BEHIND = 2;
export const RUNNING = 3;
export const DONE = 4;
export const DEAD = 5;
/** Its identity is remembered; nothing else is left. */
export const DROPPED = 6;
/** No callback of the process that held it asked for it; it is left for other processes. */
export const UNMATCHED = 7;

const names: readonly (RecordState | undefined)[] = [
  "waiting",
  "waiting",
  "waiting",
  "running",
  "done",
  "dead",
  undefined,
  "unmatched",
];

/** The contract's name of a state; `undefined` for one that it does not know. */
export function stateName(state: number): RecordState | undefined {
  return names[state];
}

/** Whether a record of this state waits or runs. */
export function isPending(state: number | undefined): boolean {
  return state !== undefined && state <= RUNNING;
}
