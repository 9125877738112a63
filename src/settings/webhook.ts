import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import {
  boolean,
  count,
  countOption,
  hasMembers,
  knownOptions,
  limitOption,
  number,
  type OptionTable,
  oneOf,
  readOptions,
  type SettingsOf,
  schemaOption,
  textOption,
  value,
  withoutDefault,
} from "../base/options.js";
import { sendableHeaders } from "../base/sendable-headers.js";
import { shownValue } from "../base/warning.js";
import type { Respond } from "../model/respond.js";
import type { Route, RouteDedupe } from "../model/route.js";
import type { SenderLog } from "../model/sender-log.js";
import type { Source } from "../model/source.js";
import type { StandardSchema } from "../model/standard-schema.js";
import { providerName } from "./provider-name.js";

/** Options of `webhook`: an HTTP server of the listener's own, or a handler that you mount. */
export interface WebhookOptions {
  /**
   * The port of the listener's own server. 0 is any free port. Default: no server; mount `nodeHandler()` or
   * `fetchHandler()` instead.
   */
  readonly port?: number | undefined;
  /** The address to listen on. Default: all interfaces; with `unsigned`, this machine only (`127.0.0.1`). */
  readonly host?: string | undefined;
  /** The webhook endpoint of the platform. Default: `/webhook`. */
  readonly path?: string | undefined;
  /**
   * The platform's signing secret, or several during a rotation, newest first. Default: `COMPOSIO_WEBHOOK_SECRET`,
   * else the secret that the platform's API returns.
   */
  readonly secrets?: string | readonly string[] | undefined;
  /** Accepts unsigned deliveries on `path`: any client that reaches the port can run your callbacks. Default: false. */
  readonly unsigned?: boolean | undefined;
  /**
   * The URL under which the platform reaches `path`. It is registered with the platform at start. Default: none is
   * registered; with a platform on this machine, the server's own address.
   */
  readonly publicUrl?: string | undefined;
  /**
   * Webhook endpoints of other senders, by path: `{ "/webhooks/github": github({ secrets }) }`. A path with
   * `{provider}` has an array of sources and stands for one path each. Default: none.
   */
  readonly routes?:
    | Readonly<Record<string, Source | RouteOptions | readonly (Source | RouteOptions)[]>>
    | undefined;
  /** How far a signed time may be from ours, in both directions, milliseconds. Default: 300,000. */
  readonly toleranceMs?: number | undefined;
  /**
   * The largest body, bytes. A value applies to every route without a `maxBodyBytes`. Default: 5,242,880 (5 MiB), and
   * for a route the limit that its sender documents.
   */
  readonly maxBodyBytes?: number | undefined;
  /** From the end of a request's head to the last byte of its body, milliseconds. Default: 10,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * From the last byte of a body to the response, milliseconds. A delivery that is not stored by then gets a 503, and
   * its sender retries. Default: 15,000.
   */
  readonly responseTimeoutMs?: number | undefined;
  /**
   * From this delay of the event loop on, `/healthz` of the listener's own server responds 503 for 15 s, milliseconds:
   * an orchestrator then restarts a process that is stuck. Default: 5,000.
   */
  readonly stuckAfterMs?: number | undefined;
  /**
   * Serves the metrics of the `monitors` option at `/metrics`: `true` for the webhook server itself, where any client
   * that reaches the port can read them, or a separate port. Default: they are not served.
   */
  readonly metrics?: boolean | { readonly port: number; readonly host?: string | undefined } | undefined;
  /**
   * When a delivery is acknowledged: `"stored"`, or `"done"`, when its callbacks have succeeded. With `"done"`, the
   * sender gets 500 if one fails, and 503 if they are not done shortly before `responseTimeoutMs`; it then delivers
   * again. For runtimes that stop after the response, with a memory inbox. Default: `"stored"`.
   */
  readonly acknowledge?: "stored" | "done" | undefined;
  /** Requests in flight. Beyond it the response is 503. Default: 1,000. */
  readonly maxInFlight?: number | undefined;
  /** Key and certificate, both PEM. With them the listener's own server speaks HTTPS. Default: HTTP, as behind a proxy. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array } | undefined;
  /**
   * Trusted proxies in front of the webhook server. Listener events take the client's address from the
   * `X-Forwarded-For` of that many. Default: 0.
   */
  readonly trustedProxies?: number | undefined;
}

/** Options of one route, around its source. */
export interface RouteOptions {
  /**
   * The sender whose deliveries the route accepts: `github({ secrets })`. Not `event.source`, which is how an event
   * arrived.
   */
  readonly source: Source;
  /** A Standard Schema (zod, valibot, arktype, …) that every payload must match. Default: no validation. */
  readonly schema?: StandardSchema | undefined;
  /**
   * The response to a payload that does not match: `"dead-letter"` acknowledges it and stores it as dead with the
   * issues, `"reject"` responds 400. Default: `"dead-letter"`.
   */
  readonly onInvalid?: "dead-letter" | "reject" | undefined;
  /**
   * The deduplication key of a delivery: `"none"`, `"body"`, or a function from an event to its key. Default: the
   * sender's id; for a sender without ids, an equal body until the response to the first was sent.
   */
  readonly dedupe?: RouteDedupe | undefined;
  /**
   * The largest body, bytes. Default: `webhook.maxBodyBytes` where that is given, else the limit that the sender
   * documents (GitHub and GitLab: 25 MiB, Postmark: 50 MiB), else 5 MiB.
   */
  readonly maxBodyBytes?: number | undefined;
  /** The response once the event is stored. Default: the one that the sender expects, often `200`. */
  readonly respond?: Respond | undefined;
  /**
   * Parses a body that is neither JSON nor a form, such as XML: `(text) => new XMLParser().parse(text)`. What it returns
   * is the payload, as JSON can hold it. If it throws, or returns a promise, the delivery is dead-lettered. Default: the
   * payload is the text.
   */
  readonly parse?: ((text: string, contentType: string | undefined) => unknown) | undefined;
  /**
   * The sender's list of events: `githubDeliveries({ … })`, `stripeEvents({ … })`, `svixMessages({ … })`, or your own.
   * What came while the process was not running, or got a 503, is read from there. Default: it is not.
   */
  readonly backfill?: SenderLog | undefined;
  /**
   * Deliveries of this path in flight. Beyond it the response is 503, and other paths go on. Default: the
   * `webhook.maxInFlight` that all paths share.
   */
  readonly maxInFlight?: number | undefined;
}

type RouteValues = NonNullable<WebhookOptions["routes"]>;

export const webhookTable = {
  port: withoutDefault(portOption),
  // Depends on `unsigned`.
  host: withoutDefault<string>(textOption),
  path: { default: "/webhook", read: (name, given = "/webhook") => pathOption(name, given) },
  // The environment and the platform are read at start.
  secrets: { default: undefined, read: secretsOption },
  unsigned: boolean(false),
  publicUrl: withoutDefault(publicUrlOption),
  // Read with `maxBodyBytes`, on which they depend.
  routes: value<RouteValues>({}, routesObject),
  toleranceMs: number(300_000, 0),
  maxBodyBytes: count(5 * 1024 * 1024, 1),
  bodyTimeoutMs: number(10_000, 1),
  responseTimeoutMs: number(15_000, 1),
  stuckAfterMs: { default: 5000, read: (name, given) => limitOption(name, given, 5000, 1) },
  metrics: withoutDefault(metricsOption),
  acknowledge: oneOf(["stored", "done"], "stored"),
  maxInFlight: count(1000, 1),
  tls: withoutDefault(tlsOption),
  trustedProxies: count(0, 0),
} satisfies OptionTable<WebhookOptions>;

/** Limits that a route does not set have no default here: the source or the webhook server has one. */
export const routeTable = {
  source: { default: undefined, read: (_, given) => given },
  schema: withoutDefault((name, given: StandardSchema) => schemaOption(name, given)),
  onInvalid: oneOf(["dead-letter", "reject"], "dead-letter"),
  dedupe: withoutDefault(dedupeOption),
  respond: withoutDefault(respondOption),
  parse: withoutDefault(parseOption),
  backfill: withoutDefault(senderLogOption),
  maxBodyBytes: withoutDefault((name, given: number) => countOption(name, given, 0, 1)),
  maxInFlight: withoutDefault((name, given: number) => countOption(name, given, 0, 1)),
} satisfies OptionTable<RouteOptions>;

/** The webhook server's options with every default filled in, frozen. */
export interface WebhookSettings extends Omit<SettingsOf<typeof webhookTable>, "routes"> {
  readonly routes: ReadonlyMap<string, Route>;
}

/** @throws EarshotError ERR_OPTION */
export function webhookSettings(options: WebhookOptions): WebhookSettings {
  const settings = readOptions("`webhook`", webhookTable, options, (key) => `webhook.${key}`);
  const { unsigned, secrets } = settings;
  if (unsigned && secrets.length > 0) {
    throw new EarshotError("ERR_OPTION", "`webhook.unsigned` and `webhook.secrets` exclude each other.");
  }
  return Object.freeze({
    ...settings,
    host: settings.host ?? (unsigned ? "127.0.0.1" : undefined),
    routes: routesOption(settings.routes, options.maxBodyBytes),
  });
}

function portOption(name: string, port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a whole number from 0 to 65535, not ${shownValue(port)}.`,
  );
}

function metricsOption(name: string, given: NonNullable<WebhookOptions["metrics"]>) {
  if (typeof given === "boolean") return given;
  knownOptions(`\`${name}\``, given, new Set(["port", "host"]));
  const { port, host } = given;
  return Object.freeze({
    port: portOption(`${name}.port`, port),
    host: host === undefined ? undefined : textOption(`${name}.host`, host),
  });
}

function publicUrlOption(name: string, url: string): string {
  if (typeof url === "string" && URL.canParse(url)) return url;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is not a URL: ${shownValue(url)}.`);
}

function secretsOption(name: string, given: WebhookOptions["secrets"]): readonly string[] {
  const secrets = given === undefined ? [] : [given].flat();
  for (const secret of secrets) {
    if (typeof secret === "string" && secret.trim() !== "") continue;
    // Its value may be a secret of another form.
    const problem = typeof secret === "string" ? "has an empty secret" : "is a string or a list of strings";
    throw new EarshotError("ERR_OPTION", `\`${name}\` ${problem}.`);
  }
  return Object.freeze(secrets);
}

type Tls = NonNullable<WebhookOptions["tls"]>;

function tlsOption(name: string, tls: Tls): Tls {
  const isPem = (pem: unknown) =>
    typeof pem === "string" ? pem !== "" : ArrayBuffer.isView(pem) && pem.byteLength > 0;
  if (isPem(tls?.key) && isPem(tls?.cert)) return tls;
  throw new EarshotError("ERR_OPTION", `\`${name}\` has a \`key\` and a \`cert\`, both PEM.`);
}

function pathOption(name: string, path: string): string {
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw new EarshotError("ERR_OPTION", `\`${name}\`: a path starts with "/", not ${shownValue(path)}.`);
  }
  // Clients write all other characters in another way, so that no request would have the path.
  if (/[^\x21-\x7e]/.test(path)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\`: no request has the path ${JSON.stringify(path)}: write it as ${JSON.stringify(encodeURI(path))}.`,
    );
  }
  // One form for each path: a request with a trailing slash has the same route.
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The elements of a list and the entries of a Map are no members: their routes would not be found. */
function routesObject(name: string, given: RouteValues): RouteValues {
  if (hasMembers(given)) return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is an object from path to source, such as { "/github": github({ secrets }) }, not ${shownValue(given)}.`,
  );
}

function routesOption(given: RouteValues, maxBodyBytes: number | undefined): ReadonlyMap<string, Route> {
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
      // Of two sources of one provider, the second would silently replace the first.
      if (routes.has(own)) {
        throw new EarshotError("ERR_OPTION", `Two routes are at ${own}: give each a separate path.`);
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
  checkSource(path, options.source);
  const nameOf = (key: string) => `${key} of the route ${path}`;
  const { maxBodyBytes, ...route } = readOptions(`The route ${path}`, routeTable, options, nameOf);
  // The sender's own limit yields to the user's, for this route or for all.
  return { ...route, maxBodyBytes: maxBodyBytes ?? listenerMaxBodyBytes ?? route.source.maxBodyBytes };
}

function parseOption<Parse>(name: string, parse: Parse): Parse {
  if (isCallable(parse)) return parse;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a function from the body's text to the payload.`);
}

function senderLogOption(name: string, log: SenderLog): SenderLog {
  const isNamed = typeof log?.name === "string" && log.name !== "";
  if (typeof log === "object" && isNamed && isCallable(log.read)) return log;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is what githubDeliveries(), stripeEvents() or svixMessages() returns, or { name, read }.`,
  );
}

function dedupeOption(name: string, dedupe: RouteDedupe): RouteDedupe {
  if (dedupe === "none" || dedupe === "body" || isCallable(dedupe)) return dedupe;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is "none", "body" or a function from an event to its key.`,
  );
}

/** A custom source has its members in the form of the built-in ones. */
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

const respondTable = {
  fromCallback: boolean(true),
  withinMs: number(2500, 1),
} satisfies OptionTable<Extract<Respond, object>>;

function respondOption(name: string, respond: Respond): Respond {
  if (isCallable(respond) || respond === "callback") return respond;
  if (typeof respond !== "object" || respond?.fromCallback !== true) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is a function, "callback" or { fromCallback: true, withinMs }.`,
    );
  }
  readOptions(`\`${name}\``, respondTable, respond, (key) => `${name}: ${key}`);
  return respond;
}
