import { messageOf } from "../base/message-of.js";
import { mismatchProblems } from "../json-schema/mismatch-text.js";
import { findMismatches } from "../json-schema/validate.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import type { ToolResult } from "../model/tools.js";
import { failure } from "./local-tool.js";

/** Problems that a model is told of one call. */
const MOST_SHOWN = 20;

/**
 * Checks the arguments of a call. A schema that cannot be read stops nothing: the platform decides then.
 *
 * @returns the arguments as JSON has them, or the result that says every problem
 */
export function checkArguments(
  name: string,
  schema: JsonSchema,
  args: unknown,
): { readonly args: JsonObject } | { readonly wrong: ToolResult<never> } {
  let sent: unknown;
  try {
    sent = JSON.parse(JSON.stringify(args ?? {}));
  } catch (thrown) {
    return { wrong: failure(`The arguments of ${name} cannot be written as JSON: ${messageOf(thrown)}`) };
  }
  if (!isJsonObject(sent)) return { wrong: failure(`The arguments of ${name} are not a JSON object.`) };
  const problems = problemsOf(sent, schema);
  if (problems.length === 0) return { args: sent };
  const lines = problems.slice(0, MOST_SHOWN).map(({ path, message, description }) => {
    const about = description === undefined ? "" : ` (${description.replace(/\s+/g, " ").trim()})`;
    return `\n- ${path === "" ? "the arguments" : path} ${message}${about}`;
  });
  const more = problems.length > MOST_SHOWN ? `\n- and ${problems.length - MOST_SHOWN} more` : "";
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return { wrong: failure(`The arguments of ${name} have ${count}:${lines.join("")}${more}`) };
}

function problemsOf(args: JsonObject, schema: JsonSchema) {
  try {
    return mismatchProblems(findMismatches(args, schema, "spell-check"));
  } catch {
    // A schema without end, for one.
    return [];
  }
}
