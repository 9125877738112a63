import { knownOptions, numberOption } from "../base/options.js";
import type { RetryPolicy } from "../base/retry.js";
import type { Optional } from "../model/optional.js";

/** How soon a dead connection is noticed, and how soon the next is tried. */
export interface SocketTuning {
  /** Nothing heard for this long: we ping, milliseconds. The server's own limit may shorten it. Default 120,000. */
  readonly quietLimitMs?: number | undefined;
  /** Nothing heard for this long after our ping: the connection is dead, milliseconds. Default 30,000. */
  readonly pongLimitMs?: number | undefined;
  /** From dialling to the greeting, and from subscribing to the confirmation, milliseconds. Default 10,000. */
  readonly handshakeLimitMs?: number | undefined;
  /** Pauses between tries, full jitter. Default 500 to 30,000 ms. */
  readonly backoff?: Optional<Pick<RetryPolicy, "baseMs" | "capMs">> | undefined;
}

/** @throws EarshotError ERR_OPTION */
export function socketTuning(options: SocketTuning = {}): SocketTuning {
  knownOptions(
    "`socket`",
    options,
    new Set(["quietLimitMs", "pongLimitMs", "handshakeLimitMs", "backoff"] satisfies (keyof SocketTuning)[]),
  );
  const { backoff = {} } = options;
  knownOptions("`socket.backoff`", backoff, new Set(["baseMs", "capMs"]));
  return Object.freeze({
    quietLimitMs: numberOption("socket.quietLimitMs", options.quietLimitMs, 120_000, 1),
    pongLimitMs: numberOption("socket.pongLimitMs", options.pongLimitMs, 30_000, 1),
    handshakeLimitMs: numberOption("socket.handshakeLimitMs", options.handshakeLimitMs, 10_000, 1),
    backoff: Object.freeze({
      baseMs: numberOption("socket.backoff.baseMs", backoff.baseMs, 500, 0),
      capMs: numberOption("socket.backoff.capMs", backoff.capMs, 30_000, 0),
    }),
  });
}
