import { ApiError, EarshotError, type ErrorCode } from "../../errors.js";
import { afterClose, closeCodes } from "../../wire/pusher.js";
import { type Loss, troubleOf } from "./trouble.js";

/** What a loss asks of the client. */
export type Verdict =
  | { readonly next: "give-up"; readonly error: EarshotError }
  /** `leastMs`: no pause is shorter. */
  | { readonly next: "back-off"; readonly leastMs: number }
  | { readonly next: "at-once" };

/** The protocol's pause for 4100 to 4199, milliseconds. */
const OVER_CAPACITY_MS = 1000;
/** One refused signature may be a key that was being rotated; so many in a row are a wrong key. */
const MOST_REJECTIONS = 3;
/** A server's Retry-After is obeyed up to here, milliseconds: a wrong one must not silence us for a day. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * Judges a loss by the protocol's close codes and by what can heal.
 *
 * @param rejections how many subscriptions the server has refused in a row, this one included
 */
export function judge(loss: Loss, rejections: number): Verdict {
  if (loss.fatal !== undefined) return { next: "give-up", error: loss.fatal };
  if (rejections >= MOST_REJECTIONS) {
    const message = `The realtime server refused ${rejections} signed subscriptions in a row: ${loss.detail}.`;
    return { next: "give-up", error: new EarshotError("ERR_REALTIME_CHANNEL", message) };
  }
  const { closeCode } = loss;
  const leastMs = Math.min(loss.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  // Found dead by us: there is no crowd to be polite to, and every moment adds to the gap.
  if (loss.trouble === "silent" || loss.trouble === "slept") return { next: "at-once" };
  if (closeCode === undefined) return { next: "back-off", leastMs };
  // The one code below 4100 that heals: a fresh connection signs its subscription afresh.
  if (closeCode === closeCodes.notAuthorisedInTime) return { next: "back-off", leastMs };
  const next = afterClose(closeCode);
  if (next === "at-once") return { next };
  if (next === "give-up") {
    const message = `The realtime server refuses this application (close code ${closeCode}): ${loss.detail}.`;
    return { next, error: new EarshotError("ERR_REALTIME_REFUSED", message) };
  }
  const crowded = closeCode >= closeCodes.overCapacity && closeCode < closeCodes.genericReconnect;
  return { next, leastMs: crowded ? Math.max(leastMs, OVER_CAPACITY_MS) : leastMs };
}

/** Errors of the platform that no further call heals: a wrong key, a setting that cannot work. */
const hopeless: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_UNAUTHORIZED",
  "ERR_KEY_MISSING",
  "ERR_OPTION",
  "ERR_REALTIME_REFUSED",
  "ERR_REALTIME_CHANNEL",
]);

/** A failure to learn where the server is, as a loss. */
export function lossOfLocating(error: unknown): Loss {
  const detail = `the platform did not say where its realtime server is: ${wordsOf(error)}`;
  const fatal = error instanceof EarshotError && hopeless.has(error.code) ? error : undefined;
  const answered = error instanceof ApiError && error.status !== undefined;
  const late = error instanceof EarshotError && error.code === "ERR_TIMEOUT";
  return { trouble: answered ? "http" : late ? "timeout" : troubleOf(error), detail, fatal };
}

/** A failure to have the subscription signed, as a loss. 401 and 403 are final. */
export function lossOfAuthorising(error: unknown, channel: string): Loss {
  const detail = `the platform did not sign the subscription: ${wordsOf(error)}`;
  if (error instanceof ApiError && error.status === 403) {
    const message = `The platform forbids this key the channel ${channel}: ${error.message}`;
    const fatal = new EarshotError("ERR_REALTIME_CHANNEL", message, { cause: error });
    return { trouble: "authorisation", detail, fatal };
  }
  const final =
    error instanceof EarshotError &&
    (hopeless.has(error.code) || (error instanceof ApiError && error.status === 401));
  return { trouble: "authorisation", detail, fatal: final ? error : undefined };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
