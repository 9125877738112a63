import { asError } from "../../base/as-error.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { MaybePromise } from "../../base/maybe-promise.js";
import type { Inbox } from "../../inbox/contract.js";
import type { Delivery } from "../../model/delivery.js";
import type { PlatformAccess } from "../../model/platform.js";
import type { ListenerSettings } from "../../settings/index.js";
import { Backfill } from "../backfill/backfill.js";
import { Cursor } from "../backfill/cursor.js";
import { type Gap, least } from "../backfill/gap.js";
import { GapPacer } from "../backfill/gap-pacer.js";
import { platformLog } from "../backfill/platform-log.js";
import type { Transport } from "../transport.js";
import type { WebSocketHealth } from "./health.js";
import type { ConnectionEvents } from "./options.js";
import type { SharedConnections } from "./shared-connection.js";
import { Subscriber } from "./subscriber.js";

/** Records that are searched for one that was received over the WebSocket. */
const LOOK_BACK = 20;

/** What {@link WebSocketTransport} takes. */
export interface WebSocketTransportOptions extends Omit<ConnectionEvents, "onGap"> {
  readonly settings: ListenerSettings;
  readonly platform: PlatformAccess;
  /** Where listeners with the same account find each other's connection. */
  readonly connections: SharedConnections;
  /** Holds the cursor, if it is durable. */
  readonly inbox: Inbox;
  /** Receives what the platform's log has. Returns whether it was new. */
  readonly onBackfill: (delivery: Delivery) => MaybePromise<boolean>;
  /** Called at each confirmed subscription, also of reconnects, with the time in epoch milliseconds. */
  readonly onSubscribed?: ((at: number) => void) | undefined;
}

/**
 * Receives events over the WebSocket and backfills its gaps: those of a lost connection, and the time in which the
 * process was not running.
 */
export class WebSocketTransport implements Transport {
  readonly #options: WebSocketTransportOptions;
  readonly #subscriber: Subscriber;
  readonly #backfill: Backfill;
  readonly #pacer: GapPacer;
  /** Set once the channel is known, if the inbox is durable. */
  #cursor: Cursor | undefined;
  #channel = "";
  /** When the subscription was first confirmed: earlier events are not received, unless a cursor exists. */
  #notBefore: number | undefined;
  #stopping = false;

  constructor(options: WebSocketTransportOptions) {
    const { settings, platform, connections, onDelivery, onBackfill, skipFrame, onFatal } = options;
    const { clock, environment, socket } = settings;
    this.#options = options;
    this.#backfill = new Backfill({
      log: platformLog({
        logs: (range) => platform.logs(range),
        clockAhead: platform.clockAhead,
        onDelivery: onBackfill,
        clock,
      }),
      notBefore: () => this.#notBefore,
      send: options.send,
      clock,
    });
    this.#pacer = new GapPacer({ clock, fill: (gap) => this.#backfill.fill(gap) });
    // With other limits or proxies it would not be the same connection.
    const name = JSON.stringify([platform.account, socket, environment]);
    this.#subscriber = new Subscriber(connections, name, {
      ...socket,
      onDelivery,
      skipFrame,
      onFatal,
      access: platform.realtime,
      clock,
      send: (event) => this.#send(event),
      onGap: (gap) => this.#fill({ ...gap, lastEventAt: this.#lastEventBefore(gap.from) }),
      proxy: environment,
      accessUrl: platform.baseUrl,
    });
  }

  get health(): WebSocketHealth {
    return this.#subscriber.health();
  }

  get isHealthy(): boolean {
    return this.health.healthy;
  }

  get lastEventAt(): number | undefined {
    return this.health.lastEventAt;
  }

  /**
   * Resolves when the subscription is confirmed and, over a durable inbox, the cursor is stored: events that fire
   * from now on are not lost, even if the process is killed at once.
   */
  async start(): Promise<void> {
    await this.#subscriber.start();
    const { inbox, settings, platform } = this.#options;
    if (!inbox.durable) return;
    const cursor = new Cursor({
      marks: inbox,
      clock: settings.clock,
      name: `${platform.baseUrl} ${this.#channel}`,
      storedUntil: () => this.#storedUntil,
      onError: this.#onInboxError,
    });
    const storedUntil = await cursor.read();
    const to = settings.clock.now();
    const lastEventAt = storedUntil === undefined ? undefined : await this.#lastRecordBefore(storedUntil);
    if (this.#stopping) return;
    if (storedUntil !== undefined) {
      this.#notBefore = Number.NEGATIVE_INFINITY;
      const from = Math.min(storedUntil, to);
      this.#fill({ from, to, lastEventAt, detail: "The process was not running." });
    }
    this.#cursor = cursor;
    await cursor.follow();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#pacer.stop();
    await this.#cursor?.stop();
    await Promise.all([this.#subscriber.stop(), this.#backfill.stop()]);
  }

  #send(event: ListenerEvent): void {
    if (event.type === "websocket.ready") {
      const now = this.#options.settings.clock.now();
      this.#channel = event.channel;
      this.#notBefore ??= now;
      this.#options.onSubscribed?.(now);
    }
    this.#options.send(event);
  }

  #fill(gap: Gap): void {
    this.#options.send({ type: "gap.opened", from: new Date(gap.from), detail: gap.detail });
    this.#pacer.push(gap);
  }

  #lastEventBefore(from: number): number | undefined {
    const { lastEventAt } = this.#subscriber.health();
    return lastEventAt !== undefined && lastEventAt <= from ? lastEventAt : undefined;
  }

  /** Only a WebSocket receives an event when it fires; other sources may receive it long after. */
  async #lastRecordBefore(time: number): Promise<number | undefined> {
    for await (const record of this.#options.inbox.find({ until: time, limit: LOOK_BACK })) {
      if (record.source === "websocket") return record.receivedAt;
    }
    return undefined;
  }

  /**
   * Up to when everything is stored: the last frame, not now. A connection may have been dead since that frame, and
   * events that were sent on it would never be looked for.
   */
  get #storedUntil(): number | undefined {
    const { lastFrameAt, missingSince, unstoredSince } = this.#subscriber.health();
    if (lastFrameAt === undefined) return undefined;
    const { heldSince } = this.#pacer;
    return least(lastFrameAt, missingSince, unstoredSince, heldSince, this.#backfill.pendingSince);
  }

  readonly #onInboxError = (thrown: unknown): void => {
    this.#options.send({ type: "inbox.error", error: asError(thrown) });
  };
}
