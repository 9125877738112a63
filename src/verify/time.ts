import { malformed, unproved } from "./refuse.js";

/** Unix seconds, Unix milliseconds, or a UTC date and time of ISO 8601. */
export type TimeUnit = "s" | "ms" | "iso";

// Digits alone: Number() and parseInt() would take "1e9", " 17", "0x1f" and "1700000000abc" as well.
const digits = /^[1-9][0-9]{0,14}$/;
const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/**
 * Reads a time strictly.
 *
 * @returns epoch milliseconds
 * @throws RejectedError ERR_TIMESTAMP_MALFORMED
 */
export function readTime(text: string, unit: TimeUnit, where: string): number {
  if (unit === "iso") {
    const at = utc.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(at)) return at;
  } else if (digits.test(text)) {
    return Number(text) * (unit === "s" ? 1000 : 1);
  }
  const wanted =
    unit === "iso" ? "a UTC date and time" : `a whole number of ${unit === "s" ? "seconds" : "milliseconds"}`;
  throw malformed(
    "ERR_TIMESTAMP_MALFORMED",
    `${where} is not ${wanted}: ${JSON.stringify(text.slice(0, 40))}.`,
  );
}

/**
 * Refuses a time too far from ours: an old one may be a replay, one from the future keeps a replay good for
 * as long as it is ahead.
 *
 * @throws RejectedError ERR_TIMESTAMP_STALE, ERR_TIMESTAMP_FUTURE
 */
export function checkWindow(sentAt: number, nowMs: number, toleranceMs: number): void {
  const ageMs = nowMs - sentAt;
  if (ageMs > toleranceMs) {
    throw unproved("ERR_TIMESTAMP_STALE", `It was signed ${ageMs} ms ago; ${toleranceMs} ms are allowed.`);
  }
  if (-ageMs > toleranceMs) {
    throw unproved(
      "ERR_TIMESTAMP_FUTURE",
      `It was signed ${-ageMs} ms ahead; ${toleranceMs} ms are allowed.`,
    );
  }
}

/** Reads a time out of a proved JSON body. @throws RejectedError ERR_TIMESTAMP_MALFORMED */
export function memberTime(body: string, member: string): number {
  let value: unknown;
  try {
    value = (JSON.parse(body) as Record<string, unknown> | null)?.[member];
  } catch {
    value = undefined;
  }
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw malformed("ERR_TIMESTAMP_MALFORMED", `The body's ${member} is not a whole number of milliseconds.`);
  }
  return value;
}
