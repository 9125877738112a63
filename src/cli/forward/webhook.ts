import { createHash, createHmac } from "node:crypto";
import type { TriggerEvent } from "../../index.js";
import {
  DELIVERY_ATTEMPT,
  WEBHOOK_ID,
  WEBHOOK_SIGNATURE,
  WEBHOOK_TIMESTAMP,
  WEBHOOK_VERSION,
} from "../../protocol/headers.js";
import { V3_TRIGGER_MESSAGE } from "../../protocol/shapes.js";

/** What the platform would have posted for an event. */
export interface WebhookBody {
  readonly messageId: string;
  readonly body: string;
}

/** What of an event, or of a line of the log, a webhook is made from. */
export type WebhookFacts = Pick<
  TriggerEvent,
  "id" | "triggerName" | "triggerId" | "connectionId" | "integrationId" | "entityId" | "payload" | "timestamp"
> & { readonly raw?: string };

/**
 * The body of the platform's webhook for an event. Over the realtime channel it came in just these bytes; an event
 * that was read from the log is put into the same shape.
 */
export function webhookBody(event: WebhookFacts): WebhookBody {
  const { raw } = event;
  const messageId = raw === undefined ? undefined : messageIdIn(raw);
  if (raw !== undefined && messageId !== undefined) return { messageId, body: raw };
  const madeUp = `msg_${createHash("sha256").update(event.id).digest("hex").slice(0, 32)}`;
  const message = {
    id: madeUp,
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
  return { messageId: madeUp, body: JSON.stringify(message) };
}

/** The message's id where a text is a webhook of the platform already. */
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

/** The headers of one attempt, as the platform has them. @param attempt from 1 */
export function webhookHeaders(
  { messageId, body }: WebhookBody,
  secret: string,
  attempt: number,
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
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
 * The platform takes a secret's text as the key, Standard Webhooks takes the bytes that stand behind `whsec_` in
 * Base64. With a signature for each, a receiver of either kind accepts.
 */
function keysOf(secret: string): (string | Buffer)[] {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  return encoded === undefined ? [secret] : [secret, Buffer.from(encoded, "base64")];
}
