import { ApiError, type ErrorCode } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../model/json.js";

/** The call whose response is read, for error messages. */
export interface CallContext {
  /** `POST /api/v3.1/…` */
  readonly what: string;
  /** The `x-request-id` of the request. */
  readonly requestId: string;
  readonly tries: number;
  /** The `Location` of the response. */
  readonly location?: string | undefined;
  /** The origin of the request. */
  readonly origin?: string | undefined;
}

/** Longest part of a response other than JSON in a message, characters. */
const SHOWN = 200;
/** Most problems that a message lists. */
const MOST_LINES = 50;
/** Longest part of a message that the platform wrote, characters. */
const LONGEST_WORDS = 4000;
/** The title of a web page is searched within its first characters. */
const TITLE_WITHIN = 64 * 1024;

/**
 * The error for a response that is not a success.
 *
 * @param waitMs its `Retry-After`, milliseconds
 */
export function errorOfResponse(
  status: number,
  body: string,
  waitMs: number | undefined,
  call: CallContext,
): ApiError {
  const tries = call.tries > 1 ? ` (try ${call.tries})` : "";
  const head = `The platform answered ${status} to ${call.what}${tries}`;
  const { requestId: sentId } = call;
  if (status >= 300 && status < 400) {
    const message = `${head}, a redirect ${redirectOf(call)}`;
    return new ApiError("ERR_BAD_ANSWER", message, { status, requestId: sentId, retryAfterMs: waitMs });
  }
  if (looksLikeHtml(body)) {
    return new ApiError("ERR_BAD_ANSWER", `${head} with a web page, not with JSON: ${shown(titleOf(body))}`, {
      status,
      requestId: sentId,
      retryAfterMs: waitMs,
    });
  }
  const words = wordsOf(body);
  const requestId = words.requestId ?? sentId;
  const lines = [`${head}: ${words.message} (request ${requestId})`];
  for (const detail of words.lines.slice(0, MOST_LINES)) lines.push(`- ${detail}`);
  const more = words.lines.length - MOST_LINES;
  if (more > 0) lines.push(`- and ${more} more`);
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

/** A success that cannot be read. */
export class BadResponse extends ApiError {
  /** Private: Node prints the public members of an uncaught error. */
  readonly #problem: string;

  constructor(what: string, problem: string, status?: number) {
    super("ERR_BAD_ANSWER", `The response to ${what} ${problem}.`, { status });
    this.#problem = problem;
  }

  /** The problem without its call: "has no `id`". */
  get problem(): string {
    return this.#problem;
  }
}

/** The error for a success that cannot be read. */
export function badResponse(what: string, problem: string, status?: number): BadResponse {
  return new BadResponse(what, problem, status);
}

/** Whether a body is a web page, as from proxies, gateways and captive portals. */
export function looksLikeHtml(body: string): boolean {
  return body.trimStart().startsWith("<");
}

/** The start of a text, on one line. */
export function shown(text: string): string {
  // Cut first: the rest of a long text then costs nothing.
  const line = text
    .trimStart()
    .slice(0, 10 * SHOWN)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/** Redirects are not followed: the key must not travel elsewhere. */
function redirectOf({ location, origin }: CallContext): string {
  if (location === undefined) return "without a `Location`. It is not followed.";
  const url = URL.canParse(location, origin) ? new URL(location, origin) : undefined;
  if (url === undefined) return `to ${shown(location)}. It is not followed, as the key would go there too.`;
  // The server may have put anything there.
  url.username = "";
  url.password = "";
  const hint = url.origin === origin || url.origin === "null" ? "" : ` If that is right, use ${url.origin}.`;
  return `to ${shown(url.href)}. It is not followed, as the key would go there too.${hint}`;
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
      return "ERR_API";
  }
}

/** With searches for plain texts: a regular expression is quadratic in a page of `<title`s without an end. */
function titleOf(html: string): string {
  const start = html.slice(0, TITLE_WITHIN);
  const from = start.toLowerCase().indexOf("<title");
  const begin = from === -1 ? -1 : start.indexOf(">", from);
  if (begin === -1) return start;
  const end = start.indexOf("<", begin);
  return end === -1 ? start.slice(begin + 1) : start.slice(begin + 1, end);
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
    message: (nonEmptyText(error.message) ?? nonEmptyText(parsed.error) ?? shown(body)).slice(
      0,
      LONGEST_WORDS,
    ),
    apiCode: nonEmptyText(error.code) ?? nonEmptyText(error.name) ?? nonEmptyText(error.type),
    requestId: nonEmptyText(error.request_id) ?? nonEmptyText(error.requestId),
    suggestion: nonEmptyText(error.suggested_fix),
    details: error.details ?? error.errors,
    lines: errors.map(lineOf),
  };
}

function lineOf(problem: unknown): string {
  if (typeof problem === "string") return problem.slice(0, LONGEST_WORDS);
  try {
    return JSON.stringify(problem).slice(0, LONGEST_WORDS);
  } catch {
    // Nested deeper than any stack.
    return "a problem that cannot be shown";
  }
}

function nonEmptyText(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}
