import { EarshotError, messageOf } from "../base/errors.js";
import { type Environment, readEnvironment } from "./environment.js";
import { knownOptions } from "./known-options.js";
import { countOption, numberOption } from "./number-option.js";
import { originOption, urlOption } from "./url-option.js";

/** The platform's public origin. */
export const HOSTED_BASE_URL = "https://backend.composio.dev";

/** Which generation of the platform's REST API to speak. */
export type ApiVersion = "v3" | "v1";

/** What `new Toolset(options)` takes. */
export interface ToolsetOptions {
  /** Default: the environment's `COMPOSIO_API_KEY`. */
  readonly apiKey?: string | undefined;
  /**
   * Origin of the platform, without a path: the path of the API is added to it. Default: `COMPOSIO_BASE_URL`, else
   * `https://backend.composio.dev`.
   */
  readonly baseUrl?: string | undefined;
  /** Default `"v3"`. */
  readonly apiVersion?: ApiVersion | undefined;
  /**
   * Where the realtime server is, for a self-hosted one: `wss://host[:port]`. Default: the hosted cluster
   * that the platform names; where `baseUrl` is this machine, the same host and port as `baseUrl`.
   */
  readonly realtimeUrl?: string | undefined;
  /** Whose accounts and triggers are meant where a call does not say. Default `"default"`. */
  readonly entityId?: string | undefined;
  /** Limit for one try of a call, milliseconds. Default 10,000. */
  readonly tryTimeoutMs?: number | undefined;
  /** Limit for a call with all its tries and pauses, milliseconds. Default 60,000. */
  readonly callTimeoutMs?: number | undefined;
  /** Tries of a call in all, the first included. 1 means no retry. Default 4. */
  readonly maxTries?: number | undefined;
  /** Pages of one list that are read at most; more is ERR_BAD_ANSWER. Default 1,000. */
  readonly maxPages?: number | undefined;
  /**
   * Called for what deserves a look and stops no call, such as an item of a list that cannot be read and is left
   * out. Default: `process.emitWarning`.
   */
  readonly onWarning?: ((warning: EarshotError) => void) | undefined;
}

/** A toolset's options, complete and frozen. */
export interface ToolsetSettings {
  /** Absent where none is known; a call throws `keyFault` then. */
  readonly apiKey: string | undefined;
  readonly keyFault: EarshotError | undefined;
  readonly baseUrl: string;
  readonly apiVersion: ApiVersion;
  readonly realtimeUrl: string | undefined;
  readonly entityId: string;
  readonly tryTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly maxTries: number;
  readonly maxPages: number;
  readonly onWarning: (warning: EarshotError) => void;
  readonly environment: Environment;
}

const known = new Set([
  "apiKey",
  "baseUrl",
  "apiVersion",
  "realtimeUrl",
  "entityId",
  "tryTimeoutMs",
  "callTimeoutMs",
  "maxTries",
  "maxPages",
  "onWarning",
]);

/** @throws EarshotError ERR_OPTION; a missing key is `keyFault`, thrown by what needs the key */
export function toolsetSettings(
  options: ToolsetOptions = {},
  environment: Environment = readEnvironment(),
): ToolsetSettings {
  knownOptions("Toolset", options, known);
  const apiKey = options.apiKey ?? environment.apiKey;
  if (apiKey !== undefined && (typeof apiKey !== "string" || apiKey.trim() === "")) {
    throw new EarshotError("ERR_OPTION", "`apiKey` is empty.");
  }
  const apiVersion = options.apiVersion ?? "v3";
  if (apiVersion !== "v3" && apiVersion !== "v1") {
    throw new EarshotError(
      "ERR_OPTION",
      `\`apiVersion\` is "v3" or "v1", not ${JSON.stringify(apiVersion)}.`,
    );
  }
  const settings: ToolsetSettings = {
    apiKey,
    keyFault:
      apiKey === undefined
        ? (environment.faults?.apiKey ?? new EarshotError("ERR_KEY_MISSING", "There is no API key."))
        : undefined,
    baseUrl: baseUrlOption(options.baseUrl, environment.baseUrl),
    apiVersion,
    realtimeUrl:
      options.realtimeUrl === undefined
        ? undefined
        : urlOption("`realtimeUrl`", options.realtimeUrl, ["ws:", "wss:"]),
    entityId: options.entityId ?? "default",
    tryTimeoutMs: numberOption("tryTimeoutMs", options.tryTimeoutMs, 10_000, 1),
    callTimeoutMs: numberOption("callTimeoutMs", options.callTimeoutMs, 60_000, 1),
    maxTries: countOption("maxTries", options.maxTries, 4, 1),
    maxPages: countOption("maxPages", options.maxPages, 1000, 1),
    onWarning: warningOption(options.onWarning),
    environment,
  };
  // The key must not show where somebody prints settings.
  Object.defineProperty(settings, Symbol.for("nodejs.util.inspect.custom"), {
    value: () => ({ ...settings, apiKey: "[hidden]", environment: "[hidden]" }),
  });
  return Object.freeze(settings);
}

/** The origin that was given, or that of the environment; the error names the one that is wrong. */
function baseUrlOption(given: string | undefined, ofEnvironment: string | undefined): string {
  const value = given ?? ofEnvironment ?? HOSTED_BASE_URL;
  const isOption = given !== undefined && given !== ofEnvironment;
  return originOption(isOption ? "`baseUrl`" : "`baseUrl` (COMPOSIO_BASE_URL)", value, ["http:", "https:"]);
}

/** Whatever the function throws, the call goes on: it is told of as a process warning. */
function warningOption(given: unknown): (warning: EarshotError) => void {
  if (given === undefined) return (warning) => emitWarning(`${warning.message} ${warning.solution}`);
  if (typeof given !== "function") {
    throw new EarshotError("ERR_OPTION", `\`onWarning\` is a function, not ${typeof given}.`);
  }
  return (warning) => {
    try {
      given(warning);
    } catch (thrown) {
      emitWarning(`\`onWarning\` threw: ${messageOf(thrown)}`);
    }
  };
}

function emitWarning(message: string): void {
  // Absent on runtimes that are not Node.
  globalThis.process?.emitWarning?.(message, "EarshotWarning");
}
