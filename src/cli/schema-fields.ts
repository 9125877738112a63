/** One member that a JSON Schema of an object describes, for people. */
export interface SchemaField {
  /** `owner`, `repository.name` */
  readonly path: string;
  /** `string`, `integer | null`, `a | b` for an enumeration. */
  readonly type: string;
  /** The JSON types that it may have; empty where the schema does not say. */
  readonly kinds: ReadonlySet<string>;
  readonly required: boolean;
  readonly description: string;
  readonly default: unknown;
  /** Every value that it may have, where they are listed. */
  readonly choices: readonly unknown[] | undefined;
  readonly example: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

const DEEPEST = 3;

/** The members of an object's schema, nested objects' members after their own. */
export function schemaFields(schema: unknown, root = schema, prefix = "", depth = 1): SchemaField[] {
  const { properties, required } = resolved(schema, root);
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(objectOf(properties)).flatMap(([name, value]) => {
    const member = resolved(value, root);
    const path = `${prefix}${name}`;
    const field = {
      path,
      type: typeOf(member, root),
      kinds: new Set(kindsOf(member, root)),
      required: needed.has(name),
      description: typeof member.description === "string" ? member.description : "",
      default: member.default,
      choices: choicesOf(member, root),
      example: Array.isArray(member.examples) ? member.examples[0] : member.example,
    };
    const inner = depth < DEEPEST ? schemaFields(member, root, `${path}.`, depth + 1) : [];
    return [field, ...inner];
  });
}

function typeOf(member: Schema, root: unknown): string {
  const { type, enum: values, items } = member;
  if ("const" in member) return JSON.stringify(member.const) ?? "any";
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (type === "array") {
    const item = typeOf(resolved(items, root), root);
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return type.join(" | ");
  const branches = branchesOf(member, root);
  return branches.length === 0 ? "any" : branches.map((branch) => typeOf(branch, root)).join(" | ");
}

function kindsOf(member: Schema, root: unknown): string[] {
  const { type } = member;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.map(String);
  return branchesOf(member, root).flatMap((branch) => kindsOf(branch, root));
}

function choicesOf(member: Schema, root: unknown): readonly unknown[] | undefined {
  if (Array.isArray(member.enum)) return member.enum;
  if (member.type === "boolean") return [true, false];
  const branches = branchesOf(member, root).filter(({ type }) => type !== "null");
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? choicesOf(only, root) : undefined;
}

function branchesOf({ anyOf, oneOf }: Schema, root: unknown): Schema[] {
  const branches = Array.isArray(anyOf) ? anyOf : oneOf;
  return Array.isArray(branches) ? branches.map((branch) => resolved(branch, root)) : [];
}

/** Follows a reference within the document, with the words that stand beside it; others lead nowhere. */
function resolved(value: unknown, root: unknown, turns = 5): Schema {
  const { $ref, ...beside } = objectOf(value);
  if (typeof $ref !== "string" || !$ref.startsWith("#/") || turns === 0) return beside;
  const steps = $ref.slice(2).split("/");
  const target = steps.reduce<unknown>((at, step) => {
    const here = objectOf(at);
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    return Object.hasOwn(here, name) ? here[name] : undefined;
  }, root);
  return { ...resolved(target, root, turns - 1), ...beside };
}

function objectOf(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
