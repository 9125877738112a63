import { randomBytes } from "node:crypto";

const BATCH = 20;
const ROUNDS = 300;
const ATTEMPTS = 4;

/**
 * Whether signatures that are wrong at their start are rejected in another time than those that are wrong at their end.
 * Batches of both kinds alternate at random, and the ranks of their times are compared (Mann and Whitney).
 *
 * @param value a header with a right signature
 * @param prepare a check of a header with a wrong one
 * @returns the least standard score of several attempts: about 0 for equal times; `undefined` where checks are promises
 */
export function timingScore(value: string, prepare: (changed: string) => () => unknown): number | undefined {
  const places = [...value].flatMap((character, at) => (/[0-9a-zA-Z]/.test(character) ? [at] : []));
  // Characters of the signature itself: it is what ends the header, or nearly so.
  const [start, end] = [places[places.length >> 1] ?? 0, places.at(-3) ?? 0];
  const wrongAt = (at: number) => {
    const other = value[at] === "a" ? "b" : "a";
    return prepare(value.slice(0, at) + other + value.slice(at + 1));
  };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    if (isAsync(wrongAt(end))) return undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < ATTEMPTS && Math.abs(least) > 4; attempt += 1) {
      const score = scoreOf(wrongAt(start), wrongAt(end));
      if (Math.abs(score) < Math.abs(least)) least = score;
    }
    return least;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isAsync(check: () => unknown): boolean {
  try {
    const result = check();
    if (!(result instanceof Promise)) return false;
    result.catch(() => undefined);
    return true;
  } catch {
    return false;
  }
}

function scoreOf(...kinds: readonly (() => unknown)[]): number {
  const times: Array<{ readonly kind: number; readonly ns: number }> = [];
  for (let round = -50; round < ROUNDS; round += 1) {
    const first = (randomBytes(1)[0] ?? 0) % 2;
    for (const kind of [first, 1 - first]) {
      const startedAt = process.hrtime.bigint();
      for (let at = 0; at < BATCH; at += 1) isAsync(kinds[kind] as () => unknown);
      if (round >= 0) times.push({ kind, ns: Number(process.hrtime.bigint() - startedAt) });
    }
  }
  times.sort((a, b) => a.ns - b.ns);
  let ranks = 0;
  for (const [rank, { kind }] of times.entries()) if (kind === 0) ranks += rank + 1;
  const u = ranks - (ROUNDS * (ROUNDS + 1)) / 2;
  return (u - (ROUNDS * ROUNDS) / 2) / Math.sqrt((ROUNDS * ROUNDS * (2 * ROUNDS + 1)) / 12);
}
