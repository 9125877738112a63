import { expect, test } from "vitest";
import { measure } from "../../bench/slow-callback/measure.js";

const load = { callbackMs: 30_000, perSecond: 1000, seconds: 4 };
const room = { concurrency: 20_000, maxPending: 20_000 };

test.each(["memory", "sqlite"] as const)(
  "a callback of 30 s holds up no acknowledgement of 1,000 deliveries a second, and memory stays bounded: %s",
  { timeout: 120_000 },
  async (kind) => {
    const bare = await measure({ name: "bare node:http", kind: "bare", ...load, seconds: 2 });
    const slow = await measure({ name: kind, kind, options: room, ...load });
    process.stdout.write(
      `${kind}: p99 ${slow.p99Ms} ms beside ${bare.p99Ms} ms of a bare server; ${slow.running} callbacks running; ${slow.rssMb.at(-1)} MB\n`,
    );
    expect(slow).toMatchObject({ sent: 4000, acknowledged: 4000, refused: 0, failed: 0 });
    // All of them wait for their 30 s: none has ended, and none was waited for.
    expect(slow.running).toBe(4000);
    expect(slow.p50Ms).toBeLessThan(2000 + 10 * bare.p50Ms);
    expect(slow.p99Ms).toBeLessThan(5000 + 10 * bare.p99Ms);
    // Some 10 kB for each that runs.
    expect((slow.rssMb.at(-1) ?? 0) - (bare.rssMb.at(-1) ?? 0)).toBeLessThan(200);
  },
);

test("past the high-water mark the door answers 503 at once, and memory grows no further", {
  timeout: 120_000,
}, async () => {
  const { sent, acknowledged, refused, failed, p50Ms, rssMb } = await measure({
    name: "memory, 500 pending",
    kind: "memory",
    options: { concurrency: 100, maxPending: 500 },
    ...load,
  });
  expect({ acknowledged, refused, failed }).toEqual({ acknowledged: 500, refused: sent - 500, failed: 0 });
  expect(p50Ms).toBeLessThan(2000);
  expect(Math.max(...rssMb) - (rssMb[0] ?? 0)).toBeLessThan(100);
});
