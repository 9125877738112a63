/** One member that a JSON Schema of an object describes, for people. */
export interface SchemaField {
  /** `owner`, `repository.name` */
  readonly path: string;
  /** `string`, `integer | null`, `a | b` for an enumeration. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

const DEEPEST = 3;

/** The members of an object's schema, nested objects' members after their own. */
export function schemaFields(schema: unknown, prefix = "", depth = 1): SchemaField[] {
  const { properties, required } = objectOf(schema);
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(objectOf(properties)).flatMap(([name, value]) => {
    const member = objectOf(value);
    const path = `${prefix}${name}`;
    const field = {
      path,
      type: typeOf(member),
      required: needed.has(name),
      description: typeof member.description === "string" ? member.description : "",
    };
    return [field, ...(depth < DEEPEST ? schemaFields(member, `${path}.`, depth + 1) : [])];
  });
}

function typeOf(member: Readonly<Record<string, unknown>>): string {
  const { type, enum: values, items, anyOf, oneOf } = member;
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (type === "array") return `${typeOf(objectOf(items))}[]`;
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return type.join(" | ");
  const choices = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(choices)) return choices.map((choice) => typeOf(objectOf(choice))).join(" | ");
  return "any";
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
