import type { JsonSchema } from "../../model/json.js";

/** Keywords that say something to a model, also where its client does not know them. */
const telling = [
  ...["default", "examples", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["uniqueItems", "minProperties", "maxProperties"],
];
/** The longest value in a description, characters. */
const LONGEST = 200;

/**
 * The description of a schema, with the keywords that a client does not know as words: `The channel. (maxLength: 80)`.
 *
 * @returns no member where there is nothing to say
 */
export function describedBy(
  schema: JsonSchema,
  isKnown: (keyword: string) => boolean,
): { readonly description?: string } {
  const notes = telling
    .filter((keyword) => schema[keyword] !== undefined && schema[keyword] !== null && !isKnown(keyword))
    .map((keyword) => `${keyword}: ${JSON.stringify(schema[keyword])}`)
    .filter((note) => note.length <= LONGEST);
  const words = typeof schema.description === "string" ? schema.description.trim() : "";
  const text = [words, notes.length === 0 ? "" : `(${notes.join("; ")})`]
    .filter((one) => one !== "")
    .join(" ");
  return text === "" ? {} : { description: text };
}
