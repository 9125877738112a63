import type { Dispatcher } from "undici";
import { type Clock, sleep } from "../base/clock.js";
import { ApiError, EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { signalOption } from "../base/options.js";
import { fullJitterMs, retryAfterMs } from "../base/retry.js";
import { VERSION } from "../base/version.js";
import { DEV_REPORTS_PATH } from "../protocol/dev.js";
import { REQUEST_ID } from "../protocol/headers.js";
import { type ApiRoute, type ParamsOf, routePath } from "../protocol/routes.js";
import type { ToolkitVersions, ToolsetSettings } from "../settings/toolset.js";
import { badResponse, type CallContext, errorOfResponse, looksLikeHtml } from "./api-error.js";
import { Deadline } from "./deadline.js";
import {
  type HttpRequest,
  type HttpResponse,
  networkFailureOf,
  openDispatcher,
  sendRequest,
  UnreadableBody,
} from "./http.js";

/** A `Date` header has whole seconds, and a response takes time to arrive, milliseconds. */
const UNCERTAIN_MS = 2000;

/**
 * How far the platform's clock is ahead of ours, from the `Date` headers of its responses (RFC 9110, 6.6.1).
 *
 * Its log has times of its clock, a gap has times of ours. Where ours was set meanwhile, both differences count.
 */
export class PlatformClock {
  #first: number | undefined;
  #least: number | undefined;
  #most: number | undefined;

  /** @param nowMs when the response was read, epoch milliseconds by our clock */
  learn(date: string | undefined, nowMs: number): void {
    const sent = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(sent)) return;
    const apart = sent - nowMs;
    const ahead = Math.abs(apart) <= UNCERTAIN_MS ? 0 : apart;
    this.#first ??= ahead;
    this.#least = Math.min(this.#least ?? ahead, ahead);
    this.#most = Math.max(this.#most ?? ahead, ahead);
  }

  /** Milliseconds, negative where it is behind; all 0 before the first response. */
  get ahead(): { readonly first: number; readonly least: number; readonly most: number } {
    return { first: this.#first ?? 0, least: this.#least ?? 0, most: this.#most ?? 0 };
  }
}

/** Details of a call, beside its path. */
export interface CallDetails {
  /** As {@link commaQuery} or {@link repeatQuery} make it, with its question mark. */
  readonly query?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent form-encoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** The body of the response. Default `json`. */
  readonly expect?: "json" | "text";
  /** Error statuses that mean "already done" for this call; its result is then `undefined`. */
  readonly settled?: (status: number, tries: number) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** Whether one try may take as long as the whole call: a tool's work has no usual length. Default: false. */
  readonly isLong?: boolean;
  /** In addition to those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Retry backoff. `maxTries` limits the number of tries. */
const pauses = { baseMs: 250, capMs: 8_000 };

/** A try that did not succeed. */
interface Failed {
  readonly error: ApiError;
  readonly again: boolean;
  /** The `Retry-After` of the response, milliseconds. */
  readonly waitMs: number | undefined;
}

/**
 * Makes calls of the REST API, with a deadline for each try and one for the whole call, and retries with backoff and
 * full jitter.
 *
 * Retried: a request that certainly did not reach the platform (no connection, 408, 429). On a repeatable route also
 * broken connections, timeouts and 5xx.
 */
export class Requester {
  /** The platform's clock, from the responses so far. */
  readonly platformClock = new PlatformClock();
  readonly #settings: ToolsetSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  #dispatcher: Promise<Dispatcher> | undefined;
  readonly #pending = new Set<Deadline>();
  #local = false;

  /** @throws EarshotError ERR_OPTION where the key has characters that a header cannot carry */
  constructor(settings: ToolsetSettings, clock: Clock, random: () => number = Math.random) {
    if (settings.apiKey !== undefined && !/^[\x21-\x7e]+$/.test(settings.apiKey)) {
      throw new EarshotError(
        "ERR_OPTION",
        "`apiKey` has a space, a line break or another character that an HTTP header cannot carry.",
      );
    }
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * @returns the JSON of the response, or its text with `expect: "text"`; `undefined` where it is empty
   * @throws ApiError ERR_UNAUTHORIZED, ERR_NOT_FOUND, ERR_RATE_LIMITED, ERR_API, ERR_TIMEOUT, ERR_NETWORK,
   *   ERR_BAD_ANSWER
   * @throws EarshotError ERR_KEY_MISSING, ERR_ABORTED, ERR_OPTION
   */
  async call<Path extends string>(
    at: ApiRoute<Path>,
    params: Readonly<Record<ParamsOf<Path>, string>>,
    details: CallDetails = {},
  ): Promise<unknown> {
    const { callTimeoutMs, maxTries } = this.#settings;
    const path = routePath(at, params);
    if (details.signal !== undefined) signalOption("signal", details.signal);
    const context = { what: `${at.method} ${path}`, requestId: crypto.randomUUID() };
    const request = this.#outgoing(at.method, path, context.requestId, details);
    let last: ApiError | undefined;
    const expired = () => timeout(context.what, "callTimeoutMs", callTimeoutMs, at, last);
    const limit = new Deadline(this.#clock, callTimeoutMs, expired);
    limit.follow(details.signal, (signal) => aborted(context.what, signal.reason));
    this.#pending.add(limit);
    try {
      for (let tries = 1; ; tries += 1) {
        limit.signal.throwIfAborted();
        const result = await this.#try(request, at, limit, details, { ...context, tries });
        if (!("error" in result)) return result.value;
        last = result.error;
        if (!result.again || tries >= maxTries) throw last;
        const pauseMs = (result.waitMs ?? 0) + fullJitterMs(pauses, tries, this.#random);
        // A pause beyond the deadline would hide the error behind a timeout.
        if (pauseMs >= limit.leftMs()) throw last;
        await sleep(this.#clock, pauseMs, limit.signal);
      }
    } finally {
      limit.clear();
      this.#pending.delete(limit);
    }
  }

  /** Pages of one list that are read at most. */
  get maxPages(): number {
    return this.#settings.maxPages;
  }

  /** The toolkits' versions that calls ask for. */
  get toolkitVersions(): ToolkitVersions {
    return this.#settings.toolkitVersions;
  }

  /** The platform's time, epoch milliseconds. */
  platformNow(): number {
    return this.#clock.now() + this.platformClock.ahead.most;
  }

  /** Reports a problem that stops no call. */
  warn(warning: EarshotError): void {
    this.#settings.onWarning(warning);
  }

  /** Whether the server has identified itself as the local platform, which receives listener events. */
  get local(): boolean {
    return this.#local;
  }

  /** Aborts pending calls and closes the connections. A later call opens new ones. */
  async close(): Promise<void> {
    const dispatcher = this.#dispatcher;
    this.#dispatcher = undefined;
    const reason = new Error("The client was closed.");
    for (const limit of this.#pending) limit.abort(aborted("A call to the platform", reason));
    // It may have failed to open: the call has that error.
    await (await dispatcher?.catch(() => undefined))?.destroy();
  }

  async #try(
    request: HttpRequest,
    at: ApiRoute,
    call: Deadline,
    details: CallDetails,
    context: CallContext,
  ): Promise<{ readonly value: unknown } | Failed> {
    const { callTimeoutMs, tryTimeoutMs: shortMs } = this.#settings;
    const tryTimeoutMs = details.isLong === true ? callTimeoutMs : shortMs;
    const option = details.isLong === true ? "callTimeoutMs" : "tryTimeoutMs";
    const expired = () => timeout(context.what, option, tryTimeoutMs, at);
    const limit = new Deadline(this.#clock, tryTimeoutMs, expired);
    limit.follow(call.signal, () => call.signal.reason);
    const startedAt = this.#clock.monotonic();
    let response: HttpResponse;
    try {
      response = await sendRequest(await this.#open(), request, limit.signal);
    } catch (thrown) {
      this.#measure(at, limit.signal.aborted ? "timeout" : "network", startedAt);
      call.signal.throwIfAborted();
      if (limit.signal.aborted) {
        const error = limit.signal.reason as ApiError;
        return { error, again: at.repeatable, waitMs: undefined };
      }
      return failureOf(thrown, context.what, at);
    } finally {
      limit.clear();
    }
    this.#measure(at, String(response.status), startedAt);
    if (response.dev === DEV_REPORTS_PATH) this.#local = true;
    this.platformClock.learn(response.date, this.#clock.now());
    return this.#read(response, at, details, context);
  }

  #measure({ method, path }: ApiRoute, status: string, startedAt: number): void {
    const operation = `${method} ${path}`;
    for (const { meters } of this.#settings.monitors ?? []) {
      meters?.counter("restCalls", { operation, status })();
      meters?.histogram("restDuration", { operation })((this.#clock.monotonic() - startedAt) / 1000);
    }
  }

  #read(
    response: HttpResponse,
    at: ApiRoute,
    { expect = "json", settled }: CallDetails,
    context: CallContext,
  ): { readonly value: unknown } | Failed {
    const { status } = response;
    if (status >= 200 && status < 300) return { value: parse(response.body, expect, context.what, status) };
    if (settled?.(status, context.tries)) return { value: undefined };
    const again = isAgain(status, at);
    // A date is one of the platform's clock, which its response tells too.
    const writtenAt = Date.parse(response.date ?? "");
    const nowMs = Number.isNaN(writtenAt) ? this.#clock.now() : writtenAt;
    const waitMs = retryAfterMs(response.retryAfter, nowMs);
    const location = response.location === undefined ? undefined : this.#withoutKey(response.location);
    const known = { ...context, location, origin: this.#settings.baseUrl };
    return { error: errorOfResponse(status, this.#withoutKey(response.body), waitMs, known), again, waitMs };
  }

  #outgoing(
    method: HttpRequest["method"],
    path: string,
    requestId: string,
    details: CallDetails,
  ): HttpRequest {
    const { apiKey, keyFault } = this.#settings;
    if (apiKey === undefined || keyFault !== undefined) throw keyFault;
    const headers: Record<string, string> = {
      accept: details.expect === "text" ? "text/plain, application/json" : "application/json",
      "user-agent": `earshot/${VERSION}`,
      ...this.#settings.keyHeaders(apiKey),
      [REQUEST_ID]: requestId,
      ...details.headers,
    };
    let body: string | undefined;
    if (details.json !== undefined) {
      headers["content-type"] = "application/json";
      body = jsonText(details.json, `${method} ${path}`);
    } else if (details.form !== undefined) {
      headers["content-type"] = "application/x-www-form-urlencoded";
      body = new URLSearchParams(details.form).toString();
    }
    return { method, url: `${this.#settings.baseUrl}${path}${details.query ?? ""}`, headers, body };
  }

  #open(): Promise<Dispatcher> {
    this.#dispatcher ??= openDispatcher(this.#settings);
    return this.#dispatcher;
  }

  /** Platforms repeat a wrong key in their error: ours hides it. */
  #withoutKey(body: string): string {
    const { apiKey } = this.#settings;
    // A key of a few letters is a placeholder for the local platform, and occurs within other words.
    return apiKey === undefined || apiKey.length < 8 ? body : body.replaceAll(apiKey, "[hidden]");
  }
}

/** @throws EarshotError ERR_OPTION for values of the caller that JSON does not have */
function jsonText(value: unknown, what: string): string {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    const message = `What ${what} is to send cannot be written as JSON: ${messageOf(thrown)}`;
    throw new EarshotError("ERR_OPTION", message, { cause: thrown });
  }
}

function parse(body: string, expect: "json" | "text", what: string, status: number): unknown {
  if (looksLikeHtml(body)) throw badResponse(what, "is a web page, not JSON", status);
  if (expect === "text") return body;
  if (body.trim() === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // Without the cause, which quotes the response.
    throw badResponse(what, "is not JSON", status);
  }
}

/** Whether a status is worth another try. 408 and 429: the request was not processed. 501 and 505 are permanent. */
function isAgain(status: number, at: ApiRoute): boolean {
  if (status === 408 || status === 429) return true;
  return at.repeatable && status >= 500 && status !== 501 && status !== 505;
}

function failureOf(thrown: unknown, what: string, at: ApiRoute): Failed {
  if (thrown instanceof EarshotError && !(thrown instanceof ApiError)) throw thrown;
  if (thrown instanceof UnreadableBody) {
    const error = badResponse(what, thrown.message, thrown.status);
    return { error, again: isAgain(thrown.status, at), waitMs: undefined };
  }
  const { sent, transient, detail } = networkFailureOf(thrown);
  const again = transient && (at.repeatable || !sent);
  return {
    error: new ApiError("ERR_NETWORK", `${what} failed: ${detail}.${sent ? doubt(at) : ""}`, {
      cause: thrown,
    }),
    again,
    waitMs: undefined,
  };
}

function timeout(what: string, option: string, limitMs: number, at: ApiRoute, cause?: unknown): ApiError {
  const message = `${what} was not answered within ${limitMs} ms (\`${option}\`).${doubt(at)}`;
  return new ApiError("ERR_TIMEOUT", message, { cause });
}

function doubt(at: ApiRoute): string {
  return at.repeatable ? "" : " It may have taken effect, so it was not repeated.";
}

function aborted(what: string, cause: unknown): EarshotError {
  return new EarshotError("ERR_ABORTED", `${what} was aborted.`, { cause });
}
