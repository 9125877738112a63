import type { Clock } from "../../base/clock.js";
import type { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { countOption, numberOption } from "../../base/options.js";
import type { RetryPolicy } from "../../base/retry.js";
import type { Delivery } from "../../model/delivery.js";
import type { Complete, Optional } from "../../model/optional.js";
import type { RealtimeAccess } from "../../model/platform.js";
import type { ProxyOptions } from "../../settings/proxy.js";
import { SOCKET_DEFAULTS, type SocketTuning } from "../../settings/socket.js";
import type { Gap } from "../backfill/gap.js";
import type { ReassemblyLimits } from "./reassembly.js";

/** What a connection reports. Each fact has one name, from the frame up to the pipeline. */
export interface ConnectionEvents {
  /** Receives the connection's listener events. */
  readonly send: (event: ListenerEvent) => void;
  /**
   * Receives a delivery. It is stored when this returns, or when the returned promise resolves; a pending promise
   * counts as in flight. If it throws or rejects, a gap opens at the time of the delivery.
   */
  readonly onDelivery: (delivery: Delivery) => void | Promise<void>;
  /**
   * The frame filter: whether these bytes may be skipped unparsed, because no callback matches their event. It must
   * return false wherever only parsing could decide. Default: no frame is skipped.
   */
  readonly skipFrame?: ((frame: Buffer) => boolean) | undefined;
  /** A span in which events may have been missed has ended. Spans may overlap. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** The server or the platform rejects for good; the connection has given up. Called once at most. */
  readonly onFatal: (error: EarshotError) => void;
}

/** Where a connection leads, and its limits. Durations are milliseconds. */
export interface ConnectionOptions extends SocketTuning {
  /** Locates the server and signs subscriptions. */
  readonly access: RealtimeAccess;
  readonly clock: Clock;
  /** From 0 up to but without 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** The environment's proxy variables. */
  readonly proxy?: ProxyOptions | undefined;
  /** The URL that `access` calls. If a proxy stands before it, its silence counts as the proxy's. */
  readonly accessUrl?: string | undefined;
  /** Before the first confirmation, a proxy that does not work fails `start()` after this time. Default 30,000. */
  readonly proxyLimitMs?: number | undefined;
  /** For one call of `access`. Default 30,000. */
  readonly accessLimitMs?: number | undefined;
  /** A larger frame ends the connection. Default 5 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** Default: 200 messages, 32 MiB, 60,000 ms. */
  readonly chunks?: Optional<ReassemblyLimits> | undefined;
}

/** What a subscriber takes: its own handlers, and the connection that it needs. */
export interface SubscriberOptions extends ConnectionEvents, ConnectionOptions {
  /** Pending deliveries at which the subscriber stops reading. Default 1,000. */
  readonly maxInFlight?: number | undefined;
}

/** {@link ConnectionOptions} with every default filled in. */
export interface ConnectionSettings
  extends Omit<Complete<ConnectionOptions>, "accessUrl" | "backoff" | "chunks"> {
  readonly accessUrl: string | undefined;
  readonly backoff: Pick<RetryPolicy, "baseMs" | "capMs">;
  readonly chunks: ReassemblyLimits;
}

const MIB = 1024 * 1024;

/** @throws EarshotError ERR_OPTION */
export function connectionSettings(options: ConnectionOptions): ConnectionSettings {
  const { chunks = {} } = options;
  const backoff: Optional<ConnectionSettings["backoff"]> = options.backoff ?? {};
  const { quietLimitMs, pongLimitMs, handshakeLimitMs } = SOCKET_DEFAULTS;
  return Object.freeze({
    access: options.access,
    clock: options.clock,
    random: options.random ?? Math.random,
    proxy: options.proxy ?? {},
    accessUrl: options.accessUrl,
    proxyLimitMs: numberOption("proxyLimitMs", options.proxyLimitMs, 30_000, 1),
    quietLimitMs: numberOption("quietLimitMs", options.quietLimitMs, quietLimitMs, 1),
    pongLimitMs: numberOption("pongLimitMs", options.pongLimitMs, pongLimitMs, 1),
    handshakeLimitMs: numberOption("handshakeLimitMs", options.handshakeLimitMs, handshakeLimitMs, 1),
    accessLimitMs: numberOption("accessLimitMs", options.accessLimitMs, 30_000, 1),
    backoff: {
      baseMs: numberOption("backoff.baseMs", backoff.baseMs, SOCKET_DEFAULTS.backoff.baseMs, 0),
      capMs: numberOption("backoff.capMs", backoff.capMs, SOCKET_DEFAULTS.backoff.capMs, 0),
    },
    maxFrameBytes: countOption("maxFrameBytes", options.maxFrameBytes, 5 * MIB, 1),
    chunks: {
      maxMessages: countOption("chunks.maxMessages", chunks.maxMessages, 200, 1),
      maxBytes: countOption("chunks.maxBytes", chunks.maxBytes, 32 * MIB, 1),
      maxWaitMs: numberOption("chunks.maxWaitMs", chunks.maxWaitMs, 60_000, 1),
    },
  });
}
