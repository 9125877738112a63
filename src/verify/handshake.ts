import type { MaybePromise } from "../maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { Answer } from "../model/source.js";
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
export type Handshake = (request: HandshakeRequest) => MaybePromise<Answer | undefined>;

/** Set-up requests are short. A longer body is an event, and is not parsed here. */
const LONGEST_BODY_BYTES = 4096;

/**
 * The body as JSON, where it is short and has `word` in it.
 *
 * @returns `undefined` for everything else: then it is no handshake
 */
export function handshakeBody(delivery: Delivery, word: string): Record<string, unknown> | undefined {
  if (delivery.body.length > LONGEST_BODY_BYTES) return undefined;
  const text = new TextDecoder().decode(bodyBytes(delivery.body));
  if (!text.includes(word)) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Text back to the sender. Whoever looks at it in a browser sees text. */
export function textAnswer(body: string): Answer {
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    body,
  };
}

/** JSON back to the sender. */
export function jsonAnswer(body: object): Answer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Waits where a user's function returned a promise. Its failure is the request's. */
export function settled(returned: unknown): MaybePromise<void> {
  const later = typeof (returned as { then?: unknown } | null | undefined)?.then === "function";
  return later ? Promise.resolve(returned).then(() => undefined) : undefined;
}
