import { asText, isJsonObject, type JsonSchema, textField } from "../../model/json.js";
import type { Answer } from "../answer.js";
import type { ClientTool } from "../client-forms.js";
import type { ModelCall } from "../run-calls.js";
import { strictSchema } from "../schema/strict.js";
import { openAIText, shortDescription } from "./chat-completions.js";

/** A tool as OpenAI's Responses API takes it. */
export interface ResponsesTool {
  readonly type: "function";
  readonly name: string;
  readonly description: string;
  readonly parameters: { [keyword: string]: unknown };
  readonly strict: boolean;
}

/** A response of the Responses API, as far as it is read. */
export interface ResponsesResponse {
  readonly output: readonly { readonly type: string }[];
}

/** What goes back to the model: an input item. */
export interface FunctionCallOutput {
  readonly type: "function_call_output";
  readonly call_id: string;
  readonly output: string;
}

export function responsesTool({ name, description, parameters }: ClientTool, strict: boolean): ResponsesTool {
  const exact: JsonSchema | undefined = strict ? strictSchema(parameters) : undefined;
  return {
    type: "function",
    name,
    description: shortDescription(description),
    parameters: exact ?? parameters,
    strict: exact !== undefined,
  };
}

/** @returns `undefined` where it is no response of this client */
export function responsesCalls(response: object): readonly ModelCall[] | undefined {
  const { output } = response as { readonly output?: unknown };
  if (!Array.isArray(output)) return undefined;
  return output
    .filter(isJsonObject)
    .filter(({ type }) => type === "function_call")
    .map((item) => ({ id: textField(item.call_id), name: asText(item.name), args: item.arguments }));
}

export function responsesResult({ id = "" }: ModelCall, answer: Answer): FunctionCallOutput {
  return { type: "function_call_output", call_id: id, output: openAIText(answer) };
}
