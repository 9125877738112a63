import { DecodeError, messageOf } from "../base/errors.js";
import { providers } from "../providers/readers/table.js";
import { jsonOf, textOf, withoutByteOrderMark } from "./text.js";

/** A body, read. */
export interface ReadBody {
  /** The body as text; see `TriggerEvent.raw`. */
  readonly raw: string;
  /** What it says: JSON's value, a form's fields, else the text or the bytes themselves. */
  readonly value: unknown;
}

/** Providers whose bodies may be forms (`application/x-www-form-urlencoded`) instead of JSON. */
const formProviders: ReadonlySet<string> = new Set(["github", "slack", "twilio"]);
/** Those among them that put JSON into the one field `payload`. */
const payloadForms: ReadonlySet<string> = new Set(["github", "slack"]);

/**
 * Reads the body of a sender's webhook by its content type and by what it looks like.
 *
 * A body that claims to be JSON, or comes from a sender whose bodies always are, and is not, is an error: it is then
 * dead-lettered with its bytes. Any other body is an event, whatever it is.
 *
 * @param contentType the request's header; `undefined` where it is not known
 * @throws DecodeError ERR_NOT_UTF8, ERR_NOT_JSON
 */
export function readBody(
  body: Uint8Array | string,
  provider: string,
  contentType: string | undefined,
): ReadBody {
  const type = mediaType(contentType);
  const isJsonType = type === "application/json" || type.endsWith("+json");
  const mustBeJson = isJsonType || (providers.has(provider) && (type === "" || type === "text/plain"));
  let raw: string;
  try {
    raw = textOf(body);
  } catch (error) {
    if (mustBeJson || typeof body === "string") throw error;
    return { raw: latin1(body), value: new Uint8Array(body) };
  }
  const text = withoutByteOrderMark(raw);
  const first = firstCharacter(text);
  if (first === "") return { raw, value: {} };
  const looksLikeJson = first === "{" || first === "[";
  const isForm = type === "application/x-www-form-urlencoded" || (type === "" && formProviders.has(provider));
  if (isForm && !looksLikeJson) return { raw, value: formValue(text, provider) };
  if (mustBeJson) return { raw, value: jsonOf(text) };
  const mayBeJson = looksLikeJson || type === "" || type === "text/plain";
  return { raw, value: mayBeJson ? jsonOrText(text) : text };
}

/** The type without its parameters, in lower case; empty where there is none. Of a repeated header, the first. */
function mediaType(contentType: string | undefined): string {
  const end = contentType?.search(/[;,]/) ?? -1;
  return (end === -1 ? (contentType ?? "") : (contentType ?? "").slice(0, end)).trim().toLowerCase();
}

/** The first character that is not JSON's white space; empty where there is none. */
function firstCharacter(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character !== " " && character !== "\n" && character !== "\r" && character !== "\t") return character;
  }
  return "";
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A form's fields. A field that comes more than once is a list. */
function formValue(text: string, provider: string): unknown {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  const { payload } = fields;
  if (!payloadForms.has(provider) || typeof payload !== "string") return fields;
  try {
    return JSON.parse(payload) as unknown;
  } catch (cause) {
    if (provider === "slack") return fields;
    const message = `The form's field \`payload\` is not JSON: ${messageOf(cause)}`;
    throw new DecodeError("ERR_NOT_JSON", message, { cause });
  }
}

const CHUNK = 8192;

/** One character for each byte. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return text;
}
