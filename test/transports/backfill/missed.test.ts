import { github, type ListenerEvent, type SenderLog } from "earshot";
import { expect, onTestFinished, test } from "vitest";
import { ApiError } from "../../../src/base/errors.js";
import { webhookSettings } from "../../../src/settings/webhook.js";
import { RouteBackfill } from "../../../src/transports/backfill/route-backfill.js";
import { manualClock } from "../../support/manual-clock.js";
import { until } from "./harness.js";

/** A route's backfill over a list of one event, which fails as often as it is told to. */
async function aRoute(failures: Error[] = []) {
  const clock = manualClock();
  const ranges: { since: number; until: number }[] = [];
  const reports: ListenerEvent[] = [];
  const metadata = new Map<string, string>();
  const stored: unknown[] = [];
  const log: SenderLog = {
    name: "The list",
    async *read({ since, until: end }) {
      ranges.push({ since, until: end });
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      yield { at: clock.now() - 1000, id: "guid", eventName: "push", body: { ref: "main" } };
    },
  };
  const { routes } = webhookSettings({
    routes: { "/github": { source: github({ secrets: "s".repeat(20) }), backfill: log } },
  });
  const route = routes.get("/github") ?? expect.fail();
  const backfill = new RouteBackfill({
    path: "/github",
    route,
    log,
    clock,
    inbox: {
      durable: true,
      readMetadata: async (name) => metadata.get(name),
      writeMetadata: async (name, value) => void metadata.set(name, value),
    },
    send: (event) => reports.push(event),
    onListed: (delivery, facts, of) => {
      stored.push({ ...facts, body: delivery.body, route: of === route });
      return true;
    },
  });
  onTestFinished(() => backfill.stop());
  await backfill.start();
  const cursor = () => Number(metadata.get("heard:github@/github"));
  const told = (type: ListenerEvent["type"]) => reports.filter((one) => one.type === type);
  return { clock, backfill, ranges, stored, cursor, told };
}

test("deliveries that got a 503 within 5 s are one gap; the cursor waits for it, then goes on", async () => {
  const { clock, backfill, ranges, stored, cursor, told } = await aRoute();
  const began = clock.now();
  expect(cursor()).toBe(began);
  for (let seconds = 1; seconds <= 10; seconds += 1) {
    clock.advance(1000);
    // Its timer is set once the cursor is written.
    const isFollowed = () => cursor() === began + seconds * 1000 && clock.pending() === 1;
    await until("the cursor moves on", isFollowed);
  }
  for (let count = 0; count < 3; count += 1) {
    backfill.missed();
    clock.advance(1000);
  }
  expect(ranges).toEqual([]);
  clock.advance(2000);
  await until("the gap is filled", () => told("gap.filled").length === 1);
  expect(told("gap.opened")).toMatchObject([{ from: new Date(began + 10_000), route: "/github" }]);
  expect(ranges).toEqual([{ since: began + 10_000 - 30_000, until: began + 15_000 + 30_000 }]);
  expect(stored).toEqual([
    expect.objectContaining({
      provider: "github",
      path: "/github",
      id: "guid",
      eventName: "push",
      body: '{"ref":"main"}',
      route: true,
    }),
  ]);
  // The list may have had the last of them not yet: it is read again, and the cursor waits for that.
  expect(cursor()).toBeLessThanOrEqual(began + 10_000);
  clock.advance(15_000);
  await until("it is read again", () => ranges.length === 2);
  await until("the second reading ends", () => {
    clock.advance(1000);
    return cursor() > began + 30_000;
  });
});

test("a rate limit is waited for as long as it says, and a rejected key ends the reading", async () => {
  const limited = new ApiError("ERR_RATE_LIMITED", "The list responded 429.", {
    status: 429,
    retryAfterMs: 600_000,
  });
  const rejected = new ApiError("ERR_UNAUTHORIZED", "The list responded 401.", { status: 401 });
  const { clock, backfill, ranges, told, cursor } = await aRoute([limited, rejected]);
  const began = clock.now();
  backfill.missed();
  clock.advance(5000);
  await until("the list is read", () => ranges.length === 1);
  await until("it waits", () => clock.pending() > 0);
  clock.advance(599_000);
  expect(ranges).toHaveLength(1);
  await until("it is read again", () => {
    clock.advance(1000);
    return ranges.length === 2;
  });
  await until("it is given up", () => told("gap.unfilled").length === 1);
  expect(told("gap.unfilled")).toMatchObject([{ route: "/github", from: new Date(began) }]);
  clock.advance(60_000);
  // The next start tries it again.
  expect(cursor()).toBe(began);
});
