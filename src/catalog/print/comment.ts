import { isJsonObject } from "../../model/json.js";

/** What a schema says in words, as a doc comment with its own line end; empty where it says nothing. */
export function printComment(schema: unknown, indent: string): string {
  if (!isJsonObject(schema)) return "";
  const lines: string[] = [];
  if (typeof schema.description === "string") lines.push(...schema.description.split(/\r?\n/));
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
