import { expect, test } from "vitest";
import { DeduplicationIndex } from "../../src/inbox/memory/deduplication.js";
import { processorMs } from "../support/processor-time.js";

const identity = (n: number, key?: string) => ({
  id: `log_${n}`,
  keys: key === undefined ? [] : [key],
});

test("no more deduplication keys are remembered than allowed, however many come and with whatever keys", () => {
  const remembered = new DeduplicationIndex(1e9, 1000, new Set<string>());
  for (let n = 0; n < 10_000; n += 1) {
    remembered.add(identity(n, n % 2 === 0 ? undefined : `key:${n % 3000}`), n);
    expect(remembered.size).toBeLessThanOrEqual(1000);
  }
  expect(remembered.duplicateOf(identity(9999))).toEqual({ id: "log_9999", by: "id" });
  expect(remembered.duplicateOf(identity(9000))).toEqual({ id: "log_9000", by: "id" });
  expect(remembered.duplicateOf(identity(8999))).toBeUndefined();
  // A key goes with its record; 8999 and 5999 had the same, 9000 has none.
  expect(remembered.duplicateOf({ id: `key:${8997 % 3000}` })).toBeUndefined();
});

test("what is old goes little by little: each addition removes at most two", () => {
  const remembered = new DeduplicationIndex(10_000, 1_000_000, new Set<string>());
  const old = 20_000;
  for (let n = 0; n < old; n += 1) remembered.add(identity(n), 0);
  let before = remembered.size;
  let most = 0;
  for (let n = old; n < old * 1.5 + 10; n += 1) {
    remembered.add(identity(n), 20_000);
    most = Math.max(most, before + 1 - remembered.size);
    before = remembered.size;
  }
  expect(most).toBe(2);
  expect(remembered.size).toBe(old / 2 + 10);
  expect(remembered.duplicateOf(identity(old - 1))).toBeUndefined();
});

test("a million deduplication keys that expire one by one cost no more than as many that are added", () => {
  const million = 1_000_000;
  const remembered = new DeduplicationIndex(1000, 2 * million, new Set<string>());
  const timed = (work: () => void) => {
    const startedAt = processorMs();
    work();
    return processorMs() - startedAt;
  };
  const add = (from: number, count: number, at: number) => () => {
    for (let n = from; n < from + count; n += 1) remembered.add(identity(n), at);
  };
  const addingMs = timed(add(0, million, 0));
  const expiringMs = timed(add(million, million / 2, 10_000));
  expect(remembered.size).toBe(million / 2);
  // About as fast, in truth; from the beginning each time it took a hundred times as long.
  expect(expiringMs).toBeLessThan(addingMs * 10);
});

test("what is unfinished is not forgotten, neither for its age nor for its number", () => {
  const unfinished = new Set(["log_0", "log_1"]);
  const remembered = new DeduplicationIndex(10_000, 10, unfinished);
  for (let n = 0; n < 100; n += 1) remembered.add(identity(n), n * 1000);
  expect(remembered.duplicateOf(identity(0))).toEqual({ id: "log_0", by: "id" });
  expect(remembered.duplicateOf(identity(2))).toBeUndefined();
  unfinished.clear();
  for (let n = 100; n < 130; n += 1) remembered.add(identity(n), n * 1000);
  expect(remembered.duplicateOf(identity(0))).toBeUndefined();
  expect(remembered.size).toBeLessThanOrEqual(12);
});
