import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { asError } from "../../base/as-error.js";
import type { Clock } from "../../base/clock.js";
import { dateOf } from "../../base/date-of.js";
import { EarshotError } from "../../base/errors.js";
import type { ListenerEvent, ListenerEventOf } from "../../base/listener-events.js";
import type { MaybePromise } from "../../base/maybe-promise.js";
import type { EventSource } from "../../model/delivery.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { Route } from "../../model/route.js";
import type { McpDeliveryMode } from "../../protocol/mcp-events.js";
import type { McpSettings, McpSubscriptionSettings } from "../../settings/mcp.js";
import { listedDelivery, type OnListed } from "../senders/listed-delivery.js";
import { eventOf } from "./occurrence.js";
import { Place, type PlaceOptions } from "./place.js";

/** What {@link McpClientSubscription} takes. */
export interface McpClientSubscriptionOptions {
  readonly server: McpSettings;
  readonly event: McpSubscriptionSettings;
  /** How the events of the server are received. */
  readonly route: Route;
  readonly clock: Clock;
  readonly marks: PlaceOptions["marks"];
  readonly send: (event: ListenerEvent) => void;
  readonly onListed: OnListed;
}

/** One event of a server, with its arguments: how far it was received, and what of it is missing. */
export class McpClientSubscription {
  /** Name and arguments, as every request has them. */
  readonly params: JsonObject;
  readonly name: string;
  /** Part of the events' ids, and the name of the stored place. */
  readonly key: string;
  readonly place: Place;
  /** How its events come now. */
  mode: McpDeliveryMode | undefined;
  readonly #options: McpClientSubscriptionOptions;
  readonly #route: Route;

  constructor(options: McpClientSubscriptionOptions) {
    const { server, event, route, marks, clock } = options;
    const { name } = event;
    this.#options = options;
    this.name = name;
    this.params = { name, arguments: event.arguments };
    const identity = JSON.stringify([server.provider, server.url, name, sorted(event.arguments)]);
    const key = bytesToHex(sha256(utf8ToBytes(identity))).slice(0, 16);
    this.key = key;
    const onError = (thrown: unknown) => options.send({ type: "inbox.error", error: asError(thrown) });
    this.place = new Place({ marks, clock, key, onError });
    const read = ({ body }: { readonly body: unknown }) => [eventOf(body, name, key)];
    this.#route = { ...route, source: { ...route.source, read } };
  }

  /** The subject of a message. */
  get where(): string {
    return `${this.name} of ${this.#options.server.provider} (${new URL(this.#options.server.url).host})`;
  }

  /** Passes an event to the pipeline. @returns whether it was new, once it is stored */
  deliver(occurrence: JsonObject, source: EventSource): MaybePromise<boolean> {
    const { clock, onListed, send, server } = this.#options;
    const nowMs = clock.now();
    const { cursor: _, _meta, ...body } = occurrence;
    const at = dateOf(body.timestamp)?.getTime() ?? nowMs;
    const id = typeof body.eventId === "string" ? body.eventId : undefined;
    const event = { at, body, id, idSigned: true };
    const listed = listedDelivery(event, source, nowMs);
    if ("problem" in listed) {
      const message = `An event of ${this.where} is passed over: ${listed.problem}.`;
      send({ type: "warning", error: new EarshotError("ERR_BAD_ANSWER", message) });
      return false;
    }
    const { provider, path } = server;
    return onListed(listed.delivery, { ...listed.facts, provider, path }, this.#route);
  }

  /**
   * Reports events that the server no longer has, or that were not received.
   *
   * @param fromMs up to when everything was received, epoch milliseconds. Default: as the stored place says
   */
  lost(detail: string, fromMs?: number): void {
    this.unfilled(this.openGap(detail, fromMs).getTime(), detail);
  }

  /** @returns where the gap begins */
  openGap(detail: string, fromMs?: number): Date {
    const { clock, send } = this.#options;
    const nowMs = clock.now();
    const from = new Date(Math.min(nowMs, fromMs ?? this.place.now?.at ?? nowMs));
    send({ type: "gap.opened", from, detail: `${this.where}: ${detail}` });
    return from;
  }

  unfilled(fromMs: number, detail: string): void {
    const { clock, send } = this.#options;
    const error = new EarshotError("ERR_GAP", `Events of ${this.where} may be missing: ${detail}`);
    send({ type: "gap.unfilled", from: new Date(fromMs), to: new Date(clock.now()), error });
  }

  filled(gap: Omit<ListenerEventOf<"gap.filled">, "type">): void {
    this.#options.send({ type: "gap.filled", ...gap });
  }

  /** The event of a webhook. @throws TypeError */
  eventOf(body: unknown) {
    return eventOf(body, this.name, this.key);
  }
}

/** Objects with their members in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  // As pairs: a member may be called __proto__.
  return {
    object: Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  };
}

/** Events on their way into the inbox, in order: a cursor is noted when everything before it is stored. */
export class Intake {
  readonly #subscription: McpClientSubscription;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(subscription: McpClientSubscription) {
    this.#subscription = subscription;
  }

  /** Resolves when the next one may come. @throws what storing an earlier one threw */
  async take(occurrence: JsonObject, cursor: string | null | undefined): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const stored = this.#subscription.deliver(occurrence, "mcp");
    const before = this.#last;
    this.#waiting += 1;
    this.#last = (async () => {
      try {
        await Promise.all([before, stored]);
        if (this.#failure === undefined) this.#subscription.place.see(cursor);
      } catch (thrown) {
        this.#failure ??= { thrown };
      } finally {
        this.#waiting -= 1;
      }
    })();
    if (this.#waiting >= MOST_WAITING) await this.#last;
  }

  /** Notes a cursor without an event. */
  async reach(cursor: string | null | undefined): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.thrown;
    this.#subscription.place.see(cursor);
  }
}

/** Events of one subscription that are stored at the same time. */
const MOST_WAITING = 64;
