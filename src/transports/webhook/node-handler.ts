import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { WebhookResponse } from "../../model/source.js";
import type { Connections } from "./connections.js";
import { unknownEndpoint, type WebhookEndpoint } from "./endpoints.js";
import { NodeExchange } from "./node-exchange.js";
import type { MountedRequest } from "./node-request.js";
import { isOpen, writeResponse } from "./node-response.js";
import { requestPath } from "./request-head.js";
import { rejections } from "./responses.js";
import { isPending, type ServerCore } from "./server-core.js";

/** Serves a request of `node:http`, or of `node:http2` through its compatibility API. */
export type NodeHandler = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Serves a request of the server that the listener opened. */
export type ServerHandler = (req: IncomingMessage, res: ServerResponse, expectsContinue: boolean) => void;

export function serverHandler(core: ServerCore, connections: Connections): ServerHandler {
  return (req, res, expectsContinue) => {
    const target = req.url ?? "/";
    const path = requestPath(target);
    let endpoint = core.endpoints.exact(path);
    if (endpoint === undefined) {
      if (probed(core, path, req, res)) return;
      endpoint = core.endpoints.matching(path);
    }
    // An exact pattern is the path, and one string for all requests instead of one for each.
    const known = endpoint?.pattern === path ? endpoint.pattern : path;
    new NodeExchange(core, connections, req, res, target, known, endpoint ?? unknownEndpoint).start(
      true,
      expectsContinue,
    );
  };
}

/**
 * Serves requests of the application's server.
 *
 * A route is the path that the sender uses, and that is looked up first: if a framework has cut a mount path off
 * `req.url`, it is in `req.originalUrl`. If it has no endpoint, the remaining path is looked up. So `/github` under a
 * mount at `/hooks` works as well.
 */
export function mountedHandler(core: ServerCore, connections: Connections): NodeHandler {
  return (request, response, next) => {
    // The compatibility API of HTTP/2 is that of HTTP/1 in everything that is used here.
    const req = request as MountedRequest;
    const res = response as ServerResponse;
    if (typeof res?.writeHead !== "function") {
      core.reportFailed(new TypeError(NO_NODE_RESPONSE), pathOf(req), undefined, unknownEndpoint);
      // Fastify waits for its reply for as long as the sender does.
      const raw = (response as { readonly raw?: ServerResponse } | undefined)?.raw;
      if (typeof raw?.writeHead === "function" && isOpen(raw)) writeResponse(raw, rejections.failed, false);
      return;
    }
    const left = req.url ?? "/";
    const target = typeof req.originalUrl === "string" ? req.originalUrl : left;
    const path = requestPath(target);
    const endpoint = find(core, path) ?? (target === left ? undefined : find(core, requestPath(left)));
    if (endpoint === undefined) {
      // The application has its own probes, unless it mounted the handler at exactly that path.
      const foreign = next !== undefined && req.route === undefined;
      if (!foreign && probed(core, path, req, res)) return;
      if (next !== undefined) {
        next();
        return;
      }
    }
    // A handler that is mounted twice must not receive a request twice.
    if (core.received.has(req)) return;
    core.received.add(req);
    new NodeExchange(core, connections, req, res, target, path, endpoint ?? unknownEndpoint).start(
      false,
      false,
    );
  };
}

/** There is nothing to respond with, and a framework's own objects may have any members. */
const NO_NODE_RESPONSE =
  "`nodeHandler()` takes the request and response of `node:http`: `request.raw` and `reply.raw` in Fastify, `ctx.req` and " +
  "`ctx.res` in Koa, `request.raw.req` and `request.raw.res` in hapi. For a Fetch `Request` use `fetchHandler()`.";

function pathOf(request: { readonly url?: unknown } | undefined): string {
  return typeof request?.url === "string" ? requestPath(request.url) : "an unknown path";
}

function find(core: ServerCore, path: string): WebhookEndpoint | undefined {
  return core.endpoints.exact(path) ?? core.endpoints.matching(path);
}

function probed(core: ServerCore, path: string, req: IncomingMessage, res: ServerResponse): boolean {
  const response = core.probe(path, req.method ?? "");
  if (response === undefined) return false;
  const write = (settled: WebhookResponse) => {
    const { closing, leaving } = core.admission;
    if (isOpen(res)) writeResponse(res, settled, (closing || leaving) && req.httpVersionMajor === 1);
  };
  if (isPending(response)) response.then(write);
  else write(response);
  return true;
}
