import { EarshotError } from "../base/errors.js";
import { handle, ignore } from "../base/foreign-promise.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { messageOf } from "../base/message-of.js";
import { boundedKey } from "../decode/deduplication-keys.js";
import type { Decoded } from "../decode/index.js";
import { sha256Hex } from "../decode/sha256.js";
import type { Entry } from "../inbox/contract.js";
import type { ContentMatch } from "../model/content-match.js";
import type { TriggerEvent } from "../model/event.js";
import type { Route, RouteDedupe } from "../model/route.js";
import type { ListenerSettings } from "../settings/listener.js";

/** Two copies of an event, by any transports, are at most this far apart, milliseconds. */
const COPY_WINDOW_MS = 120_000;
/** How far two clocks may differ where a WebSocket's subscription decides, milliseconds. */
const SKEW_MS = 1000;

/** Makes inbox entries of decoded events, with their deduplication keys and order keys. */
export class Entries {
  readonly #settings: ListenerSettings;
  readonly #send: (event: ListenerEvent) => void;
  /** Identifies this listener's WebSocket among all that share the inbox. Made for its first event. */
  #channel: string | undefined;
  /** Options whose functions have been warned of. */
  readonly #warned = new Set<string>();

  constructor(settings: ListenerSettings, send: (event: ListenerEvent) => void) {
    this.#settings = settings;
    this.#send = send;
  }

  /** @param subscribedAt when the WebSocket's subscription was confirmed last, epoch milliseconds */
  make(decoded: Decoded, receivedAt: number, subscribedAt: number, route: Route | undefined): Entry {
    const { origin, body } = decoded;
    const dedupe = route?.dedupe;
    const event = dedupe === "none" ? withNewId(decoded.event) : decoded.event;
    return {
      id: event.id,
      keys: this.#keysOf(decoded, event, dedupe),
      content: this.#contentOf(decoded, receivedAt, subscribedAt),
      triggerName: event.triggerName,
      source: event.source,
      origin,
      body,
      receivedAt,
      orderKey: this.#orderKeyOf(event),
      redelivers: event.source === "webhook",
      event,
    };
  }

  #keysOf(
    decoded: Decoded,
    event: TriggerEvent,
    dedupe: RouteDedupe | undefined,
  ): readonly string[] | undefined {
    const { dedupeKey } = this.#settings;
    const own = dedupe === "none" ? [] : decoded.keys;
    if (dedupeKey === undefined && (dedupe === undefined || dedupe === "none")) {
      return own.length === 0 ? undefined : own;
    }
    const { provider, route = "/" } = decoded.origin;
    const keys = [...own];
    if (dedupe === "body") keys.push(`${provider}:body:${sha256Hex(decoded.body)}@${route}`);
    if (typeof dedupe === "function") {
      const key = this.#dedupeKeyFrom(`\`dedupe\` of the route ${route}`, dedupe, event);
      if (key !== undefined) keys.push(`${routeKey(provider)}${key}@${route}`);
    }
    if (dedupeKey !== undefined) {
      const key = this.#dedupeKeyFrom("`dedupeKey`", dedupeKey, event);
      if (key !== undefined) keys.push(`key:${key}`);
    }
    return keys;
  }

  /** The transport and the time in which a copy without an id can come. */
  #contentOf(
    { event, hashes, hasId }: Decoded,
    receivedAt: number,
    subscribedAt: number,
  ): ContentMatch | undefined {
    if (hashes.length === 0) return undefined;
    if (event.source === "websocket") {
      // An event before the subscription cannot have come over it.
      const since = Math.max(receivedAt - COPY_WINDOW_MS, subscribedAt - SKEW_MS);
      const until = receivedAt + COPY_WINDOW_MS;
      // Not in the constructor: where a listener is made at import, Workers allow no random values.
      this.#channel ??= `websocket:${globalThis.crypto.randomUUID()}`;
      return { hashes, hasId, channel: this.#channel, at: receivedAt, since, until };
    }
    const at = event.timestamp.getTime();
    const channel = event.source === "backfill" ? "log" : "webhook";
    return { hashes, hasId, channel, at, since: at - COPY_WINDOW_MS, until: at + COPY_WINDOW_MS };
  }

  #orderKeyOf(event: TriggerEvent): string | undefined {
    const { orderBy } = this.#settings;
    return orderBy === undefined ? undefined : this.#textFrom("`orderBy`", orderBy, event);
  }

  /** An empty text is no key: else all events without a key would be duplicates of each other. */
  #dedupeKeyFrom(
    option: string,
    fn: (event: TriggerEvent) => unknown,
    event: TriggerEvent,
  ): string | undefined {
    const key = this.#textFrom(option, fn, event);
    if (key !== "") return key === undefined ? undefined : boundedKey(key);
    this.#warn(option, `returned an empty text for ${event.triggerName} ${event.id}: the event has no key.`);
    return undefined;
  }

  /** The text that a user's function returns for an event. A number is its text; anything else is warned of once. */
  #textFrom(option: string, fn: (event: TriggerEvent) => unknown, event: TriggerEvent): string | undefined {
    let value: unknown;
    try {
      value = fn(event);
    } catch (thrown) {
      handle(thrown);
      this.#warn(option, `threw on ${event.triggerName} ${event.id}: ${messageOf(thrown)}`);
      return undefined;
    }
    const read = readKey(value);
    if (read === undefined || "text" in read) return read?.text;
    this.#warn(
      option,
      `returned ${read.odd} for ${event.triggerName} ${event.id}, and not a string: the event has no key.`,
    );
    return undefined;
  }

  #warn(option: string, message: string): void {
    const kind = `${option} ${message.split(" ", 1)[0]}`;
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    const error = new EarshotError("ERR_OPTION", `${option} ${message} This warning is shown once.`);
    this.#send({ type: "warning", error });
  }
}

/**
 * Reads what a user's function returned as a key: a number is its text.
 *
 * @returns `undefined` for no key; `odd` names a value that is none
 */
export function readKey(value: unknown): { readonly text: string } | { readonly odd: string } | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return { text: value };
  if (typeof value === "bigint" || Number.isFinite(value)) return { text: String(value) };
  if (typeof value === "number") return { odd: String(value) };
  if (typeof value !== "object") return { odd: `a ${typeof value}` };
  // If it is a promise, its rejection would be unhandled.
  ignore(value);
  return { odd: "an object or a promise" };
}

function routeKey(provider: string): string {
  return `${provider}:key:`;
}

/** Whether only the route's `dedupe` decides. Where its function returned no key, the default applies. */
export function isRouteKeyed({ keys = [], origin }: Entry, route: Route | undefined): boolean {
  if (typeof route?.dedupe !== "function") return route?.dedupe !== undefined;
  const prefix = routeKey(origin.provider);
  return keys.some((key) => key.startsWith(prefix));
}

function withNewId(event: TriggerEvent): TriggerEvent {
  const { provider, route } = event.origin;
  return { ...event, id: `${provider}:${globalThis.crypto.randomUUID()}@${route ?? "/"}` };
}
