import { isJsonObject } from "../../model/json.js";
import type { AttemptLogLine, DevReport, DevReports } from "../../protocol/dev.js";
import { HttpProblem } from "../http/http-problem.js";

/** A listener that reports to the platform. */
export interface KnownListener {
  readonly about: DevReports["listener"];
  /** Epoch milliseconds. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly done: number;
  readonly failed: number;
  readonly dead: number;
}

/** A record that a listener dead-lettered. */
export interface DeadLetter {
  readonly id: string;
  readonly listener: string;
  readonly at: number;
  readonly message: string;
}

const MOST_LISTENERS = 200;
const MOST_DEAD = 1_000;

/** The listeners that report, and their dead-lettered records. */
export class ReportingListeners {
  readonly #known = new Map<string, KnownListener>();
  readonly #dead = new Map<string, DeadLetter>();

  take({ listener, reports }: DevReports, now: number): void {
    const known = this.#known.get(listener.id);
    const count = (type: string) => reports.filter((report) => report.type === type).length;
    this.#known.delete(listener.id);
    this.#known.set(listener.id, {
      about: listener,
      firstSeenAt: known?.firstSeenAt ?? now,
      lastSeenAt: now,
      done: (known?.done ?? 0) + count("event.done"),
      failed: (known?.failed ?? 0) + count("callback.failed"),
      dead: (known?.dead ?? 0) + count("event.dead-lettered"),
    });
    for (const { type, id, at, message } of reports) {
      if (id === undefined) continue;
      if (type === "event.dead-lettered")
        this.#dead.set(id, { id, listener: listener.id, at, message: message ?? "" });
      if (type === "event.done") this.#dead.delete(id);
    }
    shorten(this.#known, MOST_LISTENERS);
    shorten(this.#dead, MOST_DEAD);
  }

  /** Most recently updated first. */
  all(): readonly KnownListener[] {
    return [...this.#known.values()].reverse();
  }

  /** Newest first. */
  dead(): readonly DeadLetter[] {
    return [...this.#dead.values()].reverse();
  }
}

function shorten(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

const MOST_REPORTS = 5_000;
const LONGEST_TEXT = 4_000;
/** Lines that one attempt logged. */
const MOST_LOG_LINES = 100;

/** What a listener posted, checked and shortened. @throws HttpProblem 400 */
export function readReports(body: unknown): DevReports {
  if (!isJsonObject(body) || !isJsonObject(body.listener) || !Array.isArray(body.reports)) {
    throw new HttpProblem(400, "The body is to be { listener, reports }");
  }
  const { id, pid, state, healthy, socketId, inbox, running, filters } = body.listener;
  if (typeof id !== "string" || id === "") throw new HttpProblem(400, "`listener.id` is missing");
  return {
    listener: {
      id: textOf(id),
      pid: numberOf(pid),
      state: textOf(state),
      healthy: healthy === true,
      ...(typeof socketId === "string" && { socketId: textOf(socketId) }),
      inbox: textOf(inbox),
      running: numberOf(running),
      filters: Array.isArray(filters) ? filters.slice(0, 100).map(textOf) : [],
    },
    reports: body.reports.slice(0, MOST_REPORTS).filter(isJsonObject).map(reportOf),
  };
}

function reportOf(report: Readonly<Record<string, unknown>>): DevReport {
  const texts = ["id", "source", "callback", "message", "stack"] as const;
  const numbers = ["attempt", "durationMs", "retryInMs"] as const;
  return {
    type: textOf(report.type),
    at: numberOf(report.at),
    ...Object.fromEntries(
      texts.flatMap((name) => (typeof report[name] === "string" ? [[name, textOf(report[name])]] : [])),
    ),
    ...Object.fromEntries(
      numbers.flatMap((name) => (typeof report[name] === "number" ? [[name, numberOf(report[name])]] : [])),
    ),
    ...(Array.isArray(report.logs) && {
      logs: report.logs.slice(0, MOST_LOG_LINES).filter(isJsonObject).map(logLineOf),
    }),
  };
}

const logLevels = ["debug", "info", "warn", "error"] as const;

function logLineOf({ at, level, text }: Readonly<Record<string, unknown>>): AttemptLogLine {
  return {
    at: numberOf(at),
    level: logLevels.find((one) => one === level) ?? "info",
    text: textOf(text),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
