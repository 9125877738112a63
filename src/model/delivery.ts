import type { EventRequest } from "./event-request.js";

/** The transport that an event came by, `replay`, `expectation` for the time limit of one, or `batch` for a batch. */
export type EventSource =
  | "websocket"
  | "webhook"
  | "poll"
  | "mcp"
  | "backfill"
  | "replay"
  | "expectation"
  | "batch";

/** Whether the time since an event's receipt is its latency: a replay was received long ago, time limits and batches wait. */
export function hasLatency(source: EventSource): boolean {
  return source !== "replay" && source !== "expectation" && source !== "batch";
}

/** The source of a stored record. Records of earlier versions have `catch-up` for `backfill`. */
export function sourceOf(stored: string): EventSource {
  return stored === "catch-up" ? "backfill" : (stored as EventSource);
}

/**
 * Reads one request header. The name is given in lower case. A header that was sent more than once comes
 * back as an array, so that a verifier can reject it; one that was not sent is `undefined`.
 */
export type HeaderReader = (name: string) => string | readonly string[] | undefined;

/** What a delivery over HTTP has besides its body. */
export interface HttpFacts {
  /** Upper case: `POST`. */
  readonly method: string;
  /** The path without query: `/webhooks/github`. */
  readonly path: string;
  /** The listener's route that received it: `/webhooks/{tenant}`. Absent without a listener. */
  readonly route?: string | undefined;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  readonly header: HeaderReader;
  /** The peer's address, where the server knows it. */
  readonly remoteAddress: string | undefined;
}

/** The content type; of a header that was sent more than once, the first. */
export function contentTypeOf(http: HttpFacts | undefined): string | undefined {
  const value = http?.header("content-type");
  return typeof value === "string" ? value : value?.[0];
}

/** The received bytes and their transport. Nothing about them is verified yet. */
export interface Delivery {
  readonly source: EventSource;
  /**
   * The exact body. Text where the transport itself is text (a WebSocket text frame is valid UTF-8 by
   * RFC 6455, 5.6), bytes where it is not.
   */
  readonly body: Uint8Array | string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Absent for a WebSocket. */
  readonly http?: HttpFacts | undefined;
  /** What an event stores of its request. Absent for what did not come over HTTP. */
  readonly request?: EventRequest | undefined;
  /** Of the span in which it is received, where traces are on: W3C Trace Context. */
  traceparent?: string | undefined;
  /** Set where its span is recorded. */
  watch?: DeliveryWatch | undefined;
}

/** How a verified delivery ended. */
export type DeliveryOutcome = "stored" | "duplicate" | "dead-lettered" | "unavailable";

/** What is learned of a delivery while it is received. */
export interface DeliveryWatch {
  /** Set when its events are stored, or are not. */
  outcome: DeliveryOutcome | undefined;
}
