import { asText, isJsonObject, type JsonSchema, textField } from "../../model/json.js";
import type { Answer } from "../answer.js";
import type { ClientTool } from "../client-forms.js";
import type { ModelCall } from "../run-calls.js";
import { strictSchema } from "../schema/strict.js";

/** A tool as OpenAI's Chat Completions takes it, and every API that follows it. */
export interface ChatTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: JsonSchema;
    readonly strict: boolean;
  };
}

/** A response of Chat Completions, as far as it is read: the first choice. */
export interface ChatResponse {
  readonly choices: readonly {
    readonly message: {
      readonly tool_calls?:
        | readonly {
            readonly id: string;
            readonly type: string;
            readonly function?: { readonly name: string; readonly arguments: string } | undefined;
          }[]
        | null
        | undefined;
    };
  }[];
}

/** What goes back to the model: a message. */
export interface ChatToolMessage {
  readonly role: "tool";
  readonly tool_call_id: string;
  readonly content: string;
}

/** Options of the OpenAI forms. */
export interface OpenAIFormOptions {
  /**
   * Whether the model is held to the schema, where strict mode can express it: every argument is required then, and
   * null stands for one that is not given. Default: true.
   */
  readonly strict?: boolean | undefined;
}

export function chatTool({ name, description, parameters }: ClientTool, strict: boolean): ChatTool {
  const exact = strict ? strictSchema(parameters) : undefined;
  return {
    type: "function",
    function: {
      name,
      description: shortDescription(description),
      parameters: exact ?? parameters,
      strict: exact !== undefined,
    },
  };
}

/** OpenAI rejects longer descriptions of functions, characters. */
const LONGEST_DESCRIPTION = 1024;

export function shortDescription(text: string): string {
  return text.length <= LONGEST_DESCRIPTION
    ? text
    : `${text.slice(0, LONGEST_DESCRIPTION - 1).toWellFormed()}…`;
}

/** @returns `undefined` where it is no response of this client */
export function chatCalls(response: object): readonly ModelCall[] | undefined {
  const { choices } = response as { readonly choices?: unknown };
  if (!Array.isArray(choices)) return undefined;
  const first: unknown = choices[0];
  // A piece of a stream. "No calls" would end the conversation, though the model calls a tool.
  if (isJsonObject(first) && first.message === undefined && first.delta !== undefined) return undefined;
  const message: unknown = isJsonObject(first) ? first.message : undefined;
  const calls: readonly unknown[] =
    isJsonObject(message) && Array.isArray(message.tool_calls) ? message.tool_calls : [];
  return calls.filter(isJsonObject).flatMap((call) => {
    // Calls of other types, such as custom tools, are the caller's.
    if (!isJsonObject(call.function)) return [];
    const { name, arguments: args } = call.function;
    return [{ id: textField(call.id), name: asText(name), args }];
  });
}

export function chatResult({ id = "" }: ModelCall, answer: Answer): ChatToolMessage {
  return { role: "tool", tool_call_id: id, content: openAIText(answer) };
}

/** OpenAI's results have no mark for an error: it is a member. */
export function openAIText({ isError, text }: Answer): string {
  return isError ? JSON.stringify({ error: text }) : text;
}
