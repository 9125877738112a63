import { createHmac } from "node:crypto";
import {
  DELIVERY_ATTEMPT,
  WEBHOOK_ID,
  WEBHOOK_SIGNATURE,
  WEBHOOK_TIMESTAMP,
  WEBHOOK_VERSION,
} from "../../protocol/headers.js";
import type { WebhookVersion } from "../../protocol/shapes.js";

/** What one attempt is signed over and marked with. */
export interface Signed {
  readonly messageId: string;
  readonly timestampSeconds: number;
  readonly body: string;
  /** Its UTF-8 text is the key, as the platform has it; nothing is decoded. */
  readonly secret: string;
}

/** `v1,{base64 HMAC-SHA256 of "{id}.{timestamp}.{body}"}` (Standard Webhooks, "Signature scheme"). */
export function webhookSignature({ messageId, timestampSeconds, body, secret }: Signed): string {
  const digest = createHmac("sha256", secret)
    .update(`${messageId}.${timestampSeconds}.${body}`)
    .digest("base64");
  return `v1,${digest}`;
}

/** The headers of an attempt, in lower case. @param attempt from 1 */
export function deliveryHeaders(
  signed: Signed,
  version: WebhookVersion,
  attempt: number,
): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "earshot-dev",
    [WEBHOOK_ID]: signed.messageId,
    [WEBHOOK_TIMESTAMP]: String(signed.timestampSeconds),
    [WEBHOOK_SIGNATURE]: webhookSignature(signed),
    [WEBHOOK_VERSION]: version,
    [DELIVERY_ATTEMPT]: String(attempt),
  };
}
