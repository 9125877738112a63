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
  /** How far a signed time may lie from ours, both ways, milliseconds. Absent where there is none to look at. */
  readonly toleranceMs?: number | undefined;
  /** The largest body, in bytes, that the sender documents. Default: the `maxBodyBytes` of the listener. */
  readonly maxBodyBytes?: number | undefined;
  /** The response that this sender wants to a stored delivery. Default: `200 {"ok":true}`. */
  readonly acknowledgement?: WebhookResponse | undefined;
  /** Lower-case names of the headers that carry its secret or signature: no event shows them. */
  readonly credentialHeaders?: readonly string[] | undefined;

  /**
   * Proves the sender. Returns at once where the runtime has synchronous crypto.
   *
   * @throws RejectedError
   */
  verify(delivery: Delivery, nowMs: number): Verified | Promise<Verified>;

  /**
   * Answers the sender's set-up requests (a challenge to echo, a probe). `undefined` means that the delivery
   * is an event. MUST NOT answer what it would not have to: only this sender's own handshake, checked as
   * strictly as the sender allows.
   */
  readonly handshake?:
    | ((delivery: Delivery, nowMs: number) => WebhookResponse | undefined | Promise<WebhookResponse | undefined>)
    | undefined;
}
