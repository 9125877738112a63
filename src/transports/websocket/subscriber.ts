import { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import { countOption } from "../../base/options.js";
import type { Delivery } from "../../model/delivery.js";
import { type Gap, gapOf, least } from "../backfill/gap.js";
import { Backpressure } from "./backpressure.js";
import type { WebSocketHealth, WebSocketState } from "./health.js";
import { type ConnectionSettings, connectionSettings, type SubscriberOptions } from "./options.js";
import { Problems, type ProblemTimer } from "./problems.js";
import type {
  ConnectionHealth,
  ConnectionSubscriber,
  SharedConnection,
  SharedConnections,
} from "./shared-connection.js";
import { Timers } from "./timers.js";

/**
 * A subscriber of a shared connection, with its own deliveries in flight and its own gaps. If it falls behind while
 * others keep up, it drops events and records a gap rather than stalling them.
 */
export class Subscriber implements ConnectionSubscriber {
  readonly settings: ConnectionSettings;
  readonly skipFrame: ConnectionSubscriber["skipFrame"];
  readonly #options: SubscriberOptions;
  readonly #connect: () => SharedConnection;
  readonly #timers: Timers<ProblemTimer>;
  readonly #backpressure: Backpressure;
  readonly #problems: Problems;
  /** The deliveries that are not stored yet, oldest first. */
  readonly #unstored = new Set<{ readonly receivedAt: number }>();
  #connection: SharedConnection | undefined;
  #starting: PromiseWithSettlers | undefined;
  #stopping: Promise<void> | undefined;
  /** Its own state, before it joins and after it has left; `undefined` while the connection's counts. */
  #state: WebSocketState | undefined = "idle";
  #since: number;
  /** When the subscription was confirmed for the first time since it joined. */
  #readySince: number | undefined;
  /** Whether the connection was lost since. */
  #hasLost = false;
  /** When the first event was received that was dropped. */
  #droppedSince: number | undefined;
  #lastGap: Gap | undefined;

  /**
   * @param name identifies the connection among `connections`
   * @throws EarshotError ERR_OPTION
   */
  constructor(connections: SharedConnections, name: string, options: SubscriberOptions) {
    const { clock } = options;
    const settings = connectionSettings(options);
    this.settings = settings;
    this.skipFrame = options.skipFrame ?? (() => false);
    this.#options = options;
    this.#connect = () => connections.get(name, settings);
    this.#timers = new Timers(clock);
    this.#backpressure = new Backpressure(
      countOption("maxInFlight", options.maxInFlight, 1000, 1),
      () => clock.monotonic(),
      (reading) => this.#onReading(reading),
    );
    this.#problems = new Problems(clock, this.#timers, {
      send: (event) => this.#send(event),
      onGap: (gap) => this.#reportGap(gap),
    });
    this.#since = clock.now();
  }

  /**
   * Resolves when the subscription is confirmed; until then connections are tried again.
   *
   * @throws EarshotError what the server or the platform rejects for good, which `onFatal` receives too;
   *   ERR_LISTENER_STATE if it is stopped first
   */
  start(): Promise<void> {
    if (this.#starting !== undefined) return this.#starting.promise;
    this.#starting = withSettlers();
    if (this.#stopping === undefined) {
      this.#state = undefined;
      this.#connection = this.#connect();
      this.#connection.join(this);
    } else {
      this.#starting.reject(new EarshotError("ERR_LISTENER_STATE", "The WebSocket has been stopped."));
    }
    return this.#starting.promise;
  }

  /** Leaves the connection; the last to leave closes it. When it resolves, no timer is left. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Stops reading: frames wait in the network. A few that were read already are still delivered. */
  pause(): void {
    this.#backpressure.pause();
  }

  resume(): void {
    this.#backpressure.resume();
  }

  get reading(): boolean {
    return this.#backpressure.reading;
  }

  health(): WebSocketHealth {
    const shared = this.#connection?.health() ?? notConnected;
    const isOwn = this.#state !== undefined;
    return {
      ...shared,
      state: this.#state ?? shared.state,
      since: isOwn ? this.#since : shared.since,
      subscribed: !isOwn && shared.subscribed,
      healthy: !isOwn && shared.healthy,
      paused: !this.reading || shared.paused,
      inFlight: this.#backpressure.inFlight,
      lastGap: this.#lastGap,
      missingSince: least(shared.missingSince, this.#droppedSince, this.#problems.gapSince),
      unstoredSince: this.#unstoredSince,
    };
  }

  /** Passes a delivery on, or drops it. If `onDelivery` of the options is synchronous, so is this. */
  onDelivery(delivery: Delivery): void {
    if (this.#droppedSince !== undefined) return;
    const { receivedAt } = delivery;
    if (!this.reading && this.#connection?.readsWithout(this) === true) {
      this.#droppedSince = receivedAt;
      return;
    }
    let storing: void | Promise<void>;
    try {
      storing = this.#options.onDelivery(delivery);
    } catch (error) {
      this.#onUnstored(receivedAt, error);
      return;
    }
    if (storing !== undefined) this.#await(storing, receivedAt);
  }

  send(event: ListenerEvent): void {
    if (event.type === "websocket.ready") this.#readySince ??= this.settings.clock.now();
    if (event.type === "websocket.disconnected") this.#hasLost = this.#readySince !== undefined;
    this.#send(event);
    if (event.type === "websocket.ready") this.#starting?.resolve();
  }

  /** A gap of the connection. What was missed before this subscriber joined is not its own. */
  onGap({ from, to, detail }: Gap): void {
    const since = this.#readySince;
    if (since === undefined || (from < since && !this.#hasLost)) return;
    this.#reportGap(gapOf(Math.max(from, since), to, detail));
  }

  onFatal(error: EarshotError): void {
    this.#end("failed");
    this.#starting?.reject(error);
    this.#call("onFatal", () => this.#options.onFatal(error));
  }

  async #stop(): Promise<void> {
    await this.#connection?.leave(this);
    this.#end(this.#state === "failed" ? undefined : "stopped");
    this.#starting?.reject(
      new EarshotError("ERR_LISTENER_STATE", "The WebSocket was stopped before it was ready."),
    );
  }

  #end(state: WebSocketState | undefined): void {
    this.#problems.stop();
    this.#timers.clearAll();
    if (state === undefined) return;
    this.#state = state;
    this.#since = this.settings.clock.now();
  }

  #await(storing: Promise<void>, receivedAt: number): void {
    this.#backpressure.deliveryStarted();
    const unstored = { receivedAt };
    this.#unstored.add(unstored);
    storing.then(
      () => {
        this.#unstored.delete(unstored);
        this.#backpressure.deliverySettled();
      },
      (error: unknown) => {
        // It becomes a gap, or, after the stop, stays unstored: gaps are not filled any more.
        if (this.#state === undefined) this.#unstored.delete(unstored);
        this.#backpressure.deliverySettled();
        this.#onUnstored(receivedAt, error);
      },
    );
  }

  get #unstoredSince(): number | undefined {
    for (const { receivedAt } of this.#unstored) return receivedAt;
    return undefined;
  }

  #onUnstored(receivedAt: number, error: unknown): void {
    const message = `A delivery could not be stored: ${messageOf(error)}`;
    const wrapped = () => new EarshotError("ERR_INBOX_UNAVAILABLE", message, { cause: error });
    this.#problems.warn(error instanceof EarshotError ? error : wrapped());
    this.#problems.gap(receivedAt, message);
  }

  #onReading(reading: boolean): void {
    const from = this.#droppedSince;
    if (reading && from !== undefined) {
      this.#droppedSince = undefined;
      const detail = "Events were dropped while the inbox was full, as other listeners read on.";
      this.#reportGap(gapOf(from, this.settings.clock.now(), detail));
    }
    this.#connection?.updateReading();
  }

  #reportGap(gap: Gap): void {
    this.#lastGap = gap;
    this.#call("onGap", () => this.#options.onGap?.(gap));
  }

  /** Sends a listener event. Exceptions become a process warning, as there is no other place to report them. */
  #send(event: ListenerEvent): void {
    safely(
      () => this.#options.send(event),
      (_how, error) => {
        const message = `A listener event could not be delivered: ${messageOf(error)}`;
        globalThis.process?.emitWarning?.(message, "EarshotWarning");
      },
    );
  }

  /** Calls a function of the options. Exceptions become a warning and never propagate. */
  #call(name: string, fn: () => unknown): void {
    safely(fn, (how, cause) => {
      const error = new EarshotError("ERR_GAP", `${name} ${how}: ${messageOf(cause)}`, { cause });
      this.#send({ type: "warning", error });
    });
  }
}

function safely(fn: () => unknown, onError: (how: "threw" | "rejected", error: unknown) => void): void {
  try {
    const result = fn();
    // An async function is accepted in place of a function.
    if (result instanceof Promise) result.catch((error: unknown) => onError("rejected", error));
  } catch (error) {
    onError("threw", error);
  }
}

/** The health before a connection is joined. */
const notConnected: ConnectionHealth = {
  state: "idle",
  since: 0,
  subscribed: false,
  healthy: false,
  paused: false,
  lastFrameAt: undefined,
  lastEventAt: undefined,
  attempts: 0,
  lastDisconnect: undefined,
  missingSince: undefined,
};

interface PromiseWithSettlers {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/** The promise may be rejected though no caller awaits it. */
function withSettlers(): PromiseWithSettlers {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
