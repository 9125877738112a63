/** Numbers from 0 up to but without 1: the same seed, the same numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One seed made of a seed and some words, so that what happens to one thing does not depend on the order of all. */
export function seedOf(seed: number, ...words: readonly (string | number)[]): number {
  let mixed = (seed ^ 0x811c9dc5) >>> 0;
  for (const character of words.join("\0")) {
    mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return mixed;
}
