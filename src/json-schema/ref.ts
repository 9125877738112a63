import { isJsonObject, type JsonSchema } from "../model/json.js";

/** A schema wherever one may stand: `true` allows everything and is `{}`. `undefined` for anything else. */
export function asSchema(value: unknown): JsonSchema | undefined {
  if (value === true) return {};
  return isJsonObject(value) ? value : undefined;
}

/** The schema that a reference within the same document points at; `undefined` where it points at none. */
export const localRef = (root: unknown, ref: string): JsonSchema | undefined =>
  asSchema(pointedAt(root, ref));

/**
 * The value that a reference within the same document points at (RFC 6901): `#/definitions/User`, `#`.
 *
 * @returns `undefined` where it points at nothing, or out of the document
 */
export function pointedAt(root: unknown, ref: string): unknown {
  if (ref !== "#" && !ref.startsWith("#/")) return undefined;
  let at = root;
  for (const token of pointerTokens(ref)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, token)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[token];
  }
  return at;
}

/** `#/properties/a~1b` → `properties`, `a/b`. */
export const pointerTokens = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((token) => decoded(token).replaceAll("~1", "/").replaceAll("~0", "~"));

function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token; // a bare `%`
  }
}
