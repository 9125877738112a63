import { isCallable } from "../../base/callable.js";
import { systemClock } from "../../base/clock.js";
import { ApiError, EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { retryAfterMs } from "../../base/retry.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";

/** Sends a request. Default: the runtime's `fetch`. */
export type FetchList = (url: string, init: RequestInit) => Promise<Response>;

/** What {@link SenderApi} takes. */
export interface SenderApiOptions {
  /** The service in messages: "GitHub". */
  readonly service: string;
  /** Scheme, host and, where there is one, the path before those of the API. */
  readonly baseUrl: string;
  /** The credential, or a function that makes one for each request. */
  readonly token: string | (() => string | Promise<string>);
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch: FetchList | undefined;
}

/** A response's JSON, with the link to the next page of its `Link` header. */
export interface ApiPage {
  readonly json: unknown;
  readonly next: string | undefined;
}

/** From the request to the last byte of its response, milliseconds. */
const TIMEOUT_MS = 30_000;
/** A page of 100 events of 1 MB is more than any sender makes. */
const MAX_BYTES = 128 * 1024 * 1024;
/** An integer that JavaScript would round. The lists that are read have no such number within a text. */
const LONG_ID = /"id":\s*(\d{16,})(?=\s*[,}])/g;

/** Reads from a sender's REST API. It follows no redirect: the token is for one host. */
export class SenderApi {
  readonly #options: SenderApiOptions;
  readonly #fetch: FetchList;

  /** @throws EarshotError ERR_OPTION */
  constructor(options: SenderApiOptions) {
    const { service, baseUrl, token, fetch } = options;
    if (typeof baseUrl !== "string" || !/^https?:/.test(baseUrl) || !URL.canParse(baseUrl)) {
      throw new EarshotError("ERR_OPTION", `${service}: \`baseUrl\` is not an http(s) URL.`);
    }
    if (!isCallable(token) && (typeof token !== "string" || token.trim() === "")) {
      throw new EarshotError("ERR_OPTION", `${service}: the token is missing: a string that is not empty.`);
    }
    this.#options = options;
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  /**
   * @param path with query
   * @param longIds whether ids are numbers beyond 2^53: they are then texts
   * @throws ApiError ERR_UNAUTHORIZED, ERR_NOT_FOUND, ERR_RATE_LIMITED, ERR_API, ERR_NETWORK, ERR_TIMEOUT,
   *   ERR_BAD_ANSWER; the signal's reason
   */
  async get(path: string, signal: AbortSignal, longIds = false): Promise<ApiPage> {
    const { service, baseUrl, headers } = this.#options;
    const authorization = `Bearer ${await this.#token()}`;
    const { response, text } = await withinLimit(service, signal, async (limited) => {
      const answered = await this.#fetch(`${baseUrl.replace(/\/+$/, "")}${path}`, {
        headers: { accept: "application/json", "user-agent": "earshot", ...headers, authorization },
        redirect: "manual",
        signal: limited,
      });
      return { response: answered, text: await textOf(answered) };
    });
    if (response.status !== 200) throw errorOf(service, response, text);
    try {
      const json = JSON.parse(longIds ? text.replace(LONG_ID, '"id":"$1"') : text) as unknown;
      return { json, next: nextOf(response.headers.get("link")) };
    } catch (cause) {
      throw new ApiError("ERR_BAD_ANSWER", `The response of ${service} is not JSON.`, { status: 200, cause });
    }
  }

  async #token(): Promise<string> {
    const { service, token } = this.#options;
    if (typeof token === "string") return token;
    let made: unknown;
    try {
      made = await token();
    } catch (cause) {
      throw new ApiError("ERR_UNAUTHORIZED", `${service}: \`token\` threw: ${messageOf(cause)}`, { cause });
    }
    if (typeof made === "string" && made !== "") return made;
    throw new ApiError("ERR_UNAUTHORIZED", `${service}: \`token\` returned no text.`);
  }

  /** The list in a response. @throws ApiError ERR_BAD_ANSWER */
  objects(json: unknown): readonly JsonObject[] {
    if (Array.isArray(json) && json.every(isJsonObject)) return json;
    const message = `The response of ${this.#options.service} is not a list of events.`;
    throw new ApiError("ERR_BAD_ANSWER", message, { status: 200 });
  }
}

/**
 * Runs a request under the time limit. Not by `AbortSignal.any` with a timeout in it, which the garbage collector may
 * take: https://github.com/nodejs/node/issues/57736.
 */
async function withinLimit<Value>(
  service: string,
  signal: AbortSignal,
  request: (limited: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = new AbortController();
  const onAbort = () => limit.abort(signal.reason);
  const timer = systemClock.after(TIMEOUT_MS, () => {
    limit.abort(new ApiError("ERR_TIMEOUT", `${service} did not respond within ${TIMEOUT_MS} ms.`));
  });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await request(limit.signal);
  } catch (cause) {
    limit.signal.throwIfAborted();
    if (cause instanceof EarshotError) throw cause;
    throw new ApiError("ERR_NETWORK", `${service} cannot be reached: ${messageOf(cause)}`, { cause });
  } finally {
    timer.clear();
    signal.removeEventListener("abort", onAbort);
  }
}

async function textOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_BYTES) {
      await reader.cancel().catch(() => undefined);
      throw new ApiError("ERR_BAD_ANSWER", `A response is larger than ${MAX_BYTES} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function errorOf(service: string, { status, headers }: Response, text: string): ApiError {
  const nowMs = Date.parse(headers.get("date") ?? "");
  const said = messageIn(text);
  const message = `${service} responded ${status}${said === undefined ? "" : `: ${said}`}`;
  const isLimit = status === 429 || (status === 403 && isRateLimited(headers));
  if (isLimit) {
    const waitMs = retryAfterMs(headers.get("retry-after"), nowMs) ?? untilReset(headers, nowMs);
    return new ApiError("ERR_RATE_LIMITED", message, { status, retryAfterMs: waitMs });
  }
  if (status === 401 || status === 403) return new ApiError("ERR_UNAUTHORIZED", message, { status });
  if (status === 404) return new ApiError("ERR_NOT_FOUND", message, { status });
  const waitMs = status >= 500 ? retryAfterMs(headers.get("retry-after"), nowMs) : undefined;
  return new ApiError("ERR_API", message, { status, retryAfterMs: waitMs });
}

/** GitHub's limits have the status 403, as a missing permission has. */
function isRateLimited(headers: Headers): boolean {
  return headers.get("retry-after") !== null || headers.get("x-ratelimit-remaining") === "0";
}

/** `x-ratelimit-reset`: epoch seconds, by the clock of `date`. */
function untilReset(headers: Headers, nowMs: number): number | undefined {
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1000;
  return Number.isFinite(reset - nowMs) ? Math.max(0, reset - nowMs) : undefined;
}

const LONGEST_MESSAGE = 200;

function messageIn(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as unknown;
    if (!isJsonObject(body)) return undefined;
    const { message, detail, error } = body;
    const said = [message, detail, isJsonObject(error) ? error.message : error].find(
      (one) => typeof one === "string",
    );
    return (said as string | undefined)?.slice(0, LONGEST_MESSAGE);
  } catch {
    return undefined;
  }
}

/** The path of the next page (RFC 8288): of the URL, only path and query are used. */
function nextOf(link: string | null): string | undefined {
  for (const part of (link ?? "").split(",")) {
    const url = /^\s*<([^>]+)>/.exec(part)?.[1];
    if (url !== undefined && /;\s*rel="?next"?/.test(part)) return url;
  }
  return undefined;
}
