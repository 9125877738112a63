import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { messageOf } from "../../base/message-of.js";
import { DEV_HEADER } from "../../protocol/dev.js";
import { API_KEY } from "../../protocol/headers.js";
import type { EventBus } from "../event-bus.js";
import { parseBody, readText } from "./body.js";
import { apiKeyOf, type Call, type Endpoint, type PlatformEnv, requestIdOf } from "./endpoint.js";
import { CONTROL_PATH, pathOfCall, type RequestListener } from "./gateway.js";
import { errorBody, HttpProblem, JSON_TYPE } from "./http-problem.js";

export interface AppOptions {
  readonly bus: EventBus;
  readonly allows: (apiKey: string) => boolean;
  /** Resolves when every change of a call is on disk. */
  readonly saved: () => Promise<void>;
  readonly maxBodyBytes: number;
  /** Aborted when the platform stops. */
  readonly stopping: AbortSignal;
}

/** The HTTP API on Hono: finds the endpoint, checks access, reads the body, runs the handler, saves. */
export function createApp(endpoints: readonly Endpoint[], options: AppOptions): Hono<PlatformEnv> {
  const app = new Hono<PlatformEnv>({ getPath: (_, at) => pathOf(at) });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed(c, methods) {
        // Hono serves HEAD wherever there is a GET.
        const allow = methods.filter((method) => method !== "HEAD").join(", ");
        const message = `${c.req.path} is there for ${allow}, not for ${c.req.method}`;
        return problemResponse(c as Call, new HttpProblem(405, message, { headers: { allow } }));
      },
    }),
  );
  for (const endpoint of fewestParametersFirst(endpoints)) {
    app.on(endpoint.method, endpoint.path.replace(/\{(\w+)\}/g, ":$1"), async (c) => {
      checkPath(c.req.path);
      checkAccess(c, endpoint, options.allows);
      c.set(
        "body",
        await (endpoint.raw === true ? readText : parseBody)(c.env.incoming, options.maxBodyBytes),
      );
      const response = await endpoint.handle(c);
      if (c.req.method !== "GET" && c.req.method !== "HEAD") await options.saved();
      return response;
    });
  }
  app.notFound((c) =>
    problemResponse(c, new HttpProblem(404, `The local platform has no ${c.req.method} ${c.req.path}`)),
  );
  app.onError((error, c) => {
    if (error instanceof HttpProblem) return problemResponse(c, error);
    const isOurs = !c.env.incoming.destroyed && !options.stopping.aborted;
    if (isOurs) options.bus.emit({ type: "error", error });
    return problemResponse(c, new HttpProblem(500, messageOf(error)));
  });
  return app;
}

/** The app as a listener of a Node HTTP server. */
export function nodeListener(app: Hono<PlatformEnv>): RequestListener {
  return getRequestListener((request, env) => app.fetch(request, env), {
    // The process may be a user's: its globals stay as they are.
    overrideGlobalObjects: false,
    // A request line that no URL can be made of.
    errorHandler: (error) =>
      new Response(errorBody(new HttpProblem(400, messageOf(error)), "/", ""), {
        status: 400,
        headers: { "content-type": JSON_TYPE },
      }),
  });
}

/** The path as it stood in the request line, without slashes at its end. */
function pathOf(at: { env?: PlatformEnv["Bindings"] } | undefined): string {
  const path = pathOfCall(at?.env?.incoming.url);
  // Not by a regular expression: `/\/+$/` takes time in proportion to the square of a row of slashes.
  let end = path.length;
  while (end > 1 && path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

/** Hono takes the first endpoint that fits: `…/event_types` has to come before `…/{id}`. */
function fewestParametersFirst(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const parameters = ({ path }: Endpoint) => path.split("{").length;
  return [...endpoints].sort((a, b) => parameters(a) - parameters(b));
}

/** @throws HttpProblem 400 */
function checkPath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new HttpProblem(400, "The path is not validly percent-encoded");
  }
}

/** @throws HttpProblem 401 without a valid API key; 403 for a control call without its header */
function checkAccess(c: Call, { open }: Endpoint, allows: AppOptions["allows"]): void {
  if (c.req.path.startsWith(CONTROL_PATH)) {
    if (c.req.header(DEV_HEADER) === "1") return;
    throw new HttpProblem(403, `Calls under ${CONTROL_PATH} carry the header ${DEV_HEADER}: 1`);
  }
  const apiKey = apiKeyOf(c);
  if (open === true || allows(apiKey)) return;
  const message = apiKey === "" ? `The header ${API_KEY} is missing` : "Invalid API key";
  throw new HttpProblem(401, message, { suggestion: `Send a key of this project in ${API_KEY}` });
}

function problemResponse(c: Call, problem: HttpProblem): Response {
  return new Response(errorBody(problem, c.req.path, requestIdOf(c)), {
    status: problem.status,
    headers: { "content-type": JSON_TYPE, ...problem.details.headers },
  });
}
