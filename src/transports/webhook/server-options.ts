import type { Clock } from "../../base/clock.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { Delivery } from "../../model/delivery.js";
import type { WebhookResponse } from "../../model/source.js";
import type { EndpointTable, WebhookEndpoint } from "./endpoints.js";
import type { ServerReadiness } from "./responses.js";

/** The limits of a webhook server. Sizes in bytes, times in milliseconds. */
export interface WebhookServerLimits {
  readonly maxBodyBytes: number;
  /** From the end of a request's head to the last byte of its body. */
  readonly bodyTimeoutMs: number;
  /** From the last byte of a body to the response. A late delivery is answered 503. Default 15,000. */
  readonly responseTimeoutMs?: number;
  /** From a request's first byte to the end of its head. Not for mounted handlers. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /**
   * How long a connection may be idle between two requests. Not for mounted handlers. Default 65,000: longer than
   * the 60 s of common load balancers, which otherwise reuse a connection just as it is closed.
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * Deliveries in work at one time; beyond it the response is 503. As many unfinished bodies may arrive beside
   * them, so that slow senders do not consume slots of complete requests. Beyond that, the oldest body is dropped.
   */
  readonly maxInFlight: number;
  /** All headers of one request together. Not for mounted handlers. Default 16,384. */
  readonly maxHeaderBytes?: number;
  /**
   * Bytes of unfinished bodies held at one time; beyond it the oldest body is dropped. Default 64 MiB, and at least
   * four of the largest body.
   */
  readonly maxHeldBytes?: number;
}

export interface WebhookServerOptions {
  readonly endpoints: EndpointTable;
  /**
   * Receives a complete delivery and returns its response. A response that is returned at once is sent at once.
   * If it throws or rejects, the response is 500 and a listener event is sent.
   *
   * @param endpoint the endpoint that the path matched
   */
  receive(delivery: Delivery, endpoint: WebhookEndpoint): WebhookResponse | Promise<WebhookResponse>;
  send(event: ListenerEvent): void;
  readonly clock: Clock;
  readonly limits: WebhookServerLimits;
  /** The result of `/readyz`; its reason is for people. */
  ready(): ServerReadiness;
  /** Resolves when no callback is running. Used where a runtime freezes functions that have responded. */
  idle?(): Promise<void>;
  /** PEM. With it the server speaks HTTPS. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array };
  /**
   * Which entries of `X-Forwarded-For` are trusted for the sender's address: none (false, the default), those of
   * this many proxies counted from here, or all (true: the left-most address, which any sender can forge).
   */
  readonly trustProxy?: boolean | number;
}
