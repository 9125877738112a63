import type { Answer } from "../model/source.js";

/** What became of a delivery that was verified. */
export type Fate = "kept" | "seen" | "buried" | { readonly full: number } | { readonly failed: Error };

const JSON_TYPE = { "content-type": "application/json" };
/** Frozen: its head is made once (see `node-response.ts`). */
export const accepted: Answer = Object.freeze({ status: 200, headers: JSON_TYPE, body: '{"ok":true}' });
/** How long the socket waits before it offers a delivery again that the inbox could not store, milliseconds. */
const STORE_RETRY_MS = 500;

/** How long to wait before something is offered again, milliseconds. */
export function pauseOf(fate: Exclude<Fate, string>): number {
  return "full" in fate ? fate.full : STORE_RETRY_MS;
}

/** The response to a delivery that could not be stored. */
export function unavailable(fate: Exclude<Fate, string>): Answer {
  const seconds = "full" in fate ? Math.max(1, Math.ceil(fate.full / 1000)) : 1;
  return {
    status: 503,
    headers: { ...JSON_TYPE, "retry-after": String(seconds) },
    body: '{"error":{"code":"unavailable"}}',
  };
}

/** The response to a delivery that was not verified. It does not say why. */
export function rejected(status: number): Answer {
  const code = status === 401 ? "unauthorized" : "bad_request";
  return { status, headers: JSON_TYPE, body: `{"error":{"code":"${code}"}}` };
}
