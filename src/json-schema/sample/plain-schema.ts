import { EarshotError } from "../../base/errors.js";
import type { JsonSchema } from "../../model/json.js";
import { mergeSchemas } from "../merge-schemas.js";
import { asSchema, localRef } from "../ref.js";

/** More steps than a schema for a single value has; only a circle of references takes them all. */
const STEPS = 100;

/**
 * A schema without references, combinations and alternatives: each is replaced by what it stands for.
 *
 * @param root the document that references point into
 * @param choose takes one of the alternatives of `anyOf` and `oneOf`
 * @throws EarshotError ERR_CATALOG: a reference points at nothing, or at itself
 */
export function plainSchema(
  given: JsonSchema,
  root: JsonSchema,
  choose: (branches: readonly JsonSchema[]) => JsonSchema,
): JsonSchema {
  let schema = given;
  for (let step = 0; step < STEPS; step += 1) {
    const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
    if (typeof $ref === "string") {
      const target = localRef(root, $ref);
      if (target === undefined) {
        throw new EarshotError("ERR_CATALOG", `The reference ${$ref} points at nothing in the schema.`);
      }
      schema = mergeSchemas(target, { allOf, anyOf, oneOf, ...rest });
    } else if (Array.isArray(allOf)) {
      schema = schemasIn(allOf).reduce<JsonSchema>(mergeSchemas, { anyOf, oneOf, ...rest });
    } else if (Array.isArray(anyOf)) {
      schema = mergeSchemas({ oneOf, ...rest }, choose(schemasIn(anyOf)));
    } else if (Array.isArray(oneOf)) {
      schema = mergeSchemas(rest, choose(schemasIn(oneOf)));
    } else {
      return rest;
    }
  }
  throw new EarshotError("ERR_CATALOG", "The schema is a circle of references without a value in it.");
}

const schemasIn = (list: readonly unknown[]): readonly JsonSchema[] =>
  list.map(asSchema).filter((schema) => schema !== undefined);
