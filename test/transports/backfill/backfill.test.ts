import { expect, test } from "vitest";
import { ApiError, EarshotError } from "../../../src/base/errors.js";
import { aBackfill, idOf, until } from "./harness.js";

const HOUR_MS = 3_600_000;

test("a gap is read oldest first, with the overlap on both sides, and duplicates are not counted", async () => {
  const { clock, log, stored, backfill, told } = aBackfill();
  const from = clock.now();
  stored.push("known");
  for (const [id, at] of [
    ["c", 50_000],
    ["known", -10_000],
    ["a", 1000],
    ["b", 1000],
    ["early", -31_000],
    ["late", 91_000],
  ] as const) {
    log.add(id, from + at);
  }
  clock.advance(HOUR_MS);
  backfill.fill({ from, to: from + 60_000 });
  await backfill.idle();
  expect(stored).toEqual(["known", "a", "b", "c"]);
  expect(told("gap.filled")).toEqual([
    { type: "gap.filled", from: new Date(from), to: new Date(from + 60_000), found: 4, missed: 3 },
  ]);
});

test("an event that reaches the log late is found by the second reading, which covers only the gap's end", async () => {
  const { clock, log, stored, backfill, told } = aBackfill();
  const from = clock.now();
  clock.advance(HOUR_MS);
  const to = clock.now();
  log.add("late", to - 5000, 14_000);
  backfill.fill({ from, to });
  await backfill.idle();
  expect(stored).toEqual([]);
  expect(backfill.pendingSince).toBe(to - 15_000);
  clock.advance(15_000);
  await backfill.idle();
  expect(stored).toEqual(["late"]);
  expect(log.asked.map(({ since }) => since)).toEqual([from - 30_000, to - 45_000]);
  expect(told("gap.filled").map(({ missed }) => missed)).toEqual([0, 1]);
  expect(backfill.pendingSince).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test("a wall clock that is set back after the gap does not put off the second reading", async () => {
  const { clock, log, stored, backfill } = aBackfill();
  const from = clock.now();
  clock.advance(60_000);
  const to = clock.now();
  log.add("late", to - 5000, -HOUR_MS);
  const visible = log.lines.splice(0);
  clock.setNow(to - HOUR_MS);
  backfill.fill({ from, to });
  await backfill.idle();
  log.lines.push(...visible);
  clock.advance(14_999);
  await backfill.idle();
  expect(stored).toEqual([]);
  clock.advance(1);
  await backfill.idle();
  expect(stored).toEqual(["late"]);
});

test("a gap that has long been over needs no second reading", async () => {
  const { clock, backfill } = aBackfill();
  const from = clock.now() - HOUR_MS;
  backfill.fill({ from, to: from + 1000 });
  await backfill.idle();
  expect(backfill.pendingSince).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test("gaps that come while one is being filled are read as one, and none is forgotten", async () => {
  let letGo: (isNew: boolean) => void = () => undefined;
  const { clock, log, backfill, told } = aBackfill({
    onDelivery: () =>
      new Promise((resolve) => {
        letGo = resolve;
      }),
  });
  log.add("slow");
  const now = clock.now();
  backfill.fill({ from: now, to: now });
  await until("reading", () => log.asked.length === 1);
  for (let n = 1; n <= 50; n += 1) backfill.fill({ from: now + n * 100, to: now + n * 100 + 50 });
  expect(backfill.pendingSince).toBe(now);
  letGo(true);
  await until("the second reading", () => log.asked.length === 2);
  letGo(false);
  await backfill.idle();
  expect(log.asked[1]).toEqual({ since: now + 100 - 30_000, until: now + 5050 + 30_000 });
  expect(told("gap.filled")).toHaveLength(2);
});

test("a gap that opens in the same turn in which the work ends is filled", async () => {
  const { clock, log, backfill } = aBackfill();
  for (let round = 1; round <= 30; round += 1) {
    backfill.fill({ from: clock.now() - HOUR_MS, to: clock.now() - HOUR_MS });
    // A different number of microtasks each round: one of them falls into the end.
    for (let n = 0; n < round; n += 1) await Promise.resolve();
    backfill.fill({ from: clock.now(), to: clock.now() });
    await backfill.idle();
    expect(log.asked.at(-1)?.until).toBe(clock.now() + 30_000);
    clock.advance(HOUR_MS);
    await backfill.idle();
  }
});

test("a reading that breaks off continues where everything was stored, and counts each event once", async () => {
  const { clock, log, stored, backfill, told } = aBackfill();
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 120; n += 1) log.add(`e${n}`, from + n);
  log.failures.push({ error: new ApiError("ERR_NETWORK", "cut"), afterLines: 110 });
  backfill.fill({ from, to: from + 120 });
  await until("the pause", () => log.readings === 0 && clock.pending() === 1);
  expect(stored).toHaveLength(110);
  clock.advance(1000);
  await backfill.idle();
  expect(log.asked.map(({ since }) => since)).toEqual([from - 30_000, from + 99]);
  expect(stored).toEqual(Array.from({ length: 120 }, (_, n) => `e${n}`));
  expect(told("gap.filled")).toMatchObject([{ missed: 120 }]);
});

test("after a 429 the log is not read for as long as the platform requested", async () => {
  const { clock, log, backfill, told } = aBackfill({ random: () => 0 });
  log.failures.push({
    error: new ApiError("ERR_RATE_LIMITED", "429", { retryAfterMs: 90_000 }),
    afterLines: 0,
  });
  backfill.fill({ from: clock.now() - HOUR_MS, to: clock.now() - HOUR_MS });
  await until("the pause", () => log.readings === 0 && clock.pending() === 1);
  clock.advance(89_999);
  await catchUpTurn();
  expect(log.asked).toHaveLength(1);
  clock.advance(1);
  await backfill.idle();
  expect(log.asked).toHaveLength(2);
  expect(told("gap.filled")).toHaveLength(1);
});

test("a Retry-After of years delays the next reading by an hour, and no gap stays open without a word", async () => {
  const { clock, log, backfill, told } = aBackfill({ random: () => 0, maxTries: 2 });
  const retryAfterMs = Number.MAX_SAFE_INTEGER;
  const error = new ApiError("ERR_RATE_LIMITED", "429", { retryAfterMs });
  log.failures.push({ error, afterLines: 0 }, { error, afterLines: 0 });
  backfill.fill({ from: clock.now() - HOUR_MS, to: clock.now() - HOUR_MS });
  for (const tries of [1, 2]) {
    await until("the pause", () => log.asked.length === tries && log.readings === 0 && clock.pending() === 1);
    clock.advance(HOUR_MS);
  }
  await backfill.idle();
  expect(told("gap.unfilled")).toHaveLength(1);
  expect(told("gap.filled")).toHaveLength(1);
});

test("a log that cannot be read for long is reported once, and read as soon as it can be", async () => {
  const { clock, log, stored, backfill, told } = aBackfill({ maxTries: 3 });
  const from = clock.now() - HOUR_MS;
  log.add("missed", from);
  for (let n = 0; n < 10; n += 1)
    log.failures.push({ error: new ApiError("ERR_API", "down", { status: 503 }), afterLines: 0 });
  backfill.fill({ from, to: from + 1 });
  for (let n = 1; n <= 10; n += 1) {
    await until("a pause", () => log.asked.length === n && log.readings === 0 && clock.pending() === 1);
    expect(backfill.pendingSince).toBe(from);
    clock.advance(60_000);
  }
  await backfill.idle();
  expect(stored).toEqual(["missed"]);
  expect(told("gap.unfilled")).toMatchObject([
    {
      from: new Date(from),
      to: new Date(from + 1),
      error: { code: "ERR_GAP", message: expect.stringContaining("down") },
    },
  ]);
  expect(told("gap.filled")).toMatchObject([{ missed: 1 }]);
  expect(backfill.pendingSince).toBeUndefined();
});

test.each([
  ["at once where the key is refused", new ApiError("ERR_UNAUTHORIZED", "no", { status: 401 }), 1],
  ["after its tries where the log is no use", new ApiError("ERR_BAD_ANSWER", "odd", { status: 200 }), 3],
])("a gap is given up %s, and the cursor stays before it", async (_name, error, tries) => {
  const { clock, log, backfill, told } = aBackfill({ maxTries: 3 });
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 5; n += 1) log.failures.push({ error, afterLines: 0 });
  backfill.fill({ from, to: from + 1 });
  for (let n = 1; n < tries; n += 1) {
    await until("a pause", () => log.asked.length === n && log.readings === 0 && clock.pending() === 1);
    clock.advance(60_000);
  }
  await backfill.idle();
  expect(log.asked).toHaveLength(tries);
  expect(told("gap.unfilled")).toHaveLength(1);
  expect(backfill.pendingSince).toBe(from);
});

test("stopping does not wait for an inbox that stores nothing, and the gap stays pending", async () => {
  const { clock, log, backfill, reports } = aBackfill({ onDelivery: () => new Promise(() => undefined) });
  const from = clock.now() - 1000;
  log.add("stuck", from);
  backfill.fill({ from, to: clock.now() });
  await until("reading", () => log.asked.length === 1);
  await backfill.stop();
  expect(backfill.pendingSince).toBe(from);
  expect(reports).toEqual([]);
  expect(clock.pending()).toBe(0);
  backfill.fill({ from, to: from });
  await backfill.idle();
  expect(log.asked).toHaveLength(1);
});

test("stopping in a pause, and before a second reading, leaves no timer and both gaps pending", async () => {
  const { clock, log, backfill } = aBackfill();
  const start = clock.now();
  backfill.fill({ from: start - 1000, to: start });
  await backfill.idle();
  log.failures.push({ error: new ApiError("ERR_NETWORK", "cut"), afterLines: 0 });
  clock.advance(1);
  backfill.fill({ from: start + 1, to: start + 1 });
  await until("the pause", () => log.readings === 0 && clock.pending() === 2);
  await backfill.stop();
  expect(clock.pending()).toBe(0);
  expect(backfill.pendingSince).toBe(start - 1000);
});

test("a log that no longer has the gap's beginning is reported with exact bounds", async () => {
  const { clock, log, backfill, told } = aBackfill();
  const from = clock.now() - HOUR_MS;
  const lastEventAt = from - 600_000;
  log.add("oldest that is left", from + 5000);
  backfill.fill({ from, to: from + 10_000, lastEventAt });
  await backfill.idle();
  expect(told("gap.unfilled")).toMatchObject([{ from: new Date(from), to: new Date(from + 5000) }]);
  expect(told("gap.filled")).toMatchObject([
    { from: new Date(from + 5000), to: new Date(from + 10_000), missed: 1 },
  ]);
});

test("a log that is empty though an event was received before has lost the whole gap", async () => {
  const { clock, backfill, told } = aBackfill();
  const from = clock.now() - HOUR_MS;
  backfill.fill({ from, to: from + 10_000, lastEventAt: from - 1000 });
  await backfill.idle();
  expect(told("gap.unfilled")).toMatchObject([{ from: new Date(from), to: new Date(from + 10_000) }]);
  expect(told("gap.filled")).toEqual([]);
});

test("a log that still has an event from before the gap is whole, though the gap had nothing", async () => {
  const { clock, log, backfill, told } = aBackfill();
  const from = clock.now() - HOUR_MS;
  log.add("heard", from - 600_000);
  backfill.fill({ from, to: from + 10_000, lastEventAt: from - 600_000 });
  await backfill.idle();
  expect(told("gap.unfilled")).toEqual([]);
  expect(told("gap.filled")).toMatchObject([{ found: 1 }]);
});

test("an event that was received a moment ago may not be in the log yet: the second reading decides", async () => {
  const { clock, log, backfill, told } = aBackfill();
  const now = clock.now();
  log.add("heard", now - 1000, 10_000);
  backfill.fill({ from: now - 500, to: now, lastEventAt: now - 1000 });
  await backfill.idle();
  clock.advance(15_000);
  await backfill.idle();
  expect(told("gap.unfilled")).toEqual([]);
});

test("other work continues while a long gap is read", async () => {
  const { clock, log, stored, backfill } = aBackfill();
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 1000; n += 1) log.add(`e${n}`, from + n);
  backfill.fill({ from, to: from + 1000 });
  const seen: number[] = [];
  await until("the end", () => {
    seen.push(stored.length);
    return stored.length === 1000;
  });
  for (const [turn, count] of seen.entries()) expect(count - (seen[turn - 1] ?? 0)).toBeLessThanOrEqual(100);
});

test("events are offered in order without waiting for each, and the gap ends when all are stored", async () => {
  const waiting: ((isNew: boolean) => void)[] = [];
  const offered: string[] = [];
  const { clock, log, backfill, told } = aBackfill({
    onDelivery: (delivery) => {
      offered.push(idOf(delivery));
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 10; n += 1) log.add(`e${n}`, from + n);
  backfill.fill({ from, to: from + 10 });
  await until("all offered", () => offered.length === 10);
  expect(offered).toEqual(Array.from({ length: 10 }, (_, n) => `e${n}`));
  expect(told("gap.filled")).toEqual([]);
  for (const keep of waiting) keep(true);
  await backfill.idle();
  expect(told("gap.filled")).toMatchObject([{ missed: 10 }]);
});

test("lines without a payload cause a warning, since no callback can run with them", async () => {
  const { clock, log, stored, backfill, told } = aBackfill();
  const from = clock.now() - HOUR_MS;
  log.add("bare", from, 0, true);
  backfill.fill({ from, to: from });
  await backfill.idle();
  expect(stored).toEqual([]);
  expect(told("warning")).toMatchObject([{ error: { code: "ERR_GAP" } }]);
});

test("a pipeline that throws on a line ends no process, and the gap is not reported as filled", async () => {
  const { clock, log, backfill, told } = aBackfill({
    maxTries: 2,
    onDelivery: () => Promise.reject(new EarshotError("ERR_ABORTED", "defect")),
  });
  const from = clock.now() - HOUR_MS;
  log.add("poison", from);
  backfill.fill({ from, to: from });
  await until("the pause", () => log.readings === 0 && clock.pending() === 1);
  clock.advance(60_000);
  await backfill.idle();
  expect(told("gap.unfilled")).toHaveLength(1);
  expect(backfill.pendingSince).toBe(from);
});

test("nothing is read from before the listener's time", async () => {
  const { clock, log, stored, backfill, bornAt } = (() => {
    let bornAt: number | undefined;
    const made = aBackfill({ notBefore: () => bornAt });
    return { ...made, bornAt: (at: number) => (bornAt = at) };
  })();
  const from = clock.now() - HOUR_MS;
  bornAt(from - 1000);
  log.add("before", from - 1001);
  log.add("after", from - 1000);
  backfill.fill({ from, to: from + 1 });
  await backfill.idle();
  expect(stored).toEqual(["after"]);
});

test("a reading that breaks off again and again, each time further on, is not reported as unfilled", async () => {
  const { clock, log, stored, backfill, told } = aBackfill({ maxTries: 2 });
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 500; n += 1) log.add(`e${n}`, from + n);
  for (let n = 0; n < 8; n += 1)
    log.failures.push({ error: new ApiError("ERR_NETWORK", "cut"), afterLines: 60 });
  backfill.fill({ from, to: from + 500 });
  for (let n = 1; n <= 8; n += 1) {
    await until("a pause", () => log.asked.length === n && log.readings === 0 && clock.pending() === 1);
    clock.advance(60_000);
  }
  await backfill.idle();
  expect(stored).toHaveLength(500);
  expect(told("gap.unfilled")).toEqual([]);
  expect(told("gap.filled")).toMatchObject([{ missed: 500 }]);
});

async function catchUpTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("a log that never answers is reported once, and its lines are delivered when they come at last", async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { clock, log, stored, backfill, told } = aBackfill({
    logs: async function* (range) {
      await answered;
      yield* log.read(range);
    },
  });
  const from = clock.now();
  log.add("a", from + 1000);
  clock.advance(HOUR_MS);
  backfill.fill({ from, to: from + 60_000 });
  await until("a reading", () => clock.pending() > 0);
  clock.advance(299_000);
  expect(told("gap.unfilled")).toEqual([]);
  clock.advance(HOUR_MS);
  expect(told("gap.unfilled")).toMatchObject([{ from: new Date(from), error: { code: "ERR_GAP" } }]);
  expect(backfill.pendingSince).toBe(from);
  answer();
  await backfill.idle();
  expect(stored).toEqual(["a"]);
  expect(told("gap.filled")).toHaveLength(1);
  expect(clock.pending()).toBe(0);
});
