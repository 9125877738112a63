import { EventEmitter } from "eventemitter3";
import type { EventSource } from "../model/delivery.js";
import { type Clock, systemClock } from "./clock.js";
import { EarshotError } from "./errors.js";
import { follow, handle } from "./foreign-promise.js";
import type { ListenerEvent, ListenerEventOf, ListenerEventType } from "./listener-events.js";
import { plainText } from "./plain-text.js";
import { nearest } from "./suggest.js";
import { describe, shownValue, WarningLimit, warn } from "./warning.js";

/** Every type, for the error about an unknown one. */
const types: Readonly<Record<ListenerEventType, true>> = {
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
  "callback.skipped": true,
  "callback.coalesced": true,
  "callback.paused": true,
  "callback.resumed": true,
  "event.done": true,
  "event.dead-lettered": true,
  "trigger.enabled": true,
  "trigger.disabled": true,
  "gap.opened": true,
  "gap.filled": true,
  "gap.unfilled": true,
  "inbox.full": true,
  "inbox.ready": true,
  "inbox.error": true,
  "alert.raised": true,
  "alert.cleared": true,
  warning: true,
};

/** Types that report a problem. Without a listener for their type, they become process warnings. */
const problemTypes: ReadonlySet<ListenerEventType> = new Set<ListenerEventType>([
  "websocket.failed",
  "delivery.rejected",
  "delivery.undecodable",
  "callback.failed",
  "callback.paused",
  "event.dead-lettered",
  "gap.unfilled",
  "inbox.error",
  "alert.raised",
  "warning",
]);

/** Names, ids and paths in a sentence, in characters. */
const MAX_NAME = 256;
/** Any client may send to a path that does not exist, so these warnings are rarely repeated, milliseconds. */
const UNKNOWN_PATH_REPEAT_MS = 3_600_000;

/** The types of every event that goes well: {@link EventCounts} counts them without a listener event. */
const countedTypes: ReadonlySet<ListenerEventType> = new Set<ListenerEventType>([
  "event.stored",
  "callback.done",
  "event.done",
]);

/** Counts what happens to every event that goes well. A listener event for each of these would be an object. */
export interface EventCounts {
  stored(source: EventSource, provider: string, triggerName: string, delayMs: number): void;
  callbackDone(callback: string, durationMs: number): void;
  done(source: EventSource, provider: string, triggerName: string, durationMs: number): void;
}

type Listener<Of = ListenerEvent> = (event: Of) => unknown;

/**
 * Sends listener events. An event without a listener costs a look-up. A problem without a listener for its type
 * becomes a process warning, so that no program fails silently; a listener for `"*"` does not change that.
 */
export class ListenerEventEmitter {
  readonly #emitter = new EventEmitter<string>();
  readonly #limit: WarningLimit;
  /** They get every type. */
  #taps: readonly Listener[] = [];
  /** They get the types that are not counted. */
  #tapsOfUncounted: readonly Listener[] = [];
  #counts: EventCounts | undefined;
  /** Whether warnings go elsewhere: to a logger. */
  #isSilent = false;
  #limitInboxErrors: ((event: ListenerEventOf<"inbox.error">) => ListenerEvent | undefined) | undefined;
  /** How many listeners there are, for any type. */
  #listeners = 0;

  constructor(clock: Clock = systemClock) {
    this.#limit = new WarningLimit(clock);
  }

  /**
   * @param type one type, or `"*"` for all
   * @returns a function that removes the listener
   * @throws EarshotError ERR_OPTION where there is no such type
   */
  on<Type extends ListenerEventType>(type: Type, fn: Listener<ListenerEventOf<Type>>): () => void;
  on(type: "*", fn: Listener): () => void;
  on(type: string, fn: Listener<never>): () => void {
    if (type !== "*" && !Object.hasOwn(types, type)) throw unknownType(type);
    if (typeof fn !== "function") {
      throw new EarshotError("ERR_OPTION", `on("${type}", fn): \`fn\` is a function, not ${shownValue(fn)}.`);
    }
    // A new function for each call: else the first `off` would remove every registration of the same function.
    const listener: Listener = (event) => fn(event as never);
    this.#emitter.on(type, listener);
    this.#listeners += 1;
    let isRegistered = true;
    return () => {
      if (!isRegistered) return;
      isRegistered = false;
      this.#listeners -= 1;
      this.#emitter.off(type, listener);
    };
  }

  /**
   * Passes every event to `fn` as well, before the listeners. It does not count as a listener of a problem.
   *
   * @returns a function that ends it
   */
  tap(fn: Listener): () => void {
    this.#taps = [...this.#taps, fn];
    this.#tapsOfUncounted = [...this.#tapsOfUncounted, fn];
    return () => {
      this.#taps = this.#taps.filter((each) => each !== fn);
      this.#tapsOfUncounted = this.#tapsOfUncounted.filter((each) => each !== fn);
    };
  }

  /**
   * Counts from now on.
   *
   * @param other gets the events of the types that are not counted
   */
  count(counts: EventCounts, other: Listener): void {
    this.#tapsOfUncounted = [...this.#tapsOfUncounted, other];
    this.#counts = this.#counts === undefined ? counts : both(this.#counts, counts);
  }

  /** What a hot path tells of each event, whether or not its listener event is needed. Absent without metrics. */
  get counts(): EventCounts | undefined {
    return this.#counts;
  }

  /** Makes no process warnings from now on: a logger has every event. */
  silenceWarnings(): void {
    this.#isSilent = true;
  }

  /** Passes each `inbox.error` to `fn` first, which returns the event to send, or nothing to send none. */
  limitInboxErrors(fn: (event: ListenerEventOf<"inbox.error">) => ListenerEvent | undefined): void {
    this.#limitInboxErrors = fn;
  }

  /** Whether an event of this type has an effect: where not, a hot path makes none. */
  isNeeded(type: ListenerEventType): boolean {
    // Called several times for each event, mostly without any listener: each look-up counts.
    if (this.#listeners === 0 && this.#tapsOfUncounted.length === 0) return problemTypes.has(type);
    if (this.#tapsOf(type).length > 0 || problemTypes.has(type)) return true;
    return this.#emitter.listenerCount(type) > 0 || this.#emitter.listenerCount("*") > 0;
  }

  /** Sends an event. A listener that throws, or whose promise rejects, becomes a process warning. */
  send(event: ListenerEvent): void {
    if (event.type !== "inbox.error" || this.#limitInboxErrors === undefined) this.sendUnlimited(event);
    else {
      const limited = this.#limitInboxErrors(event);
      if (limited !== undefined) this.sendUnlimited(limited);
    }
  }

  /** Sends an event past {@link limitInboxErrors}. */
  sendUnlimited(event: ListenerEvent): void {
    const taps = this.#tapsOf(event.type);
    for (let at = 0; at < taps.length; at += 1) this.#call(taps[at] as Listener, event);
    if (this.#listeners === 0) {
      if (problemTypes.has(event.type) && !this.#isSilent) this.#warnOf(event);
      return;
    }
    const listeners = this.#emitter.listeners(event.type) as Listener[];
    for (const fn of listeners) this.#call(fn, event);
    for (const fn of this.#emitter.listeners("*") as Listener[]) this.#call(fn, event);
    if (listeners.length === 0 && problemTypes.has(event.type) && !this.#isSilent) this.#warnOf(event);
  }

  #tapsOf(type: ListenerEventType): readonly Listener[] {
    return countedTypes.has(type) ? this.#taps : this.#tapsOfUncounted;
  }

  #call(fn: Listener, event: ListenerEvent): void {
    try {
      const result = fn(event);
      // An async listener: without this, its rejection would end the process.
      if (typeof result === "object" && result !== null) {
        follow(result).catch((thrown: unknown) => this.#onThrown(event, thrown));
      }
    } catch (thrown) {
      this.#onThrown(event, thrown);
    }
  }

  #onThrown({ type }: ListenerEvent, thrown: unknown): void {
    handle(thrown);
    const suppressed = this.#limit.admit(`listener ${type}`);
    if (suppressed === undefined) return;
    warn(`A listener for "${type}" events threw: ${describe(thrown)}${repeats(suppressed)}`, thrown);
  }

  /** Never throws: a listener for `"*"`, which comes first, may have changed the event. */
  #warnOf(event: ListenerEvent): void {
    const { type } = event;
    try {
      this.#warnOfUnchanged(event);
    } catch {
      warn(`${type}: a listener for "*" has changed this event, so it cannot be shown.`);
    }
  }

  #warnOfUnchanged(event: ListenerEvent): void {
    let suppressed: number | undefined = 0;
    if (event.type === "delivery.rejected") {
      if (isReportedElsewhere(event)) return;
      suppressed = this.#limit.admit(
        kindOf(event),
        event.status === 404 ? UNKNOWN_PATH_REPEAT_MS : undefined,
      );
    }
    if (suppressed === undefined) return;
    warn(`${sentenceOf(event)}${repeats(suppressed)}`, "error" in event ? event.error : undefined);
  }
}

function both(first: EventCounts, second: EventCounts): EventCounts {
  return {
    stored(...facts) {
      first.stored(...facts);
      second.stored(...facts);
    },
    callbackDone(...facts) {
      first.callbackDone(...facts);
      second.callbackDone(...facts);
    },
    done(...facts) {
      first.done(...facts);
      second.done(...facts);
    },
  };
}

type Rejection = ListenerEventOf<"delivery.rejected">;

/** A stopping listener rejects every request; the other two have a listener event of the type `warning`. */
function isReportedElsewhere({ error }: Rejection): boolean {
  return ["ERR_LISTENER_STATE", "ERR_BODY_CONSUMED", "ERR_RECEIVE_FAILED"].includes(error.code);
}

/** Routes are configured and codes are known, so a sender cannot add kinds. */
function kindOf({ error, route = "" }: Rejection): string {
  return `rejected ${error.code} ${route}`;
}

function repeats(suppressed: number): string {
  return suppressed === 0 ? "" : ` This happened ${suppressed} more times since the last warning about it.`;
}

function unknownType(type: unknown): EarshotError {
  const near = typeof type === "string" ? nearest(type, Object.keys(types)) : undefined;
  const hint =
    near === undefined ? `The types are ${Object.keys(types).join(", ")}.` : `Did you mean "${near}"?`;
  return new EarshotError(
    "ERR_OPTION",
    `There is no listener event of the type ${shownValue(type)}. ${hint}`,
  );
}

/** A listener event as one line of plain text. Control characters and line breaks in it are replaced. */
export function sentenceOf(event: ListenerEvent): string {
  switch (event.type) {
    case "callback.failed": {
      return `Callback "${name(event.callback)}" failed on ${recordName(event)} (attempt ${event.attempt}): ${describe(event.error)} ${nextRun(event)}`;
    }
    case "callback.paused":
      return `Callback "${name(event.callback)}" is paused: it failed on ${event.failures} events in a row: ${describe(event.error)} The next one is tried in ${event.probeInMs} ms.`;
    case "event.dead-lettered":
      return `${recordName(event)} was dead-lettered after ${event.attempts} attempts: ${plainText(event.message)}`;
    case "websocket.disconnected": {
      const next = event.retryInMs === undefined ? "" : ` Next attempt in ${event.retryInMs} ms.`;
      return `The WebSocket was lost (${event.reason}): ${plainText(event.detail)}.${next}`;
    }
    case "alert.raised":
    case "alert.cleared":
      return `Alert "${name(event.alert)}" was ${event.type.slice("alert.".length)}: ${plainText(event.message)}`;
    case "gap.unfilled":
      return `Events from ${event.from.toISOString()} to ${event.to.toISOString()} may be missing: ${plainText(event.error.message)}`;
    case "delivery.rejected": {
      const from = event.remoteAddress === undefined ? "" : ` from ${name(event.remoteAddress)}`;
      const to = event.path === "" ? "" : ` to ${name(event.path)}`;
      return `A delivery${to}${from} was rejected with ${event.status} (${event.error.code}): ${describe(event.error)}`;
    }
    default: {
      const error = "error" in event ? `: ${describe(event.error)}` : "";
      return `${event.type}${error}`;
    }
  }
}

function nextRun({ endedBy, retryInMs }: ListenerEventOf<"callback.failed">): string {
  if (endedBy === "stop")
    return "stop() ended the attempt: it is not counted, and runs again after the next start.";
  if (endedBy === "lease") return "Its lease was lost: whichever process has the event now runs it again.";
  return retryInMs === undefined ? "It does not run again." : `It runs again in ${retryInMs} ms.`;
}

function recordName({
  triggerName,
  id,
}: Pick<ListenerEventOf<"event.stored">, "id" | "triggerName">): string {
  return `${name(triggerName)} ${name(id)}`;
}

function name(text: string): string {
  return plainText(text, MAX_NAME);
}
