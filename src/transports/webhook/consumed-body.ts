/** What read a request's body before the handler could, and how to solve that. */
export interface BodyConsumer {
  readonly name: string;
  readonly fix: string;
}

export const bodyConsumers = {
  express: {
    name: "Express",
    fix: 'Mount the handler before `app.use(express.json())`: `app.post("/webhooks/*splat", listener.nodeHandler())` ("/webhooks/*" in Express 4). If that is not possible, keep the bytes: `app.use(express.json({ verify: (req, res, bytes) => { req.rawBody = bytes; } }))`.',
  },
  nest: {
    name: "Nest",
    fix: "Keep the bytes: `NestFactory.create(AppModule, { rawBody: true })`. Or mount the handler in main.ts, before `app.listen()`: `app.use(listener.nodeHandler())`.",
  },
  fastify: {
    name: "Fastify",
    fix: 'Register the route in a scope that leaves bodies alone: `app.register(async (scope) => { scope.removeAllContentTypeParsers(); scope.addContentTypeParser("*", (request, payload, done) => done(null)); scope.post("/webhooks/*", (request, reply) => { reply.hijack(); handler(request.raw, reply.raw); }); })`. In Nest, mount it in main.ts, before `app.listen()`: `app.use(listener.nodeHandler())`.',
  },
  koa: {
    name: "Koa",
    fix: 'Mount the handler before the body parser: `app.use((ctx, next) => { if (!ctx.path.startsWith("/webhooks/")) return next(); ctx.respond = false; handler(ctx.req, ctx.res); })`.',
  },
  nextPages: {
    name: "Next.js",
    fix: "Switch its parser off in the file of the API route: `export const config = { api: { bodyParser: false } };`.",
  },
  nextApp: {
    name: "Next.js",
    fix: "Hand the request over before anything reads it: `export const POST = listener.fetchHandler();`. Other readers use `request.clone()`.",
  },
  node: {
    name: "Something before the listener",
    fix: "Call the handler before anything that reads or parses bodies, or leave the bytes in `req.rawBody`.",
  },
  fetch: {
    name: "Something before the listener",
    fix: 'Hand the request over before anything reads it: `app.post("/webhooks/*", (c) => handler(c.req.raw))` in Hono. Other readers use `request.clone()`.',
  },
} as const satisfies Record<string, BodyConsumer>;

export function consumedBodyMessage(consumer: BodyConsumer): string {
  return `${consumer.name} has read the body already, and a signature covers its exact bytes. ${consumer.fix}`;
}

/** Next.js stores the metadata of a request under this symbol. */
const NEXT_META = Symbol.for("NextInternalRequestMeta");

/** Detects a framework by the properties that it adds to the objects of `node:http`. Called only for a rejection. */
export function nodeBodyConsumer(req: object, res: object): BodyConsumer {
  if (NEXT_META in req) return bodyConsumers.nextPages;
  if ("app" in req && typeof req.app === "function" && "next" in req) {
    return isNest(req.app) ? bodyConsumers.nest : bodyConsumers.express;
  }
  const served = serverOf(req);
  if (served.clientError.some((name) => name.includes("defaultClientErrorHandler")))
    return bodyConsumers.fastify;
  if (served.request.includes("preRouting")) return bodyConsumers.fastify;
  // Koa begins with 404 and changes it later.
  if ("statusCode" in res && res.statusCode === 404) return bodyConsumers.koa;
  return bodyConsumers.node;
}

/** Nest runs on Express and marks no request, but its first layer there calls its adapter's hooks. */
function isNest(app: object): boolean {
  // Express 4 throws when `router` is read.
  const router = "_router" in app ? app._router : "router" in app ? app.router : undefined;
  const layers = (router as { stack?: { handle?: unknown }[] } | undefined)?.stack ?? [];
  return layers.some(
    (layer) => typeof layer.handle === "function" && /onRequestHook/.test(String(layer.handle)),
  );
}

/** The names of the listeners of the server that a request came to. */
function serverOf(req: object): { readonly request: string[]; readonly clientError: string[] } {
  const socket = "socket" in req ? req.socket : undefined;
  const server =
    typeof socket === "object" && socket !== null && "server" in socket ? socket.server : undefined;
  const names = (event: string): string[] => {
    if (typeof server !== "object" || server === null) return [];
    if (!("listeners" in server) || typeof server.listeners !== "function") return [];
    return (server.listeners(event) as { readonly name?: string }[]).map((listener) => listener.name ?? "");
  };
  return { request: names("request"), clientError: names("clientError") };
}

/** The same for a Fetch `Request`; only Next.js adds properties to its own. */
export function fetchBodyConsumer(request: object): BodyConsumer {
  return "nextUrl" in request ? bodyConsumers.nextApp : bodyConsumers.fetch;
}
