import { sleep } from "./clock.js";
import { type Decoded, decode } from "./decode/index.js";
import { sha256Hex } from "./decode/sha256.js";
import { type AttemptTools, attempt } from "./dispatch/attempt.js";
import { throwing } from "./dispatch/callback.js";
import { passBy } from "./dispatch/pass-by.js";
import type { Registry } from "./dispatch/registry.js";
import { Runner } from "./dispatch/runner.js";
import { StopSwitch } from "./dispatch/stop-switch.js";
import { DecodeError, EarshotError, InvalidError, messageOf, RefusedError } from "./errors.js";
import type { Entry, Inbox, Kept, Outcome, Taken } from "./inbox/contract.js";
import type { InboxHealth } from "./lifecycle/inbox-health.js";
import { chain, type MaybePromise } from "./maybe-promise.js";
import type { Delivery } from "./model/delivery.js";
import type { TriggerEvent } from "./model/event.js";
import type { Route } from "./model/route.js";
import type { Answer, Source } from "./model/source.js";
import type { StandardSchema } from "./model/standard-schema.js";
import type { Origin, Verified } from "./model/verified.js";
import type { Reports } from "./report.js";
import { type Fate, pauseOf, rejected, unavailable } from "./responses.js";
import { RouteResponses } from "./route-response.js";
import { validate } from "./schema.js";
import type { ListenerSettings } from "./settings/listener.js";
import { trusted } from "./verify/trusted.js";

/** The channel was authorised with the key, and the log was read with it: there is no signature to check. */
const platformOrigin: Origin = { provider: "composio", signed: true };

const isNew = (fate: Fate) => fate === "kept" || fate === "buried";

/** What the path works with. */
export interface PathOptions {
  readonly settings: ListenerSettings;
  readonly inbox: Inbox;
  readonly registry: Registry;
  readonly reports: Reports;
  readonly health: InboxHealth;
}

/**
 * The way of an event, from bytes to callbacks. This file alone knows the order of the stages:
 *
 *     delivery → verify → decode → keep → acknowledge → callbacks → settle
 *
 * A stage that can answer at once does, and the path then goes on without leaving the stack: over a memory
 * inbox an event is verified, kept, acknowledged and run before the next one is looked at.
 */
export class Path {
  /** Whether a frame of the socket may pass by unread; absent where none may. */
  readonly passBy: ((frame: Buffer) => boolean) | undefined;
  readonly #settings: ListenerSettings;
  readonly #inbox: Inbox;
  readonly #registry: Registry;
  readonly #reports: Reports;
  readonly #runner: Runner;
  readonly #tools: AttemptTools;
  readonly #twins: boolean;
  readonly #halt = new AbortController();
  readonly #stopSwitch = new StopSwitch();
  readonly #health: InboxHealth;
  readonly #responses: RouteResponses;
  #full = false;
  /** Deliveries that a full inbox did not store. */
  #refusedWhileFull = 0;
  /** How many of the socket's deliveries wait for the inbox, and the end of their line. */
  #inLine = 0;
  #line: Promise<void> = Promise.resolve();
  #lastEventAt: number | undefined;

  constructor({ settings, inbox, registry, reports, health }: PathOptions) {
    this.#health = health;
    this.#settings = settings;
    this.#inbox = inbox;
    this.#registry = registry;
    this.#reports = reports;
    // Copies without an id come over the socket, copies with one at the door: only with both is there a twin.
    this.#twins = settings.websocket && settings.webhook !== undefined;
    this.passBy = passBy(inbox, registry, reports);
    const send = reports.send.bind(reports);
    const wants = reports.wants.bind(reports);
    this.#responses = new RouteResponses(settings.clock, send);
    this.#tools = { clock: settings.clock, random: Math.random, stop: this.#stopSwitch, send, wants };
    this.#runner = new Runner({
      inbox,
      clock: settings.clock,
      concurrency: settings.concurrency,
      leaseMs: settings.leaseMs,
      wanted: () => registry.size > 0 || !inbox.durable,
      run: this.#run,
      onFinished: () => this.#hasRoomAgain(),
      send,
      wants,
    });
  }

  /** Whether the inbox refuses new records for now. */
  get full(): boolean {
    return this.#full;
  }

  /** Looks whether there is room again: another process may have made it. */
  async lookForRoom(): Promise<void> {
    if (!this.#inbox.durable) return;
    const { waiting, running } = await this.#inbox.counts();
    if (waiting + running < this.#settings.maxPending) this.#hasRoomAgain();
  }

  /** Records in work. */
  get running(): number {
    return this.#runner.running;
  }

  /** Resolves when no callback runs any more. */
  idle(): Promise<void> {
    return this.#runner.idle();
  }

  /** Epoch milliseconds. */
  get lastEventAt(): number | undefined {
    return this.#lastEventAt;
  }

  /** Begins to take records from the inbox. */
  start(): void {
    this.#runner.start();
  }

  /** Looks again at whether anybody wants records. */
  poke(): void {
    this.#runner.poke();
  }

  /** Takes no more records, waits for running callbacks, then aborts their signals and gives their records back. */
  async stop(graceMs: number): Promise<void> {
    const reason = new EarshotError("ERR_ABORTED", "The listener has stopped.");
    const { stop } = this.#tools;
    await this.#runner.stop(
      graceMs,
      () => stop.stop(reason),
      () => stop.giveUp(reason),
    );
    this.#halt.abort(reason);
  }

  /** What came in at the door. Rejects only on a defect of ours. */
  readonly atDoor = (delivery: Delivery, route: Route): MaybePromise<Answer> => {
    const { source } = route;
    try {
      const answer = chain(source.handshake?.(delivery, delivery.receivedAt), (handshake) => {
        if (handshake !== undefined) return this.#shaken(delivery, source, handshake);
        const verified = source.verify(delivery, delivery.receivedAt);
        const fate = chain(verified, (proved) => this.#accept(proved, route));
        return chain(fate, (settled) =>
          typeof settled === "string"
            ? this.#responses.answer(route, delivery, settled)
            : unavailable(settled),
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

  #accept(verified: Verified, route?: Route): MaybePromise<Fate> {
    let decoded: Decoded;
    try {
      decoded = decode(verified, {
        // A line of the log has an id; a copy that was heard in the shape without one is known by its content.
        twins: this.#twins || verified.delivery.source === "catch-up",
      });
    } catch (error) {
      if (error instanceof DecodeError) return this.#bury(verified, error);
      throw error;
    }
    return route?.schema === undefined
      ? this.#keep(verified, decoded, route)
      : this.#keepValid(verified, decoded, route, route.schema);
  }

  #keepValid(verified: Verified, decoded: Decoded, route: Route, schema: StandardSchema): MaybePromise<Fate> {
    const invalid = (error: unknown): MaybePromise<Fate> => {
      if (!(error instanceof InvalidError)) throw error;
      if (route.onInvalid === "refuse") {
        throw new RefusedError("ERR_SCHEMA", 400, error.message, { cause: error });
      }
      return this.#bury(
        verified,
        new DecodeError("ERR_SCHEMA", error.message, { cause: error }),
        decoded.event,
      );
    };
    try {
      const valid = validate(schema, decoded.event.payload);
      if (!(valid instanceof Promise)) return this.#keep(verified, decoded, route);
      return valid.then(() => this.#keep(verified, decoded, route), invalid);
    } catch (error) {
      return invalid(error);
    }
  }

  #keep({ delivery, origin }: Verified, { event, twin }: Decoded, route?: Route): MaybePromise<Fate> {
    this.#lastEventAt = delivery.receivedAt;
    const entry: Entry = {
      id: event.id,
      twin,
      triggerName: event.triggerName,
      source: delivery.source,
      origin,
      body: event.raw,
      receivedAt: delivery.receivedAt,
      orderKey: this.#orderKeyOf(event),
      event,
    };
    if (route?.respond !== undefined) this.#responses.expect(route.respond, delivery, entry.id);
    try {
      const kept = this.#inbox.keep(entry, this.#runner.hasRoom);
      // Written out instead of chained: on the path of every event a closure less is 3 % more events.
      if (!(kept instanceof Promise)) return this.#kept(entry, kept);
      return kept.then(
        (settled) => this.#kept(entry, settled),
        (error: unknown) => this.#notKept(error),
      );
    } catch (error) {
      return this.#notKept(error);
    }
  }

  #kept(entry: Entry, kept: Kept): Fate {
    if (kept.state === "full") {
      if (!this.#full) this.#reports.send({ type: "inbox.full", pending: this.#settings.maxPending });
      this.#full = true;
      this.#refusedWhileFull += 1;
      return { full: kept.retryAfterMs };
    }
    if (this.#health.isAway) this.#health.stored();
    const type = kept.state === "new" ? "event.kept" : "event.seen";
    if (this.#reports.wants(type))
      this.#reports.send({ type, id: entry.id, triggerName: entry.triggerName, source: entry.source });
    if (kept.state === "seen") return "seen";
    // Another process may have made the room.
    this.#hasRoomAgain();
    if (kept.taken !== undefined) this.#runner.offer(kept.taken);
    return "kept";
  }

  readonly #run = (taken: Taken): MaybePromise<Outcome> => {
    const { record } = taken;
    let event: TriggerEvent;
    try {
      const delivery = { source: record.source, body: record.body, receivedAt: record.receivedAt };
      event = record.event ?? decode(trusted(delivery, record.origin), { twins: false }).event;
    } catch (error) {
      const failure = {
        callback: undefined,
        attempt: record.attempts + 1,
        at: record.receivedAt,
        message: messageOf(error),
      };
      return { state: "dead", done: record.done, failures: [failure] };
    }
    const callbacks = this.#registry.match(event, throwing);
    if (callbacks.length === 0 && this.#reports.wants("event.unmatched")) {
      this.#reports.send({
        type: "event.unmatched",
        id: record.id,
        triggerName: record.triggerName,
        source: record.source,
      });
    }
    return attempt(record, event, this.#responses.watched(record.id, callbacks), this.#tools);
  };

  // ——— Where the path ends early ———

  #shaken(delivery: Delivery, source: Source, answer: Answer): Answer {
    this.#reports.send({ type: "handshake", provider: source.provider, path: delivery.http?.path ?? "" });
    return answer;
  }

  #refused(thrown: unknown, delivery: Delivery): Answer {
    if (!(thrown instanceof RefusedError)) throw thrown;
    this.#reports.send({
      type: "delivery.refused",
      error: thrown,
      status: thrown.status,
      path: delivery.http?.path ?? "",
      ...(delivery.http?.route === undefined ? {} : { route: delivery.http.route }),
      remoteAddress: delivery.http?.remoteAddress,
    });
    return rejected(thrown.status);
  }

  #bury({ delivery, origin }: Verified, error: DecodeError, event?: TriggerEvent): MaybePromise<Fate> {
    this.#reports.send({ type: "delivery.undecodable", error, delivery });
    const entry: Entry = {
      id: event?.id ?? `undecodable:${sha256Hex(delivery.body)}`,
      twin: undefined,
      triggerName: event?.triggerName ?? "(undecodable)",
      source: delivery.source,
      origin,
      body: delivery.body,
      receivedAt: delivery.receivedAt,
      orderKey: undefined,
      event: undefined,
    };
    const failure = {
      callback: undefined,
      attempt: 0,
      at: delivery.receivedAt,
      message: `${error.code}: ${error.message}`,
    };
    try {
      const buried = this.#inbox.bury(entry, failure);
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

  #hasRoomAgain(): void {
    if (!this.#full) return;
    this.#full = false;
    const refused = this.#refusedWhileFull;
    this.#refusedWhileFull = 0;
    this.#reports.send({ type: "inbox.ready", refused });
  }

  #notKept(thrown: unknown): Fate {
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

  #orderKeyOf(event: TriggerEvent): string | undefined {
    const { orderBy } = this.#settings;
    if (orderBy === undefined) return undefined;
    try {
      return orderBy(event);
    } catch (thrown) {
      const error = new EarshotError(
        "ERR_OPTION",
        `\`orderBy\` threw on ${event.triggerName} ${event.id}: ${messageOf(thrown)}`,
      );
      this.#reports.send({ type: "warning", error });
      return undefined;
    }
  }
}
