import { createHash, createHmac } from "node:crypto";
import { systemClock } from "../../base/clock.js";
import type { TriggerEvent } from "../../index.js";
import {
  DELIVERY_ATTEMPT,
  WEBHOOK_ID,
  WEBHOOK_SIGNATURE,
  WEBHOOK_TIMESTAMP,
  WEBHOOK_VERSION,
} from "../../protocol/headers.js";
import { V3_TRIGGER_MESSAGE } from "../../protocol/shapes.js";
import { httpRequest } from "../http.js";
import { withTimeLimit } from "../time-limit.js";
import { type Target, targetFailure } from "./target.js";

/** The fields of an event, or of a log entry, that a webhook consists of. */
export type WebhookFields = Pick<
  TriggerEvent,
  "id" | "triggerName" | "triggerId" | "connectionId" | "integrationId" | "entityId" | "payload" | "timestamp"
> & { readonly raw?: string };

/** A 2xx response. */
export interface Accepted {
  readonly status: number;
  readonly durationMs: number;
  /** From 1. */
  readonly attempt: number;
}

/** Limit for one request, milliseconds. */
const TIMEOUT_MS = 15_000;

/**
 * Posts an event as the platform posts its webhooks. A redirect is a failure: it could lead anywhere.
 *
 * @param attempt from 1
 * @throws Error for a status outside 2xx and for a failed request
 */
export async function postWebhook(
  { url, secret, dispatcher }: Target,
  event: WebhookFields,
  { signal, attempt }: { readonly signal: AbortSignal; readonly attempt: number },
): Promise<Accepted> {
  const webhook = webhookOf(event);
  const startedAt = performance.now();
  let status: number;
  try {
    const request = {
      method: "POST",
      headers: webhookHeaders(webhook, secret, attempt),
      body: webhook.body,
      dispatcher,
    } as const;
    ({ status } = await withTimeLimit(TIMEOUT_MS, signal, (limited) =>
      httpRequest(url, { ...request, signal: limited }),
    ));
  } catch (thrown) {
    throw new Error(`${url}: ${targetFailure(thrown)}`, { cause: thrown });
  }
  if (status < 200 || status > 299) throw new Error(`${url} responded with ${status}`);
  return { status, durationMs: performance.now() - startedAt, attempt };
}

interface Webhook {
  readonly messageId: string;
  readonly body: string;
}

/** Over the WebSocket, an event has the bytes of its webhook. An event from the log is put into the same shape. */
function webhookOf(event: WebhookFields): Webhook {
  const { raw } = event;
  const messageId = raw === undefined ? undefined : messageIdIn(raw);
  if (raw !== undefined && messageId !== undefined) return { messageId, body: raw };
  const derivedId = `msg_${createHash("sha256").update(event.id).digest("hex").slice(0, 32)}`;
  const message = {
    id: derivedId,
    timestamp: event.timestamp.toISOString(),
    type: V3_TRIGGER_MESSAGE,
    metadata: {
      log_id: event.id,
      trigger_slug: event.triggerName,
      trigger_id: event.triggerId,
      connected_account_id: event.connectionId,
      auth_config_id: event.integrationId,
      user_id: event.entityId,
    },
    data: event.payload,
  };
  return { messageId: derivedId, body: JSON.stringify(message) };
}

/** The message id, if a text is a webhook of the platform. */
function messageIdIn(raw: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { id, type, metadata } = value as Record<string, unknown>;
  const isMessage = type === V3_TRIGGER_MESSAGE && typeof metadata === "object" && metadata !== null;
  return isMessage && typeof id === "string" ? id : undefined;
}

function webhookHeaders(
  { messageId, body }: Webhook,
  secret: string,
  attempt: number,
): Record<string, string> {
  const timestamp = String(Math.floor(systemClock.now() / 1000));
  const signed = `${messageId}.${timestamp}.${body}`;
  return {
    "content-type": "application/json",
    [WEBHOOK_ID]: messageId,
    [WEBHOOK_TIMESTAMP]: timestamp,
    [WEBHOOK_SIGNATURE]: keysOf(secret)
      .map((key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`)
      .join(" "),
    [WEBHOOK_VERSION]: "V3",
    [DELIVERY_ATTEMPT]: String(attempt),
  };
}

/**
 * The platform uses a secret's text as the key. Standard Webhooks uses the bytes that follow `whsec_` in Base64. With
 * a signature for each, receivers of both kinds verify the request.
 */
function keysOf(secret: string): (string | Buffer)[] {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  return encoded === undefined ? [secret] : [secret, Buffer.from(encoded, "base64")];
}
