import type { Dispatcher } from "undici";
import { callFailure, httpCall } from "../http.js";
import type { WebhookBody } from "./webhook.js";
import { webhookHeaders } from "./webhook.js";
import { within } from "../time-limit.js";

/** What an answer of the receiver was. */
export interface Forwarded {
  readonly status: number;
  readonly durationMs: number;
  /** Which attempt it was, from 1. */
  readonly attempt: number;
}

export interface ForwardOptions {
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** Default: certificates are checked as usual. */
  readonly dispatcher?: Dispatcher | undefined;
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
  { signal, attempt, dispatcher }: ForwardOptions,
): Promise<Forwarded> {
  const startedAt = performance.now();
  let status: number;
  try {
    const request = {
      method: "POST",
      headers: webhookHeaders(webhook, secret, attempt),
      body: webhook.body,
      dispatcher,
    } as const;
    ({ status } = await within(TIMEOUT_MS, signal, (limited) =>
      httpCall(url, { ...request, signal: limited }),
    ));
  } catch (thrown) {
    throw new Error(`${url}: ${callFailure(thrown)}`, { cause: thrown });
  }
  if (status < 200 || status > 299) throw new Error(`${url} answered ${status}`);
  return { status, durationMs: performance.now() - startedAt, attempt };
}
