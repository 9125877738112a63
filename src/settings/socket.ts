import { knownOptions, numberOption } from "../base/options.js";
import type { RetryPolicy } from "../base/retry.js";
import type { Optional } from "../model/optional.js";

/** How soon a dead connection is noticed, and how soon the next is tried. */
export interface SocketTuning {
  /** Nothing received for this long: we ping, milliseconds. The server's own limit may shorten it. Default 120,000. */
  readonly quietLimitMs?: number | undefined;
  /** Nothing received for this long after our ping: the connection is dead, milliseconds. Default 30,000. */
  readonly pongLimitMs?: number | undefined;
  /** From dialing to the greeting, and from subscribing to the confirmation, milliseconds. Default 10,000. */
  readonly handshakeLimitMs?: number | undefined;
  /** Reconnect backoff with full jitter. Default 500 to 30,000 ms. */
  readonly backoff?: Optional<Pick<RetryPolicy, "baseMs" | "capMs">> | undefined;
}

/** The defaults of {@link SocketTuning}, milliseconds. */
export const SOCKET_DEFAULTS = {
  quietLimitMs: 120_000,
  pongLimitMs: 30_000,
  handshakeLimitMs: 10_000,
  backoff: { baseMs: 500, capMs: 30_000 },
} as const;

/** @throws EarshotError ERR_OPTION */
export function socketTuning(options: SocketTuning = {}): SocketTuning {
  knownOptions("`socket`", options, new Set(Object.keys(SOCKET_DEFAULTS)));
  const { backoff = {} } = options;
  knownOptions("`socket.backoff`", backoff, new Set(Object.keys(SOCKET_DEFAULTS.backoff)));
  const limit = (name: "quietLimitMs" | "pongLimitMs" | "handshakeLimitMs") =>
    numberOption(`socket.${name}`, options[name], SOCKET_DEFAULTS[name], 1);
  const bound = (name: "baseMs" | "capMs") =>
    numberOption(`socket.backoff.${name}`, backoff[name], SOCKET_DEFAULTS.backoff[name], 0);
  return Object.freeze({
    quietLimitMs: limit("quietLimitMs"),
    pongLimitMs: limit("pongLimitMs"),
    handshakeLimitMs: limit("handshakeLimitMs"),
    backoff: Object.freeze({ baseMs: bound("baseMs"), capMs: bound("capMs") }),
  });
}
