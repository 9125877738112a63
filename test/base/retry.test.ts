import { describe, expect, onTestFinished, test, vi } from "vitest";
import { equalJitterMs, fullJitterMs, retryAfterMs } from "../../src/base/retry.js";

const policy = { baseMs: 1000, capMs: 30_000 };
const least = () => 0;
/** Nearly 1, which `Math.random` never returns. */
const most = () => 1 - 2 ** -30;

describe("the pause before a retry", () => {
  test.each([
    // failures, bound
    [-1, 1000],
    [0, 1000],
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [5, 16_000],
    [6, 30_000],
    [1024, 30_000],
    [1025, 30_000],
    [Number.MAX_SAFE_INTEGER, 30_000],
  ])("after failure %d is at most %d ms", (failures, bound) => {
    expect(fullJitterMs(policy, failures, least)).toBe(0);
    expect(fullJitterMs(policy, failures, most)).toBe(bound);
    expect(equalJitterMs(policy, failures, least)).toBe(bound / 2);
    expect(equalJitterMs(policy, failures, most)).toBe(bound - 1);
  });

  test("is 0, not NaN, after many failures with a base of 0", () => {
    const none = { baseMs: 0, capMs: 30_000 };
    for (const failures of [1, 1024, 1025, 5000]) {
      expect(fullJitterMs(none, failures, most)).toBe(0);
      expect(equalJitterMs(none, failures, most)).toBe(0);
    }
  });

  test("is a whole number of milliseconds", () => {
    const third = () => 1 / 3;
    expect(fullJitterMs(policy, 1, third)).toBe(333);
    expect(equalJitterMs(policy, 1, third)).toBe(666);
    expect(equalJitterMs({ baseMs: 1, capMs: 10 }, 1, least)).toBe(0);
  });

  test("is random by default, so that clients that failed together spread out", () => {
    const pauses = new Set(Array.from({ length: 50 }, () => fullJitterMs(policy, 6)));
    expect(pauses.size).toBeGreaterThan(10);
    const halves = Array.from({ length: 50 }, () => equalJitterMs(policy, 6));
    expect(new Set(halves).size).toBeGreaterThan(10);
    expect(Math.min(...halves)).toBeGreaterThanOrEqual(15_000);
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);

  test.each([
    ["0", 0],
    ["1", 1000],
    ["120", 120_000],
    ["  5\t", 5000],
    ["007", 7000],
    ["9".repeat(400), Number.MAX_SAFE_INTEGER],
    ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
    ["Thu, 01 Jan 2026 12:00:00 GMT", 0],
    ["Thu, 01 Jan 2026 11:59:00 GMT", 0],
    ["Thursday, 01-Jan-26 12:00:10 GMT", 10_000],
    ["Thu Jan  1 12:00:05 2026 GMT", 5000],
    ["Thu Jan  1 12:00:05 2026", 5000],
    ["Thu, 01 Jan 2026 14:00:05 +0200", 5000],
  ])("%j is a pause, in any zone of this machine", (header, pause) => {
    vi.stubEnv("TZ", "America/New_York");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(retryAfterMs(header, now)).toBe(pause);
  });

  test.each([
    null,
    undefined,
    "",
    " ",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "5 s",
    "s 5",
    "２",
    "2026-01-01T12:00:30Z",
    "1 Jan 2026 12:00:30 GMT",
    "thu, 01 Jan 2026 12:00:30 GMT",
    "THU, 01 Jan 2026 12:00:30 GMT",
    "Th, 01 Jan 2026 12:00:30 GMT",
    " , Thu, 01 Jan 2026 12:00:30 GMT",
    "Soon",
    "Thu, 99 Foo 2026",
  ])("%j is ignored", (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });
});
