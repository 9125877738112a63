import { isJsonObject, type JsonObject } from "../model/json.js";

/**
 * The entries of a catalog, whatever it was saved from: an array of triggers, the platform's answer for a list of
 * trigger types (`{"items": […]}`), or an array of such answers.
 *
 * @returns `undefined` where it is none of these
 */
export function entriesIn(value: unknown): readonly unknown[] | undefined {
  if (isPage(value)) return value.items;
  if (!Array.isArray(value)) return undefined;
  return value.some(isPage)
    ? value.flatMap((entry: unknown) => (isPage(entry) ? entry.items : [entry]))
    : value;
}

function isPage(value: unknown): value is { readonly items: readonly unknown[] } {
  return isJsonObject(value) && Array.isArray(value.items) && value.slug === undefined;
}

/**
 * Whether an entry is a trigger type as the platform's API answers it, of generation 3 (`slug`, `toolkit`) or 1
 * (`appKey`). Such entries are taken as they are: no user of the file can mend them.
 */
export function isApiEntry(entry: JsonObject): boolean {
  return typeof entry.slug === "string" || typeof entry.appKey === "string";
}

/** An entry of the API in the form of a catalog. What it lacks, or has in another form, gets the default. */
export function fromApi(entry: JsonObject): JsonObject {
  const toolkit = isJsonObject(entry.toolkit) ? entry.toolkit : {};
  const name = textOf(entry.slug, entry.name) ?? "";
  const app =
    textOf(toolkit.slug, entry.toolkit, entry.appKey, entry.appName) ?? name.replace(/^(_*[^_]*)_.*$/, "$1");
  const given: JsonObject = {
    name: name.toUpperCase(),
    appName: app.toLowerCase(),
    displayName: textOf(entry.displayName, entry.display_name, entry.slug && entry.name),
    description: textOf(entry.description),
    instructions: textOf(entry.instructions),
    appDisplayName: textOf(toolkit.name),
    type: entry.type === "poll" ? "poll" : "webhook",
    config: isJsonObject(entry.config) ? entry.config : undefined,
    payload: isJsonObject(entry.payload) ? entry.payload : { type: "object", properties: {} },
    version: textOf(entry.version),
    requiresWebhookEndpoint: entry.requires_webhook_endpoint_setup === true ? true : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function textOf(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}
