import type { ErrorCode } from "../../base/errors.js";
import type { Answer } from "../../model/source.js";
import type { DoorOptions } from "./door.js";

/** An answer of the door's own that turns a request away. */
export interface Refusal extends Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the report about it says. */
  readonly code: ErrorCode;
}

function refusal(
  status: number,
  code: ErrorCode,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return Object.freeze({
    status,
    code,
    headers: Object.freeze({ "content-type": "application/json", ...headers }),
    body: JSON.stringify({ error: { code: name, message } }),
  });
}

/** Senders take it as: try again, with your own pauses. */
const SOON = { "retry-after": "1" };

/** Everything the door answers by itself, by reason. What it tells the sender is short and the same for all. */
export const refusals = {
  malformed: refusal(400, "ERR_REQUEST_MALFORMED", "bad_request", "The request is malformed."),
  unknownPath: refusal(404, "ERR_ROUTE_UNKNOWN", "not_found", "Nothing is received at this path."),
  headTimeout: refusal(408, "ERR_BODY_TIMEOUT", "timeout", "The request took too long."),
  bodyTimeout: refusal(408, "ERR_BODY_TIMEOUT", "timeout", "The body took too long."),
  tooLarge: refusal(413, "ERR_BODY_TOO_LARGE", "too_large", "The body is too large."),
  encoded: refusal(415, "ERR_BODY_ENCODING", "unsupported_encoding", "Send the body uncompressed."),
  expectation: refusal(
    417,
    "ERR_REQUEST_MALFORMED",
    "expectation_failed",
    "Only 100-continue can be expected.",
  ),
  headTooLarge: refusal(431, "ERR_REQUEST_MALFORMED", "headers_too_large", "The headers are too large."),
  failed: refusal(500, "ERR_RECEIVE_FAILED", "internal", "The delivery could not be taken."),
  consumed: refusal(500, "ERR_BODY_CONSUMED", "body_consumed", "The server misplaced the request's body."),
  late: refusal(503, "ERR_TIMEOUT", "timeout", "The delivery could not be taken in time; try again.", SOON),
  overloaded: refusal(503, "ERR_OVERLOADED", "overloaded", "Too much at once; try again.", SOON),
  closing: refusal(503, "ERR_LISTENER_STATE", "closing", "The listener is stopping; try again.", SOON),
} as const;

/** 405 with its `Allow` (RFC 9110, 15.5.6). */
export function methodRefused(methods: readonly string[]): Refusal {
  return refusal(405, "ERR_METHOD", "method_not_allowed", "The method is not allowed here.", {
    allow: methods.join(", "),
  });
}

/** The probes of orchestrators and load balancers. */
export const HEALTH_PATH = "/healthz";
export const READY_PATH = "/readyz";

const JSON_TYPE = Object.freeze({ "content-type": "application/json" });
const healthy: Answer = Object.freeze({ status: 200, headers: JSON_TYPE, body: '{"status":"ok"}' });
const ready: Answer = Object.freeze({ status: 200, headers: JSON_TYPE, body: '{"status":"ready"}' });

function notReady(reason = "The listener is not receiving yet, or no longer."): Answer {
  const body = JSON.stringify({ error: { code: "not_ready", message: reason } });
  return { status: 503, headers: { ...JSON_TYPE, ...SOON }, body };
}

const probeMethod: Answer = methodRefused(["GET", "HEAD"]);

/** What a probe is told; `undefined` where the path is none of a probe's. */
export function probe(
  path: string,
  method: string,
  isReady: DoorOptions["ready"],
): Answer | Promise<Answer> | undefined {
  if (path !== HEALTH_PATH && path !== READY_PATH) return undefined;
  if (method !== "GET" && method !== "HEAD") return probeMethod;
  if (path === HEALTH_PATH) return healthy;
  const answer = isReady();
  if (typeof answer === "boolean") return answer ? ready : notReady();
  return answer.then(
    (settled) => (settled.ready ? ready : notReady(settled.reason)),
    () => notReady("Whether the listener is ready could not be found out."),
  );
}
