/** Who read a request's body before the door could, and what to do about it. */
export interface Culprit {
  readonly name: string;
  readonly fix: string;
}

export const culprits = {
  express: {
    name: "Express",
    fix: 'Mount the handler before `app.use(express.json())`: `app.post("/webhooks/*splat", listener.nodeHandler())` ("/webhooks/*" in Express 4). Where that cannot be, keep the bytes: `app.use(express.json({ verify: (req, res, bytes) => { req.rawBody = bytes; } }))`.',
  },
  nest: {
    name: "Nest",
    fix: "Keep the bytes: `NestFactory.create(AppModule, { rawBody: true })`. Or mount the handler in main.ts, before `app.listen()`: `app.use(listener.nodeHandler())`.",
  },
  fastify: {
    name: "Fastify",
    fix: 'Register the route in a scope that leaves bodies alone: `app.register(async (scope) => { scope.removeAllContentTypeParsers(); scope.addContentTypeParser("*", (request, payload, done) => done(null)); scope.post("/webhooks/*", (request, reply) => { reply.hijack(); handler(request.raw, reply.raw); }); })`.',
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
    fix: "Hand the request over before anything reads it: `export const POST = listener.fetchHandler();`. What must read it as well reads `request.clone()`.",
  },
  node: {
    name: "Something before the listener",
    fix: "Call the handler before whatever reads or parses bodies, or leave the bytes in `req.rawBody`.",
  },
  fetch: {
    name: "Something before the listener",
    fix: 'Hand the request over before anything reads it: `app.post("/webhooks/*", (c) => handler(c.req.raw))` in Hono. What must read it as well reads `request.clone()`.',
  },
} as const satisfies Record<string, Culprit>;

export function consumedMessage(culprit: Culprit): string {
  return `${culprit.name} has read the body already; a signature covers the bytes as they came. ${culprit.fix}`;
}

/** Next.js keeps what it knows of a request under this. */
const NEXT_META = Symbol.for("NextInternalRequestMeta");

/** Tells a framework by the marks it leaves on the objects of `node:http`. Looked at only when things are wrong. */
export function nodeCulprit(req: object, res: object): Culprit {
  if (NEXT_META in req) return culprits.nextPages;
  if ("app" in req && typeof req.app === "function" && "next" in req) {
    return isNest(req.app) ? culprits.nest : culprits.express;
  }
  const served = serverOf(req);
  if (served.clientError.some((name) => name.includes("defaultClientErrorHandler"))) return culprits.fastify;
  if (served.request.includes("preRouting")) return culprits.fastify;
  // Koa begins with 404 and changes it as it goes along.
  if ("statusCode" in res && res.statusCode === 404) return culprits.koa;
  return culprits.node;
}

/** Nest runs on Express and marks no request, but its first layer there calls hooks of its own adapter. */
function isNest(app: object): boolean {
  // Express 4 throws when `router` is looked at.
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

/** The same for a Fetch `Request`; of these, only Next.js marks its own. */
export function fetchCulprit(request: object): Culprit {
  return "nextUrl" in request ? culprits.nextApp : culprits.fetch;
}
