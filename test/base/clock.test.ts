import { expect, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { retryAfterMs } from "../../src/base/retry.js";

const DAY_MS = 24 * 60 * 60 * 1000;

test("a timer of more than 24 days fires when it is due, not when setTimeout's number ends", () => {
  vi.useFakeTimers();
  try {
    let fired = 0;
    systemClock.after(60 * DAY_MS, () => {
      fired += 1;
    });
    const cleared = systemClock.after(60 * DAY_MS, () => expect.fail("was taken back"));
    systemClock.after(Number.POSITIVE_INFINITY, () => expect.fail("is never due")) satisfies object;
    vi.advanceTimersByTime(40 * DAY_MS);
    cleared.clear();
    vi.advanceTimersByTime(20 * DAY_MS - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    vi.advanceTimersByTime(100 * DAY_MS);
    expect(fired).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test("a Retry-After of any length is a wait, and is not taken for none", () => {
  expect(retryAfterMs("120", 0)).toBe(120_000);
  expect(retryAfterMs("9999999999", 0)).toBe(9_999_999_999_000);
  expect(retryAfterMs("9".repeat(400), 0)).toBe(Number.MAX_SAFE_INTEGER);
  for (const text of ["-5", "1.5", "soon", "", "1e3"]) expect(retryAfterMs(text, 0), text).toBeUndefined();
});
