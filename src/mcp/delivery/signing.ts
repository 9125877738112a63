import { createHmac } from "node:crypto";
import { McpRequestError } from "../events/errors.js";

const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * The key of a subscriber's secret: `whsec_` and base64 of 24 to 64 bytes.
 *
 * @throws McpRequestError InvalidParams
 */
export function secretKey(given: unknown): Buffer {
  const text = typeof given === "string" ? /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(given)?.[1] : undefined;
  const key = text === undefined ? undefined : Buffer.from(text, "base64");
  // Node skips what it cannot read: only a text that comes back is base64.
  if (key?.toString("base64").replace(/=+$/, "") !== text?.replace(/=+$/, "") || key === undefined) {
    throw new McpRequestError("InvalidParams", "`delivery.secret` is `whsec_` and base64.");
  }
  if (key.length < LEAST_BYTES || key.length > MOST_BYTES) {
    const size = `${LEAST_BYTES} to ${MOST_BYTES} bytes, not ${key.length}`;
    throw new McpRequestError("InvalidParams", `\`delivery.secret\` has ${size}.`);
  }
  return key;
}

/** The headers of Standard Webhooks: one signature for each secret, newest first. */
export function signedHeaders(
  id: string,
  timestamp: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const digest = createHmac("sha256", secretKey(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${digest.digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
