import type { Clock } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import type { ListenerEventOf, WakeReason } from "../../base/listener-events.js";
import { gapOf, least } from "../backfill/gap.js";
import { Backpressure } from "./backpressure.js";
import { Connection, type ConnectionStep } from "./connection.js";
import type { Disconnect } from "./disconnect.js";
import type { WebSocketDisconnect, WebSocketHealth, WebSocketState } from "./health.js";
import { Inbound, type InboundEvents, type InboundTimer } from "./inbound.js";
import type { ConnectionEvents, ConnectionSettings } from "./options.js";
import { ReconnectBackoff, reconnectAfter } from "./reconnect.js";
import { Timers } from "./timers.js";

/** A warning reports once that a subscription does not come about, after this many tries: about 30 s. */
const TRIES_UNTIL_WARNING = 8;

/** A shared connection's view of one of its subscribers. */
export interface ConnectionSubscriber extends InboundEvents, Pick<ConnectionEvents, "onFatal"> {
  readonly settings: ConnectionSettings;
  /** Whether it takes deliveries now. */
  readonly reading: boolean;
}

/** The part of a health that all subscribers of a connection share. */
export type ConnectionHealth = Omit<WebSocketHealth, "inFlight" | "lastGap" | "unstoredSince">;

/** The connections of several listeners: those with the same name and clock share one. */
export class SharedConnections {
  readonly #connections = new Set<SharedConnection>();

  /**
   * Returns the connection of this name, or makes it. It is forgotten when its last subscriber leaves, or when it
   * gives up.
   *
   * @param name identifies the account, the limits and the proxies of a connection
   */
  get(name: string, settings: ConnectionSettings): SharedConnection {
    for (const connection of this.#connections) {
      if (connection.name === name && connection.clock === settings.clock) return connection;
    }
    const made: SharedConnection = new SharedConnection(name, settings, () => this.#connections.delete(made));
    this.#connections.add(made);
    return made;
  }
}

/**
 * One connection and its subscribers. The first that joins connects, the last that leaves disconnects.
 *
 * A reconcile loop: every change wakes it, it compares the present state with the wanted one (a confirmed
 * subscription) and does the next step. Nothing else acts, so there is one connection at a time and one owner for
 * each timer.
 */
export class SharedConnection {
  readonly name: string;
  readonly clock: Clock;
  readonly #settings: ConnectionSettings;
  readonly #onOver: () => void;
  readonly #subscribers = new Set<ConnectionSubscriber>();
  /** All subscribers as one. */
  readonly #all: InboundEvents = {
    send: (event) => {
      for (const subscriber of this.#subscribers) subscriber.send(event);
    },
    onDelivery: (delivery) => {
      for (const subscriber of this.#subscribers) subscriber.onDelivery(delivery);
    },
    skipFrame: (frame) => {
      for (const subscriber of this.#subscribers) if (!subscriber.skipFrame(frame)) return false;
      return true;
    },
    onGap: (gap) => {
      for (const subscriber of this.#subscribers) subscriber.onGap(gap);
    },
  };
  readonly #timers: Timers<"step" | "heartbeat" | "pause" | InboundTimer>;
  readonly #backpressure: Backpressure;
  readonly #inbound: Inbound;
  readonly #backoff: ReconnectBackoff;
  readonly #wakes: WakeReason[] = [];
  #awake = false;
  #wanted = false;
  #connection: Connection | undefined;
  /** The present confirmation, for subscribers that join while it holds. */
  #ready: ListenerEventOf<"websocket.ready"> | undefined;
  #attempts = 0;
  /** Rejections since a subscription was last confirmed. */
  #rejections = 0;
  #everSubscribed = false;
  /** By the monotonic clock. */
  #startedAt = 0;
  #state: WebSocketState = "idle";
  #since: number;
  #lastFrameAt: number | undefined;
  #lastDisconnect: WebSocketDisconnect | undefined;
  /** The last frame before the subscription was lost, and why; set while events may be missing. */
  #missing: { readonly from: number; readonly detail: string } | undefined;

  /** @param onOver no further subscriber may join */
  constructor(name: string, settings: ConnectionSettings, onOver: () => void) {
    const { clock, backoff, random } = settings;
    this.name = name;
    this.clock = clock;
    this.#onOver = onOver;
    this.#settings = {
      ...settings,
      // By a present subscriber: the first may have left, and its toolset may be closed.
      access: {
        locate: (signal) => this.#access.locate(signal),
        authorize: (...args) => this.#access.authorize(...args),
      },
    };
    this.#timers = new Timers(clock);
    this.#backoff = new ReconnectBackoff(backoff, random, () => clock.monotonic());
    this.#backpressure = new Backpressure(
      Number.POSITIVE_INFINITY,
      () => clock.monotonic(),
      (reading) => this.#wake(reading ? "inbox-ready" : "inbox-full"),
    );
    this.#inbound = new Inbound(settings, this.#timers, () => this.#backpressure.readingMs(), this.#all);
    this.#since = clock.now();
  }

  join(subscriber: ConnectionSubscriber): void {
    const isFirst = this.#subscribers.size === 0;
    this.#subscribers.add(subscriber);
    this.updateReading();
    if (isFirst) {
      this.#wanted = true;
      this.#startedAt = this.clock.monotonic();
      this.#wake("start");
    } else if (this.#ready !== undefined) {
      subscriber.send(this.#ready);
    }
  }

  /** Resolves when the subscriber receives nothing more. */
  async leave(subscriber: ConnectionSubscriber): Promise<void> {
    if (!this.#subscribers.has(subscriber)) return;
    if (this.#subscribers.size > 1) {
      this.#subscribers.delete(subscriber);
      this.updateReading();
      return;
    }
    // The last one receives the frames that still come while the connection closes; a new one opens another.
    this.#onOver();
    await this.#stop();
    this.#subscribers.delete(subscriber);
  }

  /** Reading stops only while no subscriber reads. */
  updateReading(): void {
    if (this.#readsFor(undefined)) this.#backpressure.resume();
    else this.#backpressure.pause();
  }

  /** Whether another subscriber reads on, so that no frame waits in the network for this one. */
  readsWithout(subscriber: ConnectionSubscriber): boolean {
    return this.#readsFor(subscriber);
  }

  health(): ConnectionHealth {
    const { heartbeat, lastFrameAt = this.#lastFrameAt } = this.#connection ?? {};
    const subscribed = this.#ready !== undefined;
    return {
      state: this.#state,
      since: this.#since,
      subscribed,
      healthy: subscribed && heartbeat?.isAlive === true,
      paused: !this.#backpressure.reading,
      lastFrameAt,
      lastEventAt: this.#inbound.lastEventAt,
      attempts: this.#attempts,
      lastDisconnect: this.#lastDisconnect,
      missingSince: least(this.#missing?.from, this.#inbound.unfinishedSince),
    };
  }

  /** Runs the loop for a reason. A wake-up from within it waits for its turn. */
  #wake(reason: WakeReason): void {
    this.#wakes.push(reason);
    if (this.#awake) return;
    this.#awake = true;
    try {
      for (let next = this.#wakes.shift(); next !== undefined; next = this.#wakes.shift()) {
        this.#reconcile(next);
      }
    } finally {
      this.#awake = false;
    }
  }

  #reconcile(reason: WakeReason): void {
    if (!this.#wanted) return;
    if (this.#connection?.step === "lost") this.#onLost(this.#connection);
    if (!this.#wanted) return;
    if (this.#connection === undefined && !this.#timers.has("pause")) this.#connect(reason);
    if (this.#connection !== undefined) this.#advance(this.#connection);
    if (reason === "quiet") this.#connection?.ping();
    this.#enter(this.#connection === undefined ? "waiting" : stateOf(this.#connection.step));
  }

  #connect(reason: WakeReason): void {
    this.#attempts += 1;
    this.#all.send({ type: "websocket.connecting", attempt: this.#attempts, reason });
    // A subscriber to that event may have stopped us.
    if (this.#wanted)
      this.#connection = new Connection(this.#settings, this.#inbound, (why) => this.#wake(why));
  }

  /** Begins the next step; a step that is under way continues. */
  #advance(connection: Connection): void {
    const { accessLimitMs, handshakeLimitMs } = this.#settings;
    switch (connection.step) {
      case "new":
        this.#limit(connection, accessLimitMs, "the platform did not say where its realtime server is");
        void connection.locate();
        return;
      case "located":
        this.#limit(connection, handshakeLimitMs, "the server did not greet");
        void connection.open();
        return;
      case "greeted":
        this.#limit(connection, accessLimitMs, "the platform did not sign the subscription");
        this.#watchHeartbeat(connection);
        void connection.authorize();
        return;
      case "authorized":
        this.#limit(connection, handshakeLimitMs, "the server did not confirm the subscription");
        connection.subscribe();
        return;
      case "subscribed":
        if (this.#ready === undefined) this.#onSubscribed(connection);
        connection.read(this.#backpressure.reading);
        return;
      default:
        return;
    }
  }

  #limit(connection: Connection, limitMs: number, failure: string): void {
    this.#timers.set("step", limitMs, () => {
      const detail = `${failure} within ${limitMs} ms`;
      connection.fail({ reason: "timeout", detail }, "handshake-timeout");
    });
  }

  #watchHeartbeat(connection: Connection): void {
    const { heartbeat } = connection;
    if (heartbeat === undefined) return;
    this.#timers.set("heartbeat", heartbeat.nextCheckMs, () => {
      const check = heartbeat.check(this.#backpressure.reading || this.#ready === undefined);
      if ("disconnect" in check) {
        connection.fail(check.disconnect, check.found);
        return;
      }
      this.#watchHeartbeat(connection);
      if (check.found === "quiet") this.#wake("quiet");
    });
  }

  #onSubscribed({ socketId, channel }: Connection): void {
    this.#timers.clear("step");
    this.#ready = { type: "websocket.ready", socketId, channel };
    this.#attempts = 0;
    this.#rejections = 0;
    this.#everSubscribed = true;
    this.#backoff.confirmed();
    this.#enter("ready");
    this.#all.send(this.#ready);
    const missing = this.#missing;
    this.#missing = undefined;
    if (missing !== undefined) this.#all.onGap(gapOf(missing.from, this.clock.now(), missing.detail));
  }

  #onLost(connection: Connection): void {
    const disconnect = this.#disconnectOf(connection);
    const { reason, closeCode, detail, rejected } = disconnect;
    const at = this.clock.now();
    this.#timers.clear("step");
    this.#timers.clear("heartbeat");
    this.#lastFrameAt = connection.lastFrameAt ?? this.#lastFrameAt;
    if (this.#ready !== undefined) {
      const sentence = `The connection was lost (${reason}): ${detail}.`;
      this.#missing = { from: connection.lastFrameAt ?? at, detail: sentence };
    }
    this.#ready = undefined;
    connection.drop();
    this.#connection = undefined;
    if (rejected !== undefined) this.#rejections += 1;
    this.#lastDisconnect = { reason, closeCode, detail, at };
    const reconnect = reconnectAfter(disconnect, {
      rejections: this.#rejections,
      everSubscribed: this.#everSubscribed,
      triedForMs: this.clock.monotonic() - this.#startedAt,
      isProxied: connection.isProxied,
      proxyLimitMs: this.#settings.proxyLimitMs,
    });
    const retryInMs = reconnect.next === "give-up" ? undefined : this.#backoff.pauseMs(reconnect);
    if (retryInMs !== undefined && retryInMs > 0) {
      this.#timers.set("pause", retryInMs, () => this.#wake("backoff-over"));
    }
    this.#enter("waiting");
    this.#all.send({ type: "websocket.disconnected", reason, closeCode, detail, retryInMs });
    if (this.#attempts === TRIES_UNTIL_WARNING && retryInMs !== undefined) {
      const message = `No subscription was confirmed in ${this.#attempts} tries, and the tries go on. The last one: ${detail}.`;
      this.#inbound.warn(message, "ERR_NETWORK");
    }
    if (reconnect.next === "give-up" && this.#wanted) this.#giveUp(reconnect.error);
  }

  /** A connection that was lost while we did not read was lost to backpressure. */
  #disconnectOf({ disconnect }: Connection): Disconnect {
    const { reason, detail } = disconnect ?? { reason: "other", detail: "the connection was lost" };
    const isOurs = this.#ready !== undefined && this.#backpressure.recent;
    if (!isOurs || (reason !== "closed" && reason !== "reset")) return { ...disconnect, reason, detail };
    return { ...disconnect, reason: "back-pressure", detail: `${detail}, when nothing was being read` };
  }

  #giveUp(error: EarshotError): void {
    this.#end();
    this.#enter("failed");
    this.#all.send({ type: "websocket.failed", error });
    this.#onOver();
    for (const subscriber of this.#subscribers) subscriber.onFatal(error);
  }

  async #stop(): Promise<void> {
    this.#wanted = false;
    this.#timers.clearAll();
    const connection = this.#connection;
    this.#ready = undefined;
    await connection?.leave();
    this.#lastFrameAt = connection?.lastFrameAt ?? this.#lastFrameAt;
    this.#connection = undefined;
    this.#end();
  }

  #end(): void {
    this.#wanted = false;
    this.#inbound.stop();
    this.#timers.clearAll();
  }

  #readsFor(absent: ConnectionSubscriber | undefined): boolean {
    for (const subscriber of this.#subscribers) {
      if (subscriber !== absent && subscriber.reading) return true;
    }
    return false;
  }

  get #access(): ConnectionSettings["access"] {
    for (const { settings } of this.#subscribers) return settings.access;
    throw new EarshotError("ERR_LISTENER_STATE", "The connection has no subscriber.");
  }

  #enter(state: WebSocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.clock.now();
  }
}

function stateOf(step: ConnectionStep): WebSocketState {
  switch (step) {
    case "new":
    case "locating":
    case "located":
    case "opening":
      return "connecting";
    case "greeted":
    case "authorizing":
    case "authorized":
    case "subscribing":
      return "subscribing";
    case "subscribed":
      return "ready";
    case "lost":
      return "waiting";
  }
}
