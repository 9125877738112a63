import type { Delivery } from "./delivery.js";
import type { EventRequest } from "./event-request.js";
import type { RouteResponse, StoredDelivery } from "./respond.js";
import type { Verified } from "./verified.js";

/** The response to a webhook. Bodies are short and never say why a signature failed. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Called once the response was sent whole (true), or could not be (false). Where nothing calls it: not known. */
  readonly onSent?: ((sent: boolean) => void) | undefined;
}

/**
 * A member of a JSON body, or a field of a form: a name at the top, or a path of names. A list on the path stands for each
 * of its elements.
 */
export type CredentialMember = string | readonly string[];

/** A verified request, as `read` of a source gets it. */
export interface VerifiedRequest {
  /** The parsed body: JSON, the fields of a form, a list of NDJSON; else its text, or its bytes if it is no UTF-8. */
  readonly body: unknown;
  /** The body as text. */
  readonly raw: string;
  /** The facts that `verify` returned. */
  readonly id: string | undefined;
  readonly eventName: string | undefined;
  readonly sentAt: number | undefined;
  /** The HTTP request without credentials. */
  readonly request: EventRequest | undefined;
}

/** One event of a delivery, as `read` of a source returns it. */
export interface SourceEvent {
  /** The sender's name for what happened. Default: the `eventName` of `verified()`, else the provider. */
  readonly name?: string | undefined;
  /** An id that is the same in every delivery of the event, and in no other event. Default: that of `verified()`. */
  readonly id?: string | undefined;
  /** When it happened: a date, ISO 8601 text, epoch seconds or milliseconds. Default: `sentAt`, else now. */
  readonly at?: Date | string | number | undefined;
  /** `event.payload`, as JSON can hold it. */
  readonly payload: unknown;
}

/**
 * A configured sender of webhooks: what `composio({ secrets })`, `github({ secrets })` and their like return.
 * It holds the secrets; they show in no message and not under `util.inspect`.
 */
export interface Source {
  /** `composio`, `github`, `stripe`, … */
  readonly provider: string;
  /** Most difference of a signed timestamp from this machine's clock, both ways, milliseconds. Absent if none is signed. */
  readonly toleranceMs?: number | undefined;
  /** The largest body, in bytes, that the sender documents. Default: the `maxBodyBytes` of the listener. */
  readonly maxBodyBytes?: number | undefined;
  /** The response that this sender wants to a stored delivery. Default: `200 {"ok":true}`. */
  readonly acknowledgement?: WebhookResponse | undefined;
  /** Lower-case names of the headers, and names of query parameters, with its secret or signature: no event shows them. */
  readonly credentialHeaders?: readonly string[] | undefined;
  /** Where its secret or signature stands in the body: `[redacted]` in events, in what is stored, and in what is shown. */
  readonly credentialMembers?: readonly CredentialMember[] | undefined;

  /** Makes the response to a stored delivery. Default: `acknowledgement`. The `respond` of a route precedes it. */
  readonly respond?:
    | ((delivery: StoredDelivery) => RouteResponse | undefined | Promise<RouteResponse | undefined>)
    | undefined;
  /** The page on which the sender documents its webhooks. */
  readonly docs?: string | undefined;

  /**
   * The events of a verified request. An empty list is acknowledged, and nothing is stored. If it throws, the request
   * is acknowledged and dead-lettered with its bytes. Default: one event, or one for each element of a list.
   */
  readonly read?: ((request: VerifiedRequest) => readonly SourceEvent[]) | undefined;

  /**
   * Verifies the sender. Synchronous if the runtime's crypto is.
   *
   * @throws RejectedError
   */
  verify(delivery: Delivery, nowMs: number): Verified | Promise<Verified>;

  /**
   * Responds to the sender's set-up requests (a challenge to echo, a probe). `undefined`: the delivery is an event.
   * MUST NOT respond to anything but this sender's own handshake, checked as strictly as the sender allows.
   */
  /** The methods of set-up requests, beside POST. Default: GET and HEAD, if the source has a `handshake`. */
  readonly handshakeMethods?: readonly string[] | undefined;
  readonly handshake?:
    | ((
        delivery: Delivery,
        nowMs: number,
      ) => WebhookResponse | undefined | Promise<WebhookResponse | undefined>)
    | undefined;
}
