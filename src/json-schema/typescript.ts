import { isJsonObject, type JsonSchema } from "../model/json.js";
import { typeNames, wholeSchema } from "./quirks.js";
import { asSchema, localRef } from "./ref.js";

/** A schema that contains itself is written out so many times; it is `unknown` from there on. */
const MOST_TURNS = 3;
/** References that are written out for one schema: many that contain one another would have no end in sight. */
const MOST_REFS = 2_000;

interface Printing {
  readonly root: JsonSchema;
  /** The references that stand around this place. */
  readonly within: readonly string[];
  readonly written: { refs: number };
  readonly indent: string;
}

/**
 * The TypeScript type of the values that a schema describes, as tight as types can say it: bounds, lengths and
 * formats are lost, and members that the schema does not name are not offered. What a schema does not tell is
 * `unknown`, never `any`.
 *
 * References are written out in place, so that what is printed stands alone; a schema that contains itself is
 * `unknown` after a few turns.
 *
 * @param indent what stands before the first column
 */
export function printType(schema: JsonSchema, indent = ""): string {
  const root = wholeSchema(schema);
  return print(root, { root, within: [], written: { refs: 0 }, indent });
}

function print(value: unknown, place: Printing): string {
  if (value === false) return "never";
  const schema = asSchema(value);
  if (schema === undefined) return "unknown";
  const { $ref, allOf } = schema;
  const parts: string[] = [];
  if (typeof $ref === "string") parts.push(printRef($ref, place));
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = schema[keyword];
    if (Array.isArray(branches)) parts.push(union(branches.map((branch) => print(branch, place))));
  }
  if (Array.isArray(allOf)) parts.push(...allOf.map((one) => print(one, place)));
  // A `type` beside alternatives that have types of their own adds nothing to them.
  if (parts.every((part) => part === "unknown") || saysMore(schema)) parts.push(printPlain(schema, place));
  const printed = intersection(parts);
  return schema.nullable === true ? union([printed, "null"]) : printed;
}

const saysMore = (schema: JsonSchema): boolean =>
  ["properties", "enum", "const", "items", "prefixItems", "required"].some((keyword) => keyword in schema);

function printRef(ref: string, place: Printing): string {
  const target = localRef(place.root, ref);
  if (target === undefined || place.within.filter((one) => one === ref).length >= MOST_TURNS)
    return "unknown";
  place.written.refs += 1;
  if (place.written.refs > MOST_REFS) return "unknown";
  return print(target, { ...place, within: [...place.within, ref] });
}

function printPlain(schema: JsonSchema, place: Printing): string {
  if ("const" in schema) return literal(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal));
  const { type } = schema;
  if (Array.isArray(type)) return union(type.map((one) => printOne(String(one), schema, place)));
  if (typeof type === "string") return printOne(type, schema, place);
  if ("properties" in schema || "required" in schema || "additionalProperties" in schema) {
    return printObject(schema, place);
  }
  return "items" in schema || "prefixItems" in schema ? printArray(schema, place) : "unknown";
}

function printOne(type: string, schema: JsonSchema, place: Printing): string {
  const name = typeNames.get(type.toLowerCase()) ?? type.toLowerCase();
  switch (name) {
    case "string":
    case "number":
    case "boolean":
    case "null":
      return name;
    case "integer":
      return "number";
    case "array":
      return printArray(schema, place);
    case "object":
      return printObject(schema, place);
    default:
      return "unknown";
  }
}

function printArray(schema: JsonSchema, place: Printing): string {
  const { items, prefixItems, minItems } = schema;
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
  if (tuple === undefined) return `${inBrackets(print(items, place))}[]`;
  const least = typeof minItems === "number" ? minItems : 0;
  const rest = Array.isArray(items) ? schema.additionalItems : items;
  const members = tuple.map((item, index) => {
    const printed = print(item, place);
    return index < least ? printed : `${inBrackets(printed)}?`;
  });
  if (rest !== false) members.push(`...${inBrackets(print(rest, place))}[]`);
  return `[${members.join(", ")}]`;
}

function printObject(schema: JsonSchema, place: Printing): string {
  const { additionalProperties, patternProperties } = schema;
  const properties = new Map<string, unknown>(
    isJsonObject(schema.properties) ? Object.entries(schema.properties) : [],
  );
  const required = new Set(Array.isArray(schema.required) ? schema.required.map(String) : []);
  for (const name of required) if (!properties.has(name)) properties.set(name, true);
  if (properties.size === 0) {
    const others = asSchema(additionalProperties);
    if (others !== undefined) return `Record<string, ${print(others, place)}>`;
    const closed =
      additionalProperties === false || ("properties" in schema && patternProperties === undefined);
    return closed ? "Record<string, never>" : "Record<string, unknown>";
  }
  const inner = { ...place, indent: `${place.indent}  ` };
  const lines = [...properties].map(([name, member]) => {
    const printed = print(member, inner);
    // `undefined` by name: under exactOptionalPropertyTypes, `process.env.X` would not fit without it.
    const rest = required.has(name) ? `: ${printed}` : `?: ${union([printed, "undefined"])}`;
    return `${printComment(member, inner.indent)}${inner.indent}${key(name)}${rest};\n`;
  });
  // TypeScript wants every member to be of the index's type as well, which only `unknown` always grants.
  if (asSchema(additionalProperties) !== undefined || patternProperties !== undefined) {
    lines.push(`${inner.indent}[name: string]: unknown;\n`);
  }
  return `{\n${lines.join("")}${place.indent}}`;
}

/** One of several; what all values are swallows the rest. */
function union(types: readonly string[]): string {
  const different = [...new Set(types)];
  if (different.includes("unknown") || different.length === 0) return "unknown";
  const possible = different.filter((type) => type !== "never");
  return possible.length === 0 ? "never" : possible.join(" | ");
}

/** All at once. Beside other objects one without its own members says nothing, though alone it is empty. */
function intersection(types: readonly string[]): string {
  const different = [...new Set(types)].filter((type) => type !== "unknown");
  const telling = different.filter((type) => !type.startsWith("Record<string, "));
  const used = telling.length > 0 ? telling : different.slice(0, 1);
  if (used.length < 2) return used[0] ?? "unknown";
  return used.map(inBrackets).join(" & ");
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (isJsonObject(value)) {
    return `{ ${Object.entries(value)
      .map(([name, member]) => `${key(name)}: ${literal(member)}`)
      .join("; ")} }`;
  }
  return JSON.stringify(value) ?? "unknown";
}

/** A type as an operand: a union, an intersection or a function would take its neighbors in. */
const inBrackets = (type: string): string =>
  /^[\w.]+$|^\{[^|&]*\}$|^"[^"]*"$/.test(type) ? type : `(${type})`;

/** A member's name as TypeScript writes it. */
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** What a schema says in words, as a doc comment with its own line end; empty where it says nothing. */
function printComment(schema: unknown, indent: string): string {
  if (!isJsonObject(schema)) return "";
  const lines = typeof schema.description === "string" ? schema.description.split(/\r?\n/) : [];
  if (schema.deprecated === true) lines.push("@deprecated");
  if (schema.default !== undefined && schema.default !== null)
    lines.push(`@default ${JSON.stringify(schema.default)}`);
  const example = exampleOf(schema);
  if (example !== undefined) lines.push(`@example ${JSON.stringify(example)}`);
  return comment(lines, indent);
}

/** Lines of text as a doc comment; a text of others cannot end it early. */
export function comment(lines: readonly string[], indent: string): string {
  const safe = lines.map((line) => line.replaceAll("*/", "*\\/").trim()).filter((line) => line !== "");
  if (safe.length === 0) return "";
  if (safe.length === 1) return `${indent}/** ${safe[0]} */\n`;
  return `${indent}/**\n${safe.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

/** The first example, where it is short enough to help. What may be null has it in one of its branches. */
function exampleOf(schema: Readonly<Record<string, unknown>>): unknown {
  const branches = Array.isArray(schema.anyOf) ? schema.anyOf : [];
  for (const at of [schema, ...branches]) {
    if (!isJsonObject(at) || !Array.isArray(at.examples)) continue;
    const [example]: readonly unknown[] = at.examples;
    if (typeof example === "string" || typeof example === "number" || typeof example === "boolean")
      return example;
  }
  return undefined;
}
