import { InvalidError, type Problem } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { kindOf, mismatchProblems } from "../json-schema/mismatch-text.js";
import { findMismatches, type Mismatch } from "../json-schema/validate.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";

/**
 * Checks a trigger's config against its schema before the call.
 *
 * A schema that cannot be read stops nothing: the platform decides then. Defaults are not filled in.
 *
 * @returns the config as JSON will carry it
 * @throws InvalidError ERR_TRIGGER_CONFIG with every problem, one a line
 */
export function checkConfig(triggerName: string, schema: JsonSchema, config: unknown): JsonObject {
  const sent = asJson(triggerName, config);
  let mismatches: readonly Mismatch[];
  try {
    mismatches = findMismatches(sent, schema, "spell-check");
  } catch {
    // A schema without end, for one.
    return sent;
  }
  if (mismatches.length > 0) throw invalid(triggerName, mismatchProblems(mismatches));
  return sent;
}

/** The config as it is sent: without `undefined` members, dates as text, and so on. */
function asJson(triggerName: string, config: unknown): JsonObject {
  let sent: unknown;
  try {
    sent = JSON.parse(JSON.stringify(config));
  } catch (thrown) {
    throw invalid(triggerName, [{ path: "", message: `cannot be written as JSON: ${messageOf(thrown)}` }]);
  }
  if (!isJsonObject(sent))
    throw invalid(triggerName, [{ path: "", message: `must be an object, not ${kindOf(sent)}` }]);
  return sent;
}

function invalid(triggerName: string, problems: readonly Problem[]): InvalidError {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.map(({ path, message, description }) => {
    const about = description === undefined ? "" : ` (${description.replace(/\s+/g, " ").trim()})`;
    return `- ${path === "" ? "the config" : path} ${message}${about}`;
  });
  const message = [`The config of ${triggerName} has ${count}:`, ...lines].join("\n");
  return new InvalidError("ERR_TRIGGER_CONFIG", message, problems);
}
