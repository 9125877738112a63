import { ApiError, type ErrorCode } from "../errors.js";
import { isJsonObject, type JsonObject } from "../model/json.js";

/** What is known of a call when its answer is read. */
export interface CallFacts {
  /** `POST /api/v3.1/…` */
  readonly what: string;
  /** The id that we sent. */
  readonly requestId: string;
  readonly tries: number;
}

/** Longest part of an answer that is no JSON to be shown in a message, characters. */
const SHOWN = 200;

/**
 * The error for an answer that is not a success.
 *
 * @param waitMs what its Retry-After asks for
 */
export function errorOfAnswer(
  status: number,
  body: string,
  waitMs: number | undefined,
  call: CallFacts,
): ApiError {
  const tries = call.tries > 1 ? ` (try ${call.tries})` : "";
  const head = `The platform answered ${status} to ${call.what}${tries}`;
  if (looksLikeHtml(body)) {
    return new ApiError("ERR_BAD_ANSWER", `${head} with a web page, not with JSON: ${shown(titleOf(body))}`, {
      status,
      requestId: call.requestId,
      retryAfterMs: waitMs,
    });
  }
  const words = wordsOf(body);
  const requestId = words.requestId ?? call.requestId;
  const lines = [`${head}: ${words.message} (request ${requestId})`];
  for (const detail of words.lines) lines.push(`- ${detail}`);
  if (waitMs !== undefined) lines.push(`It asks to wait ${Math.ceil(waitMs / 1000)} s.`);
  if (words.suggestion !== undefined) lines.push(`It suggests: ${words.suggestion}`);
  return new ApiError(codeOf(status), lines.join("\n"), {
    status,
    apiCode: words.apiCode,
    requestId,
    suggestion: words.suggestion,
    details: words.details,
    retryAfterMs: waitMs,
  });
}

/** The error for a success that cannot be read. */
export function badAnswer(what: string, problem: string, status?: number): ApiError {
  return new ApiError("ERR_BAD_ANSWER", `The answer to ${what} ${problem}.`, { status });
}

/** Whether a body is a web page: what proxies, gateways and captive portals answer with. */
export function looksLikeHtml(body: string): boolean {
  return /^\s*</.test(body);
}

/** The start of a text, on one line. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
    case 403:
      return "ERR_UNAUTHORIZED";
    case 404:
    case 410:
      return "ERR_NOT_FOUND";
    case 429:
      return "ERR_RATE_LIMITED";
    default:
      // No call here should be redirected: whoever does it is not the platform.
      return status >= 300 && status < 400 ? "ERR_BAD_ANSWER" : "ERR_API";
  }
}

function titleOf(html: string): string {
  return /<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? html;
}

interface Words {
  readonly message: string;
  readonly apiCode?: string | undefined;
  readonly requestId?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly details?: unknown;
  /** Single problems that the platform lists. */
  readonly lines: readonly string[];
}

/** Reads both generations' error bodies, and makes do with anything else. */
function wordsOf(body: string): Words {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { message: shown(body) || "no words", lines: [] };
  }
  if (!isJsonObject(parsed)) return { message: shown(body), lines: [] };
  // Generation 3 wraps: {error: {message, code, status, request_id, suggested_fix, errors}}.
  // Generation 1 does not: {status, message, requestId, type, name, details}.
  const error: JsonObject = isJsonObject(parsed.error) ? parsed.error : parsed;
  const errors = Array.isArray(error.errors) ? error.errors : [];
  return {
    message: asText(error.message) ?? asText(parsed.error) ?? shown(body),
    apiCode: asText(error.code) ?? asText(error.name) ?? asText(error.type),
    requestId: asText(error.request_id) ?? asText(error.requestId),
    suggestion: asText(error.suggested_fix),
    details: error.details ?? error.errors,
    lines: errors.map((one) => (typeof one === "string" ? one : JSON.stringify(one))),
  };
}

function asText(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}
