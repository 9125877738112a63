import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { WebhookResponse } from "../model/source.js";
import { bodyBytes } from "./content.js";
import type { Key, MacKey } from "./platform.js";

/** What a handshake is decided from. */
export interface HandshakeRequest {
  readonly delivery: Delivery;
  readonly http: HttpFacts;
  /** Checks the signature as for an event. @returns the key that proved it; `undefined` where unsigned is allowed */
  prove(): MaybePromise<Key | MacKey | undefined>;
}

/** Answers a sender's set-up request; `undefined` where the delivery is something else. */
export type Handshake = (request: HandshakeRequest) => MaybePromise<WebhookResponse | undefined>;

/** Set-up requests are short. A longer body is an event, and is not read here. */
const LONGEST_BODY_BYTES = 4096;

/** Whether a body is short and has `word` in it; else it is no set-up request. Nothing is parsed yet. */
export function mayBeHandshake(delivery: Delivery, word: string): boolean {
  return delivery.body.length <= LONGEST_BODY_BYTES && textOf(delivery).includes(word);
}

/** The body as a JSON object; `undefined` for everything else: then it is no set-up request. */
export function handshakeBody(delivery: Delivery): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(textOf(delivery));
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(delivery: Delivery): string {
  return new TextDecoder().decode(bodyBytes(delivery.body));
}

/**
 * A set-up request that is signed like an event. The signature is checked before the body is parsed.
 *
 * @param word stands in every such request
 */
export function signedHandshake(
  word: string,
  answer: (body: Record<string, unknown>, key: Key | MacKey | undefined) => MaybePromise<WebhookResponse | undefined>,
): Handshake {
  return ({ delivery, prove }) => {
    if (!mayBeHandshake(delivery, word)) return undefined;
    return chain(prove(), (key) => {
      const body = handshakeBody(delivery);
      return body === undefined ? undefined : answer(body, key);
    });
  };
}

/** Text back to the sender. Whoever looks at it in a browser sees text. */
export function textAnswer(body: string): WebhookResponse {
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    body,
  };
}

/** JSON back to the sender. */
export function jsonAnswer(body: object): WebhookResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Waits where a user's function returned a promise. Its failure is the request's. */
export function settled(returned: unknown): MaybePromise<void> {
  const later = typeof (returned as { then?: unknown } | null | undefined)?.then === "function";
  return later ? Promise.resolve(returned).then(() => undefined) : undefined;
}
