import { isDeepStrictEqual } from "node:util";
import { InvalidArgumentError } from "commander";
import { type Settings, setting } from "../../options/config-value.js";

/** Reads `path=value`, which may be repeated: `issue.number=7`, `labels.0=bug`. */
export function payloadSetting(text: string, before: Settings | undefined): Settings {
  try {
    return setting(text, before);
  } catch {
    throw new InvalidArgumentError("It is written path=value, such as repository.name=site.");
  }
}

/**
 * Whether a payload has the values at these paths. A value that reads as JSON may stand for that or for its text:
 * nobody should need to know whether a number was sent as one.
 */
export function matches(payload: object, wanted: Settings): boolean {
  return [...wanted].every(([path, text]) => {
    const found = at(payload, path);
    if (found === undefined) return false;
    if (found === text) return true;
    try {
      return isDeepStrictEqual(found, JSON.parse(text));
    } catch {
      return false;
    }
  });
}

/** A member at any depth; a name that has dots itself is found too. */
function at(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  const dot = path.indexOf(".");
  if (dot < 0 || !Object.hasOwn(value, path.slice(0, dot))) return undefined;
  return at((value as Record<string, unknown>)[path.slice(0, dot)], path.slice(dot + 1));
}
