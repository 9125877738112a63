import fc from "fast-check";
import { expect, test } from "vitest";
import { recordBody, type SettledRecord, SettledRecords } from "../../src/inbox/memory/compact-store.js";

const record = (state: "done" | "dead", body: string | Uint8Array): SettledRecord => ({
  id: "a record",
  state,
  body,
  block: undefined,
  bodyAt: 0,
  bodyBytes: 0,
  ringAt: -1,
});

const bodies = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 200 }),
  // Any units at all, halves of pairs among them.
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  // A block holds two or three of these, and none of the largest.
  fc.integer({ min: 8_000, max: 60_000 }).map((length) => "ä€".repeat(length / 2)),
  fc.uint8Array({ maxLength: 40 }),
);
const acts = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom("done" as const, "dead" as const), bodies) },
    { weight: 1, arbitrary: fc.nat(40) },
  ),
  { maxLength: 60 },
);

test("each settled record keeps its body, to the last unit, until it goes or is taken out", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), acts, (most, all) => {
      const settled = new SettledRecords(most, Number.POSITIVE_INFINITY);
      const added: { readonly slot: SettledRecord; readonly body: string | Uint8Array }[] = [];
      let model: typeof added = [];
      const lastOf = (state: string) =>
        most === 0 ? [] : model.filter(({ slot }) => slot.state === state).slice(-most);
      for (const act of all) {
        if (typeof act === "number") {
          const one = added[act];
          if (one === undefined || !model.includes(one)) continue;
          settled.remove(one.slot);
          expect(one.slot.body, "it has its body back").toEqual(one.body);
          model = model.filter((other) => other !== one);
          continue;
        }
        const [state, body] = act;
        const one = { slot: record(state, body), body };
        added.push(one);
        model.push(one);
        settled.add(one.slot);
        model = [...lastOf("dead"), ...lastOf("done")];
        expect([...settled].map((slot) => recordBody(slot))).toEqual(model.map((stored) => stored.body));
        expect([settled.done, settled.dead]).toEqual([lastOf("done").length, lastOf("dead").length]);
      }
    }),
    { numRuns: 500 },
  );
});

test("their bodies take no more bytes than they may: the oldest go, done ones before dead ones", () => {
  const settled = new SettledRecords(1000, 1_000_000);
  const large = (n: number) => `${n}`.padEnd(100_000, "x");
  settled.add(record("dead", large(-1)));
  for (let n = 0; n < 100; n += 1) settled.add(record("done", large(n)));
  expect(settled.dead).toBe(1);
  expect(settled.done).toBeGreaterThan(5);
  expect(settled.done).toBeLessThan(10);
  expect([...settled].map((slot) => Number.parseInt(String(recordBody(slot)), 10))).toEqual([
    -1,
    ...Array.from({ length: settled.done }, (_, n) => 100 - settled.done + n),
  ]);
  for (let n = 0; n < 100; n += 1) settled.add(record("dead", large(n)));
  expect(settled.done).toBe(0);
  expect(settled.dead).toBeLessThan(11);
  // One that is larger than all may be together is stored alone.
  settled.add(record("dead", "y".repeat(2_000_000)));
  expect([settled.done, settled.dead]).toEqual([0, 1]);
});

test("the blocks of bodies are used again", () => {
  const settled = new SettledRecords(100, Number.POSITIVE_INFINITY);
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 50_000; n += 1) settled.add(record("done", "z".repeat(1200)));
  // A hundred of them are 120 kB; 50,000 would be 60 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000);
});
