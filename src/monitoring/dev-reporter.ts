import type { Clock, Timer } from "../base/clock.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { messageOf, stackOf } from "../base/message-of.js";
import type { DevReport, DevReports } from "../model/dev-reports.js";
import type { Tracer } from "../model/monitor.js";
import type { DevReportTarget } from "../model/platform.js";
import { AttemptLogs } from "./attempt-logs.js";

/** What {@link DevReporter} takes. */
export interface DevReporterOptions {
  readonly target: DevReportTarget;
  readonly clock: Clock;
  readonly events: ListenerEventEmitter;
  /** The listener's description at this moment. */
  readonly about: () => Omit<DevReports["listener"], "id" | "pid" | "socketId">;
}

/** Listener events are gathered for this time, to be sent together. */
const GATHER_MS = 100;
/** Without any event, the description is sent this often. */
const HEARTBEAT_MS = 5_000;
const MOST_WAITING = 5_000;
const MOST_AT_ONCE = 1_000;
/** Characters of an error's stack. */
const MAX_STACK = 4_000;

/**
 * Sends listener events to the local platform, so that its dashboard can draw the timeline of each event. For
 * development only: a report that cannot be sent is dropped, and only `stop()` waits for one.
 */
export class DevReporter {
  readonly #options: DevReporterOptions;
  readonly #id = crypto.randomUUID();
  readonly #stop = new AbortController();
  #waiting: DevReport[] = [];
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #started = false;
  #socketId: string | undefined;
  #off: (() => void) | undefined;
  readonly #logs: AttemptLogs;
  /** Runs callbacks so that what they write to the console is reported; absent where nothing is reported. */
  readonly tracer: Tracer | undefined;

  constructor(options: DevReporterOptions) {
    this.#options = options;
    const { target, clock } = options;
    this.#logs = new AttemptLogs(clock, () => this.#started);
    this.tracer = target.isLoopback ? this.#logs.tracer : undefined;
  }

  /** To be called before the first listener event. */
  prepare(): void {
    const { target, events } = this.#options;
    if (target.isLoopback) this.#off = events.tap((event) => this.#add(event));
  }

  /** To be called after the first call of the platform, which identifies it. */
  start(): void {
    const { target } = this.#options;
    if (this.#stop.signal.aborted) return;
    if (!target.isIdentified()) {
      this.#off?.();
      this.#waiting = [];
      return;
    }
    this.#started = true;
    this.#flushSoon(0);
  }

  /** Sends the remaining reports, for a second at most. */
  async stop(): Promise<void> {
    this.#logs.stop();
    if (!this.#started) return;
    this.#timer?.clear();
    const limit = this.#options.clock.after(1_000, () => this.#stop.abort());
    await this.#sending;
    await this.#flush();
    limit.clear();
    this.#stop.abort();
    this.#timer?.clear();
  }

  #add(event: ListenerEvent): void {
    if (event.type === "websocket.ready") this.#socketId = event.socketId;
    if (event.type === "websocket.disconnected") this.#socketId = undefined;
    if (this.#stop.signal.aborted || this.#waiting.length >= MOST_WAITING) return;
    const logs =
      event.type === "callback.done" || event.type === "callback.failed" ? this.#logs.take(event) : [];
    const report = reportOf(event, this.#options.clock.now());
    this.#waiting.push(logs.length === 0 ? report : { ...report, logs });
    if (this.#started && this.#waiting.length === 1) this.#flushSoon(GATHER_MS);
  }

  #flushSoon(delayMs: number): void {
    this.#timer?.clear();
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#options.clock.after(delayMs, () => void this.#flush());
  }

  #flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
      this.#flushSoon(this.#waiting.length > 0 ? GATHER_MS : HEARTBEAT_MS);
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    const { target, about } = this.#options;
    const reports = this.#waiting.splice(0, MOST_AT_ONCE);
    const listener = {
      id: this.#id,
      pid: globalThis.process?.pid ?? 0,
      ...about(),
      ...(this.#socketId !== undefined && { socketId: this.#socketId }),
    };
    await target.post({ listener, reports }, this.#stop.signal).catch(() => undefined);
  }
}

/** A listener event without its payload: of an error, its message and its stack. */
function reportOf(event: ListenerEvent, at: number): DevReport {
  const error = "error" in event ? messageOf(event.error) : undefined;
  const stack = event.type === "callback.failed" ? stackOf(event.error)?.slice(0, MAX_STACK) : undefined;
  const message = "message" in event ? event.message : "detail" in event ? event.detail : error;
  return {
    type: event.type,
    at,
    ...("id" in event && { id: event.id, source: event.source }),
    ...("callback" in event && { callback: event.callback }),
    ...("attempt" in event && { attempt: event.attempt }),
    ...("attempts" in event && { attempt: event.attempts }),
    ...("durationMs" in event && { durationMs: event.durationMs }),
    ...("retryInMs" in event && event.retryInMs !== undefined && { retryInMs: event.retryInMs }),
    ...(event.type === "gap.filled" && {
      message: `${event.found} found, ${event.missed} of them missed`,
    }),
    ...(message !== undefined && { message }),
    ...(stack !== undefined && { stack }),
  };
}
