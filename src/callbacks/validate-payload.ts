import { InvalidError, type Problem, RejectedError } from "../base/errors.js";
import { isThenable } from "../base/foreign-promise.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { shownValue } from "../base/warning.js";
import type { SchemaIssue, StandardSchema } from "../model/standard-schema.js";
import type { Handler } from "./callback.js";

/**
 * Validates a payload.
 *
 * @returns the schema's output
 * @throws InvalidError ERR_SCHEMA with every issue; rejects with it where the schema is asynchronous
 */
export function validate<Output>(schema: StandardSchema<Output>, payload: unknown): MaybePromise<Output> {
  const result: unknown = schema["~standard"].validate(payload);
  // A thenable of another library is no Promise: without this, its issues would be ignored.
  return chain(isThenable(result) ? Promise.resolve(result) : result, outputOf<Output>);
}

/** A handler that gets the schema's output as payload, and fails with ERR_SCHEMA where the payload does not match. */
export function withSchema(handler: Handler, schema: StandardSchema): Handler {
  return (event, context) =>
    chain(validate(schema, event.payload), (payload) =>
      handler({ ...event, payload: payload as never }, context),
    );
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

/** Issues that a message shows. All are in `problems`. */
const MAX_SHOWN = 50;

/** A schema is a user's code: a result that the specification does not have is no valid payload. */
function outputOf<Output>(result: unknown): Output {
  if (typeof result !== "object" || result === null) {
    throw new InvalidError("ERR_SCHEMA", "The schema returned no result for the payload.", []);
  }
  const { issues, value } = result as { readonly issues?: unknown; readonly value?: Output };
  if (issues === undefined || issues === null) return value as Output;
  const problems = (Array.isArray(issues) ? issues : [issues]).map(problemOf);
  const lines = problems
    .slice(0, MAX_SHOWN)
    .map(({ path, message }) => `\n  ${path === "" ? "" : `${path}: `}${message}`);
  const left = problems.length - lines.length;
  const more = left === 0 ? "" : `\n  … and ${left} more`;
  throw new InvalidError(
    "ERR_SCHEMA",
    `The payload does not match its schema:${lines.join("")}${more}`,
    problems,
  );
}

/** Never throws: an issue means that the payload does not match, even where it cannot be read. */
function problemOf(issue: unknown): Problem {
  try {
    const { message = "(an issue without a message)", path } = (issue ?? {}) as Partial<SchemaIssue>;
    const steps: readonly unknown[] = Array.isArray(path) ? path : [];
    const keys = steps.map((step) =>
      typeof step === "object" && step !== null ? (step as { readonly key: unknown }).key : step,
    );
    return { message: textOf(message), path: keys.reduce<string>(join, "") };
  } catch {
    return { message: "(an issue that cannot be read)", path: "" };
  }
}

/** `labels`, 2, `name` → `labels[2].name` */
function join(before: string, key: unknown): string {
  if (typeof key === "number") return `${before}[${key}]`;
  return before === "" ? textOf(key) : `${before}.${textOf(key)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : shownValue(value);
}
