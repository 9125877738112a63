import { ApiError, EarshotError, type ErrorCode } from "../../base/errors.js";
import { afterClose, closeCodes } from "../../protocol/pusher.js";
import { isPassingStatus } from "./refusal.js";
import { type Loss, troubleOf } from "./disconnect.js";

/** What a loss asks of the client. */
export type Verdict =
  | { readonly next: "give-up"; readonly error: EarshotError }
  /** `leastMs`: no pause is shorter. */
  | { readonly next: "back-off"; readonly leastMs: number }
  | { readonly next: "at-once" };

/** The protocol's pause for 4100 to 4199, milliseconds. */
const OVER_CAPACITY_MS = 1000;
/** One refused signature may be a key that was being rotated; so many without a confirmation are a wrong key. */
const MOST_CLEAR_REFUSALS = 3;
/** Without a known reason it takes more, and ends only a start: a running listener has had confirmations. */
const MOST_UNCLEAR_REFUSALS = 8;
/** A server's Retry-After is obeyed up to here, milliseconds: a wrong one must not silence us for a day. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** What came before a loss. */
export interface History {
  /** Refusals since a subscription was last confirmed, this one included. */
  readonly refusals: number;
  /** Whether a subscription was ever confirmed. */
  readonly everReady: boolean;
}

/** Judges a loss by the protocol's close codes and by what can heal. */
export function judge(loss: Loss, { refusals, everReady }: History): Verdict {
  if (loss.fatal !== undefined) return { next: "give-up", error: loss.fatal };
  const tooMany =
    (loss.refused === "clear" && refusals >= MOST_CLEAR_REFUSALS) ||
    (loss.refused === "unclear" && refusals >= MOST_UNCLEAR_REFUSALS && !everReady);
  if (tooMany) return { next: "give-up", error: refusalError(loss, refusals) };
  const { closeCode } = loss;
  const leastMs = Math.min(loss.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  // Found dead by us: there is no crowd to be polite to, and every moment adds to the gap.
  if (loss.trouble === "silent" || loss.trouble === "slept") return { next: "at-once" };
  if (closeCode === undefined) return { next: "back-off", leastMs };
  // The one code below 4100 that heals: a fresh connection signs its subscription afresh.
  if (closeCode === closeCodes.notAuthorizedInTime) return { next: "back-off", leastMs };
  const next = afterClose(closeCode);
  if (next === "at-once") return { next };
  if (next === "give-up") {
    const message = `The realtime server refuses this application (close code ${closeCode}): ${loss.detail}.`;
    return { next, error: new EarshotError("ERR_REALTIME_REFUSED", message) };
  }
  const crowded = closeCode >= closeCodes.overCapacity && closeCode < closeCodes.genericReconnect;
  return { next, leastMs: crowded ? Math.max(leastMs, OVER_CAPACITY_MS) : leastMs };
}

function refusalError(loss: Loss, refusals: number): EarshotError {
  if (loss.error !== undefined) return loss.error;
  if (loss.trouble === "http") {
    const message = `The realtime server rejected ${refusals} connections in a row: ${loss.detail}.`;
    return new EarshotError("ERR_REALTIME_REFUSED", message);
  }
  const message = `The realtime server refused ${refusals} signed subscriptions in a row: ${loss.detail}.`;
  return new EarshotError("ERR_REALTIME_CHANNEL", message);
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
  const trouble = answered ? "http" : late ? "timeout" : troubleOf(error);
  return { trouble, detail, fatal, ...refusalOf(error) };
}

/** A failure to have the subscription signed, as a loss. 401 and 403 are final. */
export function lossOfAuthorizing(error: unknown, channel: string): Loss {
  const detail = `the platform did not sign the subscription: ${wordsOf(error)}`;
  if (error instanceof ApiError && error.status === 403) {
    const message = `The platform forbids this key the channel ${channel}: ${error.message}`;
    const fatal = new EarshotError("ERR_REALTIME_CHANNEL", message, { cause: error });
    return { trouble: "authorization", detail, fatal };
  }
  const final =
    error instanceof EarshotError &&
    (hopeless.has(error.code) || (error instanceof ApiError && error.status === 401));
  return { trouble: "authorization", detail, fatal: final ? error : undefined, ...refusalOf(error) };
}

/** An answer of the platform that another call will hardly change: a 4xx, or what is not its answer at all. */
function refusalOf(error: unknown): Pick<Loss, "refused" | "error"> {
  if (!(error instanceof ApiError)) return {};
  const { status = 0 } = error;
  const refused = status >= 400 && !isPassingStatus(status);
  return refused || error.code === "ERR_BAD_ANSWER" ? { refused: "unclear", error } : {};
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
