import type { Problem } from "../base/errors.js";
import { checkSchema } from "../json-schema/check-schema.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import { entriesIn, fromApi, isApiEntry } from "./api-list.js";
import type { CatalogTrigger } from "./types.js";

const NO_CONFIG: JsonSchema = Object.freeze({ type: "object", properties: Object.freeze({}) });

/** Real ones begin with an underscore where the app's name begins with a digit: `_21RISK_…`. */
const NAME = /^(?=.{0,200}$)_*[A-Z0-9][A-Z0-9_-]*$/;
const SLUG = /^(?=.{0,200}$)_*[a-z0-9][a-z0-9_-]*$/;
const keys = new Set<string>([
  "name",
  "displayName",
  "description",
  "instructions",
  "appName",
  "appDisplayName",
  "type",
  "config",
  "payload",
  "version",
  "requiresWebhookEndpoint",
] satisfies (keyof CatalogTrigger)[]);

/** So many problems are told; the rest is counted. */
const TOLD = 10;

/** The problems of a catalog as lines of a message: at most ten of them. @param file what `""` stands for */
export function problemLines(problems: readonly Problem[], place: (path: string) => string): string {
  const lines = problems.slice(0, TOLD).map(({ path, message }) => `  ${place(path)}: ${message}`);
  const more = problems.length - TOLD;
  if (more > 0) lines.push(`  … and ${more} more problem${more === 1 ? "" : "s"}`);
  return lines.join("\n");
}

/**
 * Reads a parsed catalog file: an array of triggers, or the platform's list of trigger types as its API answers it.
 * The triggers count only where there is no problem.
 */
export function checkCatalog(value: unknown): {
  readonly triggers: readonly CatalogTrigger[];
  readonly problems: readonly Problem[];
} {
  const entries = entriesIn(value);
  if (entries === undefined) {
    const message = 'a catalog is an array of triggers, or a list of trigger types: {"items": […]}';
    return { triggers: [], problems: [{ path: "", message }] };
  }
  const problems: Problem[] = [];
  const triggers: CatalogTrigger[] = [];
  const firstAt = new Map<string, number>();
  entries.forEach((entry: unknown, index) => {
    const isApi = isJsonObject(entry) && isApiEntry(entry);
    const trigger = checkTrigger(isApi ? fromApi(entry) : entry, `[${index}]`, problems, !isApi);
    if (trigger === undefined) return;
    // Pages of a list overlap where it changed between two calls.
    if (trigger.name === "" || (isApi && firstAt.has(trigger.name))) return;
    const first = firstAt.get(trigger.name);
    if (first === undefined) firstAt.set(trigger.name, index);
    else
      problems.push({
        path: `[${index}].name`,
        message: `${trigger.name} is the name of [${first}] already`,
      });
    triggers.push(trigger);
  });
  return { triggers: Object.freeze(triggers), problems };
}

/** @param strict whether the schemas are looked at: those that the platform gave are as they are */
function checkTrigger(
  entry: unknown,
  path: string,
  problems: Problem[],
  strict: boolean,
): CatalogTrigger | undefined {
  const problem = (key: string, message: string) => {
    problems.push({ path: key === "" ? path : `${path}.${key}`, message });
  };
  if (!isJsonObject(entry)) {
    problem("", "a trigger is an object");
    return undefined;
  }
  for (const key of Object.keys(entry)) {
    if (!keys.has(key)) problem(key, `a trigger has no \`${key}\`; it has ${[...keys].join(", ")}`);
  }
  const textAt = (key: string, byDefault: string): string => {
    const value = entry[key];
    if (value === undefined) return byDefault;
    if (typeof value === "string") return value;
    problem(key, "wants a string");
    return byDefault;
  };
  const nameAt = (key: string, form: RegExp, like: string): string => {
    const value = entry[key];
    if (typeof value === "string" && form.test(value)) return value;
    problem(key, value === undefined ? `is missing; it looks like ${like}` : `looks like ${like}`);
    return "";
  };
  const name = nameAt("name", NAME, "GITHUB_STAR_ADDED_EVENT");
  const appName = nameAt("appName", SLUG, "github");
  const type = entry.type ?? "webhook";
  if (type !== "webhook" && type !== "poll") problem("type", 'is "webhook" or "poll"');
  const requiresWebhookEndpoint = entry.requiresWebhookEndpoint ?? false;
  if (typeof requiresWebhookEndpoint !== "boolean") problem("requiresWebhookEndpoint", "is true or false");
  return Object.freeze({
    name,
    displayName: textAt("displayName", name),
    description: textAt("description", ""),
    instructions: textAt("instructions", ""),
    appName,
    appDisplayName: textAt("appDisplayName", appName),
    type: type === "poll" ? "poll" : "webhook",
    config: schemaAt(entry, "config", path, problems, strict),
    payload: schemaAt(entry, "payload", path, problems, strict),
    version: textAt("version", "00000000_00"),
    requiresWebhookEndpoint: requiresWebhookEndpoint === true,
  });
}

function schemaAt(
  entry: JsonObject,
  key: "config" | "payload",
  path: string,
  problems: Problem[],
  strict: boolean,
): JsonSchema {
  const value = entry[key];
  if (value === undefined) {
    if (key === "payload")
      problems.push({ path: `${path}.payload`, message: "is missing; it is a JSON Schema" });
    return NO_CONFIG;
  }
  if (strict) problems.push(...checkSchema(value, `${path}.${key}`));
  return isJsonObject(value) ? value : NO_CONFIG;
}
