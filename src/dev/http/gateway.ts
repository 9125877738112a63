import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, sleep } from "../../base/clock.js";
import { messageOf } from "../../base/errors.js";
import { DEV_HEADER, DEV_REPORTS_PATH } from "../../protocol/dev.js";
import { API_KEY, REQUEST_ID } from "../../protocol/headers.js";
import type { NewsDesk } from "../event-bus.js";
import { type Answer, unlessUnchanged } from "./answer.js";
import { readBody } from "./body.js";
import type { CallFaults } from "./call-faults.js";
import { strangerProblem } from "./same-origin.js";
import { type Generation, Problem, problemAnswer } from "./problem.js";
import { Query } from "./query.js";
import type { Match } from "./router.js";

/** What a gateway stands before. */
export interface GatewayOptions {
  /** Where a call goes. @throws Problem where it goes nowhere */
  readonly find: (method: string, path: string) => Match | Promise<Match>;
  readonly faults: CallFaults;
  readonly clock: Clock;
  readonly news: NewsDesk;
  readonly allows: (apiKey: string) => boolean;
  readonly newRequestId: () => string;
  /** Waits until what a call has changed is on the disk. */
  readonly saved: () => Promise<void>;
  readonly maxBodyBytes: number;
  readonly port: () => number;
  /** Aborted when the platform stops: nobody waits for a delayed answer then. */
  readonly stopping: AbortSignal;
}

/** Paths that are the platform's own and not the real one's: no API key, but a header that pages cannot send. */
export const CONTROL_PATH = "/dev/";

/** Takes a request through every check to its handler, and writes the answer. Never throws. */
export class Gateway {
  readonly #options: GatewayOptions;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, news } = this.#options;
    const startMs = clock.monotonic();
    const method = request.method ?? "GET";
    const path = pathOf(request);
    const requestId = firstOf(request.headers[REQUEST_ID])?.slice(0, 200) ?? this.#options.newRequestId();
    let answer: Answer | undefined;
    try {
      answer = await this.#answer(request, method, path, requestId);
    } catch (thrown) {
      const problem = thrown instanceof Problem ? thrown : new Problem(500, messageOf(thrown));
      const ours = !request.destroyed && !this.#options.stopping.aborted;
      if (problem !== thrown && ours) news.tell({ type: "trouble", error: errorOf(thrown) });
      answer = problemAnswer(problem, generationOf(path), requestId);
    }
    if (answer === undefined || response.destroyed || this.#options.stopping.aborted) {
      request.socket.destroy();
      return;
    }
    write(response, method, answer, requestId, path.startsWith("/api/"));
    const durationMs = clock.monotonic() - startMs;
    news.tell({ type: "call", method, path, status: answer.status, durationMs });
  }

  /** @returns `undefined` where there is to be no answer */
  async #answer(
    request: IncomingMessage,
    method: string,
    path: string,
    requestId: string,
  ): Promise<Answer | undefined> {
    const options = this.#options;
    const stranger = strangerProblem(request, options.port());
    if (stranger !== undefined) {
      options.news.tell({ type: "refused", method, path, message: stranger });
      throw new Problem(403, stranger, { headers: { connection: "close" } });
    }
    const control = path.startsWith(CONTROL_PATH);
    const fault = control ? undefined : options.faults.take(method, path);
    if (fault?.delayMs !== undefined) await sleep(options.clock, fault.delayMs, options.stopping);
    if (fault?.drop === true) return undefined;
    if (fault?.status !== undefined) {
      const after = fault.retryAfter;
      const headers: Record<string, string> = after === undefined ? {} : { "retry-after": String(after) };
      throw new Problem(fault.status, "Failed on purpose, by a fault that was set", { headers });
    }

    const { endpoint, params } = await options.find(method, path);
    const apiKey = firstOf(request.headers[API_KEY]) ?? "";
    if (control) checkControl(request);
    else if (endpoint.open !== true) checkKey(apiKey, options.allows);
    const answer = await endpoint.handle({
      method,
      path,
      query: queryOf(request),
      body: await readBody(request, options.maxBodyBytes),
      apiKey,
      requestId,
      param: (name) => params.get(name) ?? "",
    });
    if (method !== "GET" && method !== "HEAD") await options.saved();
    return unlessUnchanged(answer, firstOf(request.headers["if-none-match"]));
  }
}

function checkControl(request: IncomingMessage): void {
  if (firstOf(request.headers[DEV_HEADER]) === "1") return;
  throw new Problem(403, `Calls under ${CONTROL_PATH} carry the header ${DEV_HEADER}: 1`);
}

function checkKey(apiKey: string, allows: (apiKey: string) => boolean): void {
  if (allows(apiKey)) return;
  const message = apiKey === "" ? `The header ${API_KEY} is missing` : "Invalid API key";
  throw new Problem(401, message, { suggestion: `Send a key of this project in ${API_KEY}` });
}

function write(
  response: ServerResponse,
  method: string,
  answer: Answer,
  requestId: string,
  api: boolean,
): void {
  const { status, headers } = answer;
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  response.writeHead(status, {
    ...headers,
    ...(answer.stream === undefined && status !== 204 && status !== 304 && { "content-length": body.length }),
    ...(api && { [DEV_HEADER]: DEV_REPORTS_PATH }),
    [REQUEST_ID]: requestId.replace(/[^\x21-\x7e]/g, ""),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  if (answer.stream !== undefined && method !== "HEAD") {
    answer.stream(response);
    return;
  }
  response.end(method === "HEAD" || body.length === 0 ? undefined : body);
}

/** The path alone, as it stood in the request line. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";
}

function queryOf(request: IncomingMessage): Query {
  const url = request.url ?? "";
  const at = url.indexOf("?");
  return new Query(new URLSearchParams(at === -1 ? "" : url.slice(at + 1)));
}

function generationOf(path: string): Generation {
  return path.startsWith("/api/v1") || path.startsWith("/api/v2") ? "v1" : "v3";
}

function firstOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
