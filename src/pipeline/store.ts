import { asError } from "../base/as-error.js";
import { DecodeError, EarshotError, InvalidError, RejectedError } from "../base/errors.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { messageOf } from "../base/message-of.js";
import { validate, validateOrReject } from "../callbacks/validate-payload.js";
import type { Decoded } from "../decode/index.js";
import { sha256Hex } from "../decode/sha256.js";
import type { Claimed, Entry, Inbox, StoreResult } from "../inbox/contract.js";
import type { InboxHealth } from "../inbox/health.js";
import type { Delivery } from "../model/delivery.js";
import type { Route } from "../model/route.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { Verified } from "../model/verified.js";
import type { ListenerSettings } from "../settings/listener.js";
import { ConcurrentCopies } from "./concurrent-copies.js";
import type { DoneWaits } from "./done-waits.js";
import { Entries, isRouteKeyed } from "./entry.js";
import { isNew, isNotStored, type ReceiveResult } from "./responses.js";
import type { RouteResponses } from "./route-response.js";

/** What storing works with. */
export interface EventStoreOptions {
  readonly settings: ListenerSettings;
  readonly inbox: Inbox;
  readonly events: ListenerEventEmitter;
  readonly health: InboxHealth;
  readonly responses: RouteResponses;
  /** Whether a record that is stored now may be run here at once. */
  readonly hasRoom: () => boolean;
  /** Absent where deliveries are acknowledged as soon as they are stored. */
  readonly doneWaits: DoneWaits | undefined;
  /** Runs a record that the inbox has handed over. */
  readonly offer: (taken: Claimed) => void;
}

/** Validates, deduplicates and stores: the step of receiving after which an event may be acknowledged. */
export class EventStore {
  readonly copies: ConcurrentCopies;
  readonly #options: EventStoreOptions;
  readonly #entries: Entries;
  #isFull = false;
  /** Deliveries that a full inbox did not store. */
  #rejectedWhileFull = 0;
  #lastEventAt: number | undefined;
  /** When the WebSocket's subscription was confirmed last, epoch milliseconds. */
  subscribedAt = Number.NEGATIVE_INFINITY;

  constructor(options: EventStoreOptions) {
    this.#options = options;
    this.copies = new ConcurrentCopies(options.settings.clock);
    this.#entries = new Entries(options.settings, (event) => options.events.send(event));
  }

  /** Whether the inbox takes no new records for now. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Epoch milliseconds. */
  get lastEventAt(): number | undefined {
    return this.#lastEventAt;
  }

  /**
   * Validates and stores the events of one delivery.
   *
   * @param copyKeys gets the keys of the deliveries whose equal bodies are copies until the response is sent
   * @throws RejectedError ERR_SCHEMA
   */
  storeAll(
    verified: Verified,
    events: readonly Decoded[],
    route: Route | undefined,
    copyKeys: string[],
  ): MaybePromise<ReceiveResult> {
    const [first] = events;
    return first !== undefined && events.length === 1
      ? this.#validateAndStore(verified, first, route, copyKeys)
      : this.#storeList(verified, events, route, copyKeys);
  }

  /** A list is acknowledged when all of it is stored. What was stored of one that failed is a duplicate then. */
  async #storeList(
    verified: Verified,
    events: readonly Decoded[],
    route: Route | undefined,
    copyKeys: string[],
  ): Promise<ReceiveResult> {
    if (route?.schema !== undefined && route.onInvalid === "reject") {
      for (const { event } of events) await validateOrReject(route.schema, event.payload);
    }
    const results = await Promise.all(
      events.map((event) => this.#validateAndStore(verified, event, route, copyKeys)),
    );
    return results.find(isNotStored) ?? results.find(isNew) ?? "duplicate";
  }

  #validateAndStore(
    verified: Verified,
    decoded: Decoded,
    route: Route | undefined,
    copyKeys: string[],
  ): MaybePromise<ReceiveResult> {
    return route?.schema === undefined
      ? this.#storeEvent(verified, decoded, route, copyKeys)
      : this.#storeIfValid(verified, decoded, route, route.schema, copyKeys);
  }

  /** Where the payload does not match, the event is dead-lettered, or rejected if the route is configured so. */
  #storeIfValid(
    verified: Verified,
    decoded: Decoded,
    route: Route,
    schema: StandardSchema,
    copyKeys: string[],
  ): MaybePromise<ReceiveResult> {
    const invalid = (error: unknown): MaybePromise<ReceiveResult> => {
      const isInvalid = error instanceof InvalidError;
      if (route.onInvalid === "reject")
        throw isInvalid ? new RejectedError("ERR_SCHEMA", 400, error.message, { cause: error }) : error;
      // Not every sender tries again, so an event is stored as well where its schema throws.
      const why = isInvalid ? error.message : `The schema of the route threw: ${messageOf(error)}`;
      return this.deadLetter(verified, new DecodeError("ERR_SCHEMA", why, { cause: error }), decoded);
    };
    let valid: unknown;
    try {
      valid = validate(schema, decoded.event.payload);
    } catch (error) {
      return invalid(error);
    }
    const onValid = () => this.#storeEvent(verified, decoded, route, copyKeys);
    return valid instanceof Promise ? valid.then(onValid, invalid) : onValid();
  }

  #storeEvent(
    { delivery }: Verified,
    decoded: Decoded,
    route: Route | undefined,
    copyKeys: string[],
  ): MaybePromise<ReceiveResult> {
    const { receivedAt } = delivery;
    this.#lastEventAt = receivedAt;
    const entry = this.#entries.make(decoded, receivedAt, this.subscribedAt, route);
    const doneWaits = route === undefined ? undefined : this.#options.doneWaits;
    if (route?.respond !== undefined) this.#options.responses.expect(route.respond, delivery, entry.id);
    const { contentKey } = decoded;
    if (contentKey === undefined || isRouteKeyed(entry, route)) {
      doneWaits?.expect(delivery, entry.id);
      return this.#store(entry);
    }
    return this.#storeWithoutId(delivery, entry, contentKey, doneWaits, copyKeys);
  }

  /** Stores an event without an id. Equal bodies are copies of it until its response is sent. */
  #storeWithoutId(
    delivery: Delivery,
    entry: Entry,
    contentKey: string,
    doneWaits: DoneWaits | undefined,
    copyKeys: string[],
  ): MaybePromise<ReceiveResult> {
    const first = this.copies.firstOf(contentKey);
    if (first === undefined) return this.#storeFirst(delivery, entry, contentKey, doneWaits, copyKeys);
    return chain(first.result, (result) => {
      // It is no copy then. Of several that have waited for this, one is the next first.
      if (isNotStored(result)) {
        return this.copies.firstOf(contentKey) === first
          ? this.#storeFirst(delivery, entry, contentKey, doneWaits, copyKeys)
          : this.#storeWithoutId(delivery, entry, contentKey, doneWaits, copyKeys);
      }
      copyKeys.push(contentKey);
      if (doneWaits === undefined) return this.#duplicate(entry, "content");
      // It waits for the first one's record, which may be done already, or dead.
      doneWaits.expect(delivery, first.id);
      return this.#store({ ...entry, id: first.id, event: undefined });
    });
  }

  #storeFirst(
    delivery: Delivery,
    entry: Entry,
    contentKey: string,
    doneWaits: DoneWaits | undefined,
    copyKeys: string[],
  ): MaybePromise<ReceiveResult> {
    doneWaits?.expect(delivery, entry.id);
    const result = this.#store(entry);
    this.copies.add(contentKey, entry.id, result);
    copyKeys.push(contentKey);
    return result;
  }

  /** Stores what cannot be decoded, or does not match the route's schema, as dead-lettered. */
  deadLetter(
    { delivery, origin }: Verified,
    error: DecodeError,
    decoded?: Decoded,
  ): MaybePromise<ReceiveResult> {
    this.#options.events.send({ type: "delivery.undecodable", error, delivery: withSafeTarget(delivery) });
    const request = decoded?.origin.request ?? delivery.request;
    const entry: Entry = {
      id: decoded?.event.id ?? `undecodable:${sha256Hex(delivery.body)}@${origin.route ?? "/"}`,
      triggerName: decoded?.event.triggerName ?? "(undecodable)",
      source: delivery.source,
      origin: decoded?.origin ?? (request === undefined ? origin : { ...origin, request }),
      body: decoded?.body ?? delivery.body,
      receivedAt: delivery.receivedAt,
      orderKey: undefined,
      event: undefined,
    };
    return this.#storeDead(entry, `${error.code}: ${error.message}`);
  }

  /** A record has ended, or another process has made room. */
  roomAgain(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    const rejected = this.#rejectedWhileFull;
    this.#rejectedWhileFull = 0;
    this.#options.events.send({ type: "inbox.ready", rejected });
  }

  #store(entry: Entry): MaybePromise<ReceiveResult> {
    try {
      const stored = this.#options.inbox.store(entry, this.#options.hasRoom());
      // Written out instead of chained: a closure less is 3 % more events.
      if (!(stored instanceof Promise)) return this.#stored(entry, stored);
      return stored.then(
        (result) => this.#stored(entry, result),
        (error: unknown) => this.#notStored(error, entry),
      );
    } catch (error) {
      return this.#notStored(error, entry);
    }
  }

  #stored(entry: Entry, stored: StoreResult): ReceiveResult {
    const { events, health, settings, offer } = this.#options;
    if (stored.state === "full") {
      if (!this.#isFull) events.send({ type: "inbox.full", pending: settings.maxPending });
      this.#isFull = true;
      this.#rejectedWhileFull += 1;
      return { full: stored.retryAfterMs };
    }
    if (health.isAway) health.stored();
    if (stored.state === "duplicate") {
      if (stored.settled) this.#options.doneWaits?.ended(entry.id, true);
      return this.#duplicate(entry, stored.by ?? "id");
    }
    const isNeeded = events.isNeeded("event.stored");
    if (isNeeded || events.counts !== undefined) {
      const { id, triggerName, source, origin, event } = entry;
      const { provider } = origin;
      const now = settings.clock.now();
      const delayMs = Math.max(0, now - (event?.timestamp.getTime() ?? now));
      events.counts?.stored(source, provider, triggerName, delayMs);
      if (isNeeded) events.send({ type: "event.stored", id, triggerName, source, provider, delayMs });
    }
    // Another process may have made the room.
    this.roomAgain();
    if (stored.claimed !== undefined) offer(stored.claimed);
    return "stored";
  }

  #duplicate({ id, triggerName, source, origin }: Entry, by: "id" | "content"): ReceiveResult {
    const { events } = this.#options;
    if (events.isNeeded("event.duplicate"))
      events.send({ type: "event.duplicate", id, triggerName, source, provider: origin.provider, by });
    return "duplicate";
  }

  #storeDead(entry: Entry, message: string): MaybePromise<ReceiveResult> {
    const { inbox, health } = this.#options;
    const failure = { callback: undefined, attempt: 0, at: entry.receivedAt, message };
    try {
      const stored = inbox.deadLetter(entry, failure);
      if (!(stored instanceof Promise)) return "dead-lettered";
      return stored.then(
        () => {
          if (health.isAway) health.stored();
          return "dead-lettered" as const;
        },
        (cause) => this.#notStored(cause),
      );
    } catch (cause) {
      return this.#notStored(cause);
    }
  }

  /** @param entry absent where a dead letter could not be stored */
  #notStored(thrown: unknown, entry?: Entry): MaybePromise<ReceiveResult> {
    const { events, health } = this.#options;
    if (entry !== undefined && thrown instanceof EarshotError && thrown.code === "ERR_INBOX_RECORD") {
      // The store takes other records, so this one would be offered for ever.
      events.send({ type: "warning", error: thrown });
      const { keys: _keys, content: _content, ...rest } = entry;
      const id = `unstorable:${sha256Hex(entry.body)}`;
      const plain = { ...rest, id, orderKey: undefined, event: undefined };
      return this.#storeDead(plain, `${thrown.code}: ${thrown.message}`);
    }
    const error = asError(thrown);
    health.notStored(error);
    return { failed: error };
  }
}

/** Without the parameters that the event's request leaves out, since listeners may log the delivery. */
function withSafeTarget(delivery: Delivery): Delivery {
  const { http, request } = delivery;
  const asked = http?.target.indexOf("?") ?? -1;
  if (http === undefined || request === undefined || asked === -1) return delivery;
  const sent = new URLSearchParams(http.target.slice(asked + 1));
  if ([...sent.keys()].every((name) => name in request.query)) return delivery;
  return {
    ...delivery,
    http: { ...http, target: `${http.path}?${new URLSearchParams({ ...request.query })}` },
  };
}
