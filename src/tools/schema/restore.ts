import { pointedAt } from "../../json-schema/ref.js";
import { isJsonObject, type JsonSchema } from "../../model/json.js";

/**
 * Arguments as a model sent them, as the tool takes them: under their own names, and without the nulls that stand for
 * "not given" where every argument had to be there.
 *
 * @param plain the tool's plain schema, without aliases
 * @param aliases name of an argument → the name that the model knows
 */
export function restoreArguments(
  args: unknown,
  plain: JsonSchema,
  aliases: ReadonlyMap<string, string>,
): unknown {
  const names = new Map([...aliases].map(([name, alias]) => [alias, name]));

  /** All schemas that a value may be described by: the branches of alternatives, and what references point at. */
  const schemasOf = (schema: unknown, above: readonly unknown[] = []): readonly JsonSchema[] => {
    if (!isJsonObject(schema) || above.includes(schema)) return [];
    if (typeof schema.$ref === "string") return schemasOf(pointedAt(plain, schema.$ref), [...above, schema]);
    const branches = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
    if (branches.length === 0) return [schema];
    return [schema, ...branches.flatMap((branch) => schemasOf(branch, [...above, schema]))];
  };

  const restore = (value: unknown, given: readonly unknown[]): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const schemas = given.flatMap((schema) => schemasOf(schema));
    if (Array.isArray(value)) {
      return value.map((item, at) =>
        restore(
          item,
          schemas.flatMap(({ items, prefixItems }) => [
            Array.isArray(prefixItems) && at < prefixItems.length ? prefixItems[at] : items,
          ]),
        ),
      );
    }
    const members = Object.entries(value).flatMap(([alias, member]): [string, unknown][] => {
      const name = names.get(alias) ?? alias;
      const described = schemas.flatMap(({ properties, additionalProperties }) =>
        isJsonObject(properties) && Object.hasOwn(properties, name)
          ? [properties[name]]
          : isJsonObject(additionalProperties)
            ? [additionalProperties]
            : [],
      );
      const isRequired = schemas.some(({ required }) => Array.isArray(required) && required.includes(name));
      if (member === null && !isRequired && !takesNull(described)) return [];
      return [[name, restore(member, described)]];
    });
    return Object.fromEntries(members);
  };

  /** Whether null is a value here, and not only "not given". */
  const takesNull = (described: readonly unknown[]): boolean => {
    if (described.some((schema) => isJsonObject(schema) && (schema.default ?? null) !== null)) return false;
    return described.length === 0 || described.flatMap((schema) => schemasOf(schema)).some(allowsNull);
  };

  return restore(args, [plain]);
}

function allowsNull(schema: JsonSchema): boolean {
  const { type, enum: values, const: only, anyOf, oneOf } = schema;
  if (only !== undefined) return only === null;
  if (Array.isArray(values)) return values.includes(null);
  if (type !== undefined) return [type].flat().includes("null");
  // Without any of these, it takes every value; with alternatives, they say it.
  return anyOf === undefined && oneOf === undefined;
}
