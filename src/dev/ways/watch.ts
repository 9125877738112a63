import type { DevReports } from "../../wire/dev.js";
import type { DeliveryAttempt } from "../deliver/index.js";
import type { LogLine } from "../state/event-log.js";
import { Listeners } from "./listeners.js";
import { Series } from "./series.js";
import { type Step, Ways } from "./ways.js";

/** Ways kept; events beyond them are in the log, without their steps. */
const MOST_WAYS = 10_000;

/** What the dashboard is told as it happens. */
export type Sight =
  | { readonly type: "fired"; readonly row: EventRow }
  | { readonly type: "step"; readonly id: string; readonly step: Step }
  | { readonly type: "attempt"; readonly attempt: DeliveryAttempt }
  | { readonly type: "settled"; readonly id: string; readonly error: string | null }
  | { readonly type: "changed"; readonly what: "triggers" | "listeners" | "faults" };

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
  readonly error: string | null;
}

export function rowOf({ number, event, atMs, error }: LogLine): EventRow {
  return {
    number,
    id: event.logId,
    triggerName: event.triggerName,
    appName: event.appName,
    triggerId: event.instance.nanoId,
    userId: event.account.userId,
    at: atMs,
    error: error ?? null,
  };
}

/** Watches the platform and its listeners for whoever shows them. All of it in bounded memory. */
export class Watch {
  readonly ways = new Ways(MOST_WAYS);
  readonly listeners = new Listeners();
  readonly series = new Series();
  readonly #eyes = new Set<(sight: Sight) => void>();

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
    if (this.#eyes.size > 0) this.tell({ type: "fired", row: rowOf(line) });
  }

  attempted(attempt: DeliveryAttempt): void {
    const { logId, startedAt, durationMs, error, status } = attempt;
    this.#step(logId, {
      type: error === undefined ? "webhook.delivered" : "webhook.failed",
      at: startedAt,
      attempt: attempt.attempt,
      durationMs,
      message: error ?? `answered ${status}`,
      ...(attempt.nextTryAt !== undefined && { againInMs: attempt.nextTryAt - startedAt }),
    });
    this.tell({ type: "attempt", attempt });
  }

  /** @param lineOf the log's line of an event */
  reported(posted: DevReports, now: number, lineOf: (id: string) => LogLine | undefined): void {
    this.listeners.take(posted, now);
    for (const report of posted.reports) {
      if (report.id === undefined) continue;
      if (report.type === "callback.failed") this.series.failed(report.at);
      if (report.type === "record.done") {
        this.series.done(report.at, report.at - (lineOf(report.id)?.atMs ?? report.at));
      }
      this.#step(report.id, { ...report, listener: posted.listener.id });
    }
    this.tell({ type: "changed", what: "listeners" });
  }

  #step(id: string, step: Step): void {
    this.ways.add(id, step);
    this.tell({ type: "step", id, step });
  }
}
