import { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { Delivery } from "../../model/delivery.js";
import { type Gap, gapOf } from "../backfill/gap.js";
import { hand } from "./hand.js";
import type { SocketState, WebSocketHealth } from "./health.js";
import { earlier, Inbound, type InboundTimer, later } from "./problems.js";
import { type SocketOptions, type SocketSettings, socketSettings } from "./options.js";
import { type Resolvers, withResolvers } from "./resolvers.js";
import type { Socket } from "./shared-connection.js";
import { Timers } from "./timers.js";

/** The connection that a seat is taken at. */
export interface Table {
  /** Greets the newcomer with how things stand, by its `hear`. */
  add(seat: Seat): void;
  /** Resolves when the seat hears nothing any more. */
  remove(seat: Seat): Promise<void>;
  /** A seat reads again, or reads no more. */
  weigh(): void;
  /** Whether somebody else reads on, so that nothing waits in the network for this seat. */
  goesOnWithout(seat: Seat): boolean;
  health(): WebSocketHealth;
}

/**
 * One listener's place at a connection that it may share: to the listener it is a socket of its own. It has its
 * own deliveries in flight and its own gaps. Where it falls behind while others keep up, it lets events pass
 * instead of holding up everybody, and calls that a gap.
 */
export class Seat implements Socket {
  readonly settings: SocketSettings;
  readonly #join: () => Table;
  readonly #timers: Timers<InboundTimer>;
  readonly #inbound: Inbound;
  #table: Table | undefined;
  #starting: Resolvers | undefined;
  #stopping: Promise<void> | undefined;
  #own: SocketState | undefined = "idle";
  #since: number;
  /** When the subscription was confirmed for the first time since this seat was taken. */
  #readySince: number | undefined;
  /** Whether the connection was lost since. */
  #hasLost = false;
  /** When the first event came that was let pass. */
  #passedSince: number | undefined;
  #lastGap: Gap | undefined;

  /** @throws EarshotError ERR_OPTION */
  constructor(options: SocketOptions, join: () => Table) {
    this.settings = socketSettings(options);
    this.#join = join;
    this.#timers = new Timers(this.settings.clock);
    this.#inbound = new Inbound(this.settings, this.#timers, {
      reading: (reading) => this.#onReading(reading),
      gap: (gap) => this.#tellGap(gap),
    });
    this.#since = this.settings.clock.now();
  }

  start(): Promise<void> {
    if (this.#starting !== undefined) return this.#starting.promise;
    const starting = withResolvers();
    this.#starting = starting;
    if (this.#stopping === undefined) {
      this.#own = undefined;
      this.#table = this.#join();
      this.#table.add(this);
    } else {
      starting.reject(new EarshotError("ERR_LISTENER_STATE", "The socket has been stopped."));
    }
    return starting.promise;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  pause(): void {
    this.#inbound.pressure.hold();
  }

  resume(): void {
    this.#inbound.pressure.release();
  }

  /** Whether it takes what comes. */
  get reading(): boolean {
    return this.#inbound.pressure.reading;
  }

  health(): WebSocketHealth {
    const { pressure, lastEventAt, unfinishedSince, unkeptSince } = this.#inbound;
    const common = this.#table?.health() ?? nothingYet;
    const over = this.#own !== undefined;
    return {
      ...common,
      state: this.#own ?? common.state,
      since: over ? this.#since : common.since,
      subscribed: !over && common.subscribed,
      healthy: !over && common.healthy,
      paused: !pressure.reading || common.paused,
      inFlight: pressure.inFlight,
      // What passes by unread was heard too, and only the connection knows of it.
      lastEventAt: later(lastEventAt, common.lastEventAt),
      lastGap: this.#lastGap,
      missingSince: earlier(earlier(common.missingSince, this.#passedSince), unfinishedSince),
      unkeptSince,
    };
  }

  /** Takes a delivery, or lets it pass. */
  deliver({ body, receivedAt }: Delivery): void {
    if (this.#passedSince !== undefined) return;
    if (!this.reading && this.#table?.goesOnWithout(this) === true) {
      this.#passedSince = receivedAt;
      return;
    }
    // A text, as every event of the channel is.
    this.#inbound.deliver(body as string, receivedAt);
  }

  /** Takes news of the connection. */
  hear(report: ListenerEvent): void {
    if (report.type === "websocket.ready") this.#readySince ??= this.settings.clock.now();
    if (report.type === "websocket.disconnected") this.#hasLost = this.#readySince !== undefined;
    this.settings.send(report);
    if (report.type === "websocket.ready") this.#starting?.resolve();
  }

  /** Takes a gap of the connection; what was missed before this seat was taken is not its own to miss. */
  miss({ from, to, detail }: Gap): void {
    const since = this.#readySince;
    if (since === undefined || (from < since && !this.#hasLost)) return;
    this.#tellGap(gapOf(Math.max(from, since), to, detail));
  }

  /** The connection was given up for good. */
  fail(error: EarshotError): void {
    this.#inbound.stop();
    this.#timers.clearAll();
    this.#enter("failed");
    this.#starting?.reject(error);
    hand(this.settings, "onFatal", () => this.settings.onFatal(error));
  }

  async #stop(): Promise<void> {
    await this.#table?.remove(this);
    this.#inbound.stop();
    this.#timers.clearAll();
    if (this.#own !== "failed") this.#enter("stopped");
    this.#starting?.reject(
      new EarshotError("ERR_LISTENER_STATE", "The socket was stopped before it was ready."),
    );
  }

  #onReading(reading: boolean): void {
    const from = this.#passedSince;
    if (reading && from !== undefined) {
      this.#passedSince = undefined;
      const detail = "Events passed by while the inbox was full, as other listeners read on.";
      this.#tellGap(gapOf(from, this.settings.clock.now(), detail));
    }
    this.#table?.weigh();
  }

  #tellGap(gap: Gap): void {
    this.#lastGap = gap;
    hand(this.settings, "onGap", () => this.settings.onGap?.(gap));
  }

  #enter(state: SocketState): void {
    this.#own = state;
    this.#since = this.settings.clock.now();
  }
}

/** How a connection is that nobody has asked for. */
const nothingYet: WebSocketHealth = {
  state: "idle",
  since: 0,
  subscribed: false,
  healthy: false,
  paused: false,
  inFlight: 0,
  lastFrameAt: undefined,
  lastEventAt: undefined,
  attempts: 0,
  lastTrouble: undefined,
  lastGap: undefined,
  missingSince: undefined,
  unkeptSince: undefined,
};
