/** Header names of the wire, in lower case. */

/** Carries the API key on every call. */
export const API_KEY = "x-api-key";
/** Carries a user's key (`uak_…`) instead, with the two that follow. */
export const USER_API_KEY = "x-user-api-key";
export const ORG_ID = "x-org-id";
export const PROJECT_ID = "x-project-id";
/** A UUID that published clients send with every call, and that error bodies repeat. */
export const REQUEST_ID = "x-request-id";

/** Standard Webhooks' three headers, which the platform uses too. */
export const WEBHOOK_ID = "webhook-id";
/** Unix seconds. */
export const WEBHOOK_TIMESTAMP = "webhook-timestamp";
/** Space-separated list of `v1,{base64}`. */
export const WEBHOOK_SIGNATURE = "webhook-signature";
/** `V1`, `V2` or `V3`: the shape of the body. */
export const WEBHOOK_VERSION = "x-composio-webhook-version";
/** Which delivery attempt this is, from 1. */
export const DELIVERY_ATTEMPT = "x-composio-delivery-attempt";

/** Two executions of a tool with the same key take effect once (draft-ietf-httpapi-idempotency-key-header). */
export const IDEMPOTENCY_KEY = "idempotency-key";
