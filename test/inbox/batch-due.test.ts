import fc from "fast-check";
import { expect, test } from "vitest";
import { type BatchProgress, batchDueAt, isFullBatch } from "../../src/inbox/batch.js";
import type { BatchLimits } from "../../src/model/batch.js";

interface Arrival {
  readonly afterMs: number;
  readonly bytes: number;
}

/** What a reader of the documentation would do with a list of all arrivals, millisecond by millisecond. */
function referenceRunAt(
  arrivals: readonly { readonly at: number; readonly bytes: number }[],
  limits: BatchLimits,
) {
  const [first] = arrivals;
  let bytes = 0;
  for (const [n, arrival] of arrivals.entries()) {
    bytes += arrival.bytes;
    if (n + 1 >= limits.maxEvents || bytes >= limits.maxBytes) return { at: arrival.at, events: n + 1 };
    const next = arrivals[n + 1]?.at ?? Number.POSITIVE_INFINITY;
    for (let at = arrival.at; at < next; at += 1) {
      const isQuiet = at - arrival.at >= limits.quietMs;
      if (isQuiet || at - (first?.at ?? 0) >= limits.maxWaitMs) return { at, events: n + 1 };
    }
  }
  return undefined;
}

test("a batch runs when its last event is quiet for long enough, its first has waited long enough, or it is full", () => {
  const arrival = fc.record({ afterMs: fc.nat(40), bytes: fc.nat(30) });
  const limitsOf = fc.record({
    quietMs: fc.nat(50),
    maxWaitMs: fc.nat(120),
    maxEvents: fc.integer({ min: 1, max: 8 }),
    maxBytes: fc.integer({ min: 1, max: 150 }),
  });
  fc.assert(
    fc.property(
      fc.array(arrival, { minLength: 1, maxLength: 12 }),
      limitsOf,
      (gaps: readonly Arrival[], given) => {
        const limits: BatchLimits = { ...given, keep: "all" };
        let at = 1000;
        const arrivals = gaps.map(({ afterMs, bytes }) => {
          at += afterMs;
          return { at, bytes };
        });
        let progress: BatchProgress | undefined;
        let ran: { at: number; events: number } | undefined;
        for (const next of arrivals) {
          // An event of the very millisecond at which it is due still joins.
          const dueAt = progress === undefined ? Number.POSITIVE_INFINITY : batchDueAt(progress, limits);
          if (progress !== undefined && (dueAt < next.at || isFullBatch(progress, limits))) break;
          progress = {
            openedAt: progress?.openedAt ?? next.at,
            lastAt: next.at,
            events: (progress?.events ?? 0) + 1,
            bytes: (progress?.bytes ?? 0) + next.bytes,
          };
          expect(batchDueAt(progress, limits)).toBeGreaterThanOrEqual(next.at);
        }
        if (progress !== undefined) ran = { at: batchDueAt(progress, limits), events: progress.events };
        expect(ran).toEqual(referenceRunAt(arrivals, limits));
      },
    ),
    { numRuns: 1000 },
  );
});
