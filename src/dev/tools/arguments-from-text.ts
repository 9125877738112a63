import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../../model/json.js";

/** The longest text that is read. */
const LONGEST = 20_000;

/** What a text says of a tool's arguments. */
export interface ReadArguments {
  readonly arguments: JsonObject;
  /** Required arguments that the text does not name. */
  readonly missing: readonly string[];
}

/**
 * Reads a tool's arguments from a text, by rules and without a model: `name: value`, `name=value`, `name "value"`;
 * `owner/repo` and GitHub addresses; `#channel`; an email address; `#41`; and what stands in quotes or after a colon
 * as the text that the tool is to write.
 *
 * @param schema the tool's input schema
 */
export function argumentsFromText(schema: JsonSchema, text: string): ReadArguments {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required)
    ? schema.required.filter((one) => typeof one === "string")
    : [];
  const read = text.slice(0, LONGEST);
  const found = new Map<string, Json>();
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const value = named(read, name, property) ?? recognized(read, name, property);
    if (value !== undefined) found.set(name, value);
  }
  const taken = new Set([...found.values()].map(String));
  // What is left in quotes is what is to be written, in the order in which the tool takes its texts.
  const quoted = quotedIn(read).filter((one) => !taken.has(one));
  const places = [...required, ...Object.keys(properties)].filter(
    (name) => written.has(name) && !found.has(name),
  );
  for (const name of new Set(places)) {
    const next = quoted.shift() ?? (required.includes(name) ? afterColon(read) : undefined);
    if (next !== undefined && !taken.has(next)) found.set(name, next);
  }
  return {
    arguments: Object.fromEntries(found),
    missing: required.filter((name) => !found.has(name)),
  };
}

/** Arguments that are written text, not names of things. */
const written = new Set([
  "title",
  "name",
  "summary",
  "subject",
  "text",
  "body",
  "message_body",
  "comment",
  "content",
  "message",
  "description",
  "query",
]);

/** `owner: acme`, `owner=acme`, `owner is acme`, `the title "Hello"`. */
function named(text: string, name: string, property: JsonObject): Json | undefined {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").split(/[_\s]+/);
  const pattern = new RegExp(
    `(?:^|[\\s,;({])["'\`]?${words.map(escaped).join("[_\\s-]?")}["'\`]?\\s*(?::|=|\\bis\\b|(?=["'\`]))\\s*(?:"([^"\\n]{1,5000})"|'([^'\\n]{1,5000})'|\`([^\`\\n]{1,5000})\`|([^\\s,;)}]{1,500}))`,
    "i",
  );
  const match = pattern.exec(text);
  const value = match?.[1] ?? match?.[2] ?? match?.[3] ?? match?.[4]?.replace(/[.!?]$/, "");
  return value === undefined ? undefined : typed(value, property);
}

function typed(value: string, { type, enum: values }: JsonObject): Json | undefined {
  if (Array.isArray(values)) {
    return values.find(
      (one): one is string => typeof one === "string" && one.toLowerCase() === value.toLowerCase(),
    );
  }
  if (type === "integer" || type === "number") {
    const number = Number(value.replace(/^#/, ""));
    return Number.isFinite(number) && (type === "number" || Number.isInteger(number)) ? number : undefined;
  }
  if (type === "boolean")
    return /^(?:true|yes|on)$/i.test(value) ? true : /^(?:false|no|off)$/i.test(value) ? false : undefined;
  if (type === "array") return value.split(/\s*[,|]\s*/).filter((one) => one !== "");
  return type === "string" || type === undefined ? value : undefined;
}

const REPOSITORY =
  /(?:github\.com\/|(?:^|[\s"'`(]))([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9._-]{1,100}?)(?=[\s"'`),;:!?#]|\.?$|\.\s|\.git\b)/;
const CHANNEL = /(?:^|[\s"'`(])#([a-z][a-z0-9_-]{0,79})|\b([CDG][A-Z0-9]{7,12})\b/;
const NUMBER = /(?:#|\b(?:issue|pull request|pr|number)\s+#?)(\d{1,9})\b/i;
const EMAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+/;
const TS = /\b\d{10}\.\d{6}\b/;

/** What can be told by its form alone. */
function recognized(text: string, name: string, { type, format }: JsonObject): Json | undefined {
  if (name === "owner") return REPOSITORY.exec(text)?.[1];
  if (name === "repo") return REPOSITORY.exec(text)?.[2]?.replace(/\.git$/, "");
  if (name === "channel") {
    const match = CHANNEL.exec(text);
    return match?.[1] ?? match?.[2];
  }
  if (/_number$/.test(name) && type === "integer") {
    const number = NUMBER.exec(text)?.[1];
    return number === undefined ? undefined : Number(number);
  }
  if (/^(?:thread_ts|ts|timestamp)$/.test(name)) return TS.exec(text)?.[0];
  if (format === "email" || name === "recipient_email") return EMAIL.exec(text)?.[0];
  if (name === "name" && /:[a-z0-9_+-]{1,50}:/.test(text)) return /:([a-z0-9_+-]{1,50}):/.exec(text)?.[1];
  return undefined;
}

function quotedIn(text: string): string[] {
  return [
    ...text.matchAll(
      /"([^"\n]{1,5000})"|“([^”\n]{1,5000})”|(?<![\p{L}\p{N}])'([^'\n]{1,5000})'(?![\p{L}\p{N}])/gu,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** `Post to #general: hello all` → `hello all` */
function afterColon(text: string): string | undefined {
  const rest = /:\s+([^\n]{1,5000})$/.exec(text.trim())?.[1]?.trim();
  return rest === "" ? undefined : rest;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
