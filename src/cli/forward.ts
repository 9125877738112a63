import type { WebhookBody } from "./webhook-body.js";
import { webhookHeaders } from "./webhook-body.js";
import { within } from "./within.js";

/** What an answer of the receiver was. */
export interface Forwarded {
  readonly status: number;
  readonly durationMs: number;
  /** Which attempt it was, from 1. */
  readonly attempt: number;
}

/** Limit for one request, milliseconds. */
const TIMEOUT_MS = 15_000;

/**
 * Posts an event to a URL of one's own as the platform posts its webhooks. Redirects are failures: they could lead
 * anywhere.
 *
 * @throws Error where no 2xx came
 */
export async function forward(
  url: string,
  webhook: WebhookBody,
  secret: string,
  { signal, attempt }: { readonly signal: AbortSignal; readonly attempt: number },
): Promise<Forwarded> {
  const startedAt = performance.now();
  let response: Response;
  try {
    const request: RequestInit = {
      method: "POST",
      headers: webhookHeaders(webhook, secret, attempt),
      body: webhook.body,
      redirect: "manual",
    };
    response = await within(TIMEOUT_MS, signal, (limited) => fetch(url, { ...request, signal: limited }));
  } catch (thrown) {
    throw new Error(`${url}: ${reasonOf(thrown)}`, { cause: thrown });
  }
  // The answer's body says nothing that matters, but its connection is free only once it is let go.
  await response.body?.cancel().catch(() => undefined);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { status: response.status, durationMs: performance.now() - startedAt, attempt };
}

/** fetch hides what happened in the cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error ? cause.message : thrown.message;
}
