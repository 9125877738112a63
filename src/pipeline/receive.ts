import { sleep } from "../base/clock.js";
import {
  asDecodeError,
  DecodeError,
  EarshotError,
  InvalidError,
  messageOf,
  RejectedError,
} from "../base/errors.js";
import type { ListenerEvents } from "../base/listener-events.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { validate, validateOrReject } from "../callbacks/validate-payload.js";
import type { AppNames } from "../decode/app-names.js";
import { type Decoded, decode } from "../decode/index.js";
import { sha256Hex } from "../decode/sha256.js";
import type { Claimed, Entry, Inbox, StoreResult } from "../inbox/contract.js";
import type { InboxHealth } from "../inbox/health.js";
import type { Delivery } from "../model/delivery.js";
import type { Route } from "../model/route.js";
import type { Answer, Source } from "../model/source.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { Origin, Verified } from "../model/verified.js";
import type { ListenerSettings } from "../settings/listener.js";
import { trusted } from "../verify/trusted.js";
import { Entries, isRouteKeyed } from "./entry.js";
import { type Fate, pauseOf, rejected } from "./responses.js";
import type { RouteResponses } from "./route-response.js";
import { UnansweredDeliveries } from "./unanswered.js";

/** The channel was authorized with the key, and the log was read with it: there is no signature to check. */
const platformOrigin: Origin = { provider: "composio", signed: true };

const isNew = (fate: Fate) => fate === "kept" || fate === "buried";

export interface ReceiverOptions {
  readonly settings: ListenerSettings;
  readonly inbox: Inbox;
  readonly reports: ListenerEvents;
  readonly apps: AppNames;
  readonly health: InboxHealth;
  readonly responses: RouteResponses;
  /** Whether a record that is stored now may be run here at once. */
  readonly hasRoom: () => boolean;
  /** Runs a record that the inbox has handed over. */
  readonly offer: (taken: Claimed) => void;
}

/**
 * The first half of an event's lifecycle, on whatever transport it comes:
 *
 *     delivery → verify → decode → deduplicate and store → acknowledge
 *
 * A stage that can answer at once does, and the next one then goes on without leaving the stack.
 */
export class Receiver {
  readonly #settings: ListenerSettings;
  readonly #inbox: Inbox;
  readonly #reports: ListenerEvents;
  readonly #apps: AppNames;
  readonly #health: InboxHealth;
  readonly #responses: RouteResponses;
  readonly #hasRoom: () => boolean;
  readonly #offer: (taken: Claimed) => void;
  readonly #entries: Entries;
  readonly #unanswered: UnansweredDeliveries;
  /** Whether a copy without an id may come on another transport. */
  readonly #contents: boolean;
  readonly #halt = new AbortController();
  #full = false;
  /** Deliveries that a full inbox did not store. */
  #refusedWhileFull = 0;
  /** How many of the socket's deliveries wait for the inbox, and the end of their line. */
  #inLine = 0;
  #line: Promise<void> = Promise.resolve();
  #lastEventAt: number | undefined;
  /** When the WebSocket's subscription was confirmed last, epoch milliseconds. */
  subscribedAt = Number.NEGATIVE_INFINITY;

  constructor({ settings, inbox, reports, apps, health, responses, hasRoom, offer }: ReceiverOptions) {
    this.#settings = settings;
    this.#inbox = inbox;
    this.#reports = reports;
    this.#apps = apps;
    this.#health = health;
    this.#responses = responses;
    this.#hasRoom = hasRoom;
    this.#offer = offer;
    // Copies without an id come over the socket, copies with one at the door: only with both is there a copy.
    this.#contents = settings.websocket && settings.webhook !== undefined;
    this.#unanswered = new UnansweredDeliveries(settings.clock);
    this.#entries = new Entries(settings, (report) => reports.send(report));
  }

  /** Whether the inbox refuses new records for now. */
  get full(): boolean {
    return this.#full;
  }

  get lastEventAt(): number | undefined {
    return this.#lastEventAt;
  }

  stop(reason: EarshotError): void {
    this.#halt.abort(reason);
  }

  /** What came in at the door. Rejects only on a defect of ours. */
  readonly atDoor = (delivery: Delivery, route: Route): MaybePromise<Answer> => {
    const { source } = route;
    try {
      const answer = chain(source.handshake?.(delivery, delivery.receivedAt), (handshake) => {
        if (handshake !== undefined) return this.#shaken(delivery, source, handshake);
        const verified = source.verify(delivery, delivery.receivedAt);
        const contentKeys: string[] = [];
        const fate = chain(verified, (proved) => this.#accept(proved, route, contentKeys));
        return chain(fate, (reached) =>
          typeof reached === "string"
            ? chain(this.#responses.answer(route, delivery, reached), (answer) =>
                this.#noting(answer, contentKeys),
              )
            : this.#responses.unavailable(delivery, reached),
        );
      });
      return answer instanceof Promise
        ? answer.catch((error: unknown) => this.#refused(error, delivery))
        : answer;
    } catch (error) {
      return this.#refused(error, delivery);
    }
  };

  /** What came over the socket. Resolves when it is kept. */
  readonly atSocket = (delivery: Delivery): MaybePromise<void> =>
    chain(this.#acceptInOrder(trusted(delivery, platformOrigin)), () => undefined);

  /** What the platform's log had. Resolves when it is kept: true where it was not known before. */
  readonly atCatchUp = (delivery: Delivery): MaybePromise<boolean> =>
    chain(this.#acceptInOrder(trusted(delivery, platformOrigin)), isNew);

  /** Where the inbox does not take it, it waits, and whatever comes after it waits behind it. */
  #acceptInOrder(verified: Verified): MaybePromise<Fate> {
    if (this.#inLine > 0) return this.#offerInTurn(verified, 0);
    return chain(this.#accept(verified), (fate) =>
      typeof fate === "object" ? this.#offerInTurn(verified, pauseOf(fate)) : fate,
    );
  }

  /** @param contentKeys gets the keys by which equal bodies are known while the response is on its way */
  #accept(verified: Verified, route?: Route, contentKeys: string[] = []): MaybePromise<Fate> {
    let events: readonly Decoded[];
    try {
      events = decode(verified, {
        // A line of the log has an id; a copy that was heard in the shape without one is known by its content.
        contents: this.#contents || verified.delivery.source === "backfill",
        apps: this.#apps,
      });
    } catch (error) {
      return this.#bury(verified, asDecodeError(error));
    }
    const [first] = events;
    if (first !== undefined && events.length === 1)
      return this.#acceptOne(verified, first, route, contentKeys);
    return this.#acceptAll(verified, events, route, contentKeys);
  }

  /** A list is acknowledged when all of it is stored. What was stored of one that failed is a duplicate then. */
  async #acceptAll(
    verified: Verified,
    events: readonly Decoded[],
    route: Route | undefined,
    contentKeys: string[],
  ): Promise<Fate> {
    const { schema } = route ?? {};
    if (schema !== undefined && route?.onInvalid === "reject") {
      for (const { event } of events) await validateOrReject(schema, event.payload);
    }
    const fates = await Promise.all(
      events.map((event) => this.#acceptOne(verified, event, route, contentKeys)),
    );
    return fates.find((fate) => typeof fate === "object") ?? fates.find(isNew) ?? "seen";
  }

  #acceptOne(
    verified: Verified,
    decoded: Decoded,
    route: Route | undefined,
    contentKeys: string[],
  ): MaybePromise<Fate> {
    return route?.schema === undefined
      ? this.#keep(verified, decoded, route, contentKeys)
      : this.#keepValid(verified, decoded, route, route.schema, contentKeys);
  }

  #keepValid(
    verified: Verified,
    decoded: Decoded,
    route: Route,
    schema: StandardSchema,
    contentKeys: string[],
  ): MaybePromise<Fate> {
    const invalid = (error: unknown): MaybePromise<Fate> => {
      const isInvalid = error instanceof InvalidError;
      if (route.onInvalid === "reject")
        throw isInvalid ? new RejectedError("ERR_SCHEMA", 400, error.message, { cause: error }) : error;
      // Not every sender tries again, so what a schema fails at is stored, too.
      const why = isInvalid ? error.message : `The schema of the route threw: ${messageOf(error)}`;
      return this.#bury(verified, new DecodeError("ERR_SCHEMA", why, { cause: error }), decoded);
    };
    try {
      const valid = validate(schema, decoded.event.payload);
      if (!(valid instanceof Promise)) return this.#keep(verified, decoded, route, contentKeys);
      return valid.then(() => this.#keep(verified, decoded, route, contentKeys), invalid);
    } catch (error) {
      return invalid(error);
    }
  }

  #keep(
    { delivery }: Verified,
    decoded: Decoded,
    route: Route | undefined,
    contentKeys: string[],
  ): MaybePromise<Fate> {
    const { receivedAt } = delivery;
    this.#lastEventAt = receivedAt;
    const entry = this.#entries.make(decoded, receivedAt, this.subscribedAt, route);
    if (route?.respond !== undefined) this.#responses.expect(route.respond, delivery, entry.id);
    const { contentKey } = decoded;
    if (contentKey === undefined || isRouteKeyed(entry, route)) return this.#store(entry);
    const copied = this.#unanswered.copyOf(contentKey);
    if (copied !== undefined) {
      return chain(copied, (fate) => {
        // The first of them was not stored, so this is no copy.
        if (typeof fate === "object") return this.#store(entry);
        contentKeys.push(contentKey);
        return this.#seen(entry, "content");
      });
    }
    const fate = this.#store(entry);
    this.#unanswered.add(contentKey, fate);
    contentKeys.push(contentKey);
    return fate;
  }

  #store(entry: Entry): MaybePromise<Fate> {
    try {
      const kept = this.#inbox.store(entry, this.#hasRoom());
      // Written out instead of chained: on the path of every event a closure less is 3 % more events.
      if (!(kept instanceof Promise)) return this.#kept(entry, kept);
      return kept.then(
        (settled) => this.#kept(entry, settled),
        (error: unknown) => this.#notKept(error, entry),
      );
    } catch (error) {
      return this.#notKept(error, entry);
    }
  }

  #kept(entry: Entry, kept: StoreResult): Fate {
    if (kept.state === "full") {
      if (!this.#full) this.#reports.send({ type: "inbox.full", pending: this.#settings.maxPending });
      this.#full = true;
      this.#refusedWhileFull += 1;
      return { full: kept.retryAfterMs };
    }
    if (this.#health.isAway) this.#health.stored();
    if (kept.state === "duplicate") return this.#seen(entry, kept.by ?? "id");
    if (this.#reports.wants("event.stored")) {
      const { id, triggerName, source } = entry;
      this.#reports.send({ type: "event.stored", id, triggerName, source });
    }
    // Another process may have made the room.
    this.hasRoomAgain();
    if (kept.claimed !== undefined) this.#offer(kept.claimed);
    return "kept";
  }

  #seen({ id, triggerName, source }: Entry, by: "id" | "content"): Fate {
    if (this.#reports.wants("event.duplicate"))
      this.#reports.send({ type: "event.duplicate", id, triggerName, source, by });
    return "seen";
  }

  #noting(answer: Answer, contentKeys: readonly string[]): Answer {
    if (contentKeys.length === 0) return answer;
    const onSent = (sent: boolean) => {
      if (sent) this.#unanswered.answered(contentKeys);
    };
    return { ...answer, onSent };
  }

  // ——— Where it ends early ———

  #shaken(delivery: Delivery, source: Source, answer: Answer): Answer {
    this.#reports.send({
      type: "webhook.handshake",
      provider: source.provider,
      path: delivery.http?.path ?? "",
    });
    return answer;
  }

  #refused(thrown: unknown, delivery: Delivery): Answer {
    if (!(thrown instanceof RejectedError)) throw thrown;
    this.#reports.send({
      type: "delivery.rejected",
      error: thrown,
      status: thrown.status,
      path: delivery.http?.path ?? "",
      ...(delivery.http?.route === undefined ? {} : { route: delivery.http.route }),
      remoteAddress: delivery.http?.remoteAddress,
    });
    return rejected(thrown.status);
  }

  #bury(
    { delivery, origin }: Verified,
    error: DecodeError,
    decoded?: Decoded,
    id = decoded?.event.id ?? `undecodable:${sha256Hex(delivery.body)}@${origin.route ?? "/"}`,
  ): MaybePromise<Fate> {
    this.#reports.send({ type: "delivery.undecodable", error, delivery });
    const request = decoded?.origin.request ?? delivery.request;
    const entry: Entry = {
      id,
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

  #storeDead(entry: Entry, message: string): MaybePromise<Fate> {
    const failure = { callback: undefined, attempt: 0, at: entry.receivedAt, message };
    try {
      const buried = this.#inbox.deadLetter(entry, failure);
      return buried instanceof Promise
        ? buried.then(
            () => {
              if (this.#health.isAway) this.#health.stored();
              return "buried" as const;
            },
            (cause) => this.#notKept(cause),
          )
        : "buried";
    } catch (cause) {
      return this.#notKept(cause);
    }
  }

  hasRoomAgain(): void {
    if (!this.#full) return;
    this.#full = false;
    const refused = this.#refusedWhileFull;
    this.#refusedWhileFull = 0;
    this.#reports.send({ type: "inbox.ready", refused });
  }

  #notKept(thrown: unknown, entry?: Entry): MaybePromise<Fate> {
    if (entry !== undefined && thrown instanceof EarshotError && thrown.code === "ERR_INBOX_RECORD") {
      // The store takes others, so this one would be offered for ever.
      this.#reports.send({ type: "warning", error: thrown });
      const { keys: _keys, content: _content, ...rest } = entry;
      const id = `unstorable:${sha256Hex(entry.body)}`;
      const plain = { ...rest, id, orderKey: undefined, event: undefined };
      return this.#storeDead(plain, `${thrown.code}: ${thrown.message}`);
    }
    const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    this.#health.notStored(error);
    return { failed: error };
  }

  /** The socket has no sender to ask again, so it waits here; it reads no more than it may have in flight. */
  #offerInTurn(verified: Verified, pauseMs: number): Promise<Fate> {
    this.#inLine += 1;
    const turn = this.#line.then(() => this.#offerAgain(verified, pauseMs));
    const leave = () => {
      this.#inLine -= 1;
    };
    this.#line = turn.then(leave, leave);
    return turn;
  }

  async #offerAgain(verified: Verified, firstPauseMs: number): Promise<Fate> {
    const { signal } = this.#halt;
    for (let pauseMs = firstPauseMs; !signal.aborted; ) {
      if (pauseMs > 0) await sleep(this.#settings.clock, pauseMs, signal).catch(() => undefined);
      if (signal.aborted) break;
      const fate = await this.#accept(verified);
      if (typeof fate === "string") return fate;
      pauseMs = pauseOf(fate);
    }
    // Stopped before it was kept: whoever offered it counts the time as a gap.
    throw new EarshotError("ERR_ABORTED", "The listener stopped before this was kept.");
  }
}
