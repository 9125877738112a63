import type { JsonObject } from "../model/json.js";

/** A condition on a value of the right type. @returns what is wrong: `must be at least 1, not 0` */
export type Rule = (value: unknown) => string | undefined;

/** The bounds and patterns of a JSON Schema (2020-12, validation 6.2 to 6.5). `format` is an annotation there. */
export function rulesOf(schema: JsonObject): Rule[] {
  return [...numberRules(schema), ...textRules(schema), ...listRules(schema), ...objectRules(schema)];
}

function numberRules(schema: JsonObject): Rule[] {
  const rules: Rule[] = [];
  const rule = (keyword: string, holds: (value: number, bound: number) => boolean, says: string) => {
    const bound = schema[keyword];
    if (typeof bound !== "number") return;
    rules.push((value) =>
      typeof value === "number" && !holds(value, bound)
        ? `must be ${says} ${bound}, not ${value}`
        : undefined,
    );
  };
  // Draft 4 has `exclusiveMinimum: true` beside `minimum`.
  if (schema.exclusiveMinimum === true) rule("minimum", (value, bound) => value > bound, "more than");
  else rule("minimum", (value, bound) => value >= bound, "at least");
  if (schema.exclusiveMaximum === true) rule("maximum", (value, bound) => value < bound, "less than");
  else rule("maximum", (value, bound) => value <= bound, "at most");
  rule("exclusiveMinimum", (value, bound) => value > bound, "more than");
  rule("exclusiveMaximum", (value, bound) => value < bound, "less than");
  rule("multipleOf", isMultiple, "a multiple of");
  return rules;
}

/** Fractions are not exact in binary: 0.3 is a multiple of 0.1 all the same. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return of <= 0 || Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function textRules(schema: JsonObject): Rule[] {
  const rules = sizeRules(schema, "minLength", "maxLength", "characters", (value) =>
    // Characters, not UTF-16 units (6.3.1).
    typeof value === "string" ? [...value].length : undefined,
  );
  const pattern = regexOf(schema.pattern);
  if (pattern !== undefined) {
    rules.push((value) =>
      typeof value === "string" && !pattern.test(value) ? `must match ${pattern.source}` : undefined,
    );
  }
  return rules;
}

/** `undefined` for a pattern of another language's dialect. */
function regexOf(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== "string" || pattern === "") return undefined;
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

function listRules(schema: JsonObject): Rule[] {
  const rules = sizeRules(schema, "minItems", "maxItems", "items", (value) =>
    Array.isArray(value) ? value.length : undefined,
  );
  if (schema.uniqueItems === true) {
    rules.push((value) => {
      if (!Array.isArray(value)) return undefined;
      const distinct = new Set(value.map((item) => JSON.stringify(item)));
      return distinct.size < value.length ? "must not have an item twice" : undefined;
    });
  }
  return rules;
}

function objectRules(schema: JsonObject): Rule[] {
  return sizeRules(schema, "minProperties", "maxProperties", "keys", (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.keys(value).length
      : undefined,
  );
}

function sizeRules(
  schema: JsonObject,
  least: string,
  most: string,
  unit: string,
  sizeOf: (value: unknown) => number | undefined,
): Rule[] {
  const rules: Rule[] = [];
  const { [least]: min, [most]: max } = schema;
  if (typeof min === "number") {
    rules.push((value) => {
      const size = sizeOf(value);
      if (size === undefined || size >= min) return undefined;
      return size === 0 && min === 1 ? "must not be empty" : `must have at least ${min} ${unit}, not ${size}`;
    });
  }
  if (typeof max === "number") {
    rules.push((value) => {
      const size = sizeOf(value);
      return size === undefined || size <= max ? undefined : `must have at most ${max} ${unit}, not ${size}`;
    });
  }
  return rules;
}
