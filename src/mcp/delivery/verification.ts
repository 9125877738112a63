import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../base/clock.js";
import { McpRequestError } from "../events/errors.js";
import type { EndpointUrl } from "./endpoint-url.js";
import type { DeliveryError, EndpointSender } from "./webhook-sender.js";

/** How long a verified endpoint stays verified for its principal, milliseconds. */
const VERIFIED_MS = 60 * 60 * 1000;
const MOST_VERIFIED = 10_000;

/** Asks endpoints whether they want webhooks, before the first one. */
export class EndpointVerification {
  readonly #sender: EndpointSender;
  readonly #clock: Clock;
  /** Principal and URL → until when, by the monotonic clock. */
  readonly #verified = new Map<string, number>();

  constructor(sender: EndpointSender, clock: Clock) {
    this.#sender = sender;
    this.#clock = clock;
  }

  /** @throws McpRequestError CallbackEndpointError with the category as `data.reason` */
  async verify(
    endpoint: EndpointUrl,
    { id, principal, secret }: { readonly id: string; readonly principal: string; readonly secret: string },
  ): Promise<void> {
    const key = JSON.stringify([principal, endpoint.origin, endpoint.target]);
    if ((this.#verified.get(key) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonic()) return;
    const challenge = randomBytes(32).toString("base64url");
    const { error, body } = await this.#sender.send({
      endpoint,
      subscriptionId: id,
      messageId: `msg_verification_${randomBytes(12).toString("hex")}`,
      body: JSON.stringify({ type: "verification", challenge }),
      secrets: [secret],
      readsBody: true,
    });
    if (error !== undefined) throw failed(error);
    if (!echoes(body, challenge)) throw failed("challenge_failed");
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= MOST_VERIFIED && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(key, this.#clock.monotonic() + VERIFIED_MS);
  }
}

function echoes(body: string | undefined, challenge: string): boolean {
  try {
    const { challenge: given } = JSON.parse(body ?? "") as { challenge?: unknown };
    if (typeof given !== "string") return false;
    const [a, b] = [Buffer.from(given), Buffer.from(challenge)];
    return a.length === b.length && timingSafeEqual(a, b);
  } catch {
    return false;
  }
}

function failed(reason: DeliveryError): McpRequestError {
  const message = "The endpoint could not be verified: it must answer the challenge.";
  return new McpRequestError("CallbackEndpointError", message, { reason });
}
