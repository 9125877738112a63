import type { RawData, WebSocket } from "ws";
import type { Clock, Timer } from "../../base/clock.js";
import { closeCodes, type Frame, PING, PONG, SUBSCRIBE, UNSUBSCRIBE } from "../../protocol/pusher.js";
import { type RealtimeApp, subscriptionProblem } from "./authorization.js";
import { BackPressure, CONGESTED_BYTES } from "./back-pressure.js";
import {
  errorFrame,
  establishedFrame,
  frameData,
  parseFrame,
  pingFrame,
  pongFrame,
  type SubscriptionProblem,
  subscribedFrame,
  subscriptionErrorFrame,
} from "./frames.js";
import type { Peer } from "./handshake.js";

/** How long the protocol gives a client to answer a ping. */
const PONG_LIMIT_MS = 30_000;
const MOST_CHANNELS = 100;

/** What a connection needs of the server that it belongs to. */
export interface Hub {
  readonly app: RealtimeApp;
  readonly clock: Clock;
  readonly activityTimeoutSeconds: number;
  readonly maxBufferedBytes: number;
  /** Whether the fault is in force in which nothing is said or heard. */
  silent(): boolean;
  subscribed(connection: ClientConnection, channel: string): void;
  unsubscribed(connection: ClientConnection, channel: string): void;
  subscriptionRejected(connection: ClientConnection, channel: string, problem: SubscriptionProblem): void;
  /** Much waits for this client. */
  congested(connection: ClientConnection): void;
  gone(connection: ClientConnection, code: number, reason: string): void;
}

/** One client: what it says, what it is told, and how long it may say nothing. */
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
  #heardAt: number;
  #pinged = false;
  #quiet: Timer;
  readonly #room: BackPressure;

  constructor(ws: WebSocket, socketId: string, peer: Peer, hub: Hub) {
    this.#ws = ws;
    this.#hub = hub;
    this.socketId = socketId;
    this.peer = peer;
    this.connectedAt = hub.clock.now();
    this.#heardAt = hub.clock.monotonic();
    this.#room = new BackPressure(hub.clock);
    this.#quiet = this.#lookIn(hub.activityTimeoutSeconds * 1000);
    ws.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    ws.on("ping", (data) => {
      this.#heard();
      if (!hub.silent() && ws.readyState === ws.OPEN) ws.pong(data);
    });
    ws.on("pong", () => this.#heard());
    // A frame over the limit or against the protocol: ws has closed the connection with the fitting code.
    ws.on("error", () => {});
    ws.on("close", (code, reason) => {
      this.#quiet.clear();
      this.#room.end();
      hub.gone(this, code, reason.toString("utf8"));
    });
    this.say(establishedFrame(socketId, hub.activityTimeoutSeconds));
  }

  /** Says something to this connection alone. */
  say(text: string): void {
    if (this.#hub.silent() || this.#ws.readyState !== this.#ws.OPEN) return;
    this.#ws.send(text);
  }

  /** Sends an event, encoded once for all who get it. A client that does not read is let go. */
  sendEvent(frame: Buffer): void {
    if (this.#hub.silent() || this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#ws.bufferedAmount > this.#hub.maxBufferedBytes) {
      // The close frame waits behind what it has not read; what it misses, it finds in the log.
      this.close(closeCodes.overCapacity, "The client reads too slowly");
      return;
    }
    this.sent += 1;
    this.#ws.send(frame, { binary: false }, () => this.#room.sent(this.#ws.bufferedAmount));
    if (this.#ws.bufferedAmount > CONGESTED_BYTES) this.#hub.congested(this);
  }

  /** Done when there is room for more; undefined where there is. See {@link BackPressure.wait}. */
  drained(): Promise<void> | undefined {
    return this.#ws.readyState === this.#ws.OPEN ? this.#room.wait(this.#ws.bufferedAmount) : undefined;
  }

  close(code: number, reason: string): void {
    closeWebSocket(this.#ws, this.#hub.clock, code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#hub.silent()) return;
    this.#heard();
    const frame = isBinary ? undefined : parseFrame(data.toString());
    if (frame === undefined) {
      this.say(errorFrame(closeCodes.otherError, "A frame is a JSON text with an event"));
      return;
    }
    this.#obey(frame);
  }

  #obey(frame: Frame): void {
    switch (frame.event) {
      case PING:
        this.say(pongFrame());
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
        this.say(
          frame.event.startsWith("client-")
            ? errorFrame(closeCodes.clientEventRateLimit, "Client events are not taken here")
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
      this.say(errorFrame(closeCodes.otherError, "A subscription names its channel"));
      return;
    }
    if (this.channels.has(channel)) {
      this.say(errorFrame(closeCodes.otherError, `There is a subscription to ${channel} already`));
      return;
    }
    const problem: SubscriptionProblem | undefined =
      this.channels.size >= MOST_CHANNELS
        ? { type: "LimitReached", error: `${MOST_CHANNELS} channels are the most`, status: 400 }
        : subscriptionProblem(this.#hub.app, this.socketId, channel, auth);
    if (problem !== undefined) {
      this.say(subscriptionErrorFrame(channel, problem));
      this.#hub.subscriptionRejected(this, channel, problem);
      return;
    }
    this.channels.add(channel);
    this.say(subscribedFrame(channel));
    this.#hub.subscribed(this, channel);
  }

  #heard(): void {
    if (this.#hub.silent()) return;
    this.#heardAt = this.#hub.clock.monotonic();
    if (!this.#pinged) return;
    this.#pinged = false;
    this.#quiet.clear();
    this.#quiet = this.#lookIn(this.#hub.activityTimeoutSeconds * 1000);
  }

  #lookIn(delayMs: number): Timer {
    return this.#hub.clock.after(delayMs, () => this.#lookAtQuiet());
  }

  /** Set once for the whole time limit and looked at when it ends, rather than set anew at every frame. */
  #lookAtQuiet(): void {
    const { clock, activityTimeoutSeconds } = this.#hub;
    const limitMs = activityTimeoutSeconds * 1000;
    if (this.#pinged) {
      this.close(closeCodes.pongNotReceived, "Nothing was heard after a ping");
      return;
    }
    let nextMs = limitMs - (clock.monotonic() - this.#heardAt);
    if (this.#hub.silent()) {
      nextMs = limitMs;
    } else if (nextMs <= 0) {
      this.#pinged = true;
      this.say(pingFrame());
      nextMs = PONG_LIMIT_MS;
    }
    this.#quiet = this.#lookIn(nextMs);
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
