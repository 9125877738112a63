import { EarshotError } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import { isJsonObject } from "../model/json.js";
import { type FilterField, fieldNames, fold, type ParsedFilter } from "./filter.js";
import { compilePattern, isPlain, kindText, MAX_LEVELS } from "./pattern.js";

const keys: readonly string[] = [...fieldNames, "payload", "where"];

/**
 * Checks a filter.
 *
 * @throws EarshotError ERR_FILTER with the member that is wrong and the nearest one that exists
 */
export function parseFilter(input: unknown): ParsedFilter {
  // By far the most common input. The short way takes a third of the time.
  if (typeof input === "string" && input !== "") {
    const fields = new Map([["triggerName", [fold(input)]] as const]);
    return { fields, payload: undefined, testPayload: undefined, where: undefined };
  }
  if (typeof input === "string" || Array.isArray(input)) return parseFilter({ triggerName: input });
  // A regular expression, a Map or a date has no own keys: as a filter it would match every event.
  if (!isJsonObject(input) || !isPlain(input)) {
    throw new EarshotError("ERR_FILTER", `A filter is a trigger name or an object, not ${kindText(input)}.`);
  }
  const fields = new Map<FilterField, readonly string[]>();
  for (const key of Object.keys(input)) {
    if (!keys.includes(key)) {
      const near = nearest(key, keys);
      const offer = near === undefined ? "" : ` Did you mean \`${near}\`?`;
      throw new EarshotError(
        "ERR_FILTER",
        `A filter has no key \`${key}\`.${offer} The keys are ${keys.join(", ")}.`,
      );
    }
  }
  for (const field of fieldNames) {
    const value = input[field];
    if (value !== undefined) fields.set(field, valuesOf(field, value));
  }
  const { where } = input;
  const payload = copyOf(input.payload, []);
  if (payload !== undefined && !isJsonObject(payload)) {
    throw new EarshotError(
      "ERR_FILTER",
      `\`payload\` is an object with a part of the payload, not ${kindText(payload)}.`,
    );
  }
  const testPayload = payload === undefined ? undefined : compilePattern(payload, "payload");
  if (where !== undefined && typeof where !== "function") {
    throw new EarshotError(
      "ERR_FILTER",
      `\`where\` is a function from an event to a boolean, not ${kindText(where)}.`,
    );
  }
  return { fields, payload, testPayload, where: where as ParsedFilter["where"] };
}

/** What the caller changes in a filter later changes no callback: its index would no longer fit. */
function copyOf(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value !== "object" || value === null || above.includes(value)) return value;
  const inside = [...above, value];
  if (Array.isArray(value)) return Array.from(value, (item) => copyOf(item, inside));
  // Everything else is reported when the pattern is compiled.
  if (!isPlain(value) || inside.length > MAX_LEVELS) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member, inside)]));
}

function valuesOf(field: FilterField, value: unknown): readonly string[] {
  const values = [value].flat();
  if (values.length === 0) {
    throw new EarshotError(
      "ERR_FILTER",
      `\`${field}\` is an empty list: it would match nothing. Leave it out to match all.`,
    );
  }
  for (const one of values) {
    if (typeof one !== "string" || one === "") {
      throw new EarshotError(
        "ERR_FILTER",
        `\`${field}\` is a non-empty string or a list of them, not ${kindText(one)}.`,
      );
    }
  }
  const folded = (values as string[]).map(fold);
  return [...new Set(field === "route" ? folded.map(withoutEndingSlash) : folded)];
}

/** The listener's routes have no slash at the end either. */
function withoutEndingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
