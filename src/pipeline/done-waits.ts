import type { Clock } from "../base/clock.js";
import type { Outcome } from "../inbox/contract.js";
import type { Delivery } from "../model/delivery.js";
import type { WebhookResponse } from "../model/source.js";

/** How an attempt on all events of a delivery ended, or that it goes on. */
type Result = "done" | "failed" | "late";

interface Wait {
  readonly recordIds: Set<string>;
  hasFailed: boolean;
  /** Absent until the response is waited for. */
  resolve: ((result: Result) => void) | undefined;
}

/**
 * Deliveries that are acknowledged when their callbacks are done. A sender whose event failed, or is late, delivers
 * again: that copy waits for the same record.
 */
export class DoneWaits {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #byDelivery = new WeakMap<Delivery, Wait>();
  readonly #byRecord = new Map<string, Set<Wait>>();

  constructor(clock: Clock, withinMs: number) {
    this.#clock = clock;
    this.#withinMs = withinMs;
  }

  /** To be called before the record is stored: its callbacks may end at once. */
  expect(delivery: Delivery, recordId: string): void {
    const wait = this.#byDelivery.get(delivery) ?? {
      recordIds: new Set(),
      hasFailed: false,
      resolve: undefined,
    };
    this.#byDelivery.set(delivery, wait);
    wait.recordIds.add(recordId);
    const waits = this.#byRecord.get(recordId) ?? new Set();
    this.#byRecord.set(recordId, waits);
    waits.add(wait);
  }

  /** An attempt on a record was recorded. */
  readonly settled = (recordId: string, outcome: Outcome): void => {
    // The record waits, for a callback that is paused or limited, or for a key: nothing has failed.
    if (outcome.state === "retry" && (outcome.isUncounted === true || outcome.failures.length === 0)) return;
    this.ended(recordId, outcome.state === "done");
  };

  ended(recordId: string, isDone: boolean): void {
    const waits = this.#byRecord.get(recordId);
    if (waits === undefined) return;
    this.#byRecord.delete(recordId);
    for (const wait of waits) {
      wait.recordIds.delete(recordId);
      wait.hasFailed ||= !isDone;
      if (wait.recordIds.size === 0) wait.resolve?.(wait.hasFailed ? "failed" : "done");
    }
  }

  /** @returns the response, where it is not the acknowledgement */
  async response(delivery: Delivery): Promise<WebhookResponse | undefined> {
    const wait = this.#byDelivery.get(delivery);
    const result = wait === undefined ? "done" : await this.#result(wait);
    if (wait !== undefined) this.#forget(wait);
    return result === "done" ? undefined : notDone[result];
  }

  #result(wait: Wait): Result | Promise<Result> {
    if (wait.recordIds.size === 0) return wait.hasFailed ? "failed" : "done";
    return new Promise((resolve) => {
      const timer = this.#clock.after(this.#withinMs, () => resolve("late"));
      wait.resolve = (result) => {
        timer.clear();
        resolve(result);
      };
    });
  }

  #forget(wait: Wait): void {
    for (const id of wait.recordIds) {
      const waits = this.#byRecord.get(id);
      waits?.delete(wait);
      if (waits?.size === 0) this.#byRecord.delete(id);
    }
  }
}

const headers = { "content-type": "application/json", "retry-after": "5" };
const notDone: Readonly<Record<Exclude<Result, "done">, WebhookResponse>> = {
  failed: { status: 500, headers, body: '{"error":{"code":"failed"}}' },
  late: { status: 503, headers, body: '{"error":{"code":"late"}}' },
};
