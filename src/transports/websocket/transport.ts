import type { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { MaybePromise } from "../../base/maybe-promise.js";
import type { Inbox } from "../../inbox/contract.js";
import type { Delivery } from "../../model/delivery.js";
import type { PlatformLink } from "../../model/platform.js";
import type { ListenerSettings } from "../../settings/index.js";
import { GapPacer } from "../backfill/gap-pacer.js";
import { CatchUp, Cursor, type Gap, least } from "../backfill/index.js";
import { type Socket, shareSocket, type WebSocketHealth } from "./index.js";

/** Records looked at for one that came over the socket. */
const LOOK_BACK = 20;

/** What {@link LiveChannel} takes. */
export interface LiveChannelOptions {
  readonly settings: ListenerSettings;
  readonly platform: PlatformLink;
  /** Where the cursor is kept, where it outlives the process. */
  readonly inbox: Inbox;
  readonly send: (report: ListenerEvent) => void;
  /** The path of what comes over the socket. */
  readonly receive: (delivery: Delivery) => MaybePromise<void>;
  /** See `SocketOptions.passBy`. */
  readonly passBy?: ((frame: Buffer) => boolean) | undefined;
  /** The path of what the platform's log had: whether it was new. */
  readonly receiveMissed: (delivery: Delivery) => MaybePromise<boolean>;
  readonly onFatal: (error: EarshotError) => void;
  /** Called at each confirmed subscription, the first and those of reconnects, with the time in epoch milliseconds. */
  readonly onSubscribed?: ((at: number) => void) | undefined;
}

/** The socket, and what fills its gaps: those of a lost connection, and that of the time we were not running. */
export class LiveChannel {
  readonly #options: LiveChannelOptions;
  readonly #socket: Socket;
  readonly #catchUp: CatchUp;
  readonly #pacer: GapPacer;
  /** Set once the channel is known, where the inbox outlives the process. */
  #cursor: Cursor | undefined;
  #channel = "";
  /** When the subscription was first confirmed: what fired before is nobody's to hear, unless a cursor says so. */
  #bornAt: number | undefined;
  #closing = false;

  constructor(options: LiveChannelOptions) {
    const { settings, platform, send, receive, receiveMissed, passBy, onFatal } = options;
    const { clock, environment } = settings;
    const { realtime } = platform;
    this.#options = options;
    this.#catchUp = new CatchUp({
      logs: (range) => platform.logs(range),
      receive: receiveMissed,
      notBefore: () => this.#bornAt,
      clockAhead: platform.clockAhead,
      send,
      clock,
    });
    this.#pacer = new GapPacer({ clock, fill: (gap) => this.#catchUp.fill(gap) });
    // With other limits or proxies it would not be the same connection.
    const name = JSON.stringify([platform.account, settings.socket, environment]);
    this.#socket = shareSocket(name, {
      ...settings.socket,
      access: realtime,
      clock,
      send: (report) => {
        if (report.type === "websocket.ready") this.#onReady(report.channel);
        send(report);
      },
      receive,
      ...(passBy === undefined ? {} : { passBy }),
      onGap: (gap) => this.#fill({ ...gap, heardAt: this.#heardBefore(gap.from) }),
      onFatal,
      proxy: environment,
      accessUrl: platform.baseUrl,
    });
  }

  get health(): WebSocketHealth {
    return this.#socket.health();
  }

  /**
   * Resolves when the subscription is confirmed and, over a durable inbox, it is written down from when on
   * everything is heard: whatever fires from now on is not lost, though the process be killed at once.
   */
  async open(): Promise<void> {
    await this.#socket.start();
    const { inbox, settings, platform } = this.#options;
    if (!inbox.durable) return;
    const cursor = new Cursor({
      marks: inbox,
      clock: settings.clock,
      name: `${platform.baseUrl} ${this.#channel}`,
      heardUntil: this.#heardUntil,
      onTrouble: this.#onTrouble,
    });
    const heardUntil = await cursor.read();
    const to = settings.clock.now();
    const heardAt = heardUntil === undefined ? undefined : await this.#lastRecordBefore(heardUntil);
    if (this.#closing) return;
    if (heardUntil !== undefined) {
      this.#bornAt = Number.NEGATIVE_INFINITY;
      const from = Math.min(heardUntil, to);
      this.#fill({ from, to, heardAt, detail: "The process was not running." });
    }
    this.#cursor = cursor;
    await cursor.follow();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#pacer.stop();
    await this.#cursor?.stop();
    await Promise.all([this.#socket.stop(), this.#catchUp.stop()]);
  }

  #onReady(channel: string): void {
    this.#channel = channel;
    const now = this.#options.settings.clock.now();
    this.#bornAt ??= now;
    this.#options.onSubscribed?.(now);
  }

  #fill(gap: Gap & { readonly detail: string }): void {
    this.#options.send({ type: "gap.opened", from: new Date(gap.from), detail: gap.detail });
    this.#pacer.push(gap);
  }

  #heardBefore(from: number): number | undefined {
    const { lastEventAt } = this.#socket.health();
    return lastEventAt !== undefined && lastEventAt <= from ? lastEventAt : undefined;
  }

  /** What came over the socket came when it fired; what came otherwise may have fired long before. */
  async #lastRecordBefore(time: number): Promise<number | undefined> {
    for await (const record of this.#options.inbox.find({ until: time, limit: LOOK_BACK })) {
      if (record.source === "websocket") return record.receivedAt;
    }
    return undefined;
  }

  /**
   * Up to when everything is kept. Not up to now: a connection may have been dead for as long as it has been
   * silent, and what was sent on it would be looked for by nobody.
   */
  readonly #heardUntil = (): number | undefined => {
    const { lastFrameAt, missingSince, unkeptSince } = this.#socket.health();
    if (lastFrameAt === undefined) return undefined;
    return least(lastFrameAt, missingSince, unkeptSince, this.#pacer.heldSince, this.#catchUp.pendingSince);
  };

  readonly #onTrouble = (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#options.send({ type: "inbox.error", error });
  };
}
