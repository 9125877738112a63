import type { ErrorCode } from "../../base/errors.js";
import type { WebhookResponse } from "../../model/source.js";

/** A response by which the server itself rejects a request. */
export interface RejectionResponse extends WebhookResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The code of the error in its `delivery.rejected`. */
  readonly code: ErrorCode;
}

function rejection(
  status: number,
  code: ErrorCode,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): RejectionResponse {
  return Object.freeze({
    status,
    code,
    headers: Object.freeze({ "content-type": "application/json", ...headers }),
    body: JSON.stringify({ error: { code: name, message } }),
  });
}

/** Senders read it as: retry, with your own backoff. */
const SOON = { "retry-after": "1" };

/** Every response that the server makes itself, by reason. It is short and the same for all senders. */
export const rejections = {
  malformed: rejection(400, "ERR_REQUEST_MALFORMED", "bad_request", "The request is malformed."),
  unknownPath: rejection(404, "ERR_ROUTE_UNKNOWN", "not_found", "Nothing is received at this path."),
  headTimeout: rejection(408, "ERR_BODY_TIMEOUT", "timeout", "The request took too long."),
  bodyTimeout: rejection(408, "ERR_BODY_TIMEOUT", "timeout", "The body took too long."),
  tooLarge: rejection(413, "ERR_BODY_TOO_LARGE", "too_large", "The body is too large."),
  encoded: rejection(415, "ERR_BODY_ENCODING", "unsupported_encoding", "Send the body uncompressed."),
  expectation: rejection(
    417,
    "ERR_REQUEST_MALFORMED",
    "expectation_failed",
    "Only 100-continue can be expected.",
  ),
  headTooLarge: rejection(431, "ERR_REQUEST_MALFORMED", "headers_too_large", "The headers are too large."),
  failed: rejection(500, "ERR_RECEIVE_FAILED", "internal", "The delivery could not be received."),
  consumed: rejection(500, "ERR_BODY_CONSUMED", "body_consumed", "The server misplaced the request's body."),
  late: rejection(
    503,
    "ERR_TIMEOUT",
    "timeout",
    "The delivery could not be stored in time; try again.",
    SOON,
  ),
  overloaded: rejection(503, "ERR_OVERLOADED", "overloaded", "Too many requests at once; try again.", SOON),
  closing: rejection(503, "ERR_LISTENER_STATE", "closing", "The listener is stopping; try again.", SOON),
} as const;

/** 405 with its `Allow` (RFC 9110, 15.5.6). */
export function methodNotAllowed(methods: readonly string[]): RejectionResponse {
  return rejection(405, "ERR_METHOD", "method_not_allowed", "The method is not allowed here.", {
    allow: methods.join(", "),
  });
}
