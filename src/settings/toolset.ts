import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import {
  count,
  hasMembers,
  number,
  type OptionTable,
  oneOf,
  readOptions,
  type SettingsOf,
  textOption,
  value,
  withoutDefault,
} from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { safeWarning } from "../base/warning-option.js";
import type { ListenerMonitor } from "../model/monitor.js";
import { API_KEY, ORG_ID, PROJECT_ID, USER_API_KEY } from "../protocol/headers.js";
import { type Environment, readEnvironment } from "./environment.js";
import { monitorsOption } from "./monitors.js";
import { originOption, urlOption } from "./url-option.js";

/** The platform's public origin. */
export const HOSTED_BASE_URL = "https://backend.composio.dev";

/** The generation of the platform's REST API. */
export type ApiVersion = "v3" | "v1";

/** `"latest"`, or the version of each app's toolkit: `{ github: "20250909_00" }`. */
export type ToolkitVersions = string | Readonly<Record<string, string>>;

/** Options of `new Toolset(options)`. */
export interface ToolsetOptions {
  /**
   * The key of the project at the platform, or a user's key (`uak_…`), which needs `orgId` and `projectId`. Default:
   * the environment's `COMPOSIO_API_KEY`.
   */
  readonly apiKey?: string | undefined;
  /** The organization that a user's key acts in. Default: the environment's `COMPOSIO_ORG_ID`. */
  readonly orgId?: string | undefined;
  /** The project that a user's key acts in. Default: the environment's `COMPOSIO_PROJECT_ID`. */
  readonly projectId?: string | undefined;
  /**
   * Origin of the platform, without a path: the path of the API is added to it. Default: `COMPOSIO_BASE_URL`, else
   * `https://backend.composio.dev`.
   */
  readonly baseUrl?: string | undefined;
  /**
   * The generation of Composio's REST API: `"v1"` is generation 1 (the paths `/api/v1` and `/api/v2`), `"v3"` is
   * generation 3 (`/api/v3`). Default: `"v3"`.
   */
  readonly apiVersion?: ApiVersion | undefined;
  /**
   * The realtime server of a self-hosted platform: `wss://host[:port]`. Default: the hosted cluster that the platform
   * names; where `baseUrl` is this machine, the same host and port as `baseUrl`.
   */
  readonly realtimeUrl?: string | undefined;
  /**
   * The versions of the apps' toolkits, which have the schemas of triggers and tools. `"latest"` changes when the
   * platform releases one: pin the versions that you have tested. Generation 3 only. Default: `"latest"`.
   */
  readonly toolkitVersions?: ToolkitVersions | undefined;
  /** The entity (your user) whose accounts a call uses when it names none. Default: `"default"`. */
  readonly entityId?: string | undefined;
  /** Limit for one try of a call, milliseconds. Default: 10,000. */
  readonly tryTimeoutMs?: number | undefined;
  /** Limit for a call with all its tries and pauses, milliseconds. Default: 60,000. */
  readonly callTimeoutMs?: number | undefined;
  /** Tries of a call in total, the first included. 1 means no retry. Default: 4. */
  readonly maxTries?: number | undefined;
  /** Pages of one list that are read at most; a longer list is ERR_BAD_ANSWER. Default: 1,000. */
  readonly maxPages?: number | undefined;
  /**
   * Called with each problem that stops no call, such as an item of a list that cannot be read and is left out.
   * Default: `process.emitWarning`.
   */
  readonly onWarning?: ((warning: EarshotError) => void) | undefined;
  /**
   * Metrics and traces of its REST calls, and of its listeners that have no `monitors`: `prometheus({ registry })` of
   * `earshot/prometheus`, `openTelemetry()` of `earshot/otel`. Default: none.
   */
  readonly monitors?: ListenerMonitor | readonly ListenerMonitor[] | undefined;
}

export const toolsetTable = {
  // The environment has the default.
  apiKey: withoutDefault<string>(keyOption),
  orgId: withoutDefault<string>(textOption),
  projectId: withoutDefault<string>(textOption),
  // Null would stand for the environment's; `baseUrlOption` checks the rest.
  baseUrl: withoutDefault<string>((name, given) => given ?? textOption(name, given)),
  apiVersion: oneOf(["v3", "v1"], "v3"),
  realtimeUrl: withoutDefault((name, given: string) => urlOption(`\`${name}\``, given, ["ws:", "wss:"])),
  toolkitVersions: { default: "latest", read: versionsOption },
  entityId: value("default", textOption),
  tryTimeoutMs: number(10_000, 1),
  callTimeoutMs: number(60_000, 1),
  maxTries: count(4, 1),
  maxPages: count(1000, 1),
  onWarning: { default: undefined, read: warningOption },
  monitors: withoutDefault(monitorsOption),
} satisfies OptionTable<ToolsetOptions>;

/** A toolset's options with every default filled in, frozen. */
export interface ToolsetSettings extends Omit<SettingsOf<typeof toolsetTable>, "baseUrl"> {
  readonly baseUrl: string;
  /** The error of every call where there is no `apiKey`. */
  readonly keyFault: EarshotError | undefined;
  readonly environment: Environment;
  /** The headers that carry the key. */
  keyHeaders(apiKey: string): Readonly<Record<string, string>>;
}

/** @throws EarshotError ERR_OPTION; a missing key is `keyFault`, thrown by what needs the key */
export function toolsetSettings(
  options: ToolsetOptions = {},
  environment: Environment = readEnvironment(),
): ToolsetSettings {
  const given = readOptions("Toolset", toolsetTable, options);
  const apiKey = given.apiKey ?? environment.apiKey;
  if (apiKey !== undefined && (typeof apiKey !== "string" || apiKey.trim() === "")) {
    throw new EarshotError("ERR_OPTION", "`apiKey` is empty.");
  }
  const orgId = given.orgId ?? environment.orgId;
  const projectId = given.projectId ?? environment.projectId;
  const keyFault = keyFaultOf(apiKey, { orgId, projectId }, environment);
  const baseUrl = baseUrlOption(given.baseUrl, environment.baseUrl);
  const settings: ToolsetSettings = {
    ...given,
    apiKey,
    orgId,
    projectId,
    keyFault,
    baseUrl,
    environment,
    keyHeaders: (key) =>
      isUserKey(key)
        ? { [USER_API_KEY]: key, [ORG_ID]: orgId ?? "", [PROJECT_ID]: projectId ?? "" }
        : { [API_KEY]: key },
  };
  // Printed settings do not show the key.
  Object.defineProperty(settings, Symbol.for("nodejs.util.inspect.custom"), {
    value: () => ({ ...settings, apiKey: "[hidden]", environment: "[hidden]" }),
  });
  return Object.freeze(settings);
}

/** The keys of users begin so; those of projects do not. */
function isUserKey(apiKey: string): boolean {
  return apiKey.startsWith("uak_");
}

/** The error of every call, where the key is missing or cannot be used. */
function keyFaultOf(
  apiKey: string | undefined,
  place: { readonly orgId: string | undefined; readonly projectId: string | undefined },
  environment: Environment,
): EarshotError | undefined {
  if (apiKey === undefined) {
    return environment.faults?.apiKey ?? new EarshotError("ERR_KEY_MISSING", "There is no API key.");
  }
  if (!isUserKey(apiKey)) return undefined;
  for (const [name, value] of Object.entries(place)) {
    if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) continue;
    return new EarshotError(
      "ERR_OPTION",
      `A user's key (uak_…) needs \`orgId\` and \`projectId\`, and \`${name}\` is ${value === undefined ? "missing" : "not one"}.`,
    );
  }
  return undefined;
}

/** Null would stand for the environment's key. The value is not shown. */
function keyOption(name: string, given: string): string {
  if (typeof given === "string" && given.trim() !== "") return given;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is empty, or not a string.`);
}

/** Toolkit names are lower case on the wire, and in any case in code. */
function versionsOption(name: string, given: ToolkitVersions | undefined): ToolkitVersions {
  const isText = (value: unknown) => typeof value === "string" && /^[\w.-]+$/.test(value);
  if (given === undefined) return "latest";
  if (isText(given)) return given;
  if (hasMembers(given) && Object.entries(given).every((pair) => pair.every(isText))) {
    return Object.fromEntries(Object.entries(given).map(([app, version]) => [app.toLowerCase(), version]));
  }
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is "latest" or an object like { github: "20250909_00" }, not ${shownValue(given)}.`,
  );
}

/** The origin that was given, or that of the environment; the error names the one that is wrong. */
function baseUrlOption(given: string | undefined, ofEnvironment: string | undefined): string {
  const value = given ?? ofEnvironment ?? HOSTED_BASE_URL;
  const isOption = given !== undefined && given !== ofEnvironment;
  return originOption(isOption ? "`baseUrl`" : "`baseUrl` (COMPOSIO_BASE_URL)", value, ["http:", "https:"]);
}

/** An exception of the function ends no call: it becomes a process warning. */
function warningOption(name: string, given: unknown): (warning: EarshotError) => void {
  if (given === undefined) return (warning) => emitWarning(`${warning.message} ${warning.solution}`);
  if (!isCallable(given)) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` is a function, not ${shownValue(given)}.`);
  }
  return safeWarning(given as (warning: EarshotError) => unknown);
}

function emitWarning(message: string): void {
  // Absent on runtimes that are not Node.
  globalThis.process?.emitWarning?.(message, "EarshotWarning");
}
