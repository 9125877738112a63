import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { onTestFinished } from "vitest";
import type { NodeHandler } from "../../../src/transports/webhook/node-handler.js";
import { requireCompat as require } from "../../compat/packages.js";
import { until } from "./support.js";

/** Two versions of Express under one type, and Koa, as far as they are used here. */
type Next = (error?: unknown) => void;
type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void;
export interface ExpressApp extends RequestListener {
  use(...steps: (string | Middleware)[]): void;
  post(path: string, ...steps: Middleware[]): void;
  get(path: string, ...steps: Middleware[]): void;
}
export interface Express {
  (): ExpressApp;
  json(options?: object): Middleware;
  raw(options?: object): Middleware;
  text(options?: object): Middleware;
}
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  respond?: boolean;
  body: unknown;
}
export interface KoaApp {
  use(step: (ctx: KoaContext, next: () => Promise<void>) => unknown): void;
  callback(): RequestListener;
  /** Whether it keeps to itself what it otherwise writes to stderr: that a client hung up. */
  silent: boolean;
}

export const express5 = require("express") as Express;
export const express4 = require("express4") as Express;
export const Koa = require("koa") as new () => KoaApp;

/** Serves on a free port until the test is over. */
export async function serve(listener: RequestListener | Server): Promise<number> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  server.listen(0, "127.0.0.1");
  await until(() => server.listening);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

/** What reads a body before us where a framework has no parser of its own. */
export async function readAll(req: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of req) text += String(chunk);
  return text;
}

/** Mounts the handler as docs/webhooks.md says, or, `parsed`, as people do by mistake. @returns the port */
export type Mount = (handler: NodeHandler, parsed: boolean) => Promise<number>;

function mountExpress(express: Express, path: string): Mount {
  return (handler, parsed) => {
    const app = express();
    if (parsed) app.use(express.json());
    app.post(path, handler);
    return serve(app);
  };
}

const mountKoa: Mount = (handler, parsed) => {
  const app = new Koa();
  app.silent = true;
  if (parsed) {
    app.use(async (ctx, next) => {
      await readAll(ctx.req);
      await next();
    });
  }
  app.use((ctx, next) => {
    if (!ctx.path.startsWith("/webhooks/")) return next();
    ctx.respond = false;
    return handler(ctx.req, ctx.res);
  });
  return serve(app.callback());
};

const mountFastify: Mount = async (handler, parsed) => {
  const { fastify } = await import("../../compat/fastify.js");
  const app = fastify();
  app.register(async (scope) => {
    if (!parsed) {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    }
    scope.post("/webhooks/*", (request, reply) => {
      reply.hijack();
      handler(request.raw, reply.raw);
    });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return (app.server.address() as { port: number }).port;
};

const mountHttp: Mount = (handler, parsed) =>
  serve(async (req, res) => {
    if (parsed) await readAll(req);
    handler(req, res);
  });

export const mounts: Readonly<Record<string, { readonly mount: Mount; readonly names: string }>> = {
  "node:http": { mount: mountHttp, names: "Something before the listener" },
  "Express 5": { mount: mountExpress(express5, "/webhooks/*splat"), names: "Express" },
  "Express 4": { mount: mountExpress(express4, "/webhooks/*"), names: "Express" },
  Koa: { mount: mountKoa, names: "Koa" },
  Fastify: { mount: mountFastify, names: "Fastify" },
};
