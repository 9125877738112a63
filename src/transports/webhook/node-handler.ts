import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../../model/source.js";
import type { Connections } from "./connections.js";
import { type Core, isPromise } from "./server-core.js";
import type { NodeHandler } from "./door.js";
import { NodeExchange } from "./node-exchange.js";
import type { MountedRequest } from "./node-request.js";
import { isOpen, writeAnswer } from "./node-response.js";
import { pathOf } from "./request-head.js";
import { nowhere, type Route } from "./endpoints.js";

/** Serves the requests of the door's own server. */
export type OwnHandler = (req: IncomingMessage, res: ServerResponse, waits: boolean) => void;

export function ownHandler(core: Core, connections: Connections): OwnHandler {
  return (req, res, waits) => {
    const target = req.url ?? "/";
    const path = pathOf(target);
    let route = core.routes.exact(path);
    if (route === undefined) {
      if (probed(core, path, req, res)) return;
      route = core.routes.shaped(path);
    }
    // The pattern of an exact route is its path, and is one text for all requests instead of one for each.
    const known = route?.pattern === path ? route.pattern : path;
    new NodeExchange(core, connections, req, res, target, known, route ?? nowhere).take(true, waits);
  };
}

/**
 * Serves requests of somebody else's server.
 *
 * Routes name the path that the sender uses, and that is looked for first: where a framework has cut a mount path
 * off `req.url`, it stands in `req.originalUrl`. Only if no route is there, the path that was left counts: so
 * `/github` under a mount at `/hooks` works as well.
 */
export function mountedHandler(core: Core, connections: Connections): NodeHandler {
  return (request, response, next) => {
    // The compatibility API of HTTP/2 is that of HTTP/1 in everything that is used here.
    const req = request as MountedRequest;
    const res = response as ServerResponse;
    const left = req.url ?? "/";
    const target = typeof req.originalUrl === "string" ? req.originalUrl : left;
    const path = pathOf(target);
    const route = find(core, path) ?? (target === left ? undefined : find(core, pathOf(left)));
    if (route === undefined) {
      // The probes of the application are its own, unless it mounted the handler at the very path.
      const foreign = next !== undefined && req.route === undefined;
      if (!foreign && probed(core, path, req, res)) return;
      if (next !== undefined) {
        next();
        return;
      }
    }
    new NodeExchange(core, connections, req, res, target, path, route ?? nowhere).take(false, false);
  };
}

function find(core: Core, path: string): Route | undefined {
  return core.routes.exact(path) ?? core.routes.shaped(path);
}

function probed(core: Core, path: string, req: IncomingMessage, res: ServerResponse): boolean {
  const answer = core.probe(path, req.method ?? "");
  if (answer === undefined) return false;
  const write = (settled: Answer) => {
    if (isOpen(res)) writeAnswer(res, settled, core.load.closing && req.httpVersionMajor === 1);
  };
  if (isPromise(answer)) answer.then(write);
  else write(answer);
  return true;
}
