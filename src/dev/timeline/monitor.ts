import type { DevReports } from "../../protocol/dev.js";
import type { DeliveryAttempt } from "../webhooks/attempts.js";
import type { LogLine } from "../state/event-log.js";
import { type Fate, fateOf } from "./event-status.js";
import { Listeners } from "./listeners.js";
import { Series } from "./throughput.js";
import { type Step, Ways } from "./timelines.js";

/** Ways kept; events beyond them are in the log, without their steps. */
const MOST_WAYS = 10_000;

/** What the dashboard is told as it happens. */
export type Sight =
  | { readonly type: "fired"; readonly row: EventRow }
  | { readonly type: "step"; readonly id: string; readonly step: Step; readonly fate: Fate }
  /** A webhook of this event was tried. */
  | { readonly type: "attempt"; readonly id: string }
  /** Its webhook was delivered, or given up. */
  | { readonly type: "settled"; readonly id: string; readonly fate: Fate }
  | { readonly type: "changed"; readonly what: "triggers" | "listeners" | "faults" | "webhook" };

/** An event in the list: everything but its payload. */
export interface EventRow {
  readonly number: number;
  readonly id: string;
  readonly triggerName: string;
  readonly appName: string;
  readonly triggerId: string;
  readonly userId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Why its webhook was given up. */
  readonly error: string | null;
  /** `fired` where its steps are no longer known. */
  readonly fate: Fate;
}

/** Watches the platform and its listeners for whoever shows them. All of it in bounded memory. */
export class Watch {
  readonly ways = new Ways(MOST_WAYS);
  readonly listeners = new Listeners();
  readonly series = new Series();
  readonly #eyes = new Set<(sight: Sight) => void>();
  readonly #lineOf: (id: string) => LogLine | undefined;

  /** @param lineOf the log's line of an event */
  constructor(lineOf: (id: string) => LogLine | undefined) {
    this.#lineOf = lineOf;
  }

  /** @returns a function that takes the eye off again */
  on(eye: (sight: Sight) => void): () => void {
    this.#eyes.add(eye);
    return () => {
      this.#eyes.delete(eye);
    };
  }

  tell(sight: Sight): void {
    for (const eye of this.#eyes) eye(sight);
  }

  fired(line: LogLine, sockets: number, webhook: boolean): void {
    this.series.fired(line.atMs);
    const to = [`${sockets} connection${sockets === 1 ? "" : "s"}`, ...(webhook ? ["webhook"] : [])];
    this.ways.add(line.event.logId, { type: "fired", at: line.atMs, message: to.join(" and ") });
    if (this.#eyes.size > 0) this.tell({ type: "fired", row: this.row(line) });
  }

  row(line: LogLine): EventRow {
    const { number, event, atMs, error } = line;
    return {
      number,
      id: event.logId,
      triggerName: event.triggerName,
      appName: event.appName,
      triggerId: event.instance.nanoId,
      userId: event.account.userId,
      at: atMs,
      error: error ?? null,
      fate: this.#fate(event.logId, error),
    };
  }

  attempted(attempt: DeliveryAttempt): void {
    const { logId, startedAt, durationMs, error, status } = attempt;
    this.#step(logId, {
      type: error === undefined ? "webhook.delivered" : "webhook.failed",
      at: startedAt,
      attempt: attempt.attempt,
      durationMs,
      message: error ?? `answered ${status}`,
      ...(attempt.nextTryAt !== undefined && { retryInMs: attempt.nextTryAt - startedAt }),
    });
    this.tell({ type: "attempt", id: logId });
  }

  /** @param error why the webhook was given up; `undefined` where it was delivered */
  settled(id: string, error: string | undefined): void {
    this.tell({ type: "settled", id, fate: this.#fate(id, error) });
  }

  reported(posted: DevReports, now: number): void {
    this.listeners.take(posted, now);
    for (const report of posted.reports) {
      if (report.id === undefined) continue;
      if (report.type === "callback.failed") this.series.failed(report.at);
      if (report.type === "event.done") {
        this.series.done(report.at, report.at - (this.#lineOf(report.id)?.atMs ?? report.at));
      }
      this.#step(report.id, { ...report, listener: posted.listener.id });
    }
    this.tell({ type: "changed", what: "listeners" });
  }

  #step(id: string, step: Step): void {
    this.ways.add(id, step);
    if (this.#eyes.size === 0) return;
    this.tell({ type: "step", id, step, fate: this.#fate(id, this.#lineOf(id)?.error) });
  }

  /** A webhook that was given up is dead, whatever else became of the event: somebody did not get it. */
  #fate(id: string, error: string | undefined): Fate {
    return error === undefined ? fateOf(this.ways.of(id)) : "dead";
  }
}
