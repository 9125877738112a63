import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import { DeduplicationIndex } from "../../src/inbox/memory/deduplication.js";
import type { Verified } from "../../src/model/verified.js";
import { heapBytes } from "../support/heap.js";

const EVENTS = 20_000;
const DAY_MS = 24 * 60 * 60 * 1000;

const legacy = (n: number) => ({
  appName: "github",
  payload: { n, text: "x".repeat(1_000) },
  metadata: { id: "0b8f5c1e-7a51-4f0e-9d0c-3f1c8f6d2a90", nanoId: "ti_k3Jd82mPq0xZ", triggerName: "A" },
});
const platform = { provider: "composio", signed: true } as const;
const github = {
  provider: "github",
  signed: true,
  route: "/github",
  eventName: "push",
  digest: "d".repeat(64),
};

/** Remembers as many events. @returns bytes of the heap for each */
async function bytesOf(add: (index: DeduplicationIndex, n: number) => void): Promise<number> {
  const index = new DeduplicationIndex(DAY_MS, 1_000_000, new Set());
  for (let n = 0; n < EVENTS; n += 1) add(index, n);
  const before = await heapBytes();
  for (let n = EVENTS; n < 3 * EVENTS; n += 1) add(index, n);
  const bytes = ((await heapBytes()) - before) / (2 * EVENTS);
  expect(index.size).toBe(3 * EVENTS);
  return bytes;
}

/** What is remembered of an event is its keys, in one piece each: none of its payload, and no tree of parts. */
test.each([
  ["an event without an id", 650, { ...platform }, legacy],
  ["an event of GitHub", 190, github, (n: number) => ({ ref: `refs/heads/${n}`, text: "x".repeat(1_000) })],
] as const)("%s is remembered in at most %d bytes", async (what, most, origin, bodyOf) => {
  const bytes = await bytesOf((index, n) => {
    const delivery = {
      source: "websocket",
      body: JSON.stringify(bodyOf(n)),
      receivedAt: n,
      http: undefined,
      request: undefined,
      traceparent: undefined,
    } as const;
    const messageId = "digest" in origin ? `72d3162e-cc78-11e3-${n}` : undefined;
    const own = messageId === undefined ? origin : { ...origin, messageId, digest: `${n}`.padStart(64, "d") };
    const verified = { origin: own, delivery } as unknown as Verified;
    for (const { event, keys, hashes } of decode(verified, { contents: false })) {
      const match = { hashes, channel: "websocket:1", hasId: false, at: n, since: 0, until: n };
      index.add({ id: event.id, keys, content: hashes.length === 0 ? undefined : match }, n);
    }
  });
  process.stdout.write(`${what}: ${Math.round(bytes)} bytes\n`);
  expect(bytes).toBeLessThan(most);
});
