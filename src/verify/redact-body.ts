import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { boundaryOf, type FormPart, multipartParts } from "../base/multipart.js";
import { contentTypeOf } from "../model/delivery.js";
import type { CredentialMember } from "../model/source.js";
import type { Verified } from "../model/verified.js";
import { bodyBytes } from "./content.js";
import { runtimeCrypto } from "./crypto.js";
import { markVerified } from "./outcome.js";

/** Names that lead from a value to the members that are redacted. Lists on the way are passed through. */
type Path = readonly string[];

/** A part of the body, and what stands there instead. */
interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly by: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const redactedText = encoder.encode('"[redacted]"');

/**
 * A verified delivery whose body has `[redacted]` in the place of its credentials. All that is decoded, stored and shown
 * comes from this body, and its digest is of this body: a digest of the secret would allow guesses.
 *
 * @param members the source's `credentialMembers`
 */
export function withoutCredentials(
  verified: Verified,
  members: readonly CredentialMember[],
): MaybePromise<Verified> {
  const { delivery, origin } = verified;
  const bytes = bodyBytes(delivery.body);
  const redacted = redactBody(bytes, members, contentTypeOf(delivery.http));
  if (redacted === bytes) return verified;
  const body = typeof delivery.body === "string" ? decoder.decode(redacted) : redacted;
  const clean = { ...delivery, body };
  if (origin.digest === undefined) return markVerified(clean, origin);
  return chain(runtimeCrypto().digest(redacted), (digest) => markVerified(clean, { ...origin, digest }));
}

/**
 * Replaces members of JSON, and fields of a form. Every other byte stays as it is: parsing and writing would round long
 * numbers. Malformed JSON is redacted as far as it can be read.
 *
 * @returns `body` itself where it has none of the members
 */
export function redactBody(
  body: Uint8Array,
  members: readonly CredentialMember[],
  contentType?: string,
): Uint8Array {
  const paths = members.map((member) => (typeof member === "string" ? [member] : member));
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return redactPaths(body, paths);
  const { parts, isWhole } = multipartParts(body, boundary);
  const redacted = replaced(body, inParts(body, parts, paths));
  // What is no whole form is decoded as what it looks like.
  return isWhole ? redacted : redactPaths(redacted, paths);
}

function redactPaths(body: Uint8Array, paths: readonly Path[]): Uint8Array {
  return replaced(body, isJson(body) ? inJson(body, paths) : inForm(body, paths));
}

function replaced(body: Uint8Array, found: readonly Replacement[]): Uint8Array {
  if (found.length === 0) return body;
  const change = found.reduce((sum, { from, to, by }) => sum + by.length - (to - from), 0);
  const redacted = new Uint8Array(body.length + change);
  let read = 0;
  let written = 0;
  for (const { from, to, by } of found) {
    redacted.set(body.subarray(read, from), written);
    redacted.set(by, written + from - read);
    written += from - read + by.length;
    read = to;
  }
  redacted.set(body.subarray(read), written);
  return redacted;
}

const QUOTE = 0x22;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const COMMA = 0x2c;
const COLON = 0x3a;
const EQUALS = 0x3d;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Whether the first character that is no white space begins an object or a list. */
function isJson(body: Uint8Array): boolean {
  let at = BYTE_ORDER_MARK.every((byte, index) => body[index] === byte) ? BYTE_ORDER_MARK.length : 0;
  while (isBlank(body[at])) at += 1;
  return body[at] === OBJECT || body[at] === LIST;
}

/** An object or a list that is open. */
interface Level {
  readonly isObject: boolean;
  readonly paths: readonly Path[];
}

const none: readonly Path[] = [];

/** One pass without recursion, since JSON may be nested deeper than any stack. JSON lines are read like a list. */
function inJson(body: Uint8Array, paths: readonly Path[]): Replacement[] {
  const found: Replacement[] = [];
  const levels: Level[] = [];
  /** What leads on from the value that comes next. */
  let next = paths;
  let isName = false;
  for (let at = 0; at < body.length; ) {
    const level = levels.at(-1);
    const byte = body[at];
    if (byte === QUOTE) {
      const end = textEnd(body, at);
      if (isName) next = stepInto(level?.paths ?? none, body, at, end);
      else if (isCredential(next)) found.push({ from: at, to: end, by: redactedText });
      at = end;
      continue;
    }
    if (byte === OBJECT || byte === LIST) {
      isName = byte === OBJECT;
      levels.push({ isObject: isName, paths: next });
    } else if (byte === OBJECT_END || byte === LIST_END) {
      levels.pop();
      isName = false;
      next = levels.length === 0 ? paths : none;
    } else if (byte === COMMA) {
      isName = level?.isObject === true;
      next = isName ? none : (level?.paths ?? paths);
    } else if (byte === COLON) {
      isName = false;
    } else if (!isBlank(byte)) {
      const end = wordEnd(body, at);
      if (isNumber(byte) && isCredential(next)) found.push({ from: at, to: end, by: redactedText });
      at = end;
      continue;
    }
    at += 1;
  }
  return found;
}

function isCredential(paths: readonly Path[]): boolean {
  return paths.some((path) => path.length === 0);
}

function isNumber(byte: number | undefined): boolean {
  return byte === 0x2d || (byte !== undefined && byte >= 0x30 && byte <= 0x39);
}

/** What is left of the paths after a member's name, which may have escapes. */
function stepInto(paths: readonly Path[], body: Uint8Array, from: number, to: number): readonly Path[] {
  if (paths.length === 0) return none;
  const literal = decoder.decode(body.subarray(from, to));
  let name: unknown;
  try {
    name = JSON.parse(literal);
  } catch {
    return none;
  }
  return paths.filter(([first]) => first === name).map((path) => path.slice(1));
}

/** The index after the text that begins at `from`. */
function textEnd(body: Uint8Array, from: number): number {
  for (let at = body.indexOf(QUOTE, from + 1); at !== -1; at = body.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (body[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return body.length;
}

/** The index after a number, `true`, `false`, `null`, or what should be one of them. */
function wordEnd(body: Uint8Array, from: number): number {
  let at = from + 1;
  for (; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === COMMA || byte === COLON || byte === QUOTE || isBlank(byte)) break;
    if (byte === OBJECT || byte === LIST || byte === OBJECT_END || byte === LIST_END) break;
  }
  return at;
}

function inParts(body: Uint8Array, parts: readonly FormPart[], paths: readonly Path[]): Replacement[] {
  const found: Replacement[] = [];
  for (const { name, from, to } of parts) {
    const by = from < to ? valueInstead(name, body.subarray(from, to), paths) : undefined;
    if (by !== undefined) found.push({ from, to, by });
  }
  return found;
}

/** What stands in the place of a field's value; `undefined` where it stays. */
function valueInstead(
  name: string | undefined,
  value: Uint8Array,
  paths: readonly Path[],
): Uint8Array | undefined {
  const rest = paths.filter(([first]) => first === name).map((path) => path.slice(1));
  if (rest.length === 0) return undefined;
  if (isCredential(rest)) return encoder.encode("[redacted]");
  const redacted = isJson(value) ? redactPaths(value, rest) : value;
  return redacted === value ? undefined : redacted;
}

/** A field may have JSON as its value, which is redacted by what is left of the path. */
function inForm(body: Uint8Array, paths: readonly Path[]): Replacement[] {
  const found: Replacement[] = [];
  const lengths = new Set(paths.map(([name = ""]) => encoder.encode(name).length));
  for (let at = 0; at < body.length; ) {
    const and = body.indexOf(AMPERSAND, at);
    const to = and === -1 ? body.length : and;
    const equals = body.subarray(at, to).indexOf(EQUALS);
    if (equals !== -1 && mayBeNamed(body.subarray(at, at + equals), lengths)) {
      const from = at + equals + 1;
      const by = fieldInstead(body.subarray(at, to), paths);
      if (by !== undefined) found.push({ from, to, by });
    }
    at = to + 1;
  }
  return found;
}

/** A form may have a million fields: most are told apart by their length. */
function mayBeNamed(name: Uint8Array, lengths: ReadonlySet<number>): boolean {
  return lengths.has(name.length) || name.includes(PERCENT);
}

function fieldInstead(field: Uint8Array, paths: readonly Path[]): Uint8Array | undefined {
  const [entry] = new URLSearchParams(decoder.decode(field));
  if (entry === undefined) return undefined;
  const [name, value] = entry;
  const by = valueInstead(name, encoder.encode(value), paths);
  return by === undefined ? undefined : encoder.encode(encodeURIComponent(decoder.decode(by)));
}
