import type { Clock } from "../../base/clock.js";
import type { JsonObject } from "../../model/json.js";
import type { McpDeliveryMode } from "../../protocol/mcp-events.js";
import type { McpPrincipal } from "../principal.js";
import type { Wake } from "../wake.js";
import { readCursor } from "./cursor.js";
import { McpRequestError } from "./errors.js";
import type { McpEventList } from "./event-list.js";
import type { EventQuery, InboxLog, LogStart, Occurrence } from "./event-log.js";
import { eventArguments } from "./event-type.js";
import { optionalMs } from "./subscribing.js";

/** What reading works with. */
export interface ReadingContext {
  readonly clock: Clock;
  readonly list: McpEventList;
  readonly log: InboxLog;
  /** Woken with each event that is stored. */
  readonly stored: Wake;
  readonly pollMs: number;
  readonly heartbeatMs: number;
  readonly maxStreams: number;
}

/** How a stream sends. */
export interface StreamChannel {
  /** The id of the request, which names the stream to the client. */
  readonly id: string | number;
  readonly signal: AbortSignal;
  /** Resolves where the client can take more. */
  readonly notify: (method: string, params: JsonObject) => Promise<void>;
}

const DEFAULT_EVENTS = 100;
const MOST_EVENTS = 500;
/** Pages of the log that one poll looks through. */
const MOST_PAGES = 20;
/** What clients wait between polls, milliseconds. */
const NEXT_POLL_MS = 5000;

/** `events/poll` and `events/stream`. */
export class EventReading {
  readonly #context: ReadingContext;
  readonly #closing = new AbortController();
  #streams = 0;

  constructor(context: ReadingContext) {
    this.#context = context;
  }

  /** Ends all streams: their clients connect again, with their cursors. */
  close(): void {
    this.#closing.abort();
    this.#context.stored.all();
  }

  /** @throws McpRequestError */
  async poll(params: JsonObject, principal: McpPrincipal | undefined): Promise<JsonObject> {
    const { log } = this.#context;
    const { query, start } = await this.#begin(params, principal, "poll");
    const most = Math.min(MOST_EVENTS, optionalMs("maxEvents", params.maxEvents, 1) ?? DEFAULT_EVENTS);
    const events: Occurrence[] = [];
    let { position, truncated } = start;
    let hasMore = false;
    for (let pages = 0; pages < MOST_PAGES && events.length < most; pages += 1) {
      const page = await log.read(position, query);
      truncated ||= !page.isComplete;
      const room = most - events.length;
      for (const { occurrence } of page.events.slice(0, room)) events.push(occurrence);
      const isCut = page.events.length > room;
      position = isCut ? (page.events[room - 1]?.position ?? position) : page.next;
      hasMore = isCut || page.next < page.newest;
      if (!hasMore) break;
    }
    return { events, cursor: log.cursor(position), truncated, hasMore, nextPollMs: NEXT_POLL_MS };
  }

  /** Resolves when the server closes the stream. @throws McpRequestError before the first message */
  async stream(
    params: JsonObject,
    principal: McpPrincipal | undefined,
    channel: StreamChannel,
  ): Promise<JsonObject> {
    const { maxStreams } = this.#context;
    const { query, start } = await this.#begin(params, principal, "push");
    if (this.#streams >= maxStreams) {
      const data = { limit: "streams", max: maxStreams };
      throw new McpRequestError("ResourceExhausted", `There are ${maxStreams} open streams.`, data);
    }
    this.#streams += 1;
    try {
      await this.#push(query, start, channel);
    } finally {
      this.#streams -= 1;
    }
    return { _meta: named(channel) };
  }

  async #push(query: EventQuery, start: LogStart, channel: StreamChannel): Promise<void> {
    const { clock, log, stored, pollMs, heartbeatMs } = this.#context;
    const signal = AbortSignal.any([channel.signal, this.#closing.signal]);
    const send = (method: string, params: JsonObject) =>
      channel.notify(`notifications/events/${method}`, { ...params, _meta: named(channel) });
    let { position } = start;
    await send("active", { cursor: log.cursor(position), truncated: start.truncated });
    let beatAt = clock.monotonic() + heartbeatMs;
    let isFirst = true;
    while (!signal.aborted) {
      const { calls } = stored;
      const page = await log.read(position, query);
      // A start that is truncated has said so.
      if (!page.isComplete && !(isFirst && start.truncated)) {
        await send("active", { cursor: log.cursor(page.next), truncated: true });
      }
      isFirst = false;
      for (const { position: at, occurrence } of page.events) {
        if (signal.aborted) return;
        await send("event", { ...occurrence, cursor: log.cursor(at) });
      }
      position = page.next;
      if (clock.monotonic() >= beatAt) {
        await send("heartbeat", { cursor: log.cursor(position) });
        beatAt = clock.monotonic() + heartbeatMs;
      }
      if (position < page.newest) continue;
      await stored.sleep(Math.max(1, Math.min(pollMs, beatAt - clock.monotonic())), signal, calls);
    }
  }

  async #begin(
    params: JsonObject,
    principal: McpPrincipal | undefined,
    mode: McpDeliveryMode,
  ): Promise<{ readonly query: EventQuery; readonly start: LogStart }> {
    const { clock, list, log } = this.#context;
    const type = list.get(params.name);
    if (!type.descriptor.delivery.includes(mode)) {
      const data = { feature: "delivery", value: mode };
      throw new McpRequestError("Unsupported", `${type.descriptor.name} is not delivered by ${mode}.`, data);
    }
    const args = eventArguments(type, params.arguments);
    const cursor = readCursor(params.cursor);
    const maxAgeMs = optionalMs("maxAgeMs", params.maxAgeMs, 0);
    const notBefore = maxAgeMs === undefined || cursor === undefined ? undefined : clock.now() - maxAgeMs;
    return { query: { type, args, principal, notBefore }, start: await log.start(cursor) };
  }
}

function named({ id }: StreamChannel): JsonObject {
  return { "io.modelcontextprotocol/subscriptionId": id };
}
