import { EarshotError } from "../../base/errors.js";
import type { DisconnectReason } from "../../base/listener-events.js";
import { fullJitterMs, type RetryPolicy } from "../../base/retry.js";
import { afterClose, closeCodes } from "../../protocol/pusher.js";
import type { Disconnect } from "./disconnect.js";

/** What follows a disconnect. */
export type Reconnect =
  | { readonly next: "give-up"; readonly error: EarshotError }
  /** `leastMs`: no pause is shorter. */
  | { readonly next: "back-off"; readonly leastMs: number }
  | { readonly next: "at-once" };

/** The protocol's pause for 4100 to 4199, milliseconds. */
const OVER_CAPACITY_MS = 1000;
/** One rejected signature may be a key that was being rotated; this many without a confirmation are a wrong key. */
const MAX_DEFINITE_REJECTIONS = 3;
/** Without a known reason it takes more, and ends only a start: a running listener has had confirmations. */
const MAX_UNCLEAR_REJECTIONS = 8;
/** A server's Retry-After is followed up to here, milliseconds: a wrong one must not stop the listener for a day. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** Reasons that can only come from beyond a proxy: it works. */
const beyondProxy: ReadonlySet<DisconnectReason> = new Set([
  "http",
  "protocol",
  "authorization",
  "closed",
  "tls",
]);

/** The attempts before a disconnect. */
export interface ConnectionHistory {
  /** Rejections since a subscription was last confirmed, this one included. */
  readonly rejections: number;
  /** Whether a subscription was ever confirmed. */
  readonly everSubscribed: boolean;
  /** Since the first attempt, milliseconds. */
  readonly triedForMs?: number;
  /** Whether the connection leads through a proxy. */
  readonly isProxied?: boolean;
  readonly proxyLimitMs?: number;
}

/** The reconnect policy: by the protocol's close codes, and by whether a further try can succeed. */
export function reconnectAfter(disconnect: Disconnect, history: ConnectionHistory): Reconnect {
  const { fatal, rejected, reason, closeCode } = disconnect;
  const { rejections, everSubscribed } = history;
  if (fatal !== undefined) return { next: "give-up", error: fatal };
  if (isProxyOverdue(disconnect, history)) return { next: "give-up", error: proxyError(disconnect, history) };
  const tooMany =
    (rejected === "definite" && rejections >= MAX_DEFINITE_REJECTIONS) ||
    (rejected === "unclear" && rejections >= MAX_UNCLEAR_REJECTIONS && !everSubscribed);
  if (tooMany) return { next: "give-up", error: rejectionError(disconnect, rejections) };
  const leastMs = Math.min(disconnect.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  // We detected the failure: there is no thundering herd, and every moment adds to the gap.
  if (reason === "silent" || reason === "slept") return { next: "at-once" };
  if (closeCode === undefined) return { next: "back-off", leastMs };
  // The only code below 4100 that recovers: a new connection signs its subscription anew.
  if (closeCode === closeCodes.notAuthorizedInTime) return { next: "back-off", leastMs };
  const next = afterClose(closeCode);
  if (next === "at-once") return { next };
  if (next === "give-up") {
    const message = `The realtime server rejects this application (close code ${closeCode}): ${disconnect.detail}.`;
    return { next, error: new EarshotError("ERR_REALTIME_REFUSED", message) };
  }
  const isCrowded = closeCode >= closeCodes.overCapacity && closeCode < closeCodes.genericReconnect;
  return { next, leastMs: isCrowded ? Math.max(leastMs, OVER_CAPACITY_MS) : leastMs };
}

/**
 * A proxy that does not work may be starting up, for a while. Before the first confirmation it is likelier to be a
 * wrong variable, which only a person can correct.
 */
function isProxyOverdue({ reason }: Disconnect, history: ConnectionHistory): boolean {
  const { everSubscribed, isProxied = false, triedForMs = 0, proxyLimitMs = Infinity } = history;
  if (everSubscribed || triedForMs < proxyLimitMs) return false;
  return reason === "proxy" || (isProxied && !beyondProxy.has(reason));
}

function proxyError({ detail }: Disconnect, { proxyLimitMs }: ConnectionHistory): EarshotError {
  const message = `No connection through the proxy within ${proxyLimitMs} ms: ${detail}. Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; NO_PROXY lists the hosts that are reached directly.`;
  return new EarshotError("ERR_NETWORK", message);
}

function rejectionError({ reason, detail, error }: Disconnect, rejections: number): EarshotError {
  if (error !== undefined) return error;
  if (reason === "http") {
    const message = `The realtime server rejected ${rejections} connections in a row: ${detail}.`;
    return new EarshotError("ERR_REALTIME_REFUSED", message);
  }
  const message = `The realtime server rejected ${rejections} signed subscriptions in a row: ${detail}.`;
  return new EarshotError("ERR_REALTIME_CHANNEL", message);
}

/** Immediate reconnects until a connection is stable; after that, backoff applies to a server that requests them. */
const MAX_IMMEDIATE = 5;
/**
 * A connection that stood this long was stable, milliseconds: the backoff starts anew. It equals the longest pause,
 * so that a server which drops every connection is not tried more often than one that accepts none.
 */
const STABLE_MS = 30_000;

/** The pauses between connections: exponential, with full jitter. */
export class ReconnectBackoff {
  readonly #backoff: Pick<RetryPolicy, "baseMs" | "capMs">;
  readonly #random: () => number;
  readonly #monotonic: () => number;
  #failures = 0;
  #immediate = 0;
  /** When the present connection's subscription was confirmed, by the monotonic clock. */
  #confirmedAt: number | undefined;

  constructor(backoff: Pick<RetryPolicy, "baseMs" | "capMs">, random: () => number, monotonic: () => number) {
    this.#backoff = backoff;
    this.#random = random;
    this.#monotonic = monotonic;
  }

  /** A subscription was confirmed. This does not reset the backoff: the server may drop it at once, repeatedly. */
  confirmed(): void {
    this.#confirmedAt = this.#monotonic();
  }

  /**
   * Counts a disconnect.
   *
   * @returns milliseconds until the next try; 0 is at once
   */
  pauseMs(reconnect: Exclude<Reconnect, { next: "give-up" }>): number {
    const stoodMs = this.#confirmedAt === undefined ? 0 : this.#monotonic() - this.#confirmedAt;
    this.#confirmedAt = undefined;
    if (stoodMs >= STABLE_MS) {
      this.#failures = 0;
      this.#immediate = 0;
    }
    this.#failures += 1;
    const pauseMs = () => fullJitterMs(this.#backoff, this.#failures, this.#random);
    if (reconnect.next === "back-off") {
      // Added, not compared: clients that were disconnected together must not reconnect together.
      return reconnect.leastMs + pauseMs();
    }
    this.#immediate += 1;
    return this.#immediate <= MAX_IMMEDIATE ? 0 : pauseMs();
  }
}
