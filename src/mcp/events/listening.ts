import type { Clock } from "../../base/clock.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { Wake } from "../wake.js";
import { McpRequestError } from "./errors.js";
import { named, type StreamChannel } from "./stream-channel.js";

/** A wait that only a change or the end ends, milliseconds. */
const DAY_MS = 86_400_000;

/** `subscriptions/listen`: tells hosts that the list of events has changed. */
export class Listening {
  readonly #changed: Wake;
  readonly #closing = new AbortController();
  readonly #most: number;
  #open = 0;

  /** @param most open responses */
  constructor(clock: Clock, most: number) {
    this.#changed = new Wake(clock);
    this.#most = most;
  }

  /** The list has changed. */
  changed(): void {
    this.#changed.all();
  }

  /** Ends all responses. */
  close(): void {
    this.#closing.abort();
  }

  /** Resolves when the server closes the response, or where nothing was asked for that it has. @throws McpRequestError */
  async listen({ notifications }: JsonObject, channel: StreamChannel): Promise<JsonObject> {
    if (!isJsonObject(notifications)) {
      throw new McpRequestError("InvalidParams", "`notifications` says what to listen for.");
    }
    if (this.#open >= this.#most) {
      const data = { limit: "streams", max: this.#most };
      throw new McpRequestError("ResourceExhausted", `There are ${this.#most} open responses.`, data);
    }
    this.#open += 1;
    try {
      await this.#tell(notifications.eventsListChanged === true, channel);
    } finally {
      this.#open -= 1;
    }
    return { _meta: named(channel) };
  }

  async #tell(isWanted: boolean, channel: StreamChannel): Promise<void> {
    const signal = AbortSignal.any([channel.signal, this.#closing.signal]);
    const send = (method: string, params: JsonObject) =>
      channel.notify(`notifications/${method}`, { ...params, _meta: named(channel) });
    let { calls } = this.#changed;
    const notifications = isWanted ? { eventsListChanged: true } : {};
    await send("subscriptions/acknowledged", { notifications });
    while (isWanted && !signal.aborted) {
      await this.#changed.sleep(DAY_MS, signal, calls);
      if (signal.aborted || calls === this.#changed.calls) continue;
      ({ calls } = this.#changed);
      await send("events/list_changed", {});
    }
  }
}
