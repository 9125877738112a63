import fc from "fast-check";
import { expect, test } from "vitest";
import { Outbox } from "../../src/mcp/delivery/outbox.js";

const occurrence = { eventId: "1", name: "star", timestamp: "", data: {} };

test("the position never passes an event that is open, and reaches the end when all are settled", () => {
  const gap = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      fc.array(gap, { minLength: 1, maxLength: 30 }),
      fc.infiniteStream(fc.nat()),
      (gaps, picks) => {
        let at = 10;
        const events = gaps.map((by) => {
          at += by;
          return { position: at, occurrence };
        });
        const outbox = new Outbox(10);
        outbox.add(events, at + 3);
        const open = new Set(events.map(({ position }) => position));
        while (open.size > 0) {
          const due = outbox.due(0, 100);
          expect(due.map(({ position }) => position)).toEqual([...open]);
          const one = due[(picks.next().value as number) % due.length];
          if (one === undefined) throw new Error("nothing is due");
          one.isSettled = true;
          open.delete(one.position);
          outbox.advance();
          const first = Math.min(...open);
          expect(outbox.position).toBe(open.size === 0 ? at + 3 : first - 1);
        }
        expect(outbox.size).toBe(0);
      },
    ),
  );
});
