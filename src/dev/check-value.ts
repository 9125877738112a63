import type { ZodType, z } from "zod";
import type { Problem } from "../base/errors.js";
import type { JsonSchema } from "../model/json.js";

/**
 * Whether a value is what a JSON Schema describes. `format` is a note for people here, as it is in the
 * specification; a schema that cannot be read refuses nothing.
 *
 * @returns every problem, with its path; none where all is well
 */
export async function checkValue(value: unknown, schema: JsonSchema): Promise<readonly Problem[]> {
  // Loaded by the first check: a platform that only waits for its first event starts without it.
  const { z } = await import("zod");
  try {
    const { error } = readSchema(z.fromJSONSchema, schema).safeParse(value);
    return (error?.issues ?? []).flatMap(problemsOf);
  } catch {
    // A reference to nowhere, a pattern of another dialect, a schema that is nothing but itself.
    return [];
  }
}

/** A problem in one line: `owner: is missing`. */
export function problemText({ path, message }: Problem): string {
  return path === "" ? message : `${path}: ${message}`;
}

function readSchema(read: typeof z.fromJSONSchema, schema: JsonSchema): ZodType {
  const plain: JsonSchema = JSON.parse(
    JSON.stringify(schema, (key, member) =>
      key === "format" && typeof member === "string" ? undefined : member,
    ),
  );
  return read("properties" in plain || "required" in plain ? { type: "object", ...plain } : plain);
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: "is not known" }));
  }
  const path = pathOf(issue.path);
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return [{ path, message: "is missing" }];
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const texts = issue.errors.map((issues) => issues.flatMap(problemsOf).map(problemText).join(" and "));
    return [{ path, message: `fits none of what it may be: ${texts.join("; ")}` }];
  }
  return [{ path, message: issue.message.replace(/^Invalid \w+: /, "") }];
}

function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}
