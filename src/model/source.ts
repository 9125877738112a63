import type { Delivery } from "./delivery.js";
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
  /** Lower-case names of the headers that carry its secret or signature: no event shows them. */
  readonly credentialHeaders?: readonly string[] | undefined;

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
  readonly handshake?:
    | ((
        delivery: Delivery,
        nowMs: number,
      ) => WebhookResponse | undefined | Promise<WebhookResponse | undefined>)
    | undefined;
}
