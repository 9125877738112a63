import fc from "fast-check";
import { expect, test } from "vitest";
import { RingBuffer } from "../../src/inbox/memory/compact-store.js";
import { runs } from "../support/runs.js";

test("a ring keeps the last ones that were added, oldest first, whatever is removed in between", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 }),
      fc.array(fc.oneof(fc.constant("add" as const), fc.nat(30)), { maxLength: 60 }),
      (capacity, acts) => {
        const ring = new RingBuffer<{ ringAt: number; readonly n: number }>(capacity);
        const made = acts.map((_, n) => ({ ringAt: -1, n }));
        let model: (typeof made)[number][] = [];
        for (const [n, act] of acts.entries()) {
          const item = made[act === "add" ? n : act];
          if (item === undefined) continue;
          if (act === "add") {
            ring.add(item);
            model = capacity === 0 ? [] : [...model, item].slice(-capacity);
          } else {
            ring.remove(item);
            model = model.filter((one) => one !== item);
          }
          expect(ring.size).toBe(model.length);
          expect([...ring].map((one) => one.n)).toEqual(model.map((one) => one.n));
        }
      },
    ),
    { numRuns: runs(2000) },
  );
});
