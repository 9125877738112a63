import type { RawData, WebSocket } from "ws";
import type { Clock, Timer } from "../../base/clock.js";
import { closeCodes, type Frame, PING, PONG, SUBSCRIBE, UNSUBSCRIBE } from "../../protocol/pusher.js";
import { type RealtimeApp, subscriptionProblem } from "./authorization.js";
import { BackPressure, CONGESTED_BYTES } from "./back-pressure.js";
import {
  errorFrame,
  establishedFrame,
  frameData,
  PING_FRAME,
  PONG_FRAME,
  parseFrame,
  type SubscriptionProblem,
  subscribedFrame,
  subscriptionErrorFrame,
} from "./frames.js";
import type { Peer } from "./handshake.js";

/** How long the protocol gives a client to answer a ping. */
const PONG_LIMIT_MS = 30_000;
const MOST_CHANNELS = 100;

/** The part of the server that a connection uses. */
export interface Hub {
  readonly app: RealtimeApp;
  readonly clock: Clock;
  readonly activityTimeoutSeconds: number;
  readonly maxBufferedBytes: number;
  /** Whether the fault is set under which nothing is sent or received. */
  silent(): boolean;
  subscribed(connection: ClientConnection, channel: string): void;
  unsubscribed(connection: ClientConnection, channel: string): void;
  subscriptionRejected(connection: ClientConnection, channel: string, problem: SubscriptionProblem): void;
  /** The send buffer of this client exceeds the limit for publishers. */
  congested(connection: ClientConnection): void;
  closed(connection: ClientConnection, code: number, reason: string): void;
}

/** One client: its frames, its subscriptions, and how long it may be silent. */
export class ClientConnection {
  readonly socketId: string;
  readonly peer: Peer;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly channels = new Set<string>();
  /** Events sent. */
  sent = 0;
  readonly #ws: WebSocket;
  readonly #hub: Hub;
  #receivedAt: number;
  #pinged = false;
  #inactivityTimer: Timer;
  readonly #backPressure: BackPressure;

  constructor(ws: WebSocket, socketId: string, peer: Peer, hub: Hub) {
    this.#ws = ws;
    this.#hub = hub;
    this.socketId = socketId;
    this.peer = peer;
    this.connectedAt = hub.clock.now();
    this.#receivedAt = hub.clock.monotonic();
    this.#backPressure = new BackPressure(hub.clock);
    this.#inactivityTimer = this.#checkAfter(hub.activityTimeoutSeconds * 1000);
    ws.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    ws.on("ping", (data) => {
      this.#onActivity();
      if (!hub.silent() && ws.readyState === ws.OPEN) ws.pong(data);
    });
    ws.on("pong", () => this.#onActivity());
    // A frame over the limit or against the protocol: ws has closed the connection with the fitting code.
    ws.on("error", () => {});
    ws.on("close", (code, reason) => {
      this.#inactivityTimer.clear();
      this.#backPressure.end();
      hub.closed(this, code, reason.toString("utf8"));
    });
    this.send(establishedFrame(socketId, hub.activityTimeoutSeconds));
  }

  /** Sends a frame to this connection only. */
  send(text: string): void {
    if (this.#hub.silent() || this.#ws.readyState !== this.#ws.OPEN) return;
    this.#ws.send(text);
  }

  /** Sends an event, encoded once for all clients. A client that does not read is disconnected. */
  sendEvent(frame: Buffer): void {
    if (this.#hub.silent() || this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#ws.bufferedAmount > this.#hub.maxBufferedBytes) {
      // The close frame waits behind the unread data. The client finds what it misses in the log.
      this.close(closeCodes.overCapacity, "The client reads too slowly");
      return;
    }
    this.sent += 1;
    this.#ws.send(frame, { binary: false }, () => this.#backPressure.sent(this.#ws.bufferedAmount));
    if (this.#ws.bufferedAmount > CONGESTED_BYTES) this.#hub.congested(this);
  }

  /** Resolves when the send buffer has drained; undefined below the limit. See {@link BackPressure.wait}. */
  drained(): Promise<void> | undefined {
    return this.#ws.readyState === this.#ws.OPEN
      ? this.#backPressure.wait(this.#ws.bufferedAmount)
      : undefined;
  }

  close(code: number, reason: string): void {
    closeWebSocket(this.#ws, this.#hub.clock, code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#hub.silent()) return;
    this.#onActivity();
    const frame = isBinary ? undefined : parseFrame(data.toString());
    if (frame === undefined) {
      this.send(errorFrame(closeCodes.otherError, "A frame is a JSON text with an event"));
      return;
    }
    this.#onFrame(frame);
  }

  #onFrame(frame: Frame): void {
    switch (frame.event) {
      case PING:
        this.send(PONG_FRAME);
        return;
      case PONG:
        return;
      case SUBSCRIBE:
        this.#subscribe(frameData(frame));
        return;
      case UNSUBSCRIBE: {
        const { channel } = frameData(frame);
        if (typeof channel === "string" && this.channels.delete(channel)) {
          this.#hub.unsubscribed(this, channel);
        }
        return;
      }
      default:
        this.send(
          frame.event.startsWith("client-")
            ? errorFrame(closeCodes.clientEventRateLimit, "Client events are not accepted here")
            : errorFrame(
                closeCodes.otherError,
                `There is no event ${frame.event.slice(0, 100)} to send here`,
              ),
        );
    }
  }

  #subscribe(data: Readonly<Record<string, unknown>>): void {
    const { channel, auth } = data;
    if (typeof channel !== "string") {
      this.send(errorFrame(closeCodes.otherError, "A subscription names its channel"));
      return;
    }
    if (this.channels.has(channel)) {
      this.send(errorFrame(closeCodes.otherError, `There is a subscription to ${channel} already`));
      return;
    }
    const problem: SubscriptionProblem | undefined =
      this.channels.size >= MOST_CHANNELS
        ? { type: "LimitReached", error: `${MOST_CHANNELS} channels are the most`, status: 400 }
        : subscriptionProblem(this.#hub.app, this.socketId, channel, auth);
    if (problem !== undefined) {
      this.send(subscriptionErrorFrame(channel, problem));
      this.#hub.subscriptionRejected(this, channel, problem);
      return;
    }
    this.channels.add(channel);
    this.send(subscribedFrame(channel));
    this.#hub.subscribed(this, channel);
  }

  #onActivity(): void {
    if (this.#hub.silent()) return;
    this.#receivedAt = this.#hub.clock.monotonic();
    if (!this.#pinged) return;
    this.#pinged = false;
    this.#inactivityTimer.clear();
    this.#inactivityTimer = this.#checkAfter(this.#hub.activityTimeoutSeconds * 1000);
  }

  #checkAfter(delayMs: number): Timer {
    return this.#hub.clock.after(delayMs, () => this.#checkInactivity());
  }

  /** One timer for the whole limit, checked when it ends: cheaper than a new timer for each frame. */
  #checkInactivity(): void {
    const { clock, activityTimeoutSeconds } = this.#hub;
    const limitMs = activityTimeoutSeconds * 1000;
    if (this.#pinged) {
      this.close(closeCodes.pongNotReceived, "No response to a ping");
      return;
    }
    let nextMs = limitMs - (clock.monotonic() - this.#receivedAt);
    if (this.#hub.silent()) {
      nextMs = limitMs;
    } else if (nextMs <= 0) {
      this.#pinged = true;
      this.send(PING_FRAME);
      nextMs = PONG_LIMIT_MS;
    }
    this.#inactivityTimer = this.#checkAfter(nextMs);
  }
}

/** How long a peer may take to answer a close frame before its connection is cut. */
const CLOSE_LIMIT_MS = 5000;
/** A close frame holds 125 bytes, two of them the code (RFC 6455, 5.5). */
const LONGEST_REASON = 120;

/** Closes a connection in the protocol's way, and cuts it where the peer does not answer. */
export function closeWebSocket(ws: WebSocket, clock: Clock, code: number, reason: string): void {
  if (ws.readyState === ws.CLOSED) return;
  const limit = clock.after(CLOSE_LIMIT_MS, () => ws.terminate());
  ws.once("close", () => limit.clear());
  // Reasons are ASCII: characters are bytes.
  ws.close(code, reason.slice(0, LONGEST_REASON));
}
