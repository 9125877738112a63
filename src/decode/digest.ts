import { DecodeError } from "../errors.js";
import { DIGEST_PREFIX } from "../model/identity.js";
import type { JsonObject } from "../model/json.js";
import { sha256Hex } from "./sha256.js";

/**
 * The identity of an event by its content: which trigger instance, which trigger, what payload. The same for
 * every copy, however the members of the payload are ordered and whatever envelope it came in.
 */
export function contentDigest(
  triggerName: string,
  triggerId: string | undefined,
  payload: JsonObject,
): string {
  return DIGEST_PREFIX + sha256Hex(`${triggerName}\n${triggerId ?? ""}\n${canonicalJson(payload)}`);
}

/** No sender nests this deep; JSON itself may be nested deeper than any stack. */
const DEEPEST = 1000;

/**
 * JSON with the members of every object in order of their names, so that equal values give equal text.
 *
 * @throws DecodeError ERR_SHAPE where it is nested too deeply
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > DEEPEST)
    throw new DecodeError("ERR_SHAPE", `The payload is nested deeper than ${DEEPEST} levels.`);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.keys(value)
    .sort()
    .map(
      (name) =>
        `${JSON.stringify(name)}:${canonicalJson((value as Record<string, unknown>)[name], depth + 1)}`,
    );
  return `{${members.join(",")}}`;
}
