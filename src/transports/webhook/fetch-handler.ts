import { EarshotError } from "../../base/errors.js";
import { describe } from "../../base/warning.js";
import type { HttpFacts } from "../../model/delivery.js";
import type { WebhookResponse } from "../../model/source.js";
import { FetchBody } from "./body-reader.js";
import { consumedBodyMessage, fetchBodyConsumer } from "./consumed-body.js";
import { unknownEndpoint, type WebhookEndpoint } from "./endpoints.js";
import {
  contentLengthOf,
  fetchHeaders,
  hostOf,
  pathStart,
  requestPath,
  senderAddress,
} from "./request-head.js";
import { type RejectionResponse, rejections } from "./responses.js";
import { isPending, rejectionDetail, type ServerCore } from "./server-core.js";

/**
 * Serves a request of the Fetch standard.
 *
 * Any further arguments of a framework are accepted, so that the handler can be exported as a route. The first of
 * them that has `waitUntil`, such as a Worker's context, keeps the function alive.
 */
export interface FetchHandler {
  (request: Request, context: FetchContext): Promise<Response>;
  // Last, because frameworks that check a route's type look at the last signature.
  (request: Request, ...context: readonly unknown[]): Promise<Response>;
}

/** The second argument of runtimes that freeze a function after its response. */
export interface FetchContext {
  /** Keeps the function alive until the promise is settled. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
}

const NOTHING = new Uint8Array(0);

/** Serves Fetch requests. It needs no Node: it runs wherever `Request` and `Response` exist. */
export function fetchHandler(core: ServerCore): FetchHandler {
  return async (request: Request, ...given: readonly unknown[]) => {
    if (typeof request?.headers?.get !== "function" || typeof request.url !== "string") {
      return misplaced(core, given);
    }
    const context = contextOf(given);
    const path = requestPath(request.url);
    const endpoint = core.endpoints.exact(path);
    if (endpoint !== undefined) return receive(core, request, context, path, endpoint);
    const probed = core.probe(path, request.method);
    if (probed !== undefined) return responseOf(await probed, request.method);
    return receive(core, request, context, path, core.endpoints.matching(path) ?? unknownEndpoint);
  };
}

const NO_FETCH_REQUEST =
  "`fetchHandler()` takes a Fetch `Request`: `({ request }) => handle(request)` in SvelteKit, Astro and React Router, " +
  "`(c) => handle(c.req.raw)` in Hono. For a Node server use `nodeHandler()`.";

/** A framework that passes its own objects may not wait for a promise: a rejection would then be unhandled. */
function misplaced(core: ServerCore, given: readonly unknown[]): Response {
  core.reportFailed(new TypeError(NO_FETCH_REQUEST), "an unknown path", undefined, unknownEndpoint);
  const { status, headers, body } = rejections.failed;
  for (const one of given as readonly (NodeResponse | undefined)[]) {
    if (typeof one?.writeHead !== "function") continue;
    one.writeHead(status, headers);
    one.end(body);
  }
  return responseOf(rejections.failed, "POST");
}

/** A Node response, as far as it is written here. */
interface NodeResponse {
  writeHead?(status: number, headers: Readonly<Record<string, string>>): void;
  end(body: string): void;
}

async function receive(
  core: ServerCore,
  request: Request,
  context: FetchContext | undefined,
  path: string,
  endpoint: WebhookEndpoint,
): Promise<Response> {
  const { headers, method } = request;
  const contentLength = contentLengthOf(headers.get("content-length"));
  const rejection = core.check(endpoint, method, contentLength, headers.get("content-encoding"));
  if (rejection !== undefined) return reject(core, request, path, endpoint, rejection);
  if (request.bodyUsed || request.body?.locked === true) {
    const why = consumedBodyMessage(fetchBodyConsumer(request));
    return reject(core, request, path, endpoint, rejections.consumed, why);
  }
  let body: Uint8Array = NOTHING;
  if (request.body !== null) {
    const outcome = await new FetchBody(
      request.body,
      core.admission,
      endpoint.maxBodyBytes,
      contentLength,
    ).read();
    // The sender has hung up.
    if (outcome === undefined) return responseOf(rejections.malformed, method);
    if (!(outcome instanceof Uint8Array)) return reject(core, request, path, endpoint, outcome);
    body = outcome;
  }
  if (contentLength !== undefined && body.length !== contentLength) {
    if (request.signal?.aborted === true) return responseOf(rejections.malformed, method);
    const why = `The body has ${body.length} bytes, and its head declared ${contentLength}: it was cut off, or parsed and written again.`;
    return reject(core, request, path, endpoint, rejections.malformed, why);
  }
  // Checked again: while the body arrived, the limit may have been reached.
  if (core.full(endpoint)) return reject(core, request, path, endpoint, rejections.overloaded);
  return deliver(core, request, context, path, endpoint, body);
}

async function deliver(
  core: ServerCore,
  request: Request,
  context: FetchContext | undefined,
  path: string,
  endpoint: WebhookEndpoint,
  body: Uint8Array,
): Promise<Response> {
  const { options } = core;
  const http: HttpFacts = {
    method: request.method,
    path,
    route: endpoint.pattern,
    target: request.url.slice(pathStart(request.url)),
    header: fetchHeaders(request.headers),
    remoteAddress: remoteAddress(core, request),
  };
  core.startWork(endpoint);
  let late: Promise<WebhookResponse> | undefined;
  try {
    const pending = options.receive(
      {
        source: "webhook",
        body,
        receivedAt: options.clock.now(),
        http,
        request: endpoint.requests.read(http, [...request.headers].flat(), hostOf(request.url)),
      },
      endpoint,
    );
    // The runtime may freeze a function that has responded, or whose client has hung up. Before that, the event
    // is stored and its callbacks end.
    const worked = Promise.resolve(pending)
      .then(() => options.idle?.())
      .catch(() => {});
    waitUntil(core, context, worked);
    if (!isPending(pending)) return respond(pending, request);
    const response = await inTime(core, pending);
    if (response !== undefined) return respond(response, request);
    late = pending;
    return reject(core, request, path, endpoint, rejections.late, core.lateMessage());
  } catch (thrown) {
    core.reportFailed(thrown, path, remoteAddress(core, request), endpoint);
    return responseOf(rejections.failed, request.method);
  } finally {
    // A late delivery counts until it has ended: otherwise there would be no limit for it.
    const end = () => core.endWork(endpoint);
    if (late === undefined) end();
    else late.then(end, end);
  }
}

/** @returns `undefined` where the response is late */
function inTime(core: ServerCore, pending: Promise<WebhookResponse>): Promise<WebhookResponse | undefined> {
  return new Promise((resolve, reject) => {
    const onLate = () => resolve(undefined);
    core.awaited.add(onLate);
    pending.then(resolve, reject).finally(() => core.awaited.delete(onLate));
  });
}

/** If the runtime's `waitUntil` fails, the delivery still has its response. */
function waitUntil(core: ServerCore, context: FetchContext | undefined, worked: Promise<unknown>): void {
  try {
    context?.waitUntil?.(worked);
  } catch (cause) {
    const message = `\`waitUntil\` of the runtime threw, so callbacks may be cut off: ${describe(cause)}`;
    core.options.send({ type: "warning", error: new EarshotError("ERR_OPTION", message, { cause }) });
  }
}

/** Only the runtime knows whether a response arrives; an aborted request shows that its sender is gone. */
function respond(result: WebhookResponse, request: Request): Response {
  const { onSent } = result;
  let response: Response;
  try {
    response = responseOf(result, request.method);
  } catch (thrown) {
    onSent?.(false);
    throw thrown;
  }
  onSent?.(request.signal?.aborted !== true);
  return response;
}

/** The first argument that has `waitUntil`; a framework may pass others as well. */
function contextOf(given: readonly unknown[]): FetchContext | undefined {
  return given.find((one): one is FetchContext => {
    if (typeof one !== "object" || one === null) return false;
    try {
      return typeof (one as FetchContext).waitUntil === "function";
    } catch {
      // Some contexts throw when a property is read that they lack.
      return false;
    }
  });
}

function reject(
  core: ServerCore,
  request: Request,
  path: string,
  endpoint: WebhookEndpoint,
  rejection: RejectionResponse,
  why = rejectionDetail(rejection, endpoint),
): Response {
  core.reportRejected(rejection, why, path, remoteAddress(core, request), endpoint);
  return responseOf(rejection, request.method);
}

function responseOf({ status, headers, body }: WebhookResponse, method: string): Response {
  // `Response` throws at a body, even an empty one, where HTTP has none.
  const bodiless = status === 204 || status === 205 || status === 304 || method === "HEAD";
  return new Response(bodiless ? null : (body ?? ""), {
    status,
    ...(headers === undefined ? {} : { headers }),
  });
}

/** A Fetch request has no peer address: only a trusted proxy gives one. */
function remoteAddress(core: ServerCore, request: Request): string | undefined {
  return senderAddress(undefined, request.headers.get("x-forwarded-for"), core.options.trustProxy);
}
