import {
  isNull,
  itemsOf,
  keywordOf,
  kindsOf,
  membersOf,
  type SchemaView,
  valuesOf,
  viewOf,
} from "./schema-view.js";

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
  /** The items of a list, where the schema describes them. */
  readonly items: Pick<SchemaField, "kinds" | "choices"> | undefined;
  readonly example: unknown;
}

/** Members within members that are listed. */
const DEEPEST = 3;
/** Lists within lists, and alternatives, that are written out. */
const DEEPEST_TYPE = 4;
/** Most members that are listed. */
const MOST = 2000;

/** The members of an object's schema, nested objects' members after their own. */
export function schemaFields(schema: unknown): SchemaField[] {
  const fields: SchemaField[] = [];
  addFields(viewOf(schema, schema), schema, [], fields);
  return fields;
}

/** @param above the schemas around: one that contains itself is not written out again */
function addFields(
  view: SchemaView,
  root: unknown,
  above: readonly { readonly name: string; readonly schema: unknown }[],
  fields: SchemaField[],
): void {
  const required = new Set(view.parts.flatMap((part) => (Array.isArray(part.required) ? part.required : [])));
  for (const [name, schema] of membersOf(view)) {
    if (fields.length >= MOST) return;
    const member = viewOf(schema, root);
    const path = [...above, { name, schema }];
    fields.push({
      ...fieldOf(member, root),
      path: path.map(({ name: step }) => step).join("."),
      required: required.has(name) || keywordOf(member, "required") === true,
    });
    const isRepeated = above.some((around) => sharesPart(viewOf(around.schema, root), member));
    if (path.length < DEEPEST && !isRepeated) addFields(member, root, path, fields);
  }
}

/** What a schema says of one value, wherever it stands. */
export function fieldOf(member: SchemaView, root: unknown): Omit<SchemaField, "path" | "required"> {
  const [description, examples] = [keywordOf(member, "description"), keywordOf(member, "examples")];
  const items = itemsOf(member);
  const item = items === undefined ? undefined : viewOf(items, root);
  return {
    type: typeOf(member, root, 0),
    kinds: kindsOf(member),
    description: typeof description === "string" ? description : "",
    default: keywordOf(member, "default"),
    choices: choicesOf(member),
    items: item && { kinds: kindsOf(item), choices: valuesOf(item) },
    example: Array.isArray(examples) ? examples[0] : keywordOf(member, "example"),
  };
}

/** What is described with a reference is the same object wherever it is referred to. */
function sharesPart(one: SchemaView, other: SchemaView): boolean {
  return other.parts.some((part) => Object.keys(part).length > 0 && one.parts.includes(part));
}

function typeOf(view: SchemaView, root: unknown, depth: number): string {
  const values = valuesOf(view);
  if (values !== undefined) return values.map((value) => JSON.stringify(value) ?? "any").join(" | ");
  const branches = view.choices[0];
  if (branches !== undefined && depth < DEEPEST_TYPE) {
    const hasOwnType = view.parts.some(({ type }) => type !== undefined);
    if (!hasOwnType)
      return [...new Set(branches.map((branch) => typeOf(branch, root, depth + 1)))].join(" | ");
  }
  const kinds = [...kindsOf(view)];
  if (kinds.length === 0) return "any";
  return kinds.map((kind) => (kind === "array" ? listType(view, root, depth) : kind)).join(" | ");
}

function listType(view: SchemaView, root: unknown, depth: number): string {
  const items = depth < DEEPEST_TYPE ? itemsOf(view) : undefined;
  const item = typeOf(viewOf(items, root), root, depth + 1);
  return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
}

function choicesOf(view: SchemaView): readonly unknown[] | undefined {
  const values = valuesOf(view);
  if (values !== undefined) return values;
  const kinds = kindsOf(view);
  const isOnlyBoolean =
    kinds.has("boolean") && [...kinds].every((kind) => kind === "boolean" || kind === "null");
  if (!isOnlyBoolean || isNull(view)) return undefined;
  return [true, false];
}
