import fc from "fast-check";
import { expect, test } from "vitest";
import type { Chunk } from "../../../src/protocol/pusher.js";
import { readChunk } from "../../../src/transports/websocket/protocol.js";
import {
  type IncompleteMessage,
  Reassembly,
  type ReassemblyLimits,
} from "../../../src/transports/websocket/reassembly.js";
import { heapBytes } from "../../support/heap.js";
import { type ManualClock, manualClock } from "../../support/manual-clock.js";
import { processorMs } from "../../support/processor-time.js";
import { runs } from "../../support/runs.js";

const limits: ReassemblyLimits = { maxMessages: 1000, maxBytes: 1_000_000, maxWaitMs: 60_000 };

function some(part: Partial<ReassemblyLimits> = {}): {
  reassembly: Reassembly;
  abandoned: IncompleteMessage[];
  clock: ManualClock;
} {
  const abandoned: IncompleteMessage[] = [];
  const clock = manualClock();
  const reassembly = new Reassembly(clock, { ...limits, ...part }, (message) => abandoned.push(message));
  return { reassembly, abandoned, clock };
}

/** A message cut at the given places. */
function cut(id: string, text: string, places: readonly number[]): Chunk[] {
  const edges = [
    0,
    ...places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b),
    text.length,
  ];
  return edges.slice(1).map((edge, index) => ({
    id,
    index,
    chunk: text.slice(edges[index], edge),
    final: index === edges.length - 2,
  }));
}

const hostileId = fc.constantFrom("__proto__", "hasOwnProperty", "constructor", "toString", "0", "size");
const message = fc.record({
  text: fc.string({ unit: "binary", maxLength: 300 }),
  places: fc.array(fc.nat(300), { maxLength: 12 }),
});

test("any messages, cut anywhere, in any order, mixed and with copies, are put together once each", () => {
  const messages = fc.uniqueArray(fc.tuple(fc.oneof(hostileId, fc.uuid()), message), {
    minLength: 1,
    maxLength: 6,
    selector: ([id]) => id,
  });
  const scenario = messages.chain((all) => {
    const parts = all.flatMap(([id, { text, places }]) => cut(id, text, places));
    // Every part once at least; some again.
    return fc
      .array(fc.nat(parts.length - 1), { maxLength: parts.length })
      .chain((again) => {
        const sent = [...parts, ...again.map((at) => parts[at] as Chunk)];
        return fc.shuffledSubarray(sent, { minLength: sent.length, maxLength: sent.length });
      })
      .map((sent) => ({ all, sent }));
  });
  fc.assert(
    fc.property(scenario, ({ all, sent }) => {
      const { reassembly, abandoned } = some();
      const whole = sent.map((part) => reassembly.add(part)).filter((text) => text !== undefined);
      expect(whole.sort()).toEqual(all.map(([, { text }]) => text).sort());
      expect(abandoned).toEqual([]);
      expect([reassembly.messages, reassembly.bytes]).toEqual([0, 0]);
    }),
    { numRuns: runs(500) },
  );
});

test("a message that lacks any one part is given up, once, when it is overdue", () => {
  fc.assert(
    fc.property(message, fc.nat(), ({ text, places }, drop) => {
      const { reassembly, abandoned, clock } = some();
      const parts = cut("a", text, [...places, 1]);
      parts.splice(drop % parts.length, 1);
      for (const part of parts) expect(reassembly.add(part)).toBeUndefined();
      clock.advance(59_999);
      reassembly.expire();
      expect(abandoned).toEqual([]);
      expect(reassembly.dueInMs).toBe(1);
      clock.advance(1);
      reassembly.expire();
      reassembly.expire();
      expect(abandoned).toMatchObject([{ id: "a", why: "too late", parts: parts.length }]);
      expect([reassembly.messages, reassembly.bytes, reassembly.dueInMs]).toEqual([0, 0, undefined]);
    }),
  );
});

test("parts of a message that was given up do not begin it again", () => {
  const { reassembly, abandoned, clock } = some();
  const [first, second] = cut("a", "ab", [1]) as [Chunk, Chunk];
  reassembly.add(first);
  clock.advance(60_000);
  reassembly.expire();
  expect(reassembly.add(second)).toBeUndefined();
  expect([abandoned.length, reassembly.messages]).toEqual([1, 0]);
});

test.each<[string, Chunk[]]>([
  [
    "two texts for one place",
    [
      { id: "a", index: 0, chunk: "x", final: false },
      { id: "a", index: 0, chunk: "y", final: false },
    ],
  ],
  [
    "two last parts",
    [
      { id: "a", index: 3, chunk: "x", final: true },
      { id: "a", index: 2, chunk: "y", final: true },
    ],
  ],
  [
    "a last part that others are beyond",
    [
      { id: "a", index: 5, chunk: "x", final: false },
      { id: "a", index: 2, chunk: "y", final: true },
    ],
  ],
  [
    "a part beyond the last",
    [
      { id: "a", index: 2, chunk: "y", final: true },
      { id: "a", index: 5, chunk: "x", final: false },
    ],
  ],
  [
    "a copy that is suddenly the last",
    [
      { id: "a", index: 0, chunk: "x", final: false },
      { id: "a", index: 4, chunk: "x", final: false },
      { id: "a", index: 0, chunk: "x", final: true },
    ],
  ],
])("parts that contradict each other give the message up: %s", (_what, parts) => {
  const { reassembly, abandoned } = some();
  for (const part of parts) expect(reassembly.add(part)).toBeUndefined();
  expect(abandoned).toMatchObject([{ id: "a", why: "contradictory" }]);
  expect([reassembly.messages, reassembly.bytes]).toEqual([0, 0]);
});

test("too many messages: the oldest goes", () => {
  const { reassembly, abandoned } = some({ maxMessages: 2 });
  for (const id of ["a", "b", "c"]) reassembly.add({ id, index: 0, chunk: "x", final: false });
  expect(abandoned).toMatchObject([{ id: "a", why: "too many at once", parts: 1, total: undefined }]);
  expect(reassembly.add({ id: "b", index: 1, chunk: "y", final: true })).toBe("xy");
});

test("a message that is too large goes itself, and takes no other with it", () => {
  const { reassembly, abandoned } = some({ maxBytes: 20_000 });
  reassembly.add({ id: "small", index: 0, chunk: "x", final: false });
  for (let index = 0; index < 12; index += 1) {
    reassembly.add({ id: "large", index, chunk: "x".repeat(1000), final: false });
  }
  expect(abandoned).toMatchObject([{ id: "large", why: "too large" }]);
  expect(reassembly.add({ id: "small", index: 1, chunk: "y", final: true })).toBe("xy");
});

const PARTS = runs(1_000_000, 250_000);
test(`${PARTS} hostile parts leave memory where it was, and the next message whole`, async () => {
  const { reassembly, abandoned, clock } = some({ maxMessages: 200, maxBytes: 1_000_000 });
  let given = 0;
  const flood = (parts: number) => {
    for (let count = 0; count < parts; count += 1) {
      const id = count % 3 === 0 ? `id-${count}` : count % 3 === 1 ? "__proto__" : `few-${count % 50}`;
      const index = count % 7 === 0 ? Number.MAX_SAFE_INTEGER - 1 : count;
      const chunk = count % 11 === 0 ? "x".repeat(500) : "";
      if (reassembly.add({ id, index, chunk, final: count % 13 === 0 }) !== undefined) given += 1;
      if (reassembly.messages > 200 || reassembly.bytes > 1_000_000)
        throw new Error("the limits were passed");
      if (abandoned.length > 1000) abandoned.length = 0;
      if (count % 100 === 0) clock.advance(1);
    }
  };
  const clear = () => {
    reassembly.clear();
    abandoned.length = 0;
  };
  // What is compiled and cached on the way is there by then.
  flood(PARTS / 5);
  clear();
  const before = await heapBytes();
  flood(PARTS);
  expect(given).toBeLessThan(20);
  const whole = cut("real", "the message", [4, 7]).map((part) => reassembly.add(part));
  expect(whole).toEqual([undefined, undefined, "the message"]);
  clear();
  const grownBytes = (await heapBytes()) - before;
  process.stdout.write(
    `${PARTS} hostile parts: the heap has grown by ${Math.round(grownBytes / 1024)} KiB\n`,
  );
  expect(grownBytes).toBeLessThan(512 * 1024);
}, 60_000);

test.each([
  undefined,
  null,
  7,
  "text",
  "[]",
  {},
  { index: 0, chunk: "x", final: true },
  { id: "", index: 0, chunk: "x", final: true },
  { id: "x".repeat(257), index: 0, chunk: "x", final: true },
  { id: {}, index: 0, chunk: "x", final: true },
  { id: "a", index: -1, chunk: "x", final: true },
  { id: "a", index: 0.5, chunk: "x", final: true },
  { id: "a", index: "zero", chunk: "x", final: true },
  { id: "a", index: "-1", chunk: "x", final: true },
  { id: "a", index: "", chunk: "x", final: true },
  { id: "a", index: null, chunk: "x", final: true },
  { id: "a", index: "9007199254740993", chunk: "x", final: true },
  { id: "a", index: 2 ** 53, chunk: "x", final: true },
  { id: "a", index: 0, chunk: 7, final: true },
  { id: "a", index: 0, final: true },
  { id: "a", index: 0, chunk: "x", final: "yes" },
])("what is not a part is not read as one: %j", (data) => {
  expect(readChunk(data)).toBeUndefined();
  expect(readChunk(JSON.stringify(data))).toBeUndefined();
});

test.each([
  { id: "a", index: "0", chunk: "x", final: true },
  { id: "a", index: " 0 ", chunk: "x", final: "true" },
  { id: "a", index: "00", chunk: "x", final: "TRUE" },
  { id: "a", index: 0, chunk: "x", final: 1 },
  { id: "a", index: 0, chunk: "x", final: "1" },
])("a part whose numbers and flags come as text is read: %j", (data) => {
  const part = { id: "a", index: 0, chunk: "x", final: true };
  expect(readChunk(data)).toEqual(part);
  expect(readChunk(JSON.stringify(data))).toEqual(part);
});

test.each([{ final: 0 }, { final: "0" }, { final: "false" }, { final: null }, {}])(
  "a part that is not the last is read as such: %j",
  (data) => {
    expect(readChunk({ id: "a", index: 1, chunk: "x", ...data })).toMatchObject({ index: 1, final: false });
  },
);

test("a part is read from text and from an object, its id from a number too", () => {
  const data = { id: 7, index: 0, chunk: "x" };
  const chunk = { id: "7", index: 0, chunk: "x", final: false };
  expect(readChunk(data)).toEqual(chunk);
  expect(readChunk(JSON.stringify(data))).toEqual(chunk);
});

test.each([
  [
    "from the last part on",
    (parts: number) => Array.from({ length: parts - 2 }, (_none, at) => parts - 2 - at),
  ],
  ["in order", (parts: number) => Array.from({ length: parts - 2 }, (_none, at) => at + 1)],
])(
  "copies of 40,000 parts that come again %s, and parts that contradict them, take linear time",
  (_order, indexes) => {
    const parts = 40_000;
    const { reassembly } = some({ maxBytes: 32 * 1024 * 1024 });
    const part = (index: number, chunk: string, final = false) =>
      reassembly.add({ id: "a", index, chunk, final });
    for (let index = 0; index < parts; index += 1) part(index, "x", index === parts - 1);
    const start = processorMs();
    for (const index of indexes(parts)) part(index, "x");
    for (let index = parts; index < 2 * parts; index += 1) part(index, "z");
    part(0, "y", true);
    expect(processorMs() - start).toBeLessThan(2000);
  },
);

test("copies of 40,000 parts that come again from the last on are given up by another last part in linear time", () => {
  const parts = 40_000;
  const { reassembly } = some({ maxBytes: 32 * 1024 * 1024 });
  const part = (index: number, chunk: string, final = false) =>
    reassembly.add({ id: "a", index, chunk, final });
  for (let index = 0; index < parts; index += 1) part(index, "x", index === parts - 1);
  const start = processorMs();
  for (let index = parts - 2; index > 0; index -= 1) part(index, "x");
  expect(part(0, "y", true)).toBe("y");
  expect(processorMs() - start).toBeLessThan(2000);
});
