import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { SyntaxNode } from "@lezer/common";
import { pointedAt } from "../../../../../json-schema/ref.js";
import type { JsonRecord } from "../../types.js";
import { type JsonKeys, keysOf, memberNames } from "./json-places.js";

/** Offers the members and the values that a JSON Schema describes at the cursor. */
export function schemaCompletion(schema: JsonRecord) {
  return (context: CompletionContext): CompletionResult | null => {
    const { state, pos, explicit } = context;
    const node = syntaxTree(state).resolveInner(pos, -1);
    const word = context.matchBefore(/"[^"]*|[\w.-]+/);
    if (word === null && !explicit) return null;
    const from = word?.from ?? pos;
    const to = state.sliceDoc(pos, pos + 1) === '"' ? pos + 1 : pos;
    const object = objectOfName(node, state.sliceDoc(0, from));
    const options =
      object === undefined
        ? valuesOf(schemaAt(schema, keysOf(state, node)))
        : membersOf(schemaAt(schema, keysOf(state, object)), memberNames(state, object));
    return options.length === 0 ? null : { from, to, options };
  };
}

/** The object whose member is named here; undefined where a value stands. */
function objectOfName(node: SyntaxNode, before: string): SyntaxNode | undefined {
  if (node.name === "PropertyName") return node.parent?.parent ?? undefined;
  if (!/[{,]\s*$/.test(before)) return undefined;
  for (let at: SyntaxNode | null = node; at !== null && at.name !== "Array"; at = at.parent)
    if (at.name === "Object") return at;
  return undefined;
}

function membersOf(schema: JsonRecord | undefined, present: readonly string[]): Completion[] {
  return Object.entries(recordOf(schema?.properties))
    .filter(([name]) => !present.includes(name))
    .map(([name, member]) => {
      const { type, description } = recordOf(member);
      return {
        label: JSON.stringify(name),
        apply: `${JSON.stringify(name)}: `,
        type: "property",
        detail: String(type ?? ""),
        ...(typeof description === "string" && { info: description }),
      };
    });
}

function valuesOf(schema: JsonRecord | undefined): Completion[] {
  if (schema === undefined) return [];
  const { enum: listed, const: only, default: usual, examples, type } = schema;
  const found = [
    ...(Array.isArray(listed) ? listed : []),
    ...(only === undefined ? [] : [only]),
    ...(usual === undefined ? [] : [usual]),
    ...(Array.isArray(examples) ? examples : []),
    ...(type === "boolean" ? [true, false] : []),
  ];
  const labels = new Set(found.map((value) => JSON.stringify(value)));
  return [...labels].map((label) => ({ label, type: "constant" }));
}

function schemaAt(root: JsonRecord, keys: JsonKeys): JsonRecord | undefined {
  let schema: JsonRecord | undefined = resolved(root, root);
  for (const key of keys) {
    const { properties, items, additionalProperties } = schema ?? {};
    const next: unknown =
      typeof key === "number" ? items : (recordOf(properties)[key] ?? additionalProperties);
    if (typeof next !== "object" || next === null) return undefined;
    schema = resolved(recordOf(next), root);
  }
  return schema;
}

/** Without references, and of several alternatives the first that is an object. */
function resolved(schema: JsonRecord, root: JsonRecord, depth = 0): JsonRecord {
  if (depth > 20) return schema;
  if (typeof schema.$ref === "string")
    return resolved(recordOf(pointedAt(root, schema.$ref)), root, depth + 1);
  const alternatives = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list.map((one) => resolved(recordOf(one), root, depth + 1)) : [],
  );
  if (alternatives.length === 0) return schema;
  const properties = Object.assign({}, ...alternatives.map((one) => recordOf(one.properties)));
  const usual = alternatives.find(({ type }) => type !== "null") ?? {};
  return { ...usual, ...schema, properties: { ...properties, ...recordOf(schema.properties) } };
}

function recordOf(value: unknown): JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}
