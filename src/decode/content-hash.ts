import { DecodeError } from "../base/errors.js";
import type { JsonObject } from "../model/json.js";
import { sha256Hex } from "./sha256.js";

/**
 * The content hash of an event: of its trigger instance, trigger and payload. It is the same for every copy, for any
 * order of members and any envelope.
 */
export class ContentHash {
  readonly #triggerName: string;
  /** Made once although an instance may have two ids: this is most of the work. */
  readonly #payload: string;

  /**
   * @param raw the text of the payload: only there numbers beyond 2^53 differ
   * @throws DecodeError ERR_SHAPE where the payload is nested too deeply
   */
  constructor(triggerName: string, payload: JsonObject, raw: string) {
    this.#triggerName = triggerName;
    const text = canonicalJson(payload);
    this.#payload = roundedNumber.test(text) ? `${text}\n${longNumbersOf(raw)}` : text;
  }

  /** The hash for this id of the trigger instance. */
  of(triggerId: string | undefined): string {
    return sha256Hex(`${this.#triggerName}\n${triggerId ?? ""}\n${this.#payload}`);
  }
}

/** A number that may be rounded: JavaScript's are exact up to 2^53. Matches in texts too, which costs little. */
const roundedNumber = /\d{16}|\de\+/;
/** A number that JavaScript reads as infinite (`1e400`). It matches {@link roundedNumber}. */
const TOO_LARGE = "1e+999";
/** A JSON text, or a number. */
const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** The long numbers of a JSON text, digit by digit, in an order that does not depend on the envelope. */
function longNumbersOf(raw: string): string {
  const long = (raw.match(textOrNumber) ?? []).filter(
    (token) => token[0] !== '"' && (token.length >= 16 || !Number.isFinite(Number(token))),
  );
  return long.sort().join(" ");
}

/** Deeper than any sender nests. JSON itself may be nested deeper than any stack. */
const DEEPEST = 1000;
/** Text that JSON has unescaped between quotes. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/**
 * JSON with the members of every object in order of their names, so that equal values give equal text.
 *
 * `JSON.stringify` is used for escaped text only: for every name and text it takes twice the time. The realtime
 * channel's older shape has no id, so this runs for every such event.
 *
 * @throws DecodeError ERR_SHAPE where it is nested too deeply
 */
export function canonicalJson(value: unknown, depth = 0): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return Number.isFinite(value) ? String(value) : TOO_LARGE;
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return value === null ? "null" : canonicalParts(value, depth);
    default:
      return "null";
  }
}

function canonicalParts(value: object, depth: number): string {
  if (depth > DEEPEST)
    throw new DecodeError("ERR_SHAPE", `The payload is nested deeper than ${DEEPEST} levels.`);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === "" ? "" : ","}${canonicalJson(item, depth + 1)}`;
    return `[${text}]`;
  }
  const names = Object.keys(value).sort();
  for (const name of names) {
    const member = canonicalJson((value as Record<string, unknown>)[name], depth + 1);
    text += `${text === "" ? "" : ","}${quoted(name)}:${member}`;
  }
  return `{${text}}`;
}

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
