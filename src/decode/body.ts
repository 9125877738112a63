import { latin1 } from "../base/bytes.js";
import { DecodeError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { boundaryOf, type FormFile, multipartFields } from "../base/multipart.js";
import type { EventFormat } from "../providers/event-format.js";
import { eventFormats } from "../providers/event-formats.js";

/** A parsed body. */
export interface ReadBody {
  /** The body as text; see `TriggerEvent.raw`. */
  readonly raw: string;
  /** The value: of JSON, a form's fields, else the text or the bytes. */
  readonly value: unknown;
}

/**
 * Parses the body of a webhook by its content type and its first character.
 *
 * If the content type or the sender requires JSON, any other body is an error: it is dead-lettered with its bytes. Any
 * other body is an event.
 *
 * @param contentType the request's header; `undefined` if unknown
 * @throws DecodeError ERR_NOT_UTF8, ERR_NOT_JSON
 */
export function readBody(
  body: Uint8Array | string,
  provider: string,
  contentType: string | undefined,
): ReadBody {
  const format = eventFormats.get(provider);
  const type = mediaType(contentType);
  const isJsonType = type === "application/json" || type.endsWith("+json");
  const boundary = boundaryOf(contentType);
  if (boundary !== undefined) {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const fields = multipartFields(bytes, boundary);
    if (fields !== undefined) return { raw: rawOf(body), value: formValue(fields, format?.form) };
  }
  const mustBeJson = isJsonType || (format !== undefined && (type === "" || type === "text/plain"));
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
  const isForm = type === "application/x-www-form-urlencoded" || (type === "" && format?.form !== undefined);
  if (isForm && !looksLikeJson) return { raw, value: formValue(new URLSearchParams(text), format?.form) };
  if (lineTypes.has(type) || (format?.lines === true && isLines(text))) {
    return { raw, value: linesOf(text) };
  }
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

/** Content types of JSON lines: one value in each line. */
const lineTypes: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
  "application/jsonlines",
]);

/** Whether the first line is an object, and another follows. One regular expression for it is quadratic. */
function isLines(text: string): boolean {
  const end = text.indexOf("\n");
  if (end === -1 || !text.startsWith("{") || !text.slice(0, end).trimEnd().endsWith("}")) return false;
  return firstCharacter(text.slice(end)) === "{";
}

/** @throws DecodeError ERR_NOT_JSON, with the number of the line */
function linesOf(text: string): readonly unknown[] {
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (cause) {
      const message = `Line ${at + 1} of the body is not JSON: ${messageOf(cause)}`;
      throw new DecodeError("ERR_NOT_JSON", message, { cause });
    }
  });
}

/** The body as text; of bytes that are no UTF-8, one character for each. */
function rawOf(body: Uint8Array | string): string {
  try {
    return textOf(body);
  } catch {
    return typeof body === "string" ? body : latin1(body);
  }
}

/** A form's fields. A repeated field is a list. */
function formValue(
  all: Iterable<readonly [name: string, value: string | FormFile]>,
  form: EventFormat["form"],
): unknown {
  const fields: Record<string, FieldValue | FieldValue[]> = Object.create(null);
  for (const [name, value] of all) {
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  const { payload } = fields;
  if (form === undefined || form === "fields" || typeof payload !== "string") return fields;
  try {
    return JSON.parse(payload) as unknown;
  } catch (cause) {
    if (form === "payload-or-fields") return fields;
    const message = `The form's field \`payload\` is not JSON: ${messageOf(cause)}`;
    throw new DecodeError("ERR_NOT_JSON", message, { cause });
  }
}

type FieldValue = string | FormFile;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A body as text, without loss: encoding the text again gives the same bytes.
 *
 * @throws DecodeError ERR_NOT_UTF8, instead of replacement characters, which would hide the bytes
 */
export function textOf(body: Uint8Array | string): string {
  if (typeof body === "string") return body;
  try {
    return strict.decode(body);
  } catch (cause) {
    throw new DecodeError("ERR_NOT_UTF8", `The body of ${body.byteLength} bytes is not valid UTF-8.`, {
      cause,
    });
  }
}

/** A byte order mark before JSON may be ignored (RFC 8259, 8.1). */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** @throws DecodeError ERR_NOT_JSON, with the position of the error */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError("ERR_NOT_JSON", `The body is not JSON: ${messageOf(cause)}`, { cause });
  }
}
