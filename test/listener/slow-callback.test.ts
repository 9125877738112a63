import { expect, test } from "vitest";
import { measure } from "../../bench/slow-callback/measure.js";

/** A fraction of what bench/slow-callback sends: what a loaded machine can take, too. */
const load = { callbackMs: 30_000, perSecond: 300, seconds: 3 };
const sent = load.perSecond * load.seconds;
const room = { concurrency: 20_000, maxPending: 20_000 };

test.each(["memory", "sqlite"] as const)(
  "a callback of 30 s holds up no acknowledgement, and memory stays bounded: %s",
  { timeout: 120_000 },
  async (kind) => {
    const bare = await measure({ name: "bare node:http", kind: "bare", ...load, seconds: 2 });
    const slow = await measure({ name: kind, kind, options: room, ...load });
    process.stdout.write(
      `${kind}: p99 ${slow.p99Ms} ms beside ${bare.p99Ms} ms of a bare server; ${slow.running} callbacks running; ${slow.liveMb.at(-1)} MB in use\n`,
    );
    expect(slow).toMatchObject({ sent, acknowledged: sent, refused: 0, failed: 0 });
    // All of them wait for their 30 s: none has ended, and none was waited for.
    expect(slow.running).toBe(sent);
    expect(slow.p99Ms).toBeLessThan(10_000 + 10 * bare.p99Ms);
    // Some 5 kB for each that runs.
    expect((slow.liveMb.at(-1) ?? 0) - (bare.liveMb.at(-1) ?? 0)).toBeLessThan(60);
  },
);

test("past the high-water mark the door answers 503 at once, and memory grows no further", {
  timeout: 120_000,
}, async () => {
  const { acknowledged, refused, failed, p50Ms, liveMb } = await measure({
    name: "memory, 500 pending",
    kind: "memory",
    options: { concurrency: 100, maxPending: 500 },
    ...load,
  });
  expect({ acknowledged, refused, failed }).toEqual({ acknowledged: 500, refused: sent - 500, failed: 0 });
  expect(p50Ms).toBeLessThan(10_000);
  const [half = 0, end = 0] = liveMb;
  expect(end - half).toBeLessThan(20);
});
