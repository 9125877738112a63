import { EarshotError, messageOf } from "../base/errors.js";
import type { ListenerEvents } from "../base/listener-events.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { throwing } from "../callbacks/callback.js";
import { passBy } from "../callbacks/frame-filter.js";
import type { Registry } from "../callbacks/registry.js";
import type { AppNames } from "../decode/app-names.js";
import { decodeRecord } from "../decode/index.js";
import type { Claimed, Inbox, InboxRecord, Outcome } from "../inbox/contract.js";
import type { InboxHealth } from "../inbox/health.js";
import type { TriggerEvent } from "../model/event.js";
import type { ListenerSettings } from "../settings/listener.js";
import { type AttemptTools, attempt } from "./attempt.js";
import { Receiver } from "./receive.js";
import { RouteResponses } from "./route-response.js";
import { StopSwitch } from "./stop-switch.js";
import { UnmatchedSearch } from "./unmatched-search.js";
import { Runner } from "./worker.js";

/** What the path works with. */
export interface PathOptions {
  readonly settings: ListenerSettings;
  readonly inbox: Inbox;
  readonly registry: Registry;
  readonly reports: ListenerEvents;
  readonly apps: AppNames;
  readonly health: InboxHealth;
}

/**
 * The lifecycle of an event, from bytes to callbacks: what is received goes into the inbox (`receive.ts`), and from
 * there to the callbacks:
 *
 *     claim → match callbacks → run → settle
 *
 * Over a memory inbox an event is verified, stored, acknowledged and run before the next one is looked at.
 */
export class Path {
  /** Verifies, decodes and stores what comes in. */
  readonly receiver: Receiver;
  /** Whether a frame of the socket may pass by unread; absent where none may. */
  readonly passBy: ((frame: Buffer) => boolean) | undefined;
  readonly #settings: ListenerSettings;
  readonly #inbox: Inbox;
  readonly #registry: Registry;
  readonly #reports: ListenerEvents;
  readonly #apps: AppNames;
  readonly #runner: Runner;
  readonly #tools: AttemptTools;
  readonly #unmatched: UnmatchedSearch;
  readonly #responses: RouteResponses;
  readonly #stopSwitch = new StopSwitch();

  constructor({ settings, inbox, registry, reports, apps, health }: PathOptions) {
    this.#apps = apps;
    this.#settings = settings;
    this.#inbox = inbox;
    this.#registry = registry;
    this.#reports = reports;
    this.passBy = passBy(inbox, registry, reports);
    const send = reports.send.bind(reports);
    const wants = reports.wants.bind(reports);
    this.#responses = new RouteResponses(settings.clock, send);
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
      onFinished: () => this.receiver.hasRoomAgain(),
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
      onTrouble: health.warned,
    });
    this.receiver = new Receiver({
      settings,
      inbox,
      reports,
      apps,
      health,
      responses: this.#responses,
      hasRoom: () => this.#runner.hasRoom,
      offer: (taken) => this.#runner.offer(taken),
    });
  }

  /** Looks whether there is room again: another process may have made it. */
  async lookForRoom(): Promise<void> {
    if (!this.#inbox.durable) return;
    const { waiting, running } = await this.#inbox.counts();
    if (waiting + running < this.#settings.maxPending) this.receiver.hasRoomAgain();
  }

  /** Records in work. */
  get running(): number {
    return this.#runner.running;
  }

  /** Resolves when no callback runs any more. */
  idle(): Promise<void> {
    return this.#runner.idle();
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
    const searched = this.#unmatched.stop();
    await this.#runner.stop(
      graceMs,
      () => stop.stop(reason),
      () => stop.giveUp(reason),
    );
    await searched;
    this.receiver.stop(reason);
  }

  readonly #run = (taken: Claimed): MaybePromise<Outcome> => {
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
    return attempt(record, event, this.#responses.watched(record.id, callbacks), this.#tools);
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
}

function failedForGood({ attempts, receivedAt, done }: InboxRecord, message: string): Outcome {
  const failure = { callback: undefined, attempt: attempts + 1, at: receivedAt, message };
  return { state: "dead", done, failures: [failure] };
}
