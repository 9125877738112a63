import type { Problem } from "../../errors.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../../model/json.js";
import { checkSchema } from "./schema/check.js";
import type { CatalogueTrigger } from "./types.js";

const NO_CONFIG: JsonSchema = Object.freeze({ type: "object", properties: Object.freeze({}) });

const NAME = /^[A-Z0-9]+(_[A-Z0-9]+)*$/;
const SLUG = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
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
] satisfies (keyof CatalogueTrigger)[]);

/** Reads a parsed catalogue file. The triggers count only where there is no problem. */
export function checkCatalogue(value: unknown): {
  readonly triggers: readonly CatalogueTrigger[];
  readonly problems: readonly Problem[];
} {
  if (!Array.isArray(value)) {
    return { triggers: [], problems: [{ path: "", message: "a catalogue is an array of triggers" }] };
  }
  const problems: Problem[] = [];
  const triggers: CatalogueTrigger[] = [];
  const firstAt = new Map<string, number>();
  value.forEach((entry: unknown, index) => {
    const trigger = checkTrigger(entry, `[${index}]`, problems);
    if (trigger === undefined) return;
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

function checkTrigger(entry: unknown, path: string, problems: Problem[]): CatalogueTrigger | undefined {
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
    problem(key, "wants a text");
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
  return Object.freeze({
    name,
    displayName: textAt("displayName", name),
    description: textAt("description", ""),
    instructions: textAt("instructions", ""),
    appName,
    appDisplayName: textAt("appDisplayName", appName),
    type: type === "poll" ? "poll" : "webhook",
    config: schemaAt(entry, "config", path, problems),
    payload: schemaAt(entry, "payload", path, problems),
    version: textAt("version", "00000000_00"),
  });
}

function schemaAt(
  entry: JsonObject,
  key: "config" | "payload",
  path: string,
  problems: Problem[],
): JsonSchema {
  const value = entry[key];
  if (value === undefined) {
    if (key === "payload")
      problems.push({ path: `${path}.payload`, message: "is missing; it is a JSON Schema" });
    return NO_CONFIG;
  }
  problems.push(...checkSchema(value, `${path}.${key}`));
  return isJsonObject(value) ? value : NO_CONFIG;
}
