/** Retries with exponential backoff: how many, and how long between them. */
export interface RetryPolicy {
  /** Tries in all, the first included; 1 means no retry. Default: 5. */
  readonly attempts: number;
  /** The longest pause after the first failure, in milliseconds. Default: 1,000. */
  readonly baseMs: number;
  /** No pause is longer than this, in milliseconds. Default: 300,000. */
  readonly capMs: number;
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
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
