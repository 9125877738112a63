import { EarshotError } from "../../base/errors.js";
import { describe } from "../../base/warning.js";
import type { HttpFacts } from "../../model/delivery.js";
import type { Answer } from "../../model/source.js";
import { senderAddress } from "./address.js";
import { type Refusal, refusals } from "./responses.js";
import { consumedMessage, fetchCulprit } from "./consumed-body.js";
import { type Core, contentLengthOf, isPromise, whyRefused } from "./server-core.js";
import type { FetchContext, FetchHandler } from "./door.js";
import { FetchBody } from "./fetch-body.js";
import { fetchHeaders } from "./headers.js";
import { hostOf, pathOf, pathStart } from "./request-head.js";
import { nowhere, type Route } from "./endpoints.js";

const NOTHING = new Uint8Array(0);

/** Serves Fetch requests. Nothing here needs Node: it runs wherever `Request` and `Response` are. */
export function fetchHandler(core: Core): FetchHandler {
  return async (request: Request, ...given: readonly unknown[]) => {
    const context = contextOf(given);
    const path = pathOf(request.url);
    const route = core.routes.exact(path);
    if (route !== undefined) return take(core, request, context, path, route);
    const answer = core.probe(path, request.method);
    if (answer !== undefined) return responseOf(await answer, request.method);
    return take(core, request, context, path, core.routes.shaped(path) ?? nowhere);
  };
}

async function take(
  core: Core,
  request: Request,
  context: FetchContext | undefined,
  path: string,
  route: Route,
): Promise<Response> {
  const { headers, method } = request;
  const contentLength = contentLengthOf(headers.get("content-length"));
  const refusal = core.check(route, method, contentLength, headers.get("content-encoding"));
  if (refusal !== undefined) return refuse(core, request, path, route, refusal);
  if (request.bodyUsed || request.body?.locked === true) {
    const why = consumedMessage(fetchCulprit(request));
    return refuse(core, request, path, route, refusals.consumed, why);
  }
  let body: Uint8Array = NOTHING;
  if (request.body !== null) {
    const outcome = await new FetchBody(request.body, core.load, route.maxBodyBytes, contentLength).read();
    // Nobody is there to read this.
    if (outcome === undefined) return responseOf(refusals.malformed, method);
    if (!(outcome instanceof Uint8Array)) return refuse(core, request, path, route, outcome);
    body = outcome;
  }
  // Asked again: while the body came, others may have taken the places.
  if (core.full(route)) return refuse(core, request, path, route, refusals.overloaded);
  return deliver(core, request, context, path, route, body);
}

async function deliver(
  core: Core,
  request: Request,
  context: FetchContext | undefined,
  path: string,
  route: Route,
  body: Uint8Array,
): Promise<Response> {
  const { options } = core;
  const http: HttpFacts = {
    method: request.method,
    path,
    route: route.pattern,
    target: request.url.slice(pathStart(request.url)),
    header: fetchHeaders(request.headers),
    remoteAddress: remoteAddress(core, request),
  };
  core.startWork(route);
  let late: Promise<Answer> | undefined;
  try {
    const pending = options.receive(
      {
        source: "webhook",
        body,
        receivedAt: options.clock.now(),
        http,
        request: route.requests.read(http, [...request.headers].flat(), hostOf(request.url)),
      },
      route.pattern,
    );
    // The runtime may stop a function that has answered, or whose client has hung up: what is being kept is
    // kept before that, and the callbacks that run end.
    const worked = Promise.resolve(pending)
      .then(() => options.idle?.())
      .catch(() => {});
    waitUntil(core, context, worked);
    if (!isPromise(pending)) return handOver(pending, request);
    const answer = await inTime(core, pending);
    if (answer !== undefined) return handOver(answer, request);
    late = pending;
    return refuse(core, request, path, route, refusals.late, core.whyLate());
  } catch (thrown) {
    core.failed(thrown, path, remoteAddress(core, request), route);
    return responseOf(refusals.failed, request.method);
  } finally {
    // What is late keeps its place until it has ended: else there would be no bound for it.
    const end = () => core.endWork(route);
    if (late === undefined) end();
    else late.then(end, end);
  }
}

/** @returns `undefined` where the answer is late */
function inTime(core: Core, pending: Promise<Answer>): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const onLate = () => resolve(undefined);
    core.awaited.add(onLate);
    pending.then(resolve, reject).finally(() => core.awaited.delete(onLate));
  });
}

/** A runtime's function that fails costs no delivery its answer. */
function waitUntil(core: Core, context: FetchContext | undefined, worked: Promise<unknown>): void {
  try {
    context?.waitUntil?.(worked);
  } catch (cause) {
    const message = `\`waitUntil\` of the runtime threw, so callbacks may be cut off: ${describe(cause)}`;
    core.options.send({ type: "warning", error: new EarshotError("ERR_OPTION", message, { cause }) });
  }
}

/** Whether it arrives, only the runtime knows; that nobody waits for it any more, the request may say. */
function handOver(answer: Answer, request: Request): Response {
  const { onSent } = answer;
  let response: Response;
  try {
    response = responseOf(answer, request.method);
  } catch (thrown) {
    onSent?.(false);
    throw thrown;
  }
  onSent?.(request.signal?.aborted !== true);
  return response;
}

/** The first thing that can keep the function alive; a framework hands over others as well. */
function contextOf(given: readonly unknown[]): FetchContext | undefined {
  return given.find((one): one is FetchContext => {
    if (typeof one !== "object" || one === null) return false;
    try {
      return typeof (one as FetchContext).waitUntil === "function";
    } catch {
      // Some contexts throw where they lack what is asked of them.
      return false;
    }
  });
}

function refuse(
  core: Core,
  request: Request,
  path: string,
  route: Route,
  refusal: Refusal,
  why = whyRefused(refusal, route),
): Response {
  core.refused(refusal, why, path, remoteAddress(core, request), route);
  return responseOf(refusal, request.method);
}

function responseOf({ status, headers, body }: Answer, method: string): Response {
  // A Response refuses a body, even an empty one, where HTTP has none.
  const bodiless = status === 204 || status === 205 || status === 304 || method === "HEAD";
  return new Response(bodiless ? null : (body ?? ""), {
    status,
    ...(headers === undefined ? {} : { headers }),
  });
}

/** Fetch does not say who is at the other end: only a trusted proxy does. */
function remoteAddress(core: Core, request: Request): string | undefined {
  return senderAddress(undefined, request.headers.get("x-forwarded-for"), core.options.trustProxy);
}
