import type { Delivery, EventSource } from "../model/delivery.js";
import type { EarshotError } from "./errors.js";

/** The change after which the listener made a connection: see `websocket.connecting`. */
export type WakeReason =
  | "start"
  | "located"
  | "opened"
  | "frame"
  | "closed"
  | "error"
  | "authorized"
  | "quiet"
  | "no-pong"
  | "slept"
  | "backoff-over"
  | "handshake-timeout"
  | "inbox-full"
  | "inbox-ready";

/** The reason why a connection failed or was lost. */
export type DisconnectReason =
  /** The host name could not be resolved. */
  | "dns"
  /** The port is closed. */
  | "refused"
  /** The connection was reset. */
  | "reset"
  | "tls"
  | "proxy"
  /** The server answered the upgrade request, or the platform a call, with an HTTP error. */
  | "http"
  | "timeout"
  /** The server closed the connection. */
  | "closed"
  /** No pong came in time. */
  | "silent"
  /** The process or the machine was suspended. */
  | "slept"
  /** The server violated the protocol. */
  | "protocol"
  /** The subscription was rejected. */
  | "authorization"
  /** The connection ended while the listener did not read, because its inbox was full. */
  | "back-pressure"
  | "other";

/** The record that a listener event is about. */
interface RecordFields {
  /** The event's id. */
  readonly id: string;
  readonly triggerName: string;
  readonly source: EventSource;
  /** Who sent it: `composio` for the platform, else the provider of the route. */
  readonly provider: string;
}

/** The alert that a listener event is about. */
interface AlertFields {
  /** The name of its rule: `silence GITHUB_PUSH`. */
  readonly alert: string;
  /** `errorRate`, `latency`, `silence`, `deadLetters`, `rejected`, `gap` or `platform`. */
  readonly kind: string;
  /** One sentence. */
  readonly message: string;
  /** When it was raised. */
  readonly since: Date;
}

/**
 * An event about the listener itself: for logs, metrics and alerts. `listener.on(type, fn)` receives those of a type,
 * `listener.on("*", fn)` all. Each has its `type`; narrow on it.
 */
export type ListenerEvent =
  /** The listener begins to connect its WebSocket. */
  | {
      readonly type: "websocket.connecting";
      /** Number of the attempt since the last confirmed subscription, from 1. */
      readonly attempt: number;
      readonly reason: WakeReason;
    }
  /** The subscription is confirmed: events are received from now on. */
  | {
      readonly type: "websocket.ready";
      /** The realtime server's id of the connection. */
      readonly socketId: string;
      readonly channel: string;
    }
  /** The connection was lost, or could not be made. */
  | {
      readonly type: "websocket.disconnected";
      readonly reason: DisconnectReason;
      /** The close code of the server; `undefined` where it sent none. */
      readonly closeCode: number | undefined;
      /** A clause for a message: "the connection ended without a close frame". */
      readonly detail: string;
      /** Milliseconds until the next attempt; `undefined` where there is none. */
      readonly retryInMs: number | undefined;
    }
  /** The WebSocket failed permanently, as with a wrong key: the listener stops. */
  | {
      readonly type: "websocket.failed";
      /** The reason, as thrown by `start()` or `waitForever()`. */
      readonly error: EarshotError;
    }
  /** The webhook server accepts requests. */
  | {
      readonly type: "webhook.listening";
      /** Scheme, host and port, without a path: `http://127.0.0.1:8000`. */
      readonly url: string;
    }
  /** The webhook server has closed: the listener has stopped, or its start has failed. */
  | { readonly type: "webhook.closed" }
  /** The listener registered its URL with the platform. */
  | {
      readonly type: "webhook.registered";
      readonly url: string;
      /** The URL that was registered before; `undefined` where there was none, or the same. */
      readonly replaced: string | undefined;
    }
  /** A sender's set-up request was answered: a challenge, a probe. It is no delivery. */
  | {
      readonly type: "webhook.handshake";
      /** The provider of the route: `slack`, `meta`, … */
      readonly provider: string;
      /** The path of the request, without query. */
      readonly path: string;
    }
  /** A request was rejected: wrong signature, unknown path, too large, … Nothing is stored. */
  | {
      readonly type: "delivery.rejected";
      /** The reason. The sender gets only the status. */
      readonly error: EarshotError;
      /** The HTTP status of the response. */
      readonly status: number;
      /** The path of the request, without query. Empty where the request could not be parsed. */
      readonly path: string;
      /** The route that it matched. Absent where it matched none. */
      readonly route?: string | undefined;
      /** The peer's IP address; `undefined` where the server does not know it. */
      readonly remoteAddress: string | undefined;
    }
  /** A verified delivery could not be decoded: it is dead-lettered with its bytes, without credentials. */
  | {
      readonly type: "delivery.undecodable";
      readonly error: EarshotError;
      readonly delivery: Delivery;
    }
  /** An event was stored in the inbox for the first time. */
  | (RecordFields & {
      readonly type: "event.stored";
      /** Milliseconds from the event's time, by its sender's clock, until it was stored; 0 where that clock is ahead. */
      readonly delayMs: number;
    })
  /** A copy of a stored event was received. It is acknowledged, and does not run again. */
  | (RecordFields & {
      readonly type: "event.duplicate";
      /**
       * `"id"`: the copy has an id or a deduplication key of the event. `"content"`: only an equal body, or content, shows
       * that it is a copy.
       */
      readonly by?: "id" | "content" | undefined;
    })
  /** No callback matches an event. */
  | (RecordFields & { readonly type: "event.unmatched" })
  /** A callback succeeded on an event. */
  | (RecordFields & {
      readonly type: "callback.done";
      /** The callback's name. */
      readonly callback: string;
      /** Number of the attempt, from 1. */
      readonly attempt: number;
      /** Milliseconds from the start of the attempt. */
      readonly durationMs: number;
    })
  /** A callback failed on an event: it threw, rejected or timed out. */
  | (RecordFields & {
      readonly type: "callback.failed";
      /** The callback's name. */
      readonly callback: string;
      /** Number of the attempt, from 1. */
      readonly attempt: number;
      /** The thrown value. */
      readonly error: unknown;
      /** Milliseconds from the start of the attempt. */
      readonly durationMs: number;
      /** Milliseconds until the callback runs again; `undefined` where it does not. */
      readonly retryInMs: number | undefined;
      /**
       * What ended the attempt, where that was not the callback. `stop`: it is not counted, and the event is due again at
       * once, for the next process. `lease`: the lease was lost, and another process may run the event now.
       */
      readonly endedBy?: "stop" | "lease" | undefined;
    })
  /** A callback with `once` did not run on an event: it had succeeded on another one with the same key. */
  | (RecordFields & {
      readonly type: "callback.skipped";
      /** The callback's name. */
      readonly callback: string;
      /** What `once` returned. */
      readonly key: string;
    })
  /** An event joined a batch of a callback with `coalesce`, which runs later. */
  | (RecordFields & {
      readonly type: "callback.coalesced";
      /** The callback's name. */
      readonly callback: string;
      /** What `coalesce.key` returned; an empty text for no key. */
      readonly key: string;
      /** The batch's id. */
      readonly batch: string;
      /** How many events the batch has now. */
      readonly events: number;
      /** Milliseconds until it runs, if no event comes meanwhile. */
      readonly dueInMs: number;
    })
  /** A callback failed with the same error for several events in a row: it is paused, and one event at a time is tried. */
  | {
      readonly type: "callback.paused";
      /** The callback's name. */
      readonly callback: string;
      /** The last of the thrown values. */
      readonly error: unknown;
      /** How many events have failed in a row. */
      readonly failures: number;
      /** Milliseconds until the first event is tried. */
      readonly probeInMs: number;
    }
  /** A paused callback runs again: it succeeded on an event, or was paused for as long as its retries take. */
  | {
      readonly type: "callback.resumed";
      /** The callback's name. */
      readonly callback: string;
      /** How long it was paused, milliseconds. */
      readonly pausedMs: number;
      /** Events that were tried meanwhile, one that succeeded included. */
      readonly probes: number;
    }
  /** All callbacks of an event have succeeded, and that is recorded. */
  | (RecordFields & {
      readonly type: "event.done";
      /** Attempts in all. */
      readonly attempts: number;
      /** Milliseconds since it was received. */
      readonly durationMs: number;
    })
  /** An event was dead-lettered: a callback failed in its last attempt, or the event can never run. */
  | (RecordFields & {
      readonly type: "event.dead-lettered";
      /** Attempts in all. */
      readonly attempts: number;
      /** Milliseconds since it was received. */
      readonly durationMs: number;
      /** The message of the last failure. */
      readonly message: string;
    })
  /** Events from now on, or since `from`, may be missing until the gap is filled from a log. */
  | {
      readonly type: "gap.opened";
      readonly from: Date;
      /** A clause for a message: the reason. */
      readonly detail: string;
      /** The route whose sender's list is read. Absent for the platform's log. */
      readonly route?: string | undefined;
    }
  /** The events of a gap were read from the log and stored. */
  | {
      readonly type: "gap.filled";
      readonly from: Date;
      readonly to: Date;
      /** Events in the log. */
      readonly found: number;
      /** Those of them that the listener had not received. */
      readonly missed: number;
      /** The route whose sender's list was read. Absent for the platform's log. */
      readonly route?: string | undefined;
    }
  /** The events of a gap could not be read from the log: some may be missing. */
  | {
      readonly type: "gap.unfilled";
      readonly from: Date;
      readonly to: Date;
      readonly error: EarshotError;
      /** The route whose sender's list was read. Absent for the platform's log. */
      readonly route?: string | undefined;
    }
  /** The inbox has reached `maxPending` or `maxPendingBytes`: senders get 503, and the WebSocket is not read. */
  | {
      readonly type: "inbox.full";
      /** The listener's `maxPending`, in records. */
      readonly pending: number;
    }
  /** The inbox stores again, after `inbox.full` or `inbox.error`. */
  | {
      readonly type: "inbox.ready";
      /** Deliveries that could not be stored meanwhile: each got 503, or waits to be offered again. */
      readonly rejected: number;
    }
  /** The inbox failed. Sent once for each outage, then at most once a minute. */
  | {
      readonly type: "inbox.error";
      readonly error: Error;
      /** Failures since the last event of this outage, this one included. Absent where there is one. */
      readonly count?: number | undefined;
    }
  /** A trigger of `listener.keepEnabled()` is enabled: at the start, or again after it was disabled. */
  | {
      readonly type: "trigger.enabled";
      readonly triggerName: string;
      /** The trigger instance: `ti_…`. */
      readonly triggerId: string;
      /** How often the listener has enabled it again; 0 at the start. */
      readonly again: number;
    }
  /** A trigger of `listener.keepEnabled()` was disabled, and is to be enabled again. */
  | {
      readonly type: "trigger.disabled";
      readonly triggerName: string;
      readonly triggerId: string;
      /** The platform's word, such as `connection_expired`; `undefined` where it gave none. */
      readonly reason: string | undefined;
    }
  /** The condition of an alert holds: see the option `alerts`. Sent once, until it is cleared. */
  | (AlertFields & { readonly type: "alert.raised" })
  /** The condition of an alert has not held for a while. */
  | (AlertFields & { readonly type: "alert.cleared" })
  /** A problem that stops nothing, and needs a look. */
  | { readonly type: "warning"; readonly error: EarshotError };

export type ListenerEventType = ListenerEvent["type"];

/** The listener event of a type. */
export type ListenerEventOf<Type extends ListenerEventType> = Extract<ListenerEvent, { readonly type: Type }>;
