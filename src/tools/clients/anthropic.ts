import { asText, isJsonObject, textField } from "../../model/json.js";
import type { Answer } from "../answer.js";
import type { ClientTool } from "../client-forms.js";
import type { ModelCall } from "../run-calls.js";

/** A tool as Anthropic's Messages API takes it. */
export interface AnthropicTool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: { type: "object"; [keyword: string]: unknown };
}

/** A response of the Messages API, as far as it is read. */
export interface AnthropicResponse {
  readonly content: readonly { readonly type: string }[];
}

/** What goes back to the model: a content block of a user's message. */
export interface AnthropicResult {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content: string;
  readonly is_error: boolean;
}

export function anthropicTool({ name, description, parameters }: ClientTool): AnthropicTool {
  return { name, description, input_schema: { ...parameters, type: "object" } };
}

/** @returns `undefined` where it is no response of this client */
export function anthropicCalls(response: object): readonly ModelCall[] | undefined {
  const { content } = response as { readonly content?: unknown };
  if (!Array.isArray(content)) return undefined;
  return content
    .filter(isJsonObject)
    .filter(({ type }) => type === "tool_use")
    .map(({ id, name, input }) => ({ id: textField(id), name: asText(name), args: input }));
}

export function anthropicResult({ id = "" }: ModelCall, { isError, text }: Answer): AnthropicResult {
  return { type: "tool_result", tool_use_id: id, content: text, is_error: isError };
}
