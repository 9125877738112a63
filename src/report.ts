import { EventEmitter } from "eventemitter3";
import { EarshotError } from "./errors.js";
import type { Delivery, EventSource } from "./model/delivery.js";
import { nearest } from "./nearest.js";

/** Why the socket wakes up and looks at what is wanted against what is. */
export type WakeReason =
  | "start"
  | "stop"
  | "located"
  | "opened"
  | "frame"
  | "closed"
  | "error"
  | "authorised"
  | "quiet"
  | "no-pong"
  | "deaf"
  | "slept"
  | "backoff-over"
  | "handshake-timeout"
  | "inbox-full"
  | "inbox-ready";

/** Why a connection could not be made or was lost. */
export type LinkTrouble =
  | "dns"
  | "refused"
  | "reset"
  | "tls"
  | "proxy"
  | "http"
  | "timeout"
  | "closed"
  | "silent"
  | "slept"
  | "protocol"
  | "authorisation"
  | "back-pressure"
  | "other";

/** Names a record in a report. */
interface RecordFacts {
  readonly id: string;
  readonly triggerName: string;
  readonly source: EventSource;
}

/** News about the listener itself. Every member has its `type`; narrow on it. */
export type Report =
  // The socket
  | { readonly type: "socket.connecting"; readonly attempt: number; readonly reason: WakeReason }
  | { readonly type: "socket.ready"; readonly socketId: string; readonly channel: string }
  | {
      readonly type: "socket.lost";
      readonly trouble: LinkTrouble;
      /** The close code, where the server gave one. */
      readonly closeCode: number | undefined;
      readonly detail: string;
      /** Milliseconds until the next try; `undefined` where there is none. */
      readonly retryInMs: number | undefined;
    }
  | { readonly type: "socket.failed"; readonly error: EarshotError }
  // The door
  | { readonly type: "door.open"; readonly url: string }
  | { readonly type: "door.closed" }
  | {
      readonly type: "webhook.registered";
      readonly url: string;
      /** The URL that stood there before. */
      readonly replaced: string | undefined;
    }
  // Deliveries
  | {
      readonly type: "delivery.refused";
      readonly error: EarshotError;
      readonly status: number;
      readonly path: string;
      readonly remoteAddress: string | undefined;
    }
  | { readonly type: "delivery.undecodable"; readonly error: EarshotError; readonly delivery: Delivery }
  | { readonly type: "handshake"; readonly provider: string; readonly path: string }
  // Events
  | (RecordFacts & { readonly type: "event.kept" })
  | (RecordFacts & { readonly type: "event.seen" })
  | (RecordFacts & { readonly type: "event.unmatched" })
  // Callbacks
  | (RecordFacts & {
      readonly type: "callback.done";
      readonly callback: string;
      readonly attempt: number;
      readonly durationMs: number;
    })
  | (RecordFacts & {
      readonly type: "callback.failed";
      readonly callback: string;
      readonly attempt: number;
      readonly error: unknown;
      /** Milliseconds until the callback runs again; `undefined` where it does not. */
      readonly againInMs: number | undefined;
    })
  | (RecordFacts & { readonly type: "record.done"; readonly attempts: number })
  | (RecordFacts & { readonly type: "record.dead"; readonly attempts: number; readonly message: string })
  // Gaps
  | { readonly type: "gap.opened"; readonly from: Date; readonly detail: string }
  | {
      readonly type: "gap.filled";
      readonly from: Date;
      readonly to: Date;
      readonly found: number;
      readonly missed: number;
    }
  | { readonly type: "gap.unfilled"; readonly from: Date; readonly to: Date; readonly error: EarshotError }
  // The inbox
  | { readonly type: "inbox.full"; readonly pending: number }
  | { readonly type: "inbox.ready" }
  | { readonly type: "inbox.trouble"; readonly error: Error }
  // Anything that deserves a look and stops nothing
  | { readonly type: "warning"; readonly error: EarshotError };

export type ReportType = Report["type"];

/** The report of a type. */
export type ReportOf<Type extends ReportType> = Extract<Report, { readonly type: Type }>;

/** Every type there is, for those who misspell one. */
const known: Readonly<Record<ReportType, true>> = {
  "socket.connecting": true,
  "socket.ready": true,
  "socket.lost": true,
  "socket.failed": true,
  "door.open": true,
  "door.closed": true,
  "webhook.registered": true,
  "delivery.refused": true,
  "delivery.undecodable": true,
  handshake: true,
  "event.kept": true,
  "event.seen": true,
  "event.unmatched": true,
  "callback.done": true,
  "callback.failed": true,
  "record.done": true,
  "record.dead": true,
  "gap.opened": true,
  "gap.filled": true,
  "gap.unfilled": true,
  "inbox.full": true,
  "inbox.ready": true,
  "inbox.trouble": true,
  warning: true,
};

/** Reports that say something went wrong. Where nobody listens for them, they become process warnings. */
const troubles: ReadonlySet<ReportType> = new Set<ReportType>([
  "socket.failed",
  "delivery.undecodable",
  "callback.failed",
  "record.dead",
  "gap.unfilled",
  "inbox.trouble",
  "warning",
]);

type Listener = (report: Report) => void;

/**
 * Where reports are sent and heard. A report that nobody hears costs a look-up; trouble that nobody hears is
 * handed to `process.emitWarning`, so that an agent without any report listener does not fail in silence.
 */
export class Reports {
  readonly #emitter = new EventEmitter<string>();
  #tap: Listener | undefined;
  /** How many listen, for any type. */
  #heard = 0;

  /**
   * @param type one report type, or `"*"` for all
   * @returns a function that takes the listener off again
   * @throws EarshotError ERR_OPTION where there is no such type
   */
  on<Type extends ReportType>(type: Type, fn: (report: ReportOf<Type>) => void): () => void;
  on(type: "*", fn: (report: Report) => void): () => void;
  on(type: string, fn: (report: never) => void): () => void {
    if (type !== "*" && !Object.hasOwn(known, type)) throw unknownType(type);
    this.#emitter.on(type, fn as Listener);
    this.#heard += 1;
    let there = true;
    return () => {
      if (!there) return;
      there = false;
      this.#heard -= 1;
      this.#emitter.off(type, fn as Listener);
    };
  }

  /** Hands every report to `fn` as well, which does not count as hearing it: trouble is still warned of. */
  tap(fn: ((report: Report) => void) | undefined): void {
    this.#tap = fn;
  }

  /** Whether anybody hears this type: lets a hot path skip making the report. */
  wants(type: ReportType): boolean {
    if (this.#tap !== undefined || troubles.has(type)) return true;
    // Asked several times for each event, and mostly nobody hears anything: two look-ups less.
    return this.#heard > 0 && (this.#emitter.listenerCount(type) > 0 || this.#emitter.listenerCount("*") > 0);
  }

  /** Sends a report. A listener that throws becomes a process warning and disturbs nobody else. */
  send(report: Report): void {
    this.#tap?.(report);
    let heard = 0;
    for (const type of [report.type, "*"]) {
      for (const fn of this.#emitter.listeners(type) as Listener[]) {
        heard += 1;
        try {
          fn(report);
        } catch (thrown) {
          warn(`A listener for "${report.type}" reports threw: ${describe(thrown)}`);
        }
      }
    }
    if (heard === 0 && troubles.has(report.type)) warn(sentenceOf(report));
  }
}

function unknownType(type: unknown): EarshotError {
  const near = typeof type === "string" ? nearest(type, Object.keys(known)) : undefined;
  const offer =
    near === undefined ? `The types are ${Object.keys(known).join(", ")}.` : `Did you mean "${near}"?`;
  return new EarshotError("ERR_OPTION", `There is no report of the type ${JSON.stringify(type)}. ${offer}`);
}

/** A report as one line of plain text. */
export function sentenceOf(report: Report): string {
  switch (report.type) {
    case "callback.failed": {
      const next =
        report.againInMs === undefined
          ? "It does not run again."
          : `It runs again in ${report.againInMs} ms.`;
      return `Callback "${report.callback}" failed on ${report.triggerName} ${report.id} (attempt ${report.attempt}): ${describe(report.error)} ${next}`;
    }
    case "record.dead":
      return `${report.triggerName} ${report.id} is dead after ${report.attempts} attempts: ${report.message}`;
    case "socket.lost": {
      const next = report.retryInMs === undefined ? "" : ` Next try in ${report.retryInMs} ms.`;
      return `The WebSocket was lost (${report.trouble}): ${report.detail}.${next}`;
    }
    case "gap.unfilled":
      return `Events from ${report.from.toISOString()} to ${report.to.toISOString()} may be missing: ${report.error.message}`;
    default: {
      const error = "error" in report ? `: ${describe(report.error)}` : "";
      return `${report.type}${error}`;
    }
  }
}

function describe(thrown: unknown): string {
  if (thrown instanceof Error) {
    return "solution" in thrown
      ? `${thrown.message} ${String(thrown.solution)}`
      : (thrown.stack ?? thrown.message);
  }
  return String(thrown);
}

function warn(message: string): void {
  // Absent on runtimes that are not Node: there, only listeners hear of trouble.
  globalThis.process?.emitWarning?.(message, "EarshotWarning");
}
