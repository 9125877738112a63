/** Of what is left to chance in these tests: given again as `GAP_SEED`, they choose the same. */
export const SEED = Number(process.env.GAP_SEED ?? Date.now() % 2 ** 31);

let state = SEED;

/** A number from 0 up to but without 1 (mulberry32). */
export function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
