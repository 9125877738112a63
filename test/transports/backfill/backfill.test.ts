import { expect, test } from "vitest";
import { ApiError, EarshotError } from "../../../src/base/errors.js";
import { aCatchUp, idOf, until } from "./harness.js";

const HOUR_MS = 3_600_000;

test("a gap is read oldest first, with the overlap on both sides, and what is known is not counted", async () => {
  const { clock, log, kept, catchUp, told } = aCatchUp();
  const from = clock.now();
  kept.push("known");
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
  catchUp.fill({ from, to: from + 60_000 });
  await catchUp.idle();
  expect(kept).toEqual(["known", "a", "b", "c"]);
  expect(told("gap.filled")).toEqual([
    { type: "gap.filled", from: new Date(from), to: new Date(from + 60_000), found: 4, missed: 3 },
  ]);
});

test("what reaches the log late is found by the second look, which reads the gap's end alone", async () => {
  const { clock, log, kept, catchUp, told } = aCatchUp();
  const from = clock.now();
  clock.advance(HOUR_MS);
  const to = clock.now();
  log.add("late", to - 5000, 14_000);
  catchUp.fill({ from, to });
  await catchUp.idle();
  expect(kept).toEqual([]);
  expect(catchUp.pendingSince).toBe(to - 15_000);
  clock.advance(15_000);
  await catchUp.idle();
  expect(kept).toEqual(["late"]);
  expect(log.asked.map(({ since }) => since)).toEqual([from - 30_000, to - 45_000]);
  expect(told("gap.filled").map(({ missed }) => missed)).toEqual([0, 1]);
  expect(catchUp.pendingSince).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test("a gap that has long been over needs no second look", async () => {
  const { clock, catchUp } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  catchUp.fill({ from, to: from + 1000 });
  await catchUp.idle();
  expect(catchUp.pendingSince).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test("gaps that come while one is being filled are read as one, and none is forgotten", async () => {
  let letGo: (isNew: boolean) => void = () => undefined;
  const { clock, log, catchUp, told } = aCatchUp({
    receive: () =>
      new Promise((resolve) => {
        letGo = resolve;
      }),
  });
  log.add("slow");
  const now = clock.now();
  catchUp.fill({ from: now, to: now });
  await until("reading", () => log.asked.length === 1);
  for (let n = 1; n <= 50; n += 1) catchUp.fill({ from: now + n * 100, to: now + n * 100 + 50 });
  expect(catchUp.pendingSince).toBe(now);
  letGo(true);
  await until("the second reading", () => log.asked.length === 2);
  letGo(false);
  await catchUp.idle();
  expect(log.asked[1]).toEqual({ since: now + 100 - 30_000, until: now + 5050 + 30_000 });
  expect(told("gap.filled")).toHaveLength(2);
});

test("a gap that is told in the very turn in which the work ends is filled", async () => {
  const { clock, log, catchUp } = aCatchUp();
  for (let round = 1; round <= 30; round += 1) {
    catchUp.fill({ from: clock.now() - HOUR_MS, to: clock.now() - HOUR_MS });
    // A different number of microtasks each round: one of them falls into the end.
    for (let n = 0; n < round; n += 1) await Promise.resolve();
    catchUp.fill({ from: clock.now(), to: clock.now() });
    await catchUp.idle();
    expect(log.asked.at(-1)?.until).toBe(clock.now() + 30_000);
    clock.advance(HOUR_MS);
    await catchUp.idle();
  }
});

test("a reading that breaks off goes on where everything was kept, and counts each event once", async () => {
  const { clock, log, kept, catchUp, told } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 120; n += 1) log.add(`e${n}`, from + n);
  log.failures.push({ error: new ApiError("ERR_NETWORK", "cut"), afterLines: 110 });
  catchUp.fill({ from, to: from + 120 });
  await until("the pause", () => clock.pending() === 1);
  expect(kept).toHaveLength(110);
  clock.advance(1000);
  await catchUp.idle();
  expect(log.asked.map(({ since }) => since)).toEqual([from - 30_000, from + 99]);
  expect(kept).toEqual(Array.from({ length: 120 }, (_, n) => `e${n}`));
  expect(told("gap.filled")).toMatchObject([{ missed: 120 }]);
});

test("after a 429 the log is left alone for as long as the platform asked", async () => {
  const { clock, log, catchUp, told } = aCatchUp({ random: () => 0 });
  log.failures.push({
    error: new ApiError("ERR_RATE_LIMITED", "429", { retryAfterMs: 90_000 }),
    afterLines: 0,
  });
  catchUp.fill({ from: clock.now() - HOUR_MS, to: clock.now() - HOUR_MS });
  await until("the pause", () => clock.pending() === 1);
  clock.advance(89_999);
  await catchUpTurn();
  expect(log.asked).toHaveLength(1);
  clock.advance(1);
  await catchUp.idle();
  expect(log.asked).toHaveLength(2);
  expect(told("gap.filled")).toHaveLength(1);
});

test("a log that cannot be read for long is reported once, and read as soon as it can be", async () => {
  const { clock, log, kept, catchUp, told } = aCatchUp({ maxTries: 3 });
  const from = clock.now() - HOUR_MS;
  log.add("missed", from);
  for (let n = 0; n < 10; n += 1)
    log.failures.push({ error: new ApiError("ERR_API", "down", { status: 503 }), afterLines: 0 });
  catchUp.fill({ from, to: from + 1 });
  for (let n = 1; n <= 10; n += 1) {
    await until("a pause", () => log.asked.length === n && clock.pending() === 1);
    expect(catchUp.pendingSince).toBe(from);
    clock.advance(60_000);
  }
  await catchUp.idle();
  expect(kept).toEqual(["missed"]);
  expect(told("gap.unfilled")).toMatchObject([
    {
      from: new Date(from),
      to: new Date(from + 1),
      error: { code: "ERR_GAP", message: expect.stringContaining("down") },
    },
  ]);
  expect(told("gap.filled")).toMatchObject([{ missed: 1 }]);
  expect(catchUp.pendingSince).toBeUndefined();
});

test.each([
  ["at once where the key is refused", new ApiError("ERR_UNAUTHORIZED", "no", { status: 401 }), 1],
  ["after its tries where the log is no use", new ApiError("ERR_BAD_ANSWER", "odd", { status: 200 }), 3],
])("a gap is given up %s, and what is known to be kept ends before it", async (_name, error, tries) => {
  const { clock, log, catchUp, told } = aCatchUp({ maxTries: 3 });
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 5; n += 1) log.failures.push({ error, afterLines: 0 });
  catchUp.fill({ from, to: from + 1 });
  for (let n = 1; n < tries; n += 1) {
    await until("a pause", () => log.asked.length === n && clock.pending() === 1);
    clock.advance(60_000);
  }
  await catchUp.idle();
  expect(log.asked).toHaveLength(tries);
  expect(told("gap.unfilled")).toHaveLength(1);
  expect(catchUp.pendingSince).toBe(from);
});

test("stopping does not wait for an inbox that takes nothing, and the gap stays pending", async () => {
  const { clock, log, catchUp, reports } = aCatchUp({ receive: () => new Promise(() => undefined) });
  const from = clock.now() - 1000;
  log.add("stuck", from);
  catchUp.fill({ from, to: clock.now() });
  await until("reading", () => log.asked.length === 1);
  await catchUp.stop();
  expect(catchUp.pendingSince).toBe(from);
  expect(reports).toEqual([]);
  expect(clock.pending()).toBe(0);
  catchUp.fill({ from, to: from });
  await catchUp.idle();
  expect(log.asked).toHaveLength(1);
});

test("stopping in a pause, and before a second look, leaves no timer and both gaps pending", async () => {
  const { clock, log, catchUp } = aCatchUp();
  const start = clock.now();
  catchUp.fill({ from: start - 1000, to: start });
  await catchUp.idle();
  log.failures.push({ error: new ApiError("ERR_NETWORK", "cut"), afterLines: 0 });
  clock.advance(1);
  catchUp.fill({ from: start + 1, to: start + 1 });
  await until("the pause", () => clock.pending() === 2);
  await catchUp.stop();
  expect(clock.pending()).toBe(0);
  expect(catchUp.pendingSince).toBe(start - 1000);
});

test("a log that has forgotten the gap's beginning is reported with exact bounds", async () => {
  const { clock, log, catchUp, told } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  const heardAt = from - 600_000;
  log.add("oldest that is left", from + 5000);
  catchUp.fill({ from, to: from + 10_000, heardAt });
  await catchUp.idle();
  expect(told("gap.unfilled")).toMatchObject([{ from: new Date(from), to: new Date(from + 5000) }]);
  expect(told("gap.filled")).toMatchObject([
    { from: new Date(from + 5000), to: new Date(from + 10_000), missed: 1 },
  ]);
});

test("a log that is empty though something was heard before has forgotten the whole gap", async () => {
  const { clock, catchUp, told } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  catchUp.fill({ from, to: from + 10_000, heardAt: from - 1000 });
  await catchUp.idle();
  expect(told("gap.unfilled")).toMatchObject([{ from: new Date(from), to: new Date(from + 10_000) }]);
  expect(told("gap.filled")).toEqual([]);
});

test("a log that still has what was heard before the gap is whole, though the gap had nothing", async () => {
  const { clock, log, catchUp, told } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  log.add("heard", from - 600_000);
  catchUp.fill({ from, to: from + 10_000, heardAt: from - 600_000 });
  await catchUp.idle();
  expect(told("gap.unfilled")).toEqual([]);
  expect(told("gap.filled")).toMatchObject([{ found: 1 }]);
});

test("what was heard a moment ago need not stand in the log yet: the second look judges", async () => {
  const { clock, log, catchUp, told } = aCatchUp();
  const now = clock.now();
  log.add("heard", now - 1000, 10_000);
  catchUp.fill({ from: now - 500, to: now, heardAt: now - 1000 });
  await catchUp.idle();
  clock.advance(15_000);
  await catchUp.idle();
  expect(told("gap.unfilled")).toEqual([]);
});

test("other work gets its turn while a long gap is read", async () => {
  const { clock, log, kept, catchUp } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 1000; n += 1) log.add(`e${n}`, from + n);
  catchUp.fill({ from, to: from + 1000 });
  const seen: number[] = [];
  await until("the end", () => {
    seen.push(kept.length);
    return kept.length === 1000;
  });
  for (const [turn, count] of seen.entries()) expect(count - (seen[turn - 1] ?? 0)).toBeLessThanOrEqual(100);
});

test("events are offered in order without waiting for each, and the gap ends when all are kept", async () => {
  const waiting: ((isNew: boolean) => void)[] = [];
  const offered: string[] = [];
  const { clock, log, catchUp, told } = aCatchUp({
    receive: (delivery) => {
      offered.push(idOf(delivery));
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 10; n += 1) log.add(`e${n}`, from + n);
  catchUp.fill({ from, to: from + 10 });
  await until("all offered", () => offered.length === 10);
  expect(offered).toEqual(Array.from({ length: 10 }, (_, n) => `e${n}`));
  expect(told("gap.filled")).toEqual([]);
  for (const keep of waiting) keep(true);
  await catchUp.idle();
  expect(told("gap.filled")).toMatchObject([{ missed: 10 }]);
});

test("lines without a payload are told of, for nothing can be run with them", async () => {
  const { clock, log, kept, catchUp, told } = aCatchUp();
  const from = clock.now() - HOUR_MS;
  log.add("bare", from, 0, true);
  catchUp.fill({ from, to: from });
  await catchUp.idle();
  expect(kept).toEqual([]);
  expect(told("warning")).toMatchObject([{ error: { code: "ERR_GAP" } }]);
});

test("a path that throws on a line does not end the process, nor pass for filled", async () => {
  const { clock, log, catchUp, told } = aCatchUp({
    maxTries: 2,
    receive: () => Promise.reject(new EarshotError("ERR_ABORTED", "defect")),
  });
  const from = clock.now() - HOUR_MS;
  log.add("poison", from);
  catchUp.fill({ from, to: from });
  await until("the pause", () => clock.pending() === 1);
  clock.advance(60_000);
  await catchUp.idle();
  expect(told("gap.unfilled")).toHaveLength(1);
  expect(catchUp.pendingSince).toBe(from);
});

test("nothing is read from before the listener's time", async () => {
  const { clock, log, kept, catchUp, bornAt } = (() => {
    let bornAt: number | undefined;
    const made = aCatchUp({ notBefore: () => bornAt });
    return { ...made, bornAt: (at: number) => (bornAt = at) };
  })();
  const from = clock.now() - HOUR_MS;
  bornAt(from - 1000);
  log.add("before", from - 1001);
  log.add("after", from - 1000);
  catchUp.fill({ from, to: from + 1 });
  await catchUp.idle();
  expect(kept).toEqual(["after"]);
});

test("a reading that breaks off again and again, each time further on, is not reported as unfilled", async () => {
  const { clock, log, kept, catchUp, told } = aCatchUp({ maxTries: 2 });
  const from = clock.now() - HOUR_MS;
  for (let n = 0; n < 500; n += 1) log.add(`e${n}`, from + n);
  for (let n = 0; n < 8; n += 1)
    log.failures.push({ error: new ApiError("ERR_NETWORK", "cut"), afterLines: 60 });
  catchUp.fill({ from, to: from + 500 });
  for (let n = 1; n <= 8; n += 1) {
    await until("a pause", () => log.asked.length === n && clock.pending() === 1);
    clock.advance(60_000);
  }
  await catchUp.idle();
  expect(kept).toHaveLength(500);
  expect(told("gap.unfilled")).toEqual([]);
  expect(told("gap.filled")).toMatchObject([{ missed: 500 }]);
});

async function catchUpTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
