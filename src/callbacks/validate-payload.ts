import { InvalidError, type Problem, RejectedError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { SchemaIssue, SchemaResult, StandardSchema } from "../model/standard-schema.js";

/**
 * Holds a payload against a schema.
 *
 * @returns what the schema makes of it
 * @throws InvalidError ERR_SCHEMA with every issue; rejects with it where the schema validates later
 */
export function validate<Output>(schema: StandardSchema<Output>, payload: unknown): MaybePromise<Output> {
  return chain(schema["~standard"].validate(payload), outputOf);
}

/** @throws RejectedError 400 where the payload does not match */
export async function validateOrReject(schema: StandardSchema, payload: unknown): Promise<void> {
  try {
    await validate(schema, payload);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new RejectedError("ERR_SCHEMA", 400, error.message, { cause: error });
  }
}

function outputOf<Output>(result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map(problemOf);
  const lines = problems.map(({ path, message }) => `\n  ${path === "" ? "" : `${path}: `}${message}`);
  throw new InvalidError("ERR_SCHEMA", `The payload does not match its schema:${lines.join("")}`, problems);
}

function problemOf({ message, path = [] }: SchemaIssue): Problem {
  const keys = path.map((step) => (typeof step === "object" ? step.key : step));
  return { message, path: keys.reduce<string>(join, "") };
}

/** `labels`, 2, `name` → `labels[2].name` */
function join(before: string, key: PropertyKey): string {
  if (typeof key === "number") return `${before}[${key}]`;
  return before === "" ? String(key) : `${before}.${String(key)}`;
}
