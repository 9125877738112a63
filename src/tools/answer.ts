import { rejectPromises } from "../base/foreign-promise.js";
import { messageOf } from "../base/message-of.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import type { ToolResult } from "../model/tools.js";

/** What a model gets for a call. */
export interface Answer {
  readonly isError: boolean;
  /** JSON of the data; where the call failed, the reason in words. Both cut where they are too long. */
  readonly text: string;
  /** The data; `undefined` where the call failed, or where the text was cut. */
  readonly data: JsonObject | undefined;
}

/** The answer to a call that has failed. */
export const errorAnswer = (reason: string): Answer => ({ isError: true, text: reason, data: undefined });

/**
 * A result as a model gets it.
 *
 * @param maxLength characters; the rest is cut, with a note
 */
export function answerTo(result: ToolResult, maxLength: number): Answer {
  try {
    const { successful, data } = result;
    if (successful !== true) return errorAnswer(cut(reasonOf(result), maxLength));
    // Not so for an object whose `toJSON` returns nothing.
    const text = JSON.stringify(data ?? {}, rejectPromises) ?? "{}";
    const shown = cut(text, maxLength);
    // What the text has, without what JSON does not have.
    return { isError: false, text: shown, data: shown === text ? asObject(JSON.parse(text)) : undefined };
  } catch (thrown) {
    return errorAnswer(`The result cannot be written as JSON: ${messageOf(thrown)}`);
  }
}

function reasonOf({ error, data }: ToolResult): string {
  const reason = typeof error === "string" && error !== "" ? error : "The tool failed without a reason.";
  return isJsonObject(data) && Object.keys(data).length > 0 ? `${reason}\n${JSON.stringify(data)}` : reason;
}

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : { result: value });

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const start = text.slice(0, maxLength).toWellFormed();
  return `${start}\n[Cut: the result has ${text.length} characters, of which these are the first ${maxLength}.]`;
}
