import type { Delivery } from "./delivery.js";
import type { EventRequest } from "./event-request.js";

/**
 * What a decoder needs beyond the bytes. It is plain JSON and is stored beside them, so that a record can be
 * decoded again after a restart without its headers.
 */
export interface Origin {
  /** Who sent it: `composio`, `github`, `stripe`, … */
  readonly provider: string;
  /** The sender's id for the message, where it has one; it may come from a header that is not signed. */
  readonly messageId?: string | undefined;
  /**
   * SHA-256 of the body, hex: present where no signature covers `messageId`, or where there is none. Identity
   * is then both together, so that a forged id alone neither repeats an event nor hides another.
   */
  readonly digest?: string | undefined;
  /** The sender's name for what happened, where a header says it: `pull_request`. */
  readonly eventName?: string | undefined;
  /** When the sender says it sent this, epoch milliseconds. */
  readonly sentAt?: number | undefined;
  /** False where the listener was told by name to accept unsigned deliveries. */
  readonly signed: boolean;
  /** The HTTP request without credentials; added when the delivery is decoded. */
  readonly request?: EventRequest | undefined;
  /** Which element of a delivery that lists several events the record has, from 0. Its body is that element only. */
  readonly part?: number | undefined;
  /** The listener's route that took it: `/webhooks/github`. */
  readonly route?: string | undefined;
}

declare const brand: unique symbol;

/**
 * A delivery whose sender has been proved. Only `verify/` makes one, and `decode/` takes nothing else:
 * to skip verification is a type error.
 */
export interface Verified {
  readonly [brand]: "verified";
  readonly delivery: Delivery;
  readonly origin: Origin;
}
