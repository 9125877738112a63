import fc from "fast-check";
import { expect, test } from "vitest";
import type { Chunk } from "../../../src/protocol/pusher.js";
import { type IncompleteMessage, Reassembly } from "../../../src/transports/websocket/reassembly.js";
import { type ManualClock, manualClock } from "../../support/manual-clock.js";
import { runs } from "../../support/runs.js";

const limits = { maxMessages: 1000, maxBytes: 1_000_000, maxWaitMs: 60_000 };

function some(): { reassembly: Reassembly; abandoned: IncompleteMessage[]; clock: ManualClock } {
  const abandoned: IncompleteMessage[] = [];
  const clock = manualClock();
  return {
    reassembly: new Reassembly(clock, limits, (message) => abandoned.push(message)),
    abandoned,
    clock,
  };
}

/** A message in parts of so many characters. */
function cut(id: string, text: string, size: number): Chunk[] {
  const count = Math.max(1, Math.ceil(text.length / size));
  return Array.from({ length: count }, (_, index) => ({
    id,
    index,
    chunk: text.slice(index * size, (index + 1) * size),
    final: index === count - 1,
  }));
}

const add = (reassembly: Reassembly, parts: readonly Chunk[]) =>
  parts.map((part) => reassembly.add(part)).filter((text) => text !== undefined);

test.each([
  ["in one part", '{"n":1}', '{"n":2}', 100],
  ["with the same beginning", '{"same":"beginning","n":1}', '{"same":"beginning","n":2}', 10],
  ["with the same end", '{"n":1,"same":"end......"}', '{"n":2,"same":"end......"}', 6],
  ["that is shorter", '{"same":"beginning","n":1}', '{"same":"b"}', 4],
  ["that is longer", '{"same":"b"}', '{"same":"beginning","n":1}', 4],
])("a message under an id that was used a moment ago is assembled: %s", (_what, first, second, size) => {
  const { reassembly, abandoned } = some();
  expect(add(reassembly, cut("a", first, size))).toEqual([first]);
  expect(add(reassembly, cut("a", second, size))).toEqual([second]);
  expect(add(reassembly, cut("a", first, size))).toEqual([first]);
  expect(abandoned).toEqual([]);
});

test("a copy of a part, or of all parts, is ignored after its message was assembled", () => {
  const { reassembly, abandoned, clock } = some();
  const parts = cut("a", '{"some":"message"}', 5);
  expect(add(reassembly, parts)).toHaveLength(1);
  expect(add(reassembly, parts.slice(1, 2))).toEqual([]);
  expect(add(reassembly, [...parts, ...parts])).toEqual([]);
  clock.advance(60_000);
  reassembly.expire();
  expect(abandoned).toEqual([]);
  expect(reassembly.dueInMs).toBeUndefined();
});

test("a late copy of the message before does not get into a message of the same id", () => {
  const { reassembly, abandoned } = some();
  const [, oldEnd] = cut("a", '{"old":1}', 5) as [Chunk, Chunk];
  add(reassembly, cut("a", '{"old":1}', 5));
  const [start, end] = cut("a", '[2,"new"]', 5) as [Chunk, Chunk];
  expect(add(reassembly, [start, oldEnd, end])).toEqual(['[2,"new"]']);
  expect(abandoned).toEqual([]);
});

test("a message under the id of one that was given up is assembled", () => {
  const { reassembly, abandoned, clock } = some();
  add(reassembly, cut("a", '{"same":"beginning","n":1}', 10).slice(0, 1));
  clock.advance(60_000);
  reassembly.expire();
  expect(abandoned).toHaveLength(1);
  const text = '{"same":"beginning","n":2}';
  expect(add(reassembly, cut("a", text, 10))).toEqual([text]);
  expect(abandoned).toHaveLength(1);
});

test("a part that a message lacked and that comes after it was given up is reported, not forgotten", () => {
  const { reassembly, abandoned, clock } = some();
  const [first, second] = cut("a", '{"n":1}', 4) as [Chunk, Chunk];
  reassembly.add(first);
  clock.advance(60_000);
  reassembly.expire();
  reassembly.add(second);
  clock.advance(60_000);
  reassembly.expire();
  expect(abandoned.map(({ why }) => why)).toEqual(["too late", "too late"]);
});

/** Messages, mostly alike, so that parts of one are often those of another. */
const text = fc
  .record({
    head: fc.constantFrom("", "same", "same and long"),
    n: fc.nat(3),
    tail: fc.constantFrom("", "end", "end of it"),
  })
  .map((value) => JSON.stringify(value));
const size = fc.integer({ min: 1, max: 12 });

test("a message is not mixed with a late copy of the one before it, even where both together are JSON", () => {
  const { reassembly, abandoned, clock } = some();
  const old = cut("a", '{"n":0,"m":0,"end":"of"}', 6);
  const young = cut("a", '{"n":1,"m":1,"end":"it"}', 6);
  add(reassembly, old);
  // A late copy of the second part; the second part of the new message comes last.
  const sent = [old[1], young[0], young[2], young[3], young[1]] as Chunk[];
  expect(add(reassembly, sent)).toEqual(['{"n":1,"m":1,"end":"it"}']);
  clock.advance(120_000);
  reassembly.expire();
  expect(abandoned).toEqual([]);
});

// A message that repeats the one before it, part for part, is a copy.
const messages = fc
  .array(fc.tuple(fc.constantFrom("a", "b"), text, size, fc.nat()), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.filter(([id, body], at) => {
      const before = all.slice(0, at).filter(([other]) => other === id);
      return before.at(-1)?.[1] !== body;
    }),
  );

test("any messages that share ids, each sent after the one before it, are assembled once each", () => {
  fc.assert(
    fc.property(messages, (all) => {
      const { reassembly, abandoned } = some();
      for (const [id, body, partSize, seed] of all) {
        const parts = cut(id, body, partSize);
        // With a copy of any part but the last, right after it.
        const at = seed % parts.length;
        const copies = at === parts.length - 1 ? [] : parts.slice(at, at + 1);
        expect(add(reassembly, [...parts.slice(0, at + 1), ...copies, ...parts.slice(at + 1)])).toEqual([
          body,
        ]);
      }
      expect(abandoned).toEqual([]);
    }),
    { numRuns: runs(1000) },
  );
});

test("with late copies between them, each such message is assembled or given up, and never silently lost", () => {
  fc.assert(
    fc.property(messages, (all) => {
      const { reassembly, abandoned, clock } = some();
      const last = new Map<string, Chunk>();
      for (const [id, body, partSize, seed] of all) {
        const parts = cut(id, body, partSize);
        const stale = last.get(id);
        const copy = parts[seed % parts.length] as Chunk;
        last.set(id, copy);
        const whole = add(reassembly, [...(stale === undefined ? [] : [stale]), ...parts, copy]);
        if (whole.length === 1 && whole[0] === body) continue;
        expect(whole).toEqual([]);
        // What was not assembled is reported when it is overdue.
        const before = abandoned.length;
        clock.advance(60_000);
        reassembly.expire();
        expect(abandoned.length).toBeGreaterThan(before);
        last.clear();
      }
    }),
    { numRuns: runs(1000) },
  );
});

test("whatever parts come, each is in a text that was given out, in a message that was given up, or a copy", () => {
  const part = fc.record({
    id: fc.constantFrom("a", "__proto__"),
    index: fc.nat(3),
    chunk: fc.constantFrom("1", "2", "{}"),
    final: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), (parts) => {
      const { reassembly, abandoned, clock } = some();
      const whole = add(reassembly, parts);
      clock.advance(60_000);
      reassembly.expire();
      clock.advance(60_000);
      reassembly.expire();
      // Each id's first part at least: nothing that begins is forgotten.
      const ids = new Set(parts.map(({ id }) => id)).size;
      expect(whole.length + abandoned.length).toBeGreaterThanOrEqual(ids);
      expect([reassembly.messages, reassembly.bytes, reassembly.dueInMs]).toEqual([0, 0, undefined]);
    }),
    { numRuns: runs(1000) },
  );
});
