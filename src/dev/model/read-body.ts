import { z } from "zod";
import { isJsonObject, type JsonSchema } from "../../model/json.js";
import { HttpProblem } from "../http/http-problem.js";
import type { ModelTool } from "./conversation.js";

/** A body of a known form; members that are not named are ignored. @throws HttpProblem 400 with the first path */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new HttpProblem(400, `Invalid value at '${pathText(issue?.path ?? [])}': ${issue?.message}`);
}

/** `messages[0].role`; `body` for the whole. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return text === "" ? "body" : text.replace(/^\./, "");
}

export const anyObject = z.custom<JsonSchema>(isJsonObject, "expected an object");

const parts = z.array(z.looseObject({ text: z.string().nullish() }));

/** A text, or a list of parts of which some have a text. */
export const content = z.union([z.string(), parts]).nullish().transform(textOfContent);

function textOfContent(value: string | z.infer<typeof parts> | null | undefined): string {
  if (typeof value === "string") return value;
  return (value ?? []).flatMap(({ text }) => (typeof text === "string" ? [text] : [])).join("\n");
}

/** @throws HttpProblem 400 for a name that the real model's API rejects, or that two tools share */
export function checkToolNames(tools: readonly ModelTool[], allowed: RegExp): void {
  const seen = new Set<string>();
  for (const { name } of tools) {
    if (!allowed.test(name)) throw new HttpProblem(400, `The tool name '${name}' does not match ${allowed}`);
    if (seen.has(name)) throw new HttpProblem(400, `Two tools have the name '${name}'`);
    seen.add(name);
  }
}

/**
 * The first place in a schema, at any depth, of which `problemOf` knows a problem.
 *
 * @throws HttpProblem 400 with the path
 */
export function checkSchemas(
  schema: unknown,
  path: string,
  problemOf: (schema: JsonSchema) => string | undefined,
): void {
  if (Array.isArray(schema)) {
    for (const [at, one] of schema.entries()) checkSchemas(one, `${path}[${at}]`, problemOf);
    return;
  }
  if (!isJsonObject(schema)) return;
  const problem = problemOf(schema);
  if (problem !== undefined) throw new HttpProblem(400, `Invalid schema at '${path}': ${problem}`);
  for (const [keyword, value] of Object.entries(schema)) {
    if (["properties", "$defs", "definitions"].includes(keyword) && isJsonObject(value)) {
      for (const [name, one] of Object.entries(value))
        checkSchemas(one, `${path}.${keyword}.${name}`, problemOf);
    } else if (["items", "anyOf", "oneOf", "allOf", "additionalProperties", "not"].includes(keyword)) {
      checkSchemas(value, `${path}.${keyword}`, problemOf);
    }
  }
}

/** What OpenAI's strict mode requires of each object: no other members, and every one of these required. */
export function strictProblem(schema: JsonSchema): string | undefined {
  const isObject = [schema.type].flat().includes("object") || isJsonObject(schema.properties);
  if (!isObject) return undefined;
  if (schema.additionalProperties !== false) return "'additionalProperties' is required to be false";
  const required = Array.isArray(schema.required) ? schema.required : [];
  const missing = Object.keys(isJsonObject(schema.properties) ? schema.properties : {}).find(
    (name) => !required.includes(name),
  );
  return missing === undefined
    ? undefined
    : `'required' has to include every property; it lacks '${missing}'`;
}
