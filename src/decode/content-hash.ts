import { DecodeError } from "../base/errors.js";
import { joinedText } from "../base/joined-text.js";
import { numbersIn } from "../base/json-numbers.js";
import type { JsonObject } from "../model/json.js";
import { sha256Hex } from "./sha256.js";

/**
 * The content hash of an event: of its trigger instance, trigger and payload. It is the same for every copy, for any
 * order of members and any envelope. The realtime channel's older shape has no id, so this runs for every such event.
 */
export class ContentHash {
  /** Of trigger and payload. Made once although an instance may have two ids: this is most of the work. */
  readonly #digest: string;

  /**
   * @param raw the text of the payload: only there numbers beyond 2^53 differ
   * @throws DecodeError ERR_SHAPE where the payload is nested too deeply
   */
  constructor(triggerName: string, payload: JsonObject, raw: string) {
    const json = new CanonicalJson();
    const text = json.textOf(payload);
    const long = json.hasLongNumbers ? `\n${longNumbersOf(raw)}` : "";
    this.#digest = sha256Hex(`${triggerName}\n${text}${long}`).slice(0, DIGEST_CHARACTERS);
  }

  /** The hash for this id of the trigger instance, which is part of it. */
  of(triggerId: string | undefined): string {
    return joinedText(this.#digest, ":", triggerId ?? "");
  }
}

/** Hex characters: 128 bits. */
const DIGEST_CHARACTERS = 32;
/** Characters of a number that may be rounded: JavaScript's are exact up to 2^53, which has 16. */
const LONG = 16;
/** A number that JavaScript reads as infinite (`1e400`). */
const TOO_LARGE = "1e+999";

/** The long numbers of a JSON text, digit by digit, in an order that does not depend on the envelope. */
function longNumbersOf(raw: string): string {
  const long: string[] = [];
  for (const token of numbersIn(raw)) {
    if (token.length >= LONG || !Number.isFinite(Number(token))) long.push(token);
  }
  return long.sort().join(" ");
}

/** Deeper than any sender nests. JSON itself may be nested deeper than any stack. */
const DEEPEST = 1000;
/** Text that JSON has unescaped between quotes. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/**
 * JSON with the members of every object in order of their names, so that equal values give equal text.
 *
 * `JSON.stringify` is used for escaped text only: for every name and text it takes twice the time.
 */
export class CanonicalJson {
  /** Whether what was written has numbers that JavaScript may have rounded. */
  hasLongNumbers = false;

  /** @throws DecodeError ERR_SHAPE where it is nested too deeply */
  textOf(value: unknown, depth = 0): string {
    switch (typeof value) {
      case "string":
        return quoted(value);
      case "number":
        return this.#numberOf(value);
      case "boolean":
        return value ? "true" : "false";
      case "object":
        return value === null ? "null" : this.#partsOf(value, depth);
      default:
        return "null";
    }
  }

  #numberOf(value: number): string {
    const text = Number.isFinite(value) ? String(value) : TOO_LARGE;
    if (text.length >= LONG || text.includes("e+")) this.hasLongNumbers = true;
    return text;
  }

  #partsOf(value: object, depth: number): string {
    if (depth > DEEPEST)
      throw new DecodeError("ERR_SHAPE", `The payload is nested deeper than ${DEEPEST} levels.`);
    let text = "";
    if (Array.isArray(value)) {
      for (const item of value) {
        if (text !== "") text += ",";
        text += this.textOf(item, depth + 1);
      }
      return `[${text}]`;
    }
    for (const name of Object.keys(value).sort()) {
      if (text !== "") text += ",";
      text += `${quoted(name)}:${this.textOf((value as Record<string, unknown>)[name], depth + 1)}`;
    }
    return `{${text}}`;
  }
}

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
