import { Drop, EarshotError, retryDelayOf } from "../base/errors.js";
import type { EventCounts } from "../base/listener-event-emitter.js";
import type { ListenerEvent, ListenerEventOf } from "../base/listener-events.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { messageOf, stackOf } from "../base/message-of.js";
import { callbackPauseMs, equalJitterMs } from "../base/retry.js";
import type { Callback, CoalesceSettings, OnceSettings } from "../callbacks/callback.js";
import { isLoopEnded } from "../callbacks/event-stream.js";
import type { Claimed, DoneKey, Failure, InboxRecord, Outcome, Tries } from "../inbox/contract.js";
import type { BatchJoin } from "../model/batch.js";
import type { TriggerEvent } from "../model/event.js";
import { type JoinTools, joinBatch } from "./coalesce.js";
import { admit, type OnceTools } from "./once.js";
import { type Deferred, type RunResult, type RunTools, runCallback } from "./run-callback.js";
import { othersFailed, triesOf } from "./tries.js";

/** What an attempt works with. */
export interface AttemptTools extends RunTools {
  readonly random: () => number;
  /** Whether a record that no callback here asks for is left for another process. */
  readonly leavesUnmatched: boolean;
  readonly once: OnceTools;
  readonly join: JoinTools;
  /** The event for one more callback. */
  readonly copyOf: (record: InboxRecord, event: TriggerEvent) => TriggerEvent;
  readonly isNeeded: (type: ListenerEvent["type"]) => boolean;
  /** Absent without metrics. */
  readonly counts?: EventCounts | undefined;
  readonly send: (report: ListenerEvent) => void;
}

/**
 * One attempt on a record: runs the callbacks that are still to be run, side by side, and says how the record
 * stands after it. Never throws and never rejects.
 *
 * - A callback that succeeded in an earlier attempt does not run again.
 * - Each callback has the event to itself: what it changes in it reaches no other.
 * - One that failed runs again until its own attempts are used up. They are counted for each callback.
 * - Where several are to run again, the record waits for the longest of their pauses: a `RetryAfter` then holds.
 * - Over an inbox that leaves unmatched records for others, a record is left where no callback here asks for it, and
 *   where one that failed before is not here: another process has it.
 * - A loop that ended before it had the event counts as no attempt: the record is left for the next loop.
 * - A callback that coalesces does not run here: the event joins its batch, which is a separate record.
 * - A callback whose key (`once`) another event has counts as no attempt either: the record waits for that event.
 *
 * @param isIncomplete whether there is a callback for the event that this process does not have
 */
export function attempt(
  claimed: Claimed,
  event: TriggerEvent,
  callbacks: readonly Callback[],
  tools: AttemptTools,
  isIncomplete = false,
): Outcome | Promise<Outcome> {
  const { record } = claimed;
  const attempted = new AttemptResult(record, event, callbacks, tools, isIncomplete);
  let pending: Promise<void>[] | undefined;
  let isFirst = true;
  for (const callback of callbacks) {
    if (record.done.includes(callback.name)) continue;
    const number = attempted.failedBefore(callback) + 1;
    if (number > callback.retry.attempts) {
      attempted.outOfAttempts(callback);
      continue;
    }
    const own = isFirst ? event : tools.copyOf(record, event);
    isFirst = false;
    const startedAt = tools.clock.monotonic();
    const result =
      callback.coalesce !== undefined
        ? attempted.join(callback, callback.coalesce, own, number, claimed)
        : callback.once === undefined
          ? runCallback(callback, own, number, claimed, tools)
          : attempted.runOnce(callback, callback.once, own, number, claimed);
    if (result instanceof Promise) {
      pending ??= [];
      pending.push(result.then((settled) => attempted.add(callback, settled, number, startedAt)));
    } else {
      attempted.add(callback, result, number, startedAt);
    }
  }
  if (pending === undefined) return attempted.outcome();
  // Most events have one callback: without `Promise.all`, it takes two promises fewer.
  const [first] = pending;
  const all = pending.length === 1 && first !== undefined ? first : Promise.all(pending);
  return all.then(() => attempted.outcome());
}

class AttemptResult {
  /** Whether a callback has failed in its last attempt. */
  #exhausted = false;
  /** Whether the event waited in a loop that has ended: its record is released. */
  #isReleased = false;
  readonly #record: InboxRecord;
  readonly #event: TriggerEvent;
  readonly #tools: AttemptTools;
  /** Whether another process has callbacks for the record, or is the only one that has. */
  readonly #isForOthers: boolean;
  #done: string[] | undefined;
  #failures: Failure[] | undefined;
  /** Failed attempts of each callback, before this one and in it. */
  readonly #before: Tries;
  #tries: Record<string, number> | undefined;
  #retryInMs: number | undefined;
  #doneKeys: DoneKey[] | undefined;
  /** Whether a callback ran, and not only as a probe of one that is paused. */
  #isCounted = false;

  constructor(
    record: InboxRecord,
    event: TriggerEvent,
    callbacks: readonly Callback[],
    tools: AttemptTools,
    isIncomplete: boolean,
  ) {
    this.#record = record;
    this.#event = event;
    this.#tools = tools;
    this.#before = triesOf(record);
    this.#isForOthers =
      tools.leavesUnmatched &&
      (isIncomplete ||
        (callbacks.length === 0 && record.done.length === 0) ||
        othersFailed(this.#before, record.done, callbacks));
    // No other process has the inbox: the callback may be registered here later.
    if (isIncomplete && !tools.leavesUnmatched) this.#wait();
  }

  failedBefore({ name }: Callback): number {
    return Object.hasOwn(this.#before, name) ? (this.#before[name] ?? 0) : 0;
  }

  /** Runs a callback where no other event has its key. */
  runOnce(
    callback: Callback,
    once: OnceSettings,
    event: TriggerEvent,
    number: number,
    claimed: Claimed,
  ): MaybePromise<RunResult | Deferred | undefined> {
    const tools = this.#tools;
    return chain(admit(callback, once, event, claimed, tools.once), (admission) => {
      if (admission.state === "failed") return { ok: false, error: admission.error };
      if (admission.state === "run") {
        const { key } = admission;
        return chain(runCallback(callback, event, number, claimed, tools), (result) => {
          if (result.ok && key !== undefined) {
            this.#doneKeys ??= [];
            this.#doneKeys.push({ key, until: tools.clock.now() + once.windowMs });
          }
          return result;
        });
      }
      callback.onSkip?.();
      if (admission.state === "skip") this.#skipped(callback, admission.shownKey);
      else this.#wait();
      return undefined;
    });
  }

  /** Adds the event to the batch of a callback: for this record, the callback is then done. */
  join(
    callback: Callback,
    coalesce: CoalesceSettings,
    event: TriggerEvent,
    number: number,
    claimed: Claimed,
  ): MaybePromise<undefined> {
    const startedAt = this.#tools.clock.monotonic();
    return chain(joinBatch(callback, coalesce, event, claimed, this.#tools.join), (joining) => {
      callback.onSkip?.();
      if (joining.state === "joined") this.#joined(callback, joining.key, joining.join);
      else if (joining.state === "wait") this.#wait();
      // The gate is for batches.
      else {
        const durationMs = this.#tools.clock.monotonic() - startedAt;
        this.#failed({ ...callback, gate: undefined }, number, joining.error, durationMs);
      }
      return undefined;
    });
  }

  /** @param result `undefined` where the callback did not run */
  add(callback: Callback, result: RunResult | Deferred | undefined, number: number, startedAt: number): void {
    if (result === undefined) return;
    if (result.ok === undefined) this.#waitFor(result.waitMs);
    else if (result.ok) this.#succeeded(callback, number, startedAt);
    else if (isLoopEnded(result.error)) this.#isReleased = true;
    else this.#failed(callback, number, result.error, this.#tools.clock.monotonic() - startedAt);
  }

  /** For a callback whose `retry.attempts` is lower than the attempts that it has had. */
  outOfAttempts(callback: Callback): void {
    const { attempts } = callback.retry;
    const number = this.failedBefore(callback);
    this.#exhausted = true;
    // Its last failure is there; only where the option was lowered since, it is not the reason.
    const hasFailed = this.#record.failures.some((failure) => failure.callback === callback.name);
    if (number === attempts && hasFailed) return;
    const message = `It had failed ${number} times, and \`retry.attempts\` is ${attempts}.`;
    this.#note(callback, number, new EarshotError("ERR_OPTION", message), 0, undefined);
  }

  outcome(): Outcome {
    const outcome = this.#outcome();
    return this.#doneKeys === undefined ? outcome : { ...outcome, doneKeys: this.#doneKeys };
  }

  #outcome(): Outcome {
    const done = this.#done ?? this.#record.done;
    const failures = this.#failures ?? [];
    if (this.#retryInMs !== undefined) return this.#retry(this.#retryInMs, done, failures);
    if (this.#exhausted) return { state: "dead", done, failures };
    if (this.#isReleased && !this.#tools.leavesUnmatched) return this.#retry(0, done, failures);
    return this.#isForOthers || this.#isReleased
      ? { state: "unmatched", done, failures, tries: this.#triesAfter(done) }
      : { state: "done", done, failures };
  }

  #retry(inMs: number, done: readonly string[], failures: readonly Failure[]): Outcome {
    const dueAt = this.#tools.clock.now() + inMs;
    const tries = this.#triesAfter(done);
    return { state: "retry", dueAt, done, failures, tries, ...(this.#isCounted ? {} : uncounted) };
  }

  /** Of the callbacks that are still to succeed. */
  #triesAfter(done: readonly string[]): Tries {
    const before = Object.entries(this.#before);
    const now = Object.entries(this.#tries ?? {});
    return Object.fromEntries([...before, ...now].filter(([name]) => !done.includes(name)));
  }

  #finish(callback: Callback): void {
    this.#done ??= [...this.#record.done];
    this.#done.push(callback.name);
  }

  #skipped(callback: Callback, key: string): void {
    this.#finish(callback);
    if (!this.#tools.isNeeded("callback.skipped")) return;
    this.#tools.send({ type: "callback.skipped", ...this.#facts(), callback: callback.name, key });
  }

  #joined(callback: Callback, key: string, join: BatchJoin): void {
    // Another process has the record: what is said of it here counts no more.
    if (join.state === "lost") {
      this.#wait();
      return;
    }
    this.#isCounted = true;
    this.#finish(callback);
    if (join.state === "known" || !this.#tools.isNeeded("callback.coalesced")) return;
    const { batch, events, dueAt } = join;
    const dueInMs = Math.max(0, dueAt - this.#tools.clock.now());
    const facts = { ...this.#facts(), callback: callback.name, key, batch, events, dueInMs };
    this.#tools.send({ type: "callback.coalesced", ...facts });
  }

  /** The longer another event has the key, the more rarely it is asked for. */
  #wait(): void {
    const { attempts } = this.#record;
    this.#isCounted = true;
    this.#waitFor(equalJitterMs(keyPauses, attempts + 1, this.#tools.random));
  }

  /** The record is tried again then, whether or not a callback has failed meanwhile. */
  #waitFor(ms: number): void {
    this.#retryInMs = Math.max(this.#retryInMs ?? 0, ms);
  }

  #succeeded(callback: Callback, number: number, startedAt: number): void {
    callback.gate?.succeeded();
    this.#isCounted = true;
    this.#finish(callback);
    const { counts, clock, isNeeded } = this.#tools;
    if (counts === undefined && !isNeeded("callback.done")) return;
    const durationMs = clock.monotonic() - startedAt;
    counts?.callbackDone(callback.name, durationMs);
    if (!isNeeded("callback.done")) return;
    // Written out: this runs for every event.
    const { id, triggerName, origin } = this.#record;
    const { source } = this.#event;
    this.#tools.send({
      type: "callback.done",
      id,
      triggerName,
      source,
      provider: origin.provider,
      callback: callback.name,
      attempt: number,
      durationMs,
    });
  }

  #failed(callback: Callback, number: number, error: unknown, durationMs: number): void {
    const { gate } = callback;
    const endedBy = this.#endedBy(error);
    // Also where the callback says itself when it is to run again.
    const isOwn = endedBy !== undefined || isEventsOwn(error) || retryDelayOf(error) !== undefined;
    if (isOwn) gate?.skipped(this.#record.id);
    // Ended from outside, or what the callback depends on is away: no attempt of the event is used up.
    const pausedMs = endedBy !== undefined ? 0 : isOwn ? undefined : gate?.failed(this.#record.id, error);
    if (pausedMs !== undefined) {
      this.#waitFor(pausedMs);
      // The count stays; its name tells a process without this callback that it has failed.
      this.#tries = { ...this.#tries, [callback.name]: number - 1 };
      this.#note(callback, number, error, durationMs, pausedMs, endedBy);
      return;
    }
    this.#isCounted = true;
    const retryInMs = this.#pauseAfter(callback, number, error);
    if (retryInMs !== undefined) {
      this.#waitFor(retryInMs);
      this.#tries = { ...this.#tries, [callback.name]: number };
    } else if (error instanceof Drop) this.#finish(callback);
    else {
      this.#exhausted = true;
      // Where another callback is retried, this one has no attempt left.
      this.#tries = { ...this.#tries, [callback.name]: Math.max(number, attemptsOf(callback)) };
    }
    this.#note(callback, number, error, durationMs, retryInMs);
  }

  #note(
    callback: Callback,
    number: number,
    error: unknown,
    durationMs: number,
    retryInMs: number | undefined,
    endedBy?: EndedBy,
  ): void {
    const stack = stackOf(error);
    this.#failures ??= [];
    this.#failures.push({
      callback: callback.name,
      attempt: number,
      at: this.#tools.clock.now(),
      message: messageOf(error),
      ...(stack === undefined ? {} : { stack }),
    });
    this.#tools.send({
      type: "callback.failed",
      ...this.#facts(),
      callback: callback.name,
      attempt: number,
      error,
      durationMs,
      retryInMs,
      ...(endedBy === undefined ? {} : { endedBy }),
    });
  }

  /** What ended the attempt, where that was not the callback. */
  #endedBy(error: unknown): EndedBy {
    if (isEventsOwn(error)) return undefined;
    if (this.#tools.stop.isAborted) return "stop";
    return this.#tools.steps.held.isLost(this.#record.id) ? "lease" : undefined;
  }

  /** @returns milliseconds until the callback runs again; `undefined` where it does not */
  #pauseAfter(callback: Callback, number: number, error: unknown): number | undefined {
    if (isEventsOwn(error) || number >= callback.retry.attempts) return undefined;
    const requestedMs = retryDelayOf(error);
    if (requestedMs !== undefined) return Math.min(requestedMs, MAX_DELAY_MS);
    return Math.min(callbackPauseMs(callback.retry, number, this.#tools.random), MAX_DELAY_MS);
  }

  /** The name is the record's: a callback may have changed the event. */
  #facts() {
    const { id, triggerName, origin } = this.#record;
    const { source } = this.#event;
    return { id, triggerName, source, provider: origin.provider };
  }
}

type EndedBy = ListenerEventOf<"callback.failed">["endedBy"];

const uncounted = { isUncounted: true } as const;

/** The callback gives the event up, or the payload does not match its schema: not the next time either. */
function isEventsOwn(error: unknown): boolean {
  return error instanceof Drop || (error instanceof EarshotError && error.code === "ERR_SCHEMA");
}

function attemptsOf({ retry: { attempts } }: Callback): number {
  return Number.isFinite(attempts) ? attempts : 0;
}

/** Between two looks at a key that another event has. */
const keyPauses = { baseMs: 500, capMs: 30_000 };

/** A year: timers and dates hold it. */
const MAX_DELAY_MS = 365 * 24 * 60 * 60 * 1000;
