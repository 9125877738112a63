import type { Clock } from "../../base/clock.js";
import type { JsonObject } from "../../model/json.js";
import type { McpDeliveryMode, McpErrorCodes } from "../../protocol/mcp-events.js";
import type { McpPrincipal } from "../principal.js";
import type { Wake } from "../wake.js";
import { readCursor } from "./cursor.js";
import type { Subscribed } from "./ending.js";
import { McpRequestError, numbered } from "./errors.js";
import type { McpEventList } from "./event-list.js";
import type { EventQuery, InboxLog, LogStart, Occurrence } from "./event-log.js";
import { eventArguments } from "./event-type.js";
import { named, type StreamChannel } from "./stream-channel.js";
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
  readonly errorCodes: McpErrorCodes;
}

/** An open stream, and whether the server ends it. */
interface OpenStream extends Subscribed {
  readonly principal: McpPrincipal | undefined;
  ended: McpRequestError | undefined;
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
  readonly #streams = new Set<OpenStream>();

  constructor(context: ReadingContext) {
    this.#context = context;
  }

  /** Ends all streams: their clients connect again, with their cursors. */
  close(): void {
    this.#closing.abort();
    this.#context.stored.all();
  }

  /** Ends some streams for good: their clients are told why. @param reasonOf `undefined` for those that go on */
  end(reasonOf: (stream: Omit<OpenStream, "ended">) => McpRequestError | undefined): void {
    for (const stream of this.#streams) stream.ended ??= reasonOf(stream);
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
    if (this.#streams.size >= maxStreams) {
      const data = { limit: "streams", max: maxStreams };
      throw new McpRequestError("ResourceExhausted", `There are ${maxStreams} open streams.`, data);
    }
    const { type, args } = query;
    const { name, payloadSchema } = type.descriptor;
    const stream: OpenStream = { name, args, mode: "push", payloadSchema, principal, ended: undefined };
    this.#streams.add(stream);
    try {
      await this.#push(stream, query, start, channel);
    } finally {
      this.#streams.delete(stream);
    }
    return { _meta: named(channel) };
  }

  async #push(stream: OpenStream, begun: EventQuery, start: LogStart, channel: StreamChannel): Promise<void> {
    const { clock, list, log, stored, pollMs, heartbeatMs, errorCodes } = this.#context;
    const signal = AbortSignal.any([channel.signal, this.#closing.signal]);
    const send = (method: string, params: JsonObject) =>
      channel.notify(`notifications/events/${method}`, { ...params, _meta: named(channel) });
    let { position } = start;
    await send("active", { cursor: log.cursor(position), truncated: start.truncated });
    let beatAt = clock.monotonic() + heartbeatMs;
    let isFirst = true;
    while (!signal.aborted) {
      const { calls } = stored;
      if (stream.ended !== undefined) {
        await send("terminated", { error: { ...numbered(stream.ended, errorCodes) } });
        return;
      }
      const query = { ...begun, type: list.find(stream.name) ?? begun.type };
      const page = await log.read(position, query);
      // A start that is truncated has said so.
      if (!page.isComplete && !(isFirst && start.truncated)) {
        await send("active", { cursor: log.cursor(page.next), truncated: true });
      }
      isFirst = false;
      for (const { position: at, occurrence } of page.events) {
        if (signal.aborted) return;
        if (stream.ended !== undefined) break;
        await send("event", { ...occurrence, cursor: log.cursor(at) });
      }
      if (stream.ended !== undefined) continue;
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
