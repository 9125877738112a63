import type { RejectedError } from "../base/errors.js";
import type { ListenerEventOf } from "../base/listener-events.js";
import type { HttpFacts } from "../model/delivery.js";
import type { WebhookResponse } from "../model/source.js";

/** The result for a verified delivery that the inbox did not store: milliseconds to wait, or an error. */
export type NotStored = { readonly full: number } | { readonly failed: Error };

/** The result for a verified delivery. `rejected` is by the route, for one that its sender lists. */
export type ReceiveResult = "stored" | "duplicate" | "dead-lettered" | "rejected" | NotStored;

export const isNotStored = (result: ReceiveResult): result is NotStored => typeof result === "object";

/** Whether the event was not known before. */
export const isNew = (result: ReceiveResult) => result === "stored" || result === "dead-lettered";

const JSON_TYPE = { "content-type": "application/json" };
/** Frozen: its head is made once (see `node-response.ts`). */
export const accepted: WebhookResponse = Object.freeze({
  status: 200,
  headers: JSON_TYPE,
  body: '{"ok":true}',
});
/** How long the socket waits before it offers a delivery again that the inbox could not store, milliseconds. */
const STORE_RETRY_MS = 500;

/** How long to wait before something is offered again, milliseconds. */
export function pauseOf(result: NotStored): number {
  return "full" in result ? result.full : STORE_RETRY_MS;
}

/** The response to a delivery that could not be stored. */
export function unavailable(result: NotStored): WebhookResponse {
  const seconds = "full" in result ? Math.max(1, Math.ceil(result.full / 1000)) : 1;
  return {
    status: 503,
    headers: { ...JSON_TYPE, "retry-after": String(seconds) },
    body: '{"error":{"code":"unavailable"}}',
  };
}

/** The response to a delivery that was not verified. It does not say why. */
export function rejected(status: number): WebhookResponse {
  const code = status === 401 ? "unauthorized" : status === 503 ? "unavailable" : "bad_request";
  const headers = status === 503 ? { ...JSON_TYPE, "retry-after": "1" } : JSON_TYPE;
  return { status, headers, body: `{"error":{"code":"${code}"}}` };
}

/** The listener event for a rejected delivery, with what the response does not say. */
export function rejectedEvent(
  http: HttpFacts | undefined,
  error: RejectedError,
): ListenerEventOf<"delivery.rejected"> {
  return {
    type: "delivery.rejected",
    error,
    status: error.status,
    path: http?.path ?? "",
    ...(http?.route === undefined ? {} : { route: http.route }),
    remoteAddress: http?.remoteAddress,
  };
}
