import type { Clock, Timer } from "../base/clock.js";
import { messageOf } from "../base/errors.js";
import type { ListenerEvent, ListenerEvents } from "../base/listener-events.js";
import type { DevReport, DevReports } from "../model/dev-reports.js";
import type { DevReportTarget } from "../model/platform.js";

/** What {@link DevReporter} takes. */
export interface DevReporterOptions {
  readonly target: DevReportTarget;
  readonly clock: Clock;
  readonly reports: ListenerEvents;
  /** What the listener says of itself at this moment. */
  readonly about: () => Omit<DevReports["listener"], "id" | "pid" | "socketId">;
}

/** ListenerEvents wait so long for others to go with them. */
const GATHER_MS = 100;
/** So often it tells of itself though nothing happens. */
const HEARTBEAT_MS = 5_000;
const MOST_WAITING = 5_000;
const MOST_AT_ONCE = 1_000;

/**
 * Tells the local platform how events fare, so that its dashboard can draw their way. Helps while developing and
 * is nothing to rely on: what cannot be told is forgotten, and nothing ever waits for it but the last words.
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

  constructor(options: DevReporterOptions) {
    this.#options = options;
  }

  /** To be called before anything happens. */
  prepare(): void {
    const { target, reports } = this.#options;
    if (target.isLoopback) reports.tap((report) => this.#take(report));
  }

  /** To be called once the platform has been spoken to. */
  start(): void {
    const { target, reports } = this.#options;
    if (this.#stop.signal.aborted) return;
    if (!target.isIdentified()) {
      reports.tap(undefined);
      this.#waiting = [];
      return;
    }
    this.#started = true;
    this.#flushSoon(0);
  }

  /** Says what is left to say, for a second at most. */
  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#timer?.clear();
    const limit = this.#options.clock.after(1_000, () => this.#stop.abort());
    await this.#sending;
    await this.#flush();
    limit.clear();
    this.#stop.abort();
    this.#timer?.clear();
  }

  #take(report: ListenerEvent): void {
    if (report.type === "websocket.ready") this.#socketId = report.socketId;
    if (report.type === "websocket.disconnected") this.#socketId = undefined;
    if (this.#stop.signal.aborted || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(told(report, this.#options.clock.now()));
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

/** A report without anything that belongs to the user: of an error, its message alone. */
function told(report: ListenerEvent, at: number): DevReport {
  const error = "error" in report ? messageOf(report.error) : undefined;
  const message = "message" in report ? report.message : "detail" in report ? report.detail : error;
  return {
    type: report.type,
    at,
    ...("id" in report && { id: report.id, source: report.source }),
    ...("callback" in report && { callback: report.callback }),
    ...("attempt" in report && { attempt: report.attempt }),
    ...("attempts" in report && { attempt: report.attempts }),
    ...("durationMs" in report && { durationMs: report.durationMs }),
    ...("retryInMs" in report && report.retryInMs !== undefined && { retryInMs: report.retryInMs }),
    ...(report.type === "gap.filled" && {
      message: `${report.found} found, ${report.missed} of them missed`,
    }),
    ...(message !== undefined && { message }),
  };
}
