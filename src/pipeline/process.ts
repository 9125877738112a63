import type { Clock } from "../base/clock.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { messageOf } from "../base/message-of.js";
import { equalJitterMs } from "../base/retry.js";
import { throwing } from "../callbacks/callback.js";
import type { CallbackIndex } from "../callbacks/callback-index.js";
import type { AppNames } from "../decode/app-names.js";
import { decodeRecord } from "../decode/index.js";
import { isBatch, readBatch } from "../inbox/batch.js";
import type { Claimed, Failure, InboxRecord, Outcome } from "../inbox/contract.js";
import { isExpectation } from "../inbox/expectation.js";
import { ownEvent } from "../inbox/own-event.js";
import type { TriggerEvent } from "../model/event.js";
import { type AttemptTools, attempt } from "./attempt.js";
import { batchRun, hasBatchCallback } from "./coalesce.js";
import { type Expectations, type Matched, nothingExpected } from "./expectations.js";
import type { HeldRecords } from "./held-records.js";
import type { RouteResponses } from "./route-response.js";
import type { Settlement } from "./settle.js";
import { setupWarning } from "./setup-warning.js";

/** What processing works with. */
export interface ProcessorOptions {
  readonly clock: Clock;
  readonly callbacks: CallbackIndex;
  readonly expectations: Expectations;
  readonly events: ListenerEventEmitter;
  readonly apps: AppNames;
  readonly responses: RouteResponses;
  readonly held: HeldRecords;
  readonly settlement: Settlement;
  readonly tools: AttemptTools;
  /** A record is dead-lettered once so many processes have ended while they ran it. */
  readonly maxCrashes: number;
}

/** Between attempts that a defect of this package ended. */
const defectPauses = { baseMs: 100, capMs: 5000 };
const MAX_DEFECT_ATTEMPTS = 5;

/**
 * The second half of an event's lifecycle:
 *
 *     inbox → claim (lease) → match callbacks → run → settle: done · retry at · dead-letter
 *
 * `worker.ts` claims: a record is handed over as it is stored if there is room, and claimed from the inbox if not.
 * `unmatched-search.ts` finds records that no callback asked for before.
 * Where the callbacks end at once, over a memory inbox, all of it stays in one stack.
 */
export class Processor {
  readonly #options: ProcessorOptions;

  constructor(options: ProcessorOptions) {
    this.#options = options;
  }

  /** Makes one attempt on a claimed record, and settles it. */
  readonly process = (claimed: Claimed): void => {
    const { held, settlement } = this.#options;
    const outcome = this.#run(claimed);
    if (!(outcome instanceof Promise)) {
      settlement.settle(claimed, outcome);
      return;
    }
    held.add(claimed);
    outcome.then(
      (ended) => settlement.settle(claimed, ended),
      (thrown: unknown) => settlement.settle(claimed, this.#defect(claimed, thrown)),
    );
  };

  /** Whether a callback here is for an unmatched record; what cannot be decoded any more is to be dead-lettered. */
  readonly wantsUnmatched = (record: InboxRecord): boolean => {
    const { apps, callbacks, expectations } = this.#options;
    try {
      if (isExpectation(record)) return expectations.hasHandlerFor(record);
      if (isBatch(record)) return hasBatchCallback(record, callbacks.coalescing);
      const event = decodeRecord(record, apps);
      const matching = [...callbacks.match(event, throwing), ...expectations.matchKnown(event).callbacks];
      return matching.some(({ name }) => !record.done.includes(name));
    } catch {
      return true;
    }
  };

  #run(claimed: Claimed): MaybePromise<Outcome> {
    const { apps, expectations, maxCrashes, tools } = this.#options;
    const { record } = claimed;
    try {
      const { crashes = 0 } = record;
      if (crashes >= maxCrashes) return dead(record, crashedMessage(crashes));
      if (isExpectation(record)) {
        const { event, callbacks, isIncomplete } = expectations.timedOut(record);
        return attempt(claimed, event, callbacks, tools, isIncomplete);
      }
      if (isBatch(record)) return this.#runBatch(claimed);
      // After a restart, a retry or a replay, only the bytes are there.
      const event = record.event ?? decoded(record, apps);
      if (typeof event === "string") return dead(record, event);
      const named = apps.named(event, record.origin);
      return named instanceof Promise
        ? named.then((one) => this.#matchExpectations(claimed, one))
        : this.#matchExpectations(claimed, named);
    } catch (thrown) {
      return this.#defect(claimed, thrown);
    }
  }

  #matchExpectations(claimed: Claimed, event: TriggerEvent): MaybePromise<Outcome> {
    const { expectations } = this.#options;
    return expectations.isUsed
      ? chain(expectations.match(event), (matched) => this.#matchAndRun(claimed, event, matched))
      : this.#matchAndRun(claimed, event, nothingExpected);
  }

  #matchAndRun(claimed: Claimed, event: TriggerEvent, expected: Matched): MaybePromise<Outcome> {
    const { callbacks, events, responses, tools } = this.#options;
    const { record } = claimed;
    if (expected.isUnknown) return this.#later(record);
    const matching = callbacks.match(event, throwing);
    const isMatched = matching.length > 0 || expected.callbacks.length > 0 || expected.isIncomplete;
    if (!isMatched) {
      this.#reportUnmatched(record);
      const error = setupWarning(event);
      if (error !== undefined) events.send({ type: "warning", error });
    }
    const watched = responses.watched(record.id, matching);
    const all = expected.callbacks.length === 0 ? watched : [...watched, ...expected.callbacks];
    return attempt(claimed, event, all, tools, expected.isIncomplete);
  }

  #runBatch(claimed: Claimed): MaybePromise<Outcome> {
    const { apps, callbacks, tools } = this.#options;
    const { record } = claimed;
    const stored = readBatch(record.body);
    if (stored === undefined) return dead(record, "The body of the batch cannot be read.");
    return chain(
      batchRun(record, stored, callbacks.coalescing, apps, tools.clock),
      ({ callback, isEmpty }) => {
        if (isEmpty) return { state: "done", done: record.done, failures: [] } as const;
        if (callback === undefined) this.#reportUnmatched(record);
        const runs = callback === undefined ? [] : [callback];
        return attempt(claimed, ownEvent(record, record.source), runs, tools, callback === undefined);
      },
    );
  }

  #reportUnmatched({ id, triggerName, source, origin }: InboxRecord): void {
    const { events } = this.#options;
    if (!events.isNeeded("event.unmatched")) return;
    events.send({ type: "event.unmatched", id, triggerName, source, provider: origin.provider });
  }

  /** The inbox could not say what is expected. */
  #later({ attempts, done, tries }: InboxRecord): Outcome {
    const dueAt = this.#options.clock.now() + equalJitterMs(defectPauses, attempts + 1);
    return { state: "retry", dueAt, done, failures: [], tries };
  }

  /** A defect of this package is a failed attempt: the last one where the record has had five, whatever ended them. */
  #defect({ record }: Claimed, thrown: unknown): Outcome {
    const { clock } = this.#options;
    const number = record.attempts + 1;
    const failure: Failure = {
      callback: undefined,
      attempt: number,
      at: clock.now(),
      message: messageOf(thrown),
    };
    const rest = { done: record.done, failures: [failure] };
    if (number >= MAX_DEFECT_ATTEMPTS) return { state: "dead", ...rest };
    const dueAt = clock.now() + equalJitterMs(defectPauses, number);
    return { state: "retry", dueAt, ...rest, tries: record.tries };
  }
}

/** @returns the event, or why there is none */
function decoded(record: InboxRecord, apps: AppNames): TriggerEvent | string {
  try {
    return decodeRecord(record, apps);
  } catch (error) {
    return messageOf(error);
  }
}

function crashedMessage(crashes: number): string {
  const times = crashes === 1 ? "once" : `${crashes} times`;
  return `ERR_CRASHED: The process ended ${times} while it ran this event.`;
}

function dead({ attempts, receivedAt, done }: InboxRecord, message: string): Outcome {
  const failure = { callback: undefined, attempt: attempts + 1, at: receivedAt, message };
  return { state: "dead", done, failures: [failure] };
}
