import { sleep } from "./clock.js";
import type { AppNames } from "./decode/app-names.js";
import { type Decoded, decode, decodeRecord } from "./decode/index.js";
import { sha256Hex } from "./decode/sha256.js";
import { type AttemptTools, attempt } from "./dispatch/attempt.js";
import { throwing } from "./dispatch/callback.js";
import { passBy } from "./dispatch/pass-by.js";
import type { Registry } from "./dispatch/registry.js";
import { Runner } from "./dispatch/runner.js";
import { StopSwitch } from "./dispatch/stop-switch.js";
import { UnmatchedSearch } from "./dispatch/unmatched-search.js";
import { Entries } from "./entry.js";
import { DecodeError, EarshotError, InvalidError, messageOf, RefusedError } from "./errors.js";
import type { Entry, Inbox, InboxRecord, Kept, Outcome, Taken } from "./inbox/contract.js";
import type { InboxHealth } from "./lifecycle/inbox-health.js";
import { chain, type MaybePromise } from "./maybe-promise.js";
import type { Delivery } from "./model/delivery.js";
import type { TriggerEvent } from "./model/event.js";
import type { Route } from "./model/route.js";
import type { Answer, Source } from "./model/source.js";
import type { StandardSchema } from "./model/standard-schema.js";
import type { Origin, Verified } from "./model/verified.js";
import type { Reports } from "./report.js";
import { answerTo, type Fate, pauseOf, rejected } from "./responses.js";
import { validate } from "./schema.js";
import type { ListenerSettings } from "./settings/listener.js";
import { UnansweredDeliveries } from "./unanswered.js";
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
  readonly apps: AppNames;
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
  readonly #apps: AppNames;
  readonly #runner: Runner;
  readonly #tools: AttemptTools;
  readonly #entries: Entries;
  readonly #unanswered: UnansweredDeliveries;
  readonly #unmatched: UnmatchedSearch;
  /** Whether a copy without an id may come on another transport. */
  readonly #contents: boolean;
  readonly #halt = new AbortController();
  readonly #stopSwitch = new StopSwitch();
  readonly #health: InboxHealth;
  #full = false;
  /** Deliveries that a full inbox did not store. */
  #refusedWhileFull = 0;
  /** How many of the socket's deliveries wait for the inbox, and the end of their line. */
  #inLine = 0;
  #line: Promise<void> = Promise.resolve();
  #lastEventAt: number | undefined;
  /** When the WebSocket's subscription was confirmed last, epoch milliseconds. */
  subscribedAt = Number.NEGATIVE_INFINITY;

  constructor({ settings, inbox, registry, reports, apps, health }: PathOptions) {
    this.#apps = apps;
    this.#health = health;
    this.#settings = settings;
    this.#inbox = inbox;
    this.#registry = registry;
    this.#reports = reports;
    // Copies without an id come over the socket, copies with one at the door: only with both is there a copy.
    this.#contents = settings.websocket && settings.webhook !== undefined;
    this.#unanswered = new UnansweredDeliveries(settings.clock);
    this.passBy = passBy(inbox, registry, reports);
    const send = reports.send.bind(reports);
    const wants = reports.wants.bind(reports);
    this.#entries = new Entries(settings, send);
    this.#tools = {
      clock: settings.clock,
      random: Math.random,
      leavesUnmatched: inbox.unmatched !== undefined,
      stop: this.#stopSwitch,
      send,
      wants,
    };
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
    this.#unmatched = new UnmatchedSearch({
      inbox,
      clock: settings.clock,
      room: () => this.#runner.room,
      names: () => (registry.size === 0 ? [] : registry.askedNames),
      asksFor: this.#asksFor,
      offer: (taken) => this.#runner.offer(taken),
      onTrouble: (error) => this.#health.warned(error),
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
    this.#unmatched.start();
  }

  /** A callback has been registered: there may be records for it. */
  registered(): void {
    this.#runner.poke();
    this.#unmatched.again();
  }

  /** Takes no more records, waits for running callbacks, then aborts their signals and gives their records back. */
  async stop(graceMs: number): Promise<void> {
    const reason = new EarshotError("ERR_ABORTED", "The listener has stopped.");
    const { stop } = this.#tools;
    this.#unmatched.stop();
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
        const contentKeys: string[] = [];
        const fate = chain(verified, (proved) => this.#accept(proved, route, contentKeys));
        return chain(fate, (reached) => this.#answerTo(reached, contentKeys));
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
        contents: this.#contents || verified.delivery.source === "catch-up",
        apps: this.#apps,
      });
    } catch (error) {
      return this.#bury(verified, undecodable(error));
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
    if (schema !== undefined && route?.onInvalid === "refuse") {
      for (const { event } of events) await this.#check(schema, event);
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

  /** @throws RefusedError where the route rejects what does not match */
  async #check(schema: StandardSchema, event: TriggerEvent): Promise<void> {
    try {
      await validate(schema, event.payload);
    } catch (error) {
      if (!(error instanceof InvalidError)) throw error;
      throw new RefusedError("ERR_SCHEMA", 400, error.message, { cause: error });
    }
  }

  #keepValid(
    verified: Verified,
    decoded: Decoded,
    route: Route,
    schema: StandardSchema,
    contentKeys: string[],
  ): MaybePromise<Fate> {
    const invalid = (error: unknown): MaybePromise<Fate> => {
      if (!(error instanceof InvalidError)) throw error;
      if (route.onInvalid === "refuse") {
        throw new RefusedError("ERR_SCHEMA", 400, error.message, { cause: error });
      }
      return this.#bury(verified, new DecodeError("ERR_SCHEMA", error.message, { cause: error }), decoded);
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
    const { contentKey } = decoded;
    if (contentKey === undefined || route?.dedupe !== undefined) return this.#store(entry);
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
      const kept = this.#inbox.keep(entry, this.#runner.hasRoom);
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

  #kept(entry: Entry, kept: Kept): Fate {
    if (kept.state === "full") {
      if (!this.#full) this.#reports.send({ type: "inbox.full", pending: this.#settings.maxPending });
      this.#full = true;
      this.#refusedWhileFull += 1;
      return { full: kept.retryAfterMs };
    }
    if (this.#health.isAway) this.#health.stored();
    if (kept.state === "seen") return this.#seen(entry, kept.by ?? "id");
    if (this.#reports.wants("event.kept")) {
      const { id, triggerName, source } = entry;
      this.#reports.send({ type: "event.kept", id, triggerName, source });
    }
    // Another process may have made the room.
    this.#hasRoomAgain();
    if (kept.taken !== undefined) this.#runner.offer(kept.taken);
    return "kept";
  }

  #seen({ id, triggerName, source }: Entry, by: "id" | "content"): Fate {
    if (this.#reports.wants("event.seen"))
      this.#reports.send({ type: "event.seen", id, triggerName, source, by });
    return "seen";
  }

  #answerTo(fate: Fate, contentKeys: readonly string[]): Answer {
    const answer = answerTo(fate);
    if (contentKeys.length === 0) return answer;
    const onSent = (sent: boolean) => {
      if (sent) this.#unanswered.answered(contentKeys);
    };
    return { ...answer, onSent };
  }

  readonly #run = (taken: Taken): MaybePromise<Outcome> => {
    const { record } = taken;
    const { crashes = 0 } = record;
    if (crashes >= this.#settings.maxCrashes) {
      const times = crashes === 1 ? "once" : `${crashes} times`;
      return failedForGood(record, `ERR_CRASHED: The process ended ${times} while it ran this event.`);
    }
    let event: TriggerEvent;
    try {
      event = record.event ?? decodeRecord(record, this.#apps);
    } catch (error) {
      return failedForGood(record, messageOf(error));
    }
    return chain(this.#apps.named(event, record.origin), (named) => this.#runEvent(record, named));
  };

  #runEvent(record: InboxRecord, event: TriggerEvent): MaybePromise<Outcome> {
    const callbacks = this.#registry.match(event, throwing);
    if (callbacks.length === 0 && this.#reports.wants("event.unmatched")) {
      const { id, triggerName, source } = record;
      this.#reports.send({ type: "event.unmatched", id, triggerName, source });
    }
    return attempt(record, event, callbacks, this.#tools);
  }

  /** Whether a callback here is for an unmatched record; what cannot be decoded any more is to be dead-lettered. */
  readonly #asksFor = (record: InboxRecord): boolean => {
    try {
      const callbacks = this.#registry.match(decodeRecord(record, this.#apps), throwing);
      return callbacks.some(({ name }) => !record.done.includes(name));
    } catch {
      return true;
    }
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

  #bury(
    { delivery, origin }: Verified,
    error: DecodeError,
    decoded?: Decoded,
    id = decoded?.event.id ?? `undecodable:${sha256Hex(delivery.body)}@${origin.route ?? "/"}`,
  ): MaybePromise<Fate> {
    this.#reports.send({ type: "delivery.undecodable", error, delivery });
    const request = decoded?.origin.request ?? delivery.request?.();
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

/** Whatever decoding threw: what cannot be read is dead-lettered with its bytes. */
function undecodable(thrown: unknown): DecodeError {
  if (thrown instanceof DecodeError) return thrown;
  return new DecodeError("ERR_SHAPE", `The delivery could not be decoded: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

function failedForGood({ attempts, receivedAt, done }: InboxRecord, message: string): Outcome {
  const failure = { callback: undefined, attempt: attempts + 1, at: receivedAt, message };
  return { state: "dead", done, failures: [failure] };
}
