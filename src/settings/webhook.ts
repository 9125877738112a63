import { EarshotError, messageOf } from "../base/errors.js";
import { sendableHeaders } from "../base/sendable-headers.js";
import type { Respond } from "../model/respond.js";
import type { Route, RouteDedupe } from "../model/route.js";
import type { Source } from "../model/source.js";
import type { StandardSchema } from "../model/standard-schema.js";
import { knownOptions } from "./known-options.js";
import { booleanOption, countOption, numberOption } from "./number-option.js";
import { providerName } from "./provider-name.js";
import { checkSchema } from "./schema-option.js";

/** The door: an HTTP server of the listener's own, or a handler that you mount. */
export interface WebhookOptions {
  /**
   * Where to listen. 0 takes any free port. Without it no server is opened: mount `nodeHandler()` or
   * `fetchHandler()` instead.
   */
  readonly port?: number | undefined;
  /** Default: all interfaces; with `unsigned`, this machine alone (`127.0.0.1`). */
  readonly host?: string | undefined;
  /** The path that takes the platform's own webhooks. Default `/webhook`. */
  readonly path?: string | undefined;
  /**
   * The platform's signing secret, or several while one is being rotated, newest first. Default:
   * `COMPOSIO_WEBHOOK_SECRET`, else what the platform says its secret is.
   */
  readonly secrets?: string | readonly string[] | undefined;
  /** Takes unsigned deliveries on `path`. Anybody who reaches the port can then run your callbacks. */
  readonly unsigned?: boolean | undefined;
  /**
   * The URL under which the platform reaches `path`. Where given, it is registered with the platform at
   * start. Default: none; where the platform is on this machine, the server's own address.
   */
  readonly publicUrl?: string | undefined;
  /**
   * Further senders by path: `{ "/webhooks/github": github({ secrets }) }`. A path with `{provider}` takes an
   * array of sources and stands for one path each.
   */
  readonly routes?:
    | Readonly<Record<string, Source | RouteOptions | readonly (Source | RouteOptions)[]>>
    | undefined;
  /** How far a signed time may lie from ours, both ways, milliseconds. Default 300,000. */
  readonly toleranceMs?: number | undefined;
  /**
   * The largest body, in bytes. Given, it holds for every route without a `maxBodyBytes`. Default 5 MiB, and for
   * a route the limit that its sender documents.
   */
  readonly maxBodyBytes?: number | undefined;
  /** From the end of a request's head to the last byte of its body, milliseconds. Default 10,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * From the last byte of a body to the response, milliseconds. A delivery that is not stored by then is answered
   * 503, and its sender tries again. Default 15,000.
   */
  readonly responseTimeoutMs?: number | undefined;
  /** Requests in work at one time; beyond it the answer is 503. Default 1,000. */
  readonly maxInFlight?: number | undefined;
  /** PEM. With it the listener's own server speaks HTTPS. Default: HTTP, as behind a proxy. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array } | undefined;
  /** How many proxies before the door are ours: the address in reports is then theirs to say. Default 0. */
  readonly trustedProxies?: number | undefined;
}

/** A route that says more than whose deliveries it takes. */
export interface RouteOptions {
  readonly source: Source;
  /** A Standard Schema (zod, valibot, arktype, …) that every payload must match. */
  readonly schema?: StandardSchema | undefined;
  /**
   * What becomes of a payload that does not match: `"dead-letter"` acknowledges it and keeps it as dead with the
   * issues, `"refuse"` answers 400. Default `"dead-letter"`.
   */
  readonly onInvalid?: "dead-letter" | "reject" | undefined;
  /**
   * What makes two deliveries one event: `"none"`, `"body"`, or a function from an event to its key. Default: the
   * sender's id; for a sender without ids, an equal body for as long as the response to the first was not sent.
   */
  readonly dedupe?: RouteDedupe | undefined;
  /**
   * Bytes. Default: `webhook.maxBodyBytes` where that is given, else the limit that the sender documents
   * (GitHub and GitLab: 25 MiB), else 5 MiB.
   */
  readonly maxBodyBytes?: number | undefined;
  /** The response once the event is stored. Default: the one that the sender wants, often `200`. */
  readonly respond?: Respond | undefined;
  /**
   * Deliveries of this path in work at one time; beyond it the answer is 503, and the door's other paths go on.
   * Default: the door's own `maxInFlight`, for all paths together.
   */
  readonly maxInFlight?: number | undefined;
}

/** The door's options with every default filled in, frozen. */
export interface WebhookSettings {
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly path: string;
  readonly secrets: readonly string[];
  readonly unsigned: boolean;
  readonly publicUrl: string | undefined;
  readonly routes: ReadonlyMap<string, Route>;
  readonly toleranceMs: number;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly maxInFlight: number;
  readonly tls: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array } | undefined;
  readonly trustedProxies: number;
}

const webhookOptions = new Set([
  "port",
  "host",
  "path",
  "secrets",
  "unsigned",
  "publicUrl",
  "routes",
  "toleranceMs",
  "maxBodyBytes",
  "bodyTimeoutMs",
  "responseTimeoutMs",
  "maxInFlight",
  "tls",
  "trustedProxies",
]);

const routeOptions = new Set([
  "source",
  "schema",
  "onInvalid",
  "dedupe",
  "respond",
  "maxBodyBytes",
  "maxInFlight",
]);

/** @throws EarshotError ERR_OPTION */
export function webhookSettings(options: WebhookOptions): WebhookSettings {
  knownOptions("`webhook`", options, webhookOptions);
  const { port, host, publicUrl } = options;
  const unsigned = booleanOption("webhook.unsigned", options.unsigned, false);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`webhook.port\` is a whole number from 0 to 65535, not ${String(port)}.`,
    );
  }
  if (publicUrl !== undefined && !URL.canParse(publicUrl)) {
    throw new EarshotError("ERR_OPTION", `\`webhook.publicUrl\` is not a URL: ${JSON.stringify(publicUrl)}.`);
  }
  const secrets = options.secrets === undefined ? [] : [options.secrets].flat();
  for (const secret of secrets) {
    if (typeof secret !== "string" || secret.trim() === "") {
      throw new EarshotError("ERR_OPTION", "`webhook.secrets` has an empty secret.");
    }
  }
  if (unsigned && secrets.length > 0) {
    throw new EarshotError("ERR_OPTION", "`webhook.unsigned` and `webhook.secrets` exclude each other.");
  }
  const path = pathOption("webhook.path", options.path ?? "/webhook");
  const routes = routesOption(options.routes ?? {}, options.maxBodyBytes);
  const { tls } = options;
  if (tls !== undefined && (tls.key === undefined || tls.cert === undefined)) {
    throw new EarshotError("ERR_OPTION", "`webhook.tls` has a `key` and a `cert`, both PEM.");
  }
  return Object.freeze({
    port,
    host: host ?? (unsigned ? "127.0.0.1" : undefined),
    path,
    secrets: Object.freeze(secrets),
    unsigned,
    publicUrl,
    routes,
    toleranceMs: numberOption("webhook.toleranceMs", options.toleranceMs, 300_000, 0),
    maxBodyBytes: countOption("webhook.maxBodyBytes", options.maxBodyBytes, 5 * 1024 * 1024, 1),
    bodyTimeoutMs: numberOption("webhook.bodyTimeoutMs", options.bodyTimeoutMs, 10_000, 1),
    responseTimeoutMs: numberOption("webhook.responseTimeoutMs", options.responseTimeoutMs, 15_000, 1),
    maxInFlight: countOption("webhook.maxInFlight", options.maxInFlight, 1000, 1),
    tls,
    trustedProxies: countOption("webhook.trustedProxies", options.trustedProxies, 0, 0),
  });
}

function pathOption(name: string, path: string): string {
  if (!path.startsWith("/"))
    throw new EarshotError("ERR_OPTION", `\`${name}\`: a path starts with "/", not ${JSON.stringify(path)}.`);
  // One form for each path: a request with a slash at its end finds the same route.
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function routesOption(
  given: NonNullable<WebhookOptions["routes"]>,
  maxBodyBytes: number | undefined,
): ReadonlyMap<string, Route> {
  // Its routes would not be found: it has no entries of an object's.
  if (typeof given !== "object" || given instanceof Map || given instanceof Set) {
    throw new EarshotError(
      "ERR_OPTION",
      '`webhook.routes` is an object from path to source, such as { "/github": github({ secrets }) }.',
    );
  }
  const routes = new Map<string, Route>();
  for (const [path, value] of Object.entries(given)) {
    const each = (Array.isArray(value) ? value : [value]) as readonly (Source | RouteOptions)[];
    if (each.length > 1 && !path.includes("{provider}")) {
      throw new EarshotError(
        "ERR_OPTION",
        `The route ${path} has several sources: write {provider} in its path.`,
      );
    }
    for (const one of each) {
      const route = routeOption(path, one, maxBodyBytes);
      const own = pathOption(
        "webhook.routes",
        path.replace("{provider}", () => route.source.provider),
      );
      // Of two sources of one provider the second would take the first one's place, and nobody would know.
      if (routes.has(own)) {
        throw new EarshotError("ERR_OPTION", `Two routes are at ${own}: give each a path of its own.`);
      }
      routes.set(own, route);
    }
  }
  return routes;
}

function routeOption(path: string, value: Source | RouteOptions, listenerMaxBodyBytes?: number): Route {
  const options: RouteOptions =
    typeof value === "object" && value !== null && "source" in value ? value : { source: value };
  if (typeof options.source?.verify !== "function") {
    throw new EarshotError(
      "ERR_OPTION",
      `The route ${path} has no source: write \`github({ secrets })\` or its like.`,
    );
  }
  const { source, schema, onInvalid = "dead-letter", dedupe, respond, maxInFlight } = options;
  checkSource(path, source);
  if (options === value) knownOptions(`The route ${path}`, options, routeOptions);
  checkSchema(`the route ${path}`, schema);
  if (onInvalid !== "dead-letter" && onInvalid !== "reject") {
    throw new EarshotError("ERR_OPTION", `\`onInvalid\` of the route ${path} is "dead-letter" or "reject".`);
  }
  if (dedupe !== undefined && dedupe !== "none" && dedupe !== "body" && typeof dedupe !== "function") {
    throw new EarshotError(
      "ERR_OPTION",
      `\`dedupe\` of the route ${path} is "none", "body" or a function from an event to its key.`,
    );
  }
  if (options.maxBodyBytes !== undefined) {
    countOption(`maxBodyBytes of the route ${path}`, options.maxBodyBytes, 0, 1);
  }
  // The sender's own limit yields to what the user said, for this route or for all.
  const maxBodyBytes = options.maxBodyBytes ?? listenerMaxBodyBytes ?? source.maxBodyBytes;
  if (maxInFlight !== undefined) countOption(`maxInFlight of the route ${path}`, maxInFlight, 0, 1);
  if (respond !== undefined) respondOption(path, respond);
  return { source, schema, onInvalid, dedupe, respond, maxBodyBytes, maxInFlight };
}

/** A hand-written source says what the built-in ones say, in the same form. */
function checkSource(path: string, { provider, maxBodyBytes, acknowledgement }: Source): void {
  providerName(`The source of the route ${path}`, provider);
  if (maxBodyBytes !== undefined) countOption(`maxBodyBytes of the source ${provider}`, maxBodyBytes, 0, 1);
  const status = acknowledgement?.status;
  if (
    acknowledgement !== undefined &&
    !(Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 299)
  ) {
    throw new EarshotError(
      "ERR_OPTION",
      `The \`acknowledgement\` of the source ${provider} has a \`status\` from 200 to 299, not ${String(status)}.`,
    );
  }
  const { headers, body } = acknowledgement ?? {};
  try {
    if (headers !== undefined) sendableHeaders(headers);
    if (body !== undefined && typeof body !== "string") throw new TypeError("the body is no text");
  } catch (cause) {
    throw new EarshotError(
      "ERR_OPTION",
      `The \`acknowledgement\` of the source ${provider} cannot be sent: ${messageOf(cause)}.`,
      { cause },
    );
  }
}

function respondOption(path: string, respond: Respond): void {
  if (typeof respond === "function" || respond === "callback") return;
  if (typeof respond !== "object" || respond?.fromCallback !== true) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`respond\` of the route ${path} is a function, "callback" or { fromCallback: true, withinMs }.`,
    );
  }
  knownOptions(`\`respond\` of the route ${path}`, respond, new Set(["fromCallback", "withinMs"]));
  numberOption(`respond.withinMs of the route ${path}`, respond.withinMs, 2500, 1);
}
