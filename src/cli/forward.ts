import { createHmac } from "node:crypto";
import type { TriggerEvent } from "../index.js";

/** What an answer of the receiver was. */
export interface Forwarded {
  readonly status: number;
  readonly durationMs: number;
}

/** Limit for one request, milliseconds. */
const TIMEOUT_MS = 15_000;

/**
 * Posts an event's body as it came to a URL of one's own, signed as the platform signs webhooks where there is a
 * secret (its UTF-8 text is the key). Redirects are failures: they could lead anywhere.
 *
 * @throws Error where no 2xx came: the listener then tries again
 */
export async function forward(
  url: string,
  event: TriggerEvent,
  secret: string | undefined,
  signal: AbortSignal,
): Promise<Forwarded> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "webhook-id": event.id,
    "webhook-timestamp": timestamp,
  };
  if (secret !== undefined) {
    const signed = `${event.id}.${timestamp}.${event.raw}`;
    headers["webhook-signature"] = `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`;
  }
  const startedAt = performance.now();
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers,
      body: event.raw,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (thrown) {
    throw new Error(`${url}: ${reasonOf(thrown)}`, { cause: thrown });
  }
  // The answer's body says nothing that matters, but its connection is free only once it is let go.
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { status: response.status, durationMs: performance.now() - startedAt };
}

/** fetch hides what happened in the cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error ? cause.message : thrown.message;
}
