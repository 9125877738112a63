import { eventSummary } from "../../catalog/summary.js";
import type { DevReports } from "../../protocol/dev.js";
import type { PlatformEvent } from "../event-bus.js";
import type { LogEntry } from "../state/event-log.js";
import type { DeliveryAttempt } from "../webhooks/attempts.js";
import { AttemptLogStore } from "./attempt-logs.js";
import { type EventProgress, eventProgress } from "./event-status.js";
import { ReportingListeners } from "./listeners.js";
import { Throughput } from "./throughput.js";
import { type TimelineStep, Timelines } from "./timelines.js";

/** Timelines kept; events beyond them are in the log, without their steps. */
const MOST_TIMELINES = 10_000;

/** An update that the dashboard receives as it happens. */
export type LiveUpdate =
  | { readonly type: "fired"; readonly row: EventRow }
  | {
      readonly type: "step";
      readonly id: string;
      readonly step: TimelineStep;
      readonly progress: EventProgress;
    }
  /** A webhook of this event was tried. */
  | { readonly type: "attempt"; readonly id: string }
  /** Its webhook was delivered, or given up. */
  | { readonly type: "settled"; readonly id: string; readonly progress: EventProgress }
  | {
      readonly type: "changed";
      readonly what: "triggers" | "listeners" | "faults" | "webhook" | "accounts" | "world";
    };

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
  /** In one line: `ada starred acme/site`. */
  readonly summary: string;
  /** The status is `fired` where its steps are no longer known. */
  readonly progress: EventProgress;
}

/** Collects what the dashboard shows of the platform and its listeners, in bounded memory. */
export class Monitor {
  readonly timelines = new Timelines(MOST_TIMELINES);
  readonly listeners = new ReportingListeners();
  readonly throughput = new Throughput();
  readonly logs = new AttemptLogStore();
  readonly #subscribers = new Set<(update: LiveUpdate) => void>();
  readonly #entryOf: (id: string) => LogEntry | undefined;

  /** @param entryOf the log's line of an event */
  constructor(entryOf: (id: string) => LogEntry | undefined) {
    this.#entryOf = entryOf;
  }

  /** @returns an unsubscribe function */
  on(subscriber: (update: LiveUpdate) => void): () => void {
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  emit(update: LiveUpdate): void {
    for (const subscriber of this.#subscribers) subscriber(update);
  }

  /** Turns what the platform's event bus carries into live updates. */
  onPlatformEvent(event: PlatformEvent): void {
    if (event.type === "fired") {
      const entry = this.#entryOf(event.event.logId);
      if (entry !== undefined) this.#fired(entry, event.sockets, event.webhook);
    } else if (event.type === "trigger") this.emit({ type: "changed", what: "triggers" });
    else if (event.type === "account") this.emit({ type: "changed", what: "accounts" });
    else if (event.type === "tool" || event.type === "model") this.emit({ type: "changed", what: "world" });
    else if (event.type === "webhook") this.emit({ type: "changed", what: "webhook" });
    else if (event.type === "realtime") this.emit({ type: "changed", what: "listeners" });
  }

  #fired(line: LogEntry, sockets: number, webhook: boolean): void {
    this.throughput.fired(line.atMs);
    const to = [`${sockets} connection${sockets === 1 ? "" : "s"}`, ...(webhook ? ["webhook"] : [])];
    this.timelines.add(line.event.logId, { type: "fired", at: line.atMs, message: to.join(" and ") });
    if (this.#subscribers.size > 0) this.emit({ type: "fired", row: this.row(line) });
  }

  row(line: LogEntry): EventRow {
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
      summary: eventSummary(event.triggerName, event.payload),
      progress: this.#progress(event.logId, error),
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
    this.emit({ type: "attempt", id: logId });
  }

  /** @param error why the webhook was given up; `undefined` where it was delivered */
  settled(id: string, error: string | undefined): void {
    this.emit({ type: "settled", id, progress: this.#progress(id, error) });
  }

  reported(posted: DevReports, now: number): void {
    this.listeners.take(posted, now);
    for (const report of posted.reports) {
      if (report.id === undefined) continue;
      if (report.type === "callback.failed") this.throughput.failed(report.at);
      if (report.type === "event.done") {
        this.throughput.done(report.at, report.at - (this.#entryOf(report.id)?.atMs ?? report.at));
      }
      const { logs: _, ...step } = report;
      this.logs.add(report.id, report);
      this.#step(report.id, { ...step, listener: posted.listener.id });
    }
    this.emit({ type: "changed", what: "listeners" });
  }

  #step(id: string, step: TimelineStep): void {
    this.timelines.add(id, step);
    if (this.#subscribers.size === 0) return;
    this.emit({ type: "step", id, step, progress: this.#progress(id, this.#entryOf(id)?.error) });
  }

  #progress(id: string, error: string | undefined): EventProgress {
    return eventProgress(this.timelines.of(id), error !== undefined);
  }
}
