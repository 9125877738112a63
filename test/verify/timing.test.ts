import { createHmac, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { github } from "../../src/verify/index.js";
import { asDelivery } from "./support/request.js";

const secret = "8f14e45fceea167a5a36dedd4bea2543";
/** Short, so that the comparison is as much of the time as it can be. */
const body = '{"zen":"Design for failure."}';
const right = createHmac("sha256", secret).update(body).digest();

const BATCH = 50;
const ROUNDS = 1000;
/** Chance gives 5 once in two million times; the leak below gives about 13 on a quiet machine. */
const LIMIT = 5;
/** A machine so busy that the leak cannot be seen proves nothing, and is asked again. */
const ATTEMPTS = 4;

/**
 * Whether signatures that differ from the right one in their first byte take another time than those that
 * differ in their last. Batches of both kinds alternate at random, so that whatever else the machine does hits
 * both alike, and the ranks of their times are compared (Mann and Whitney), so that its worst pauses weigh
 * nothing.
 *
 * @returns the standard score: for equal times normal, with mean 0
 */
function score(prepare: (signature: Buffer) => () => void): number {
  const wrongAt = (at: number) =>
    Array.from({ length: 16 }, () => {
      const wrong = Buffer.from(right);
      wrong[at] = (wrong[at] ?? 0) ^ (1 + ((randomBytes(1)[0] ?? 0) % 255));
      return prepare(wrong);
    });
  const kinds = [wrongAt(0), wrongAt(right.length - 1)];
  const times: Array<{ readonly kind: number; readonly ns: number }> = [];
  for (let round = -100; round < ROUNDS; round += 1) {
    const first = (randomBytes(1)[0] ?? 0) % 2;
    for (const kind of [first, 1 - first]) {
      const checks = kinds[kind] ?? [];
      const start = process.hrtime.bigint();
      for (let at = 0; at < BATCH; at += 1) checks[at % 16]?.();
      if (round >= 0) times.push({ kind, ns: Number(process.hrtime.bigint() - start) });
    }
  }
  times.sort((a, b) => a.ns - b.ns);
  let ranks = 0;
  for (const [rank, { kind }] of times.entries()) if (kind === 0) ranks += rank + 1;
  const u = ranks - (ROUNDS * (ROUNDS + 1)) / 2;
  return (u - (ROUNDS * ROUNDS) / 2) / Math.sqrt((ROUNDS * ROUNDS * (2 * ROUNDS + 1)) / 12);
}

const source = github({ secrets: secret });

function refused(signature: Buffer): () => void {
  const delivery = asDelivery({
    headers: { "x-hub-signature-256": `sha256=${signature.toString("hex")}` },
    body,
  });
  return () => {
    try {
      source.verify(delivery, 0);
    } catch {
      return;
    }
    throw new Error("A wrong signature was accepted.");
  };
}

/**
 * The same, and then a comparison that stops at the first difference. That the test sees these 30 or so
 * nanoseconds in a refusal of some microseconds is its power.
 */
function leaking(signature: Buffer): () => void {
  const check = refused(signature);
  return () => {
    check();
    for (let at = 0; at < right.length; at += 1) if (right[at] !== signature[at]) return;
  };
}

test("how long a refusal takes does not say where a wrong signature first differs", () => {
  const { stackTraceLimit } = Error;
  // A stack trace takes as long as all the rest, and would only blur what is measured.
  Error.stackTraceLimit = 0;
  try {
    const scores = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const [ours, leak] = [score(refused), score(leaking)];
      scores.push({ ours, leak });
      if (Math.abs(ours) < LIMIT && leak < -LIMIT) return;
    }
    expect.fail(`Ours is to be within ${LIMIT} of 0, the leak beyond: ${JSON.stringify(scores)}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});
