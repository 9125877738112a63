import { isJsonObject, type JsonSchema } from "../../model/json.js";

/** A schema wherever one may stand: `true` allows everything and is `{}`. `undefined`: it is none. */
export function asSchema(value: unknown): JsonSchema | undefined {
  if (value === true) return {};
  return isJsonObject(value) ? value : undefined;
}

/**
 * What a reference within the same document points at (RFC 6901): `#/definitions/User`, `#`.
 *
 * @returns `undefined` where it points at nothing, or out of the document
 */
export function localRef(root: JsonSchema, ref: string): JsonSchema | undefined {
  if (ref !== "#" && !ref.startsWith("#/")) return undefined;
  let at: unknown = root;
  for (const part of ref.split("/").slice(1)) {
    const key = decodePart(part);
    if (key === undefined || typeof at !== "object" || at === null || !Object.hasOwn(at, key))
      return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return asSchema(at);
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined; // not percent-encoding
  }
}
