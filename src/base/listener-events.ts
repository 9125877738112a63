import { EventEmitter } from "eventemitter3";
import type { Delivery, EventSource } from "../model/delivery.js";
import { type Clock, systemClock } from "./clock.js";
import { EarshotError } from "./errors.js";
import { follow, handle } from "./foreign-promise.js";
import { plainText } from "./plain-text.js";
import { nearest } from "./suggest.js";
import { describe, shownValue, WarningLimit, warn } from "./warning.js";

/** Why the socket wakes up and looks at what is wanted against what is. */
export type WakeReason =
  | "start"
  | "stop"
  | "located"
  | "opened"
  | "frame"
  | "closed"
  | "error"
  | "authorized"
  | "quiet"
  | "no-pong"
  | "deaf"
  | "slept"
  | "backoff-over"
  | "handshake-timeout"
  | "inbox-full"
  | "inbox-ready";

/** Why a connection could not be made or was lost. */
export type DisconnectReason =
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
  | "authorization"
  | "back-pressure"
  | "other";

/** Names a record in a report. */
interface RecordFacts {
  readonly id: string;
  readonly triggerName: string;
  readonly source: EventSource;
}

/** News about the listener itself. Every member has its `type`; narrow on it. */
export type ListenerEvent =
  // The socket
  | { readonly type: "websocket.connecting"; readonly attempt: number; readonly reason: WakeReason }
  | { readonly type: "websocket.ready"; readonly socketId: string; readonly channel: string }
  | {
      readonly type: "websocket.disconnected";
      readonly reason: DisconnectReason;
      /** The close code, where the server gave one. */
      readonly closeCode: number | undefined;
      readonly detail: string;
      /** Milliseconds until the next try; `undefined` where there is none. */
      readonly retryInMs: number | undefined;
    }
  | { readonly type: "websocket.failed"; readonly error: EarshotError }
  // The door
  | { readonly type: "webhook.listening"; readonly url: string }
  | { readonly type: "webhook.closed" }
  | {
      readonly type: "webhook.registered";
      readonly url: string;
      /** The URL that stood there before. */
      readonly replaced: string | undefined;
    }
  // Deliveries
  | {
      readonly type: "delivery.rejected";
      readonly error: EarshotError;
      readonly status: number;
      readonly path: string;
      /** The route that it matched; absent where it reached none. */
      readonly route?: string | undefined;
      readonly remoteAddress: string | undefined;
    }
  | { readonly type: "delivery.undecodable"; readonly error: EarshotError; readonly delivery: Delivery }
  | { readonly type: "webhook.handshake"; readonly provider: string; readonly path: string }
  // Events
  | (RecordFacts & { readonly type: "event.stored" })
  /** `by: "content"`: the copy has no id in common with the event; an equal body, or content, told. */
  | (RecordFacts & { readonly type: "event.duplicate"; readonly by?: "id" | "content" | undefined })
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
      readonly retryInMs: number | undefined;
    })
  | (RecordFacts & { readonly type: "event.done"; readonly attempts: number })
  | (RecordFacts & {
      readonly type: "event.dead-lettered";
      readonly attempts: number;
      readonly message: string;
    })
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
  | {
      readonly type: "inbox.ready";
      /** Deliveries that could not be stored meanwhile: each was answered 503, or waits to be offered again. */
      readonly refused: number;
    }
  | {
      readonly type: "inbox.error";
      readonly error: Error;
      /** Failures since the last report of this outage, this one included. Absent where there is one. */
      readonly count?: number | undefined;
    }
  // Anything that deserves a look and stops nothing
  | { readonly type: "warning"; readonly error: EarshotError };

export type ListenerEventType = ListenerEvent["type"];

/** The report of a type. */
export type ListenerEventOf<Type extends ListenerEventType> = Extract<ListenerEvent, { readonly type: Type }>;

/** Every type there is, for those who misspell one. */
const known: Readonly<Record<ListenerEventType, true>> = {
  "websocket.connecting": true,
  "websocket.ready": true,
  "websocket.disconnected": true,
  "websocket.failed": true,
  "webhook.listening": true,
  "webhook.closed": true,
  "webhook.registered": true,
  "delivery.rejected": true,
  "delivery.undecodable": true,
  "webhook.handshake": true,
  "event.stored": true,
  "event.duplicate": true,
  "event.unmatched": true,
  "callback.done": true,
  "callback.failed": true,
  "event.done": true,
  "event.dead-lettered": true,
  "gap.opened": true,
  "gap.filled": true,
  "gap.unfilled": true,
  "inbox.full": true,
  "inbox.ready": true,
  "inbox.error": true,
  warning: true,
};

/** ListenerEvents that say something went wrong. Without a listener for their type, they become process warnings. */
const troubles: ReadonlySet<ListenerEventType> = new Set<ListenerEventType>([
  "websocket.failed",
  "delivery.rejected",
  "delivery.undecodable",
  "callback.failed",
  "event.dead-lettered",
  "gap.unfilled",
  "inbox.error",
  "warning",
]);

/** Names, ids and paths in a sentence, in characters. */
const LONGEST_NAME = 256;
/** Anybody may send to a path that does not exist, so these are seldom repeated, milliseconds. */
const UNKNOWN_PATH_REPEAT_MS = 3_600_000;

type Listener<Of = ListenerEvent> = (report: Of) => unknown;

/**
 * Sends reports to their listeners. A report without a listener costs a look-up. Trouble without a listener for
 * its type becomes a process warning, so that no agent fails in silence; a listener for `"*"` changes nothing there.
 */
export class ListenerEvents {
  readonly #emitter = new EventEmitter<string>();
  readonly #limit: WarningLimit;
  #tap: Listener | undefined;
  #limitTrouble: ((report: ListenerEventOf<"inbox.error">) => ListenerEvent | undefined) | undefined;
  /** How many listeners there are, for any type. */
  #heard = 0;

  constructor(clock: Clock = systemClock) {
    this.#limit = new WarningLimit(clock);
  }

  /**
   * @param type one report type, or `"*"` for all
   * @returns a function that takes the listener off again
   * @throws EarshotError ERR_OPTION where there is no such type
   */
  on<Type extends ListenerEventType>(type: Type, fn: Listener<ListenerEventOf<Type>>): () => void;
  on(type: "*", fn: Listener): () => void;
  on(type: string, fn: Listener<never>): () => void {
    if (type !== "*" && !Object.hasOwn(known, type)) throw unknownType(type);
    if (typeof fn !== "function") {
      throw new EarshotError("ERR_OPTION", `on("${type}", fn): \`fn\` is a function, not ${shownValue(fn)}.`);
    }
    // One of its own for each call: else the first `off` would take off every registration of the same function.
    const listener: Listener = (report) => fn(report as never);
    this.#emitter.on(type, listener);
    this.#heard += 1;
    let there = true;
    return () => {
      if (!there) return;
      there = false;
      this.#heard -= 1;
      this.#emitter.off(type, listener);
    };
  }

  /** Hands every report to `fn` as well. */
  tap(fn: Listener | undefined): void {
    this.#tap = fn;
  }

  /** Has `fn` decide which reports of trouble with the inbox are sent. */
  limitTrouble(fn: (report: ListenerEventOf<"inbox.error">) => ListenerEvent | undefined): void {
    this.#limitTrouble = fn;
  }

  /** Whether anybody hears this type: lets a hot path skip making the report. */
  wants(type: ListenerEventType): boolean {
    if (this.#tap !== undefined || troubles.has(type)) return true;
    // Asked several times for each event, and mostly nobody hears anything: two look-ups less.
    return this.#heard > 0 && (this.#emitter.listenerCount(type) > 0 || this.#emitter.listenerCount("*") > 0);
  }

  /** Sends a report. A listener that throws, or whose promise rejects, becomes a process warning. */
  send(report: ListenerEvent): void {
    if (report.type !== "inbox.error" || this.#limitTrouble === undefined) this.sendAll(report);
    else {
      const limited = this.#limitTrouble(report);
      if (limited !== undefined) this.sendAll(limited);
    }
  }

  /** Sends a report that was limited already. */
  sendAll(report: ListenerEvent): void {
    if (this.#tap !== undefined) this.#call(this.#tap, report);
    const listeners = this.#emitter.listeners(report.type) as Listener[];
    for (const fn of listeners) this.#call(fn, report);
    for (const fn of this.#emitter.listeners("*") as Listener[]) this.#call(fn, report);
    if (listeners.length === 0 && troubles.has(report.type)) this.#warnOf(report);
  }

  #call(fn: Listener, report: ListenerEvent): void {
    try {
      const result = fn(report);
      // An async listener: without this, its rejection would end the process.
      if (typeof result === "object" && result !== null) {
        follow(result).catch((thrown: unknown) => this.#threw(report, thrown));
      }
    } catch (thrown) {
      this.#threw(report, thrown);
    }
  }

  #threw({ type }: ListenerEvent, thrown: unknown): void {
    handle(thrown);
    const held = this.#limit.admit(`listener ${type}`);
    if (held === undefined) return;
    warn(`A listener for "${type}" reports threw: ${describe(thrown)}${more(held)}`, thrown);
  }

  #warnOf(report: ListenerEvent): void {
    let held: number | undefined = 0;
    if (report.type === "delivery.rejected") {
      if (saidOtherwise(report)) return;
      held = this.#limit.admit(kindOf(report), report.status === 404 ? UNKNOWN_PATH_REPEAT_MS : undefined);
    }
    if (held === undefined) return;
    warn(`${sentenceOf(report)}${more(held)}`, "error" in report ? report.error : undefined);
  }
}

type Rejection = ListenerEventOf<"delivery.rejected">;

/** A stopping listener rejects as it should; the other two have a report of the type `warning`. */
function saidOtherwise({ error }: Rejection): boolean {
  return ["ERR_LISTENER_STATE", "ERR_BODY_CONSUMED", "ERR_RECEIVE_FAILED"].includes(error.code);
}

/** Routes are configured and codes are known: a sender adds no kinds. */
function kindOf({ error, route = "" }: Rejection): string {
  return `rejected ${error.code} ${route}`;
}

function more(held: number): string {
  return held === 0 ? "" : ` This happened ${held} more times since the last warning about it.`;
}

function unknownType(type: unknown): EarshotError {
  const near = typeof type === "string" ? nearest(type, Object.keys(known)) : undefined;
  const offer =
    near === undefined ? `The types are ${Object.keys(known).join(", ")}.` : `Did you mean "${near}"?`;
  return new EarshotError("ERR_OPTION", `There is no report of the type ${shownValue(type)}. ${offer}`);
}

/** A report as one line of plain text. Control characters and line breaks in it are replaced. */
export function sentenceOf(report: ListenerEvent): string {
  switch (report.type) {
    case "callback.failed": {
      const next =
        report.retryInMs === undefined
          ? "It does not run again."
          : `It runs again in ${report.retryInMs} ms.`;
      return `Callback "${name(report.callback)}" failed on ${recordName(report)} (attempt ${report.attempt}): ${describe(report.error)} ${next}`;
    }
    case "event.dead-lettered":
      return `${recordName(report)} is dead after ${report.attempts} attempts: ${plainText(report.message)}`;
    case "websocket.disconnected": {
      const next = report.retryInMs === undefined ? "" : ` Next try in ${report.retryInMs} ms.`;
      return `The WebSocket was lost (${report.reason}): ${plainText(report.detail)}.${next}`;
    }
    case "gap.unfilled":
      return `Events from ${report.from.toISOString()} to ${report.to.toISOString()} may be missing: ${plainText(report.error.message)}`;
    case "delivery.rejected": {
      const from = report.remoteAddress === undefined ? "" : ` from ${name(report.remoteAddress)}`;
      const to = report.path === "" ? "" : ` to ${name(report.path)}`;
      return `A delivery${to}${from} was rejected with ${report.status} (${report.error.code}): ${describe(report.error)}`;
    }
    default: {
      const error = "error" in report ? `: ${describe(report.error)}` : "";
      return `${report.type}${error}`;
    }
  }
}

function recordName({ triggerName, id }: RecordFacts): string {
  return `${name(triggerName)} ${name(id)}`;
}

function name(text: string): string {
  return plainText(text, LONGEST_NAME);
}
