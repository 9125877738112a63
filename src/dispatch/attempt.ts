import type { Clock } from "../clock.js";
import { Drop, EarshotError, messageOf, retryDelayOf } from "../errors.js";
import type { Failure, InboxRecord, Outcome } from "../inbox/contract.js";
import type { TriggerEvent } from "../model/event.js";
import type { Report } from "../report.js";
import { equalJitterMs } from "../retry.js";
import type { Callback } from "./callback.js";
import { type RunResult, runCallback } from "./run-callback.js";
import type { StopSwitch } from "./stop-switch.js";

/** What an attempt works with. */
export interface AttemptTools {
  readonly clock: Clock;
  readonly random: () => number;
  /** Thrown when the listener will not wait for callbacks any longer. */
  readonly stop: StopSwitch;
  readonly wants: (type: Report["type"]) => boolean;
  readonly send: (report: Report) => void;
}

/**
 * One attempt on a record: runs the callbacks that are still to be run, side by side, and says how the record
 * stands after it. Never throws and never rejects.
 *
 * - A callback that succeeded in an earlier attempt does not run again.
 * - One that failed runs again until its own attempts are used up.
 * - Where several are to run again, the record waits for the longest of their pauses: a `RetryAfter` then holds.
 */
export function attempt(
  record: InboxRecord,
  event: TriggerEvent,
  callbacks: readonly Callback[],
  tools: AttemptTools,
): Outcome | Promise<Outcome> {
  const number = record.attempts + 1;
  const tally = new Tally(record, event, number, tools);
  let pending: Promise<void>[] | undefined;
  for (const callback of callbacks) {
    if (record.done.includes(callback.name)) continue;
    if (number > callback.retry.attempts) {
      tally.exhausted = true;
      continue;
    }
    const startedAt = tools.clock.monotonic();
    const result = runCallback(callback, event, number, tools.clock, tools.stop);
    if (result instanceof Promise) {
      pending ??= [];
      pending.push(result.then((settled) => tally.add(callback, settled, startedAt)));
    } else {
      tally.add(callback, result, startedAt);
    }
  }
  if (pending === undefined) return tally.outcome();
  return Promise.all(pending).then(() => tally.outcome());
}

class Tally {
  /** Whether some callback has failed for good. */
  exhausted = false;
  readonly #record: InboxRecord;
  readonly #event: TriggerEvent;
  readonly #number: number;
  readonly #tools: AttemptTools;
  #done: string[] | undefined;
  #failures: Failure[] | undefined;
  #againInMs: number | undefined;

  constructor(record: InboxRecord, event: TriggerEvent, number: number, tools: AttemptTools) {
    this.#record = record;
    this.#event = event;
    this.#number = number;
    this.#tools = tools;
  }

  add(callback: Callback, result: RunResult, startedAt: number): void {
    if (result.ok) this.#succeeded(callback, startedAt);
    else this.#failed(callback, result.error);
  }

  outcome(): Outcome {
    const done = this.#done ?? this.#record.done;
    const failures = this.#failures ?? [];
    if (this.#againInMs !== undefined) {
      return { state: "again", dueAt: this.#tools.clock.now() + this.#againInMs, done, failures };
    }
    return { state: this.exhausted ? "dead" : "done", done, failures };
  }

  #finish(callback: Callback): void {
    this.#done ??= [...this.#record.done];
    this.#done.push(callback.name);
  }

  #succeeded(callback: Callback, startedAt: number): void {
    this.#finish(callback);
    if (!this.#tools.wants("callback.done")) return;
    this.#tools.send({
      type: "callback.done",
      ...this.#facts(),
      callback: callback.name,
      attempt: this.#number,
      durationMs: this.#tools.clock.monotonic() - startedAt,
    });
  }

  #failed(callback: Callback, error: unknown): void {
    const againInMs = this.#pauseAfter(callback, error);
    if (againInMs !== undefined) this.#againInMs = Math.max(this.#againInMs ?? 0, againInMs);
    else if (error instanceof Drop) this.#finish(callback);
    else this.exhausted = true;
    this.#failures ??= [];
    this.#failures.push({
      callback: callback.name,
      attempt: this.#number,
      at: this.#tools.clock.now(),
      message: messageOf(error),
      ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
    });
    this.#tools.send({
      type: "callback.failed",
      ...this.#facts(),
      callback: callback.name,
      attempt: this.#number,
      error,
      againInMs,
    });
  }

  /** @returns milliseconds until the callback runs again; `undefined` where it does not */
  #pauseAfter(callback: Callback, error: unknown): number | undefined {
    if (error instanceof Drop || this.#number >= callback.retry.attempts) return undefined;
    // The same payload will not match the next time either.
    if (error instanceof EarshotError && error.code === "ERR_SCHEMA") return undefined;
    return retryDelayOf(error) ?? equalJitterMs(callback.retry, this.#number, this.#tools.random);
  }

  #facts() {
    return { id: this.#record.id, triggerName: this.#event.triggerName, source: this.#event.source };
  }
}
