import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import {
  hasMembers,
  number,
  numberOption,
  type OptionTable,
  oneOf,
  readOptions,
  type SettingsOf,
  withoutDefault,
} from "../base/options.js";
import { sendableHeaders } from "../base/sendable-headers.js";
import { isSameJson, type JsonObject } from "../model/json.js";
import type { McpDeliveryMode } from "../protocol/mcp-events.js";
import { providerName } from "./provider-name.js";
import type { WebhookSettings } from "./webhook.js";

/** One subscription of `mcp[].events`. */
export interface McpSubscriptionOptions {
  /** The event's name in the server's list; it becomes the `triggerName` of the events. */
  readonly name: string;
  /** What narrows the subscription, as the server's `inputSchema` says. Default: none. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

/** A server of the Model Context Protocol whose events the listener receives: one entry of `mcp`. */
export interface McpSourceOptions {
  /** The server's endpoint: `https://mcp.example.com/mcp`. */
  readonly url: string;
  /** What to subscribe to: names of the server's list, or names with arguments. */
  readonly events: readonly (string | McpSubscriptionOptions)[];
  /**
   * How events come: `"webhook"` needs `webhookUrl`, `"push"` is an open response, `"poll"` requests them. Default: the
   * first of the three that the server offers.
   */
  readonly mode?: McpDeliveryMode | undefined;
  /** The bearer token, or a function that returns one for each request. Default: none. */
  readonly auth?: string | (() => string | Promise<string>) | undefined;
  /** Further headers of each request. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The sender's name: `provider` and app of its events. Default: `"mcp"`. */
  readonly provider?: string | undefined;
  /**
   * The URL under which the server reaches this listener's webhook server, with a separate path:
   * `https://agent.example.com/mcp`. Needs `webhook`. Default: no webhooks.
   */
  readonly webhookUrl?: string | undefined;
  /** The path of `webhookUrl` as the webhook server gets it, where a proxy changes it. Default: that of `webhookUrl`. */
  readonly path?: string | undefined;
  /** How long a webhook subscription lasts without its refresh, milliseconds. Default: 3,600,000 (1 hour). */
  readonly ttlMs?: number | undefined;
  /** Pause between polls, milliseconds. Default: the pause that the server returns, 1,000 or more. */
  readonly pollMs?: number | undefined;
  /** An open response without a message for this long is dead, milliseconds. Default: 60,000. */
  readonly silentAfterMs?: number | undefined;
}

export const mcpTable = {
  url: { default: undefined, read: serverUrl },
  events: { default: undefined, read: eventsOption },
  mode: oneOf<McpDeliveryMode>(["webhook", "push", "poll"]),
  auth: withoutDefault(authOption),
  headers: withoutDefault(headersOption),
  provider: { default: "mcp", read: (name, given = "mcp") => providerName(`\`${name}\``, given) },
  webhookUrl: withoutDefault(webhookUrlOption),
  path: withoutDefault(pathOption),
  ttlMs: number(3_600_000, 1000),
  // The server's, which each of its responses has.
  pollMs: withoutDefault((name, given: number) => numberOption(name, given, 0, 1)),
  silentAfterMs: number(60_000, 1),
} satisfies OptionTable<McpSourceOptions>;

/** {@link McpSourceOptions} with every default filled in, frozen. */
export type McpSettings = SettingsOf<typeof mcpTable>;

/** @throws EarshotError ERR_OPTION */
export function mcpOption(
  name: string,
  given: McpSourceOptions | readonly McpSourceOptions[],
): readonly McpSettings[] {
  const list = Array.isArray(given) ? (given as readonly McpSourceOptions[]) : [given as McpSourceOptions];
  if (list.length === 0) throw new EarshotError("ERR_OPTION", `\`${name}\` is an empty list.`);
  const servers = list.map((options, at) => {
    const where = list.length === 1 ? name : `${name}[${at}]`;
    const settings = readOptions(`\`${where}\``, mcpTable, options, (key) => `${where}.${key}`);
    const { mode, webhookUrl, path } = settings;
    if (mode === "webhook" && webhookUrl === undefined) {
      throw new EarshotError("ERR_OPTION", `\`${where}.mode\` "webhook" needs \`${where}.webhookUrl\`.`);
    }
    const own = path ?? (webhookUrl === undefined ? undefined : withoutSlash(new URL(webhookUrl).pathname));
    return Object.freeze({ ...settings, path: webhookUrl === undefined ? undefined : own });
  });
  for (const [at, { url, path, provider }] of servers.entries()) {
    const isFirst = servers.findIndex((other) => path !== undefined && other.path === path);
    if (path !== undefined && isFirst !== at) {
      throw new EarshotError("ERR_OPTION", `Two servers of \`${name}\` have the webhook path ${path}.`);
    }
    if (servers.findIndex((other) => other.url === url && other.provider === provider) !== at) {
      throw new EarshotError(
        "ERR_OPTION",
        `\`${name}\` has ${url} twice: list all events in one entry, or give each a \`provider\`.`,
      );
    }
  }
  return Object.freeze(servers);
}

/** @throws EarshotError ERR_OPTION where an MCP server's webhooks have no server, or the path of another sender */
export function checkMcpPaths(mcp: readonly McpSettings[] = [], webhook: WebhookSettings | undefined): void {
  for (const { path } of mcp) {
    if (path === undefined) continue;
    if (webhook === undefined) {
      throw new EarshotError(
        "ERR_OPTION",
        "`mcp.webhookUrl` needs a webhook server: add `webhook: { port }`.",
      );
    }
    if (path !== webhook.path && !webhook.routes.has(path)) continue;
    throw new EarshotError(
      "ERR_OPTION",
      `The webhook path ${path} of \`mcp\` is another sender's: change one.`,
    );
  }
}

/** The server's URL is sent to no other place, so it may have a query; a token belongs into `auth`. */
function serverUrl(name: string, given: string): string {
  const url = parsedUrl(name, given);
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` has credentials or a fragment: a token belongs into \`auth\`.`,
    );
  }
  return url.href;
}

function webhookUrlOption(name: string, given: string): string {
  const url = parsedUrl(name, given);
  if (url.username === "" && url.password === "" && url.hash === "" && url.pathname !== "/")
    return given.trim();
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` has a separate path, and neither credentials nor a fragment: https://agent.example.com/mcp.`,
  );
}

function parsedUrl(name: string, given: unknown): URL {
  if (typeof given === "string" && URL.canParse(given.trim())) {
    const url = new URL(given.trim());
    if (/^https?:$/.test(url.protocol)) return url;
  }
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a URL that starts with https:// or http://.`);
}

function pathOption(name: string, given: string): string {
  if (typeof given === "string" && given.startsWith("/") && given.length > 1) return withoutSlash(given);
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a path, such as "/mcp".`);
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function authOption(name: string, given: NonNullable<McpSourceOptions["auth"]>) {
  if (isCallable(given) || (typeof given === "string" && /^[\x21-\x7e]+$/.test(given))) return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a token without blanks, or a function that returns one.`,
  );
}

function headersOption(name: string, given: Readonly<Record<string, string>>) {
  try {
    const isText = (value: unknown) => typeof value === "string";
    if (!hasMembers(given) || !Object.values(given).every(isText))
      throw new TypeError("No object of strings.");
    sendableHeaders(given);
    return Object.freeze({ ...given });
  } catch (cause) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` cannot be sent as headers.`, { cause });
  }
}

/** A subscription after its checks. */
export interface McpSubscriptionSettings {
  readonly name: string;
  readonly arguments: JsonObject;
}

function eventsOption(
  name: string,
  given: readonly (string | McpSubscriptionOptions)[],
): readonly McpSubscriptionSettings[] {
  const list = Array.isArray(given) ? given : [];
  const events = list.map((one: string | McpSubscriptionOptions): McpSubscriptionSettings => {
    const { name: event, arguments: args = {} } = typeof one === "string" ? { name: one } : (one ?? {});
    if (typeof event !== "string" || event.trim() === "" || !hasMembers(args)) {
      throw new EarshotError("ERR_OPTION", `\`${name}\` lists names of events, or { name, arguments }.`);
    }
    return { name: event, arguments: args as JsonObject };
  });
  const twice = events.find((one, at) => events.findIndex((other) => isSameJson(other, one)) !== at);
  if (twice !== undefined) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` has ${twice.name} twice with the same arguments.`);
  }
  if (events.length > 0) return Object.freeze(events);
  throw new EarshotError("ERR_OPTION", `\`${name}\` lists what to subscribe to: ["github.star_added"].`);
}
