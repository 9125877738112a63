import { EarshotError } from "../base/errors.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import type { CallbackIndex } from "../callbacks/callback-index.js";
import { frameFilter } from "../callbacks/frame-filter.js";
import { CallbackGates } from "../callbacks/gates.js";
import type { AppNames } from "../decode/app-names.js";
import { batchTrigger } from "../inbox/batch.js";
import type { Inbox } from "../inbox/contract.js";
import type { InboxHealth } from "../inbox/health.js";
import type { Tracer } from "../model/monitor.js";
import type { ListenerSettings } from "../settings/listener.js";
import { copyOf } from "./copy-of.js";
import { DoneWaits } from "./done-waits.js";
import type { Expectations } from "./expectations.js";
import { HeldRecords } from "./held-records.js";
import { InOrder } from "./in-order.js";
import { Processor } from "./process.js";
import { Receiver, type ReceiverOptions } from "./receive.js";
import { RouteResponses } from "./route-response.js";
import { Settlement } from "./settle.js";
import { ShutdownSignal } from "./shutdown-signal.js";
import { EventStore } from "./store.js";
import { UnmatchedSearch } from "./unmatched-search.js";
import { Worker } from "./worker.js";

/** What the pipeline works with. */
export interface PipelineOptions {
  readonly settings: ListenerSettings;
  readonly inbox: Inbox;
  readonly callbacks: CallbackIndex;
  readonly events: ListenerEventEmitter;
  readonly apps: AppNames;
  readonly health: InboxHealth;
  /** Makes spans of callbacks; absent without traces. */
  readonly tracer: Tracer | undefined;
  /** Counts deliveries; absent without metrics. */
  readonly delivered: ReceiverOptions["delivered"];
  readonly expectations: Expectations;
}

/**
 * The steps of an event's lifecycle, put together: `receive.ts` brings events into the inbox, `process.ts` takes them
 * from there to the callbacks.
 */
export class Pipeline {
  readonly receiver: Receiver;
  readonly store: EventStore;
  /** The gates of the callbacks: paused while what they depend on is away, or limited. */
  readonly gates: CallbackGates;
  /** Whether a frame of the WebSocket may be skipped unread; absent where none may. */
  readonly skipFrame: ((frame: Buffer) => boolean) | undefined;
  readonly #settings: ListenerSettings;
  readonly #inbox: Inbox;
  readonly #worker: Worker;
  readonly #unmatched: UnmatchedSearch;
  readonly #inOrder: InOrder;
  readonly #shutdown = new ShutdownSignal();

  constructor(options: PipelineOptions) {
    const { settings, inbox, callbacks, events, apps, health, expectations, tracer, delivered } = options;
    const { clock } = settings;
    this.#settings = settings;
    this.#inbox = inbox;
    this.skipFrame = frameFilter(inbox, callbacks.triggerNames, events);
    this.#inOrder = new InOrder(clock);
    const send = events.send.bind(events);
    const responses = new RouteResponses(clock, send);
    this.gates = new CallbackGates(
      clock,
      // Expectations have no gate: what they wait for is claimed while every callback is paused.
      // Nor has the part of events that join a batch: the batch's own record has.
      () => callbacks.size + (expectations.isUsed ? 1 : 0) + (callbacks.coalescing.size > 0 ? 1 : 0),
      () => this.#worker.wake(),
    );
    const held = new HeldRecords();
    const { webhook } = settings;
    const doneWaits =
      webhook?.acknowledge === "done"
        ? // The server itself responds when its time is over.
          new DoneWaits(clock, Math.max(1, webhook.responseTimeoutMs * 0.9))
        : undefined;
    const settlement = new Settlement({
      inbox,
      clock,
      leaseMs: settings.leaseMs,
      events,
      held,
      onEnded: () => this.store.roomAgain(),
      onRecorded: (claimed, outcome) => {
        doneWaits?.settled(claimed.record.id, outcome);
        expectations.onRecorded(claimed, outcome);
      },
      onReleased: () => this.#worker.released(),
    });
    const processor = new Processor({
      clock,
      callbacks,
      expectations,
      events,
      apps,
      responses,
      held,
      settlement,
      maxCrashes: settings.maxCrashes,
      tools: {
        clock,
        random: Math.random,
        leavesUnmatched: inbox.unmatched !== undefined,
        stop: this.#shutdown,
        steps: { inbox, clock, leaseMs: settings.leaseMs, held, send },
        once: { inbox, send },
        join: { inbox, clock, send },
        copyOf: (record, event) => copyOf(record, event, apps),
        send,
        isNeeded: events.isNeeded.bind(events),
        get counts() {
          return events.counts;
        },
        tracer,
      },
    });
    this.#worker = new Worker({
      inbox,
      clock,
      concurrency: settings.concurrency,
      leaseMs: settings.leaseMs,
      events,
      held,
      settlement,
      isWanted: () => callbacks.size > 0 || expectations.isUsed || !inbox.durable,
      allowance: () => this.gates.room,
      process: processor.process,
    });
    const offer = this.#worker.offer.bind(this.#worker);
    this.#unmatched = new UnmatchedSearch({
      inbox,
      clock,
      room: () => this.#worker.room,
      names: () => {
        const { list } = callbacks.triggerNames;
        return callbacks.coalescing.size === 0 ? list : list && [...list, batchTrigger];
      },
      prepare: expectations.refresh,
      matches: processor.wantsUnmatched,
      offer,
      onError: health.warned,
    });
    const hasRoom = () => this.#worker.hasRoom;
    this.store = new EventStore({ settings, inbox, events, health, responses, doneWaits, hasRoom, offer });
    this.receiver = new Receiver({
      store: this.store,
      responses,
      doneWaits,
      inOrder: this.#inOrder,
      events,
      apps,
      // Copies without an id come over the WebSocket, copies with one as webhooks: only with both is there a copy.
      copiesWithoutId: settings.websocket && settings.webhook !== undefined,
      delivered,
    });
  }

  /** Checks whether there is room again: another process may have made it. */
  async lookForRoom(): Promise<void> {
    if (!this.#inbox.durable) return;
    const { waiting, running } = await this.#inbox.counts();
    if (waiting + running < this.#settings.maxPending) this.store.roomAgain();
  }

  /** Records in work. */
  get running(): number {
    return this.#worker.running;
  }

  /** Resolves when no callback runs any more. */
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  /** Begins to claim records from the inbox. */
  start(): void {
    this.#worker.start();
    this.#unmatched.start();
  }

  /** A callback has been registered: there may be records for it. */
  registered(): void {
    this.#worker.wake();
    this.#unmatched.again();
  }

  /** Open batches would end with the process: they run now. */
  flushBatches(): void {
    this.#inbox.flushBatches?.();
  }

  /** Claims no more records, waits for running callbacks, then aborts their signals and gives their records back. */
  async stop(graceMs: number): Promise<void> {
    const reason = new EarshotError("ERR_ABORTED", "The listener has stopped.");
    if (this.#inbox.flushBatches !== undefined) await this.#runBatches(graceMs);
    this.gates.stop();
    const searched = this.#unmatched.stop();
    await this.#worker.stop(
      graceMs,
      () => this.#shutdown.abort(reason),
      () => this.#shutdown.endAll(reason),
    );
    await searched;
    this.#inOrder.stop(reason);
  }

  /** Waits until the open batches have run, those of the last requests too. */
  async #runBatches(graceMs: number): Promise<void> {
    const { clock } = this.#settings;
    const endsAt = clock.monotonic() + graceMs;
    for (;;) {
      const leftMs = endsAt - clock.monotonic();
      if ((this.#inbox.flushBatches?.() ?? 0) === 0 || leftMs <= 0) return;
      await this.#worker.changed(leftMs);
    }
  }
}
