import type { Clock } from "../../base/clock.js";
import type { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { RetryPolicy } from "../../base/retry.js";
import type { Delivery } from "../../model/delivery.js";
import type { Complete, Optional } from "../../model/optional.js";
import type { RealtimeAccess } from "../../model/platform.js";
import { numberOption } from "../../settings/number-option.js";
import type { ProxyOptions } from "../../settings/proxy.js";
import type { ChunkLimits } from "./reassembly.js";
import type { Gap } from "../backfill/gap.js";
import { safeSend } from "./hand.js";

/** What `createSocket` takes. */
export interface SocketOptions {
  /** Where the server is, and who signs subscriptions. */
  readonly access: RealtimeAccess;
  readonly clock: Clock;
  /** From 0 up to but without 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Hears the socket's news. */
  readonly send: (report: ListenerEvent) => void;
  /**
   * Takes a delivery; when it returns, or its promise resolves, the delivery is kept. While a promise is
   * pending the delivery counts as in flight. Where it throws or rejects, the time of the delivery becomes a
   * gap.
   */
  readonly receive: (delivery: Delivery) => void | Promise<void>;
  /**
   * Whether the frame of these bytes may pass by unread, because nobody asked for its event. Wherever it cannot
   * be told without parsing, it may not. Default: none may.
   */
  readonly passBy?: ((frame: Buffer) => boolean) | undefined;
  /** A span in which events may have been missed has ended. Spans may overlap. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** The server or the platform refuses for good; the socket has given up. Called once at most. */
  readonly onFatal: (error: EarshotError) => void;
  /** The proxy variables of the environment, as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` have them. */
  readonly proxy?: ProxyOptions | undefined;
  /** The URL that `access` calls: where a proxy stands before it, its silence is the proxy's. */
  readonly accessUrl?: string | undefined;
  /** So long may a proxy that does not work delay the first confirmation; then `start()` fails. Default 30,000. */
  readonly proxyLimitMs?: number | undefined;
  /** Nothing heard for this long: we ping. The server's `activity_timeout` may shorten it. Default 120,000. */
  readonly quietLimitMs?: number | undefined;
  /** Nothing heard for this long after our ping: the connection is dead. Default 30,000. */
  readonly pongLimitMs?: number | undefined;
  /** From dialling to the server's greeting, and again from subscribing to its confirmation. Default 10,000. */
  readonly handshakeLimitMs?: number | undefined;
  /** For one call of `access`. Default 30,000. */
  readonly accessLimitMs?: number | undefined;
  /** Pauses between tries. Default 500 to 30,000 ms, full jitter. */
  readonly backoff?: Optional<Pick<RetryPolicy, "baseMs" | "capMs">> | undefined;
  /** A larger frame ends the connection. Default 5 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** Default: 200 messages, 32 MiB, 60,000 ms. */
  readonly chunks?: Partial<ChunkLimits> | undefined;
  /** Deliveries pending in `receive` before the socket stops reading. Default 1,000. */
  readonly maxInFlight?: number | undefined;
}

/** The numbers and functions of {@link SocketOptions}, complete. */
export interface SocketSettings
  extends Omit<Complete<SocketOptions>, "proxy" | "accessUrl" | "backoff" | "chunks" | "onGap"> {
  readonly onGap: ((gap: Gap) => void) | undefined;
  readonly proxy: ProxyOptions;
  readonly accessUrl: string | undefined;
  readonly backoff: Pick<RetryPolicy, "baseMs" | "capMs">;
  readonly chunks: ChunkLimits;
}

const MIB = 1024 * 1024;

/** @throws EarshotError ERR_OPTION */
export function socketSettings(options: SocketOptions): SocketSettings {
  const { backoff = {}, chunks = {} } = options;
  return Object.freeze({
    access: options.access,
    clock: options.clock,
    random: options.random ?? Math.random,
    send: safeSend(options.send),
    receive: options.receive,
    passBy: options.passBy ?? (() => false),
    onGap: options.onGap,
    onFatal: options.onFatal,
    proxy: options.proxy ?? {},
    accessUrl: options.accessUrl,
    proxyLimitMs: numberOption("proxyLimitMs", options.proxyLimitMs, 30_000, 1),
    quietLimitMs: numberOption("quietLimitMs", options.quietLimitMs, 120_000, 1),
    pongLimitMs: numberOption("pongLimitMs", options.pongLimitMs, 30_000, 1),
    handshakeLimitMs: numberOption("handshakeLimitMs", options.handshakeLimitMs, 10_000, 1),
    accessLimitMs: numberOption("accessLimitMs", options.accessLimitMs, 30_000, 1),
    backoff: {
      baseMs: numberOption("backoff.baseMs", backoff.baseMs, 500, 0),
      capMs: numberOption("backoff.capMs", backoff.capMs, 30_000, 0),
    },
    maxFrameBytes: numberOption("maxFrameBytes", options.maxFrameBytes, 5 * MIB, 1),
    chunks: {
      maxMessages: numberOption("chunks.maxMessages", chunks.maxMessages, 200, 1),
      maxBytes: numberOption("chunks.maxBytes", chunks.maxBytes, 32 * MIB, 1),
      maxWaitMs: numberOption("chunks.maxWaitMs", chunks.maxWaitMs, 60_000, 1),
    },
    maxInFlight: numberOption("maxInFlight", options.maxInFlight, 1000, 1),
  });
}
