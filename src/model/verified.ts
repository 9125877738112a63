import type { Delivery } from "./delivery.js";
import type { EventRequest } from "./event-request.js";

/**
 * The facts that a decoder needs besides the bytes. Plain JSON, stored beside them: a record is decoded again after a
 * restart without its headers.
 */
export interface Origin {
  /** Who sent it: `composio`, `github`, `stripe`, … */
  readonly provider: string;
  /** The sender whose event format it has, if it is not `provider`. */
  readonly format?: string | undefined;
  /** The sender's id for the message, where it has one; it may come from a header that is not signed. */
  readonly messageId?: string | undefined;
  /**
   * SHA-256 of the body, hex: present if no signature covers `messageId`, or there is none. Both together are
   * then the deduplication key: a forged id neither repeats an event nor hides another.
   */
  readonly digest?: string | undefined;
  /** The name of the event, where a header has it: `pull_request`. */
  readonly eventName?: string | undefined;
  /** The sender's timestamp, epoch milliseconds. */
  readonly sentAt?: number | undefined;
  /** False if the source accepts unsigned deliveries. */
  readonly signed: boolean;
  /** The HTTP request without credentials; added when the delivery is decoded. */
  readonly request?: EventRequest | undefined;
  /** Which element of a delivery that lists several events the record has, from 0. Its body is that element only. */
  readonly part?: number | undefined;
  /** The span in which it was received, where traces are on: W3C Trace Context. */
  readonly traceparent?: string | undefined;
  /** The listener's route that received it: `/webhooks/github`. */
  readonly route?: string | undefined;
  /** What the source's own `read` returned for the event. The record's body is then the payload. */
  readonly read?: ReadFacts | undefined;
}

/** The facts of an event that a source's own `read` returned, as JSON can hold them. */
export interface ReadFacts {
  readonly name?: string | undefined;
  readonly id?: string | undefined;
  /** Epoch milliseconds. */
  readonly at?: number | undefined;
}

declare const brand: unique symbol;

/**
 * A delivery whose sender is verified. Only `verify/` makes one, and `decode/` accepts nothing else: to skip verification
 * is a type error.
 */
export interface Verified {
  readonly [brand]: "verified";
  readonly delivery: Delivery;
  readonly origin: Origin;
}
