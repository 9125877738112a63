import type { Agent, Dispatcher } from "undici";
import type { Clock } from "../../base/clock.js";
import { messageOf } from "../../base/message-of.js";
import { lookupTarget } from "./target.js";

/** What came of a request. */
export interface PostResult {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body. */
  readonly body: string;
  /** Why no whole answer came. */
  readonly error: string | undefined;
}

/** A request to post. */
export interface Post {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** From the start to the end of the answer, milliseconds. */
  readonly timeoutMs: number;
}

/** What of an answer's body is kept. */
const KEPT_BYTES = 1024;
/** A receiver that answers with more is cut off: its answer says nothing that matters. */
const MOST_BYTES = 1024 * 1024;

/**
 * Connections that are kept open, with one request at a time on each: undici, because it makes two to three times
 * as many requests a second as `node:http` on this path.
 *
 * @param connections the most to one origin
 */
export async function openAgent(connections: number, connectTimeoutMs: number): Promise<Agent> {
  const undici = await import("undici");
  return new undici.Agent({
    connections,
    pipelining: 1,
    // One time limit rules, ours, over the whole of a request.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs, lookup: lookupTarget },
  });
}

/** Makes one request. Never rejects; redirects are answers like any other and are not followed. */
export function post(agent: Agent, clock: Clock, request: Post): Promise<PostResult> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status: number | undefined;
    let headers: Record<string, string> = {};
    let received = 0;
    const kept: Buffer[] = [];

    const settle = (error: string | undefined) => {
      if (settled) return;
      settled = true;
      limit.clear();
      const body = Buffer.concat(kept).subarray(0, KEPT_BYTES).toString("utf8");
      resolve({ status, headers, body, error });
    };
    const abort = (error: string) => {
      settle(error);
      controller?.abort(new Error(error));
    };
    const limit = clock.after(request.timeoutMs, () => abort(`no answer within ${request.timeoutMs} ms`));

    const { url } = request;
    try {
      agent.dispatch(
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: "POST",
          headers: request.headers,
          body: request.body,
        },
        {
          onRequestStart(started) {
            controller = started;
            // The time was up while it waited for a connection: it must not be sent late.
            if (settled) started.abort(new Error("the time limit passed"));
          },
          onResponseStart(_controller, code, answer) {
            status = code;
            headers = flat(answer);
          },
          onResponseData(_controller, chunk) {
            if (received < KEPT_BYTES) kept.push(chunk);
            received += chunk.length;
            if (received > MOST_BYTES) abort(`the answer is longer than ${MOST_BYTES} bytes`);
          },
          onResponseEnd: () => settle(undefined),
          onResponseError: (_controller, error) => settle(causeOf(error)),
        },
      );
    } catch (thrown) {
      // A header that cannot be sent, a closed agent.
      settle(messageOf(thrown));
    }
  });
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return Object.fromEntries(entries);
}

/** A connection that was tried at several addresses fails with all their errors and without a message. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(messageOf))].join("; ");
  }
  return messageOf(error);
}
