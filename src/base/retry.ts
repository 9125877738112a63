/** Retries with exponential backoff: how many, and how long between them. */
export interface RetryPolicy {
  /** Tries in all, the first included; 1 means no retry. Default: 5. */
  readonly attempts: number;
  /** The longest pause after the first failure, in milliseconds. Default: 1,000. */
  readonly baseMs: number;
  /** No pause is longer than this, in milliseconds. Default: 300,000. */
  readonly capMs: number;
}

/** Retries of a callback: an exponential backoff, or a list of pauses. */
export interface CallbackRetryOptions {
  /** Tries in all, the first included; 1 means no retry. Default: 20; one more than `delaysMs` has; 5 with `baseMs`. */
  readonly attempts?: number | undefined;
  /**
   * The longest pause after the first failure, milliseconds. Each further one may be twice as long. Default: the pauses
   * of the profile; 1,000 with `capMs`.
   */
  readonly baseMs?: number | undefined;
  /** No pause is longer than this, milliseconds. Default: the pauses of the profile; 300,000 with `baseMs`. */
  readonly capMs?: number | undefined;
  /** The pauses themselves, milliseconds; the last one is repeated. Excludes the two above. Default: the profile's. */
  readonly delaysMs?: readonly number[] | undefined;
}

/** Profiles of {@link CallbackRetryPolicy}: for 15 s, for 24 hours, for 3 days. */
export type RetryProfile = "quick" | "standard" | "patient";

/** How the retries of a callback are given: a profile, or one's own. */
export type CallbackRetry = RetryProfile | CallbackRetryOptions;

/** When a failed callback runs again. */
export interface CallbackRetryPolicy extends RetryPolicy {
  /** The pauses, milliseconds; the last one is repeated. They replace `baseMs` and `capMs`. */
  readonly delaysMs?: readonly number[] | undefined;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const hours = (count: number, each: number) => Array.from({ length: count }, () => each * HOUR_MS);

/** As senders of webhooks do it: soon at first, then for a day. */
const dayMs = Object.freeze([
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  ...hours(5, 1),
  ...hours(9, 2),
]);
const threeDaysMs = Object.freeze([...dayMs, ...hours(12, 4)]);

export const retryProfiles: Readonly<Record<RetryProfile, CallbackRetryPolicy>> = Object.freeze({
  quick: Object.freeze({ attempts: 5, baseMs: 1000, capMs: 300_000 }),
  standard: Object.freeze({ attempts: dayMs.length + 1, baseMs: 0, capMs: 0, delaysMs: dayMs }),
  patient: Object.freeze({ attempts: threeDaysMs.length + 1, baseMs: 0, capMs: 0, delaysMs: threeDaysMs }),
});

/**
 * The pause of a callback after failure number `failures` (1 for the first), with jitter.
 *
 * @returns milliseconds
 */
export function callbackPauseMs(policy: CallbackRetryPolicy, failures: number, random: () => number): number {
  if (policy.delaysMs === undefined) return equalJitterMs(policy, failures, random);
  // A list says what its author wants: 10 % is enough to spread records that failed together.
  return Math.floor(delayOf(policy.delaysMs, failures) * (0.9 + 0.1 * random()));
}

/** The longest time from the first failure to the last attempt, milliseconds. */
export function retryTimeMs(policy: CallbackRetryPolicy): number {
  const pauseMs = (failures: number) =>
    policy.delaysMs === undefined ? boundMs(policy, failures) : delayOf(policy.delaysMs, failures);
  let totalMs = 0;
  // Beyond a thousand, the pauses have long been equal.
  const most = Math.min(policy.attempts - 1, 1000);
  for (let failures = 1; failures <= most; failures += 1) totalMs += pauseMs(failures);
  return totalMs + (policy.attempts - 1 - most) * pauseMs(most);
}

function delayOf(delaysMs: readonly number[], failures: number): number {
  return delaysMs[Math.min(failures, delaysMs.length) - 1] ?? 0;
}

/**
 * The pause after failure number `failures` (1 for the first) with full jitter: between 0 and the exponential bound.
 * Clients that failed together then do not retry together.
 *
 * @returns milliseconds
 */
export function fullJitterMs(
  policy: Pick<RetryPolicy, "baseMs" | "capMs">,
  failures: number,
  random: () => number = Math.random,
): number {
  return Math.floor(random() * (boundMs(policy, failures) + 1));
}

/** Half fixed, half jitter: for pauses that must not be near 0, such as that before a callback runs again. */
export function equalJitterMs(
  policy: Pick<RetryPolicy, "baseMs" | "capMs">,
  failures: number,
  random: () => number = Math.random,
): number {
  const bound = boundMs(policy, failures);
  return Math.floor(bound / 2 + random() * (bound / 2));
}

/** No pause after so many failures is longer than this. */
function boundMs({ baseMs, capMs }: Pick<RetryPolicy, "baseMs" | "capMs">, failures: number): number {
  // 2 ** 1023 is the last power that is finite: 0 times the next would be no number.
  return Math.min(capMs, baseMs * 2 ** Math.min(1023, Math.max(0, failures - 1)));
}

/**
 * Reads a `Retry-After` header (RFC 9110, 10.2.3): whole seconds or an HTTP date.
 *
 * @returns milliseconds from `nowMs`, never negative; `undefined` where the header says nothing usable
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined;
  const text = header.trim();
  // However long: a number that is ignored would cause a retry at once.
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  // Dates only: Date.parse accepts far too much, "2" and "-5" among it.
  if (!/^[A-Z][a-z]{2}/.test(text)) return undefined;
  // Each of its forms is UTC; that of asctime does not say so, and would be read as this machine's time.
  const at = Date.parse(/(?:GMT|UTC|[+-]\d{4})$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
