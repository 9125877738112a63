import { EarshotError } from "../base/errors.js";
import type { Door } from "./webhook/server.js";
import type { WebSocketHealth } from "./websocket/health.js";
import { WebSocketTransport, type WebSocketTransportOptions } from "./websocket/transport.js";
import { FrontDoor, type FrontDoorOptions } from "./webhook/transport.js";

/** What the transports are given. */
export interface TransportOptions
  extends Omit<FrontDoorOptions, "webhook" | "receive">,
    Omit<WebSocketTransportOptions, "platform" | "onDelivery" | "onBackfill"> {
  readonly atDoor: FrontDoorOptions["receive"];
  readonly atSocket: WebSocketTransportOptions["onDelivery"];
  readonly atCatchUp: WebSocketTransportOptions["onBackfill"];
}

/** The ways in, opened and closed together. */
export class Transports {
  readonly #ending = new AbortController();
  readonly #front: FrontDoor | undefined;
  readonly #websocket: WebSocketTransport | undefined;

  /** @throws EarshotError ERR_NO_TRANSPORT */
  constructor(options: TransportOptions) {
    const { settings, platform, atDoor, atSocket, atCatchUp } = options;
    const { webhook } = settings;
    if (webhook !== undefined) this.#front = new FrontDoor({ ...options, webhook, receive: atDoor });
    if (settings.websocket && platform !== undefined) {
      this.#websocket = new WebSocketTransport({
        ...options,
        platform,
        onDelivery: atSocket,
        onBackfill: atCatchUp,
      });
    } else if (settings.websocket || webhook === undefined) {
      const lack = platform === undefined ? "no toolset to connect with" : "the WebSocket switched off";
      throw new EarshotError(
        "ERR_NO_TRANSPORT",
        `The listener has ${lack}${webhook === undefined ? " and no `webhook`" : ""}.`,
      );
    }
  }

  /** @throws EarshotError ERR_NO_TRANSPORT where there is none */
  get door(): Door {
    if (this.#front !== undefined) return this.#front.door;
    throw new EarshotError(
      "ERR_NO_TRANSPORT",
      "The listener has no door to mount: create it with `webhook: { … }`.",
    );
  }

  /** Where our own server listens. */
  get url(): string | undefined {
    return this.#front?.url;
  }

  get socketHealth(): WebSocketHealth | undefined {
    return this.#websocket?.health;
  }

  /** Resolves when the door is open and the subscription is confirmed. */
  async open(): Promise<void> {
    await Promise.all([this.#front?.open(this.#ending.signal), this.#websocket?.start()]);
  }

  /** Stops what comes in. What is in flight at the door is answered, for `graceMs` at most. */
  async close(graceMs: number): Promise<void> {
    this.#ending.abort();
    await Promise.all([this.#front?.close(graceMs), this.#websocket?.stop()]);
  }
}
