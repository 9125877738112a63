import type { JsonObject, JsonSchema } from "../../src/model/json.js";
import type { ToolList } from "../../src/tools/tool-list.js";

/** A tool as a model sees it, whatever the client. */
export interface Seen {
  readonly name: string;
  readonly parameters: JsonSchema;
  readonly strict: boolean;
}

/** A call by a model. */
export interface Call {
  readonly id: string;
  readonly name: string;
  /** An object; a text is sent as it is where the client sends text. */
  readonly args: unknown;
}

/** A client that returns a response, to be handled: how it sees tools, writes calls, and reads what comes back. */
export interface TestClient {
  readonly see: (tools: ToolList) => readonly Seen[];
  readonly response: (calls: readonly Call[]) => object;
  /** The call's id (or name, where the client has no ids), whether it is an error, and the content. */
  readonly read: (result: never) => {
    readonly id: string;
    readonly isError: boolean;
    readonly content: unknown;
  };
}

const json = (args: unknown) => (typeof args === "string" ? args : JSON.stringify(args));

function readText(text: string) {
  const parsed = parse(text);
  const isError = typeof parsed === "object" && parsed !== null && Object.keys(parsed).join() === "error";
  return { isError, content: isError ? (parsed as JsonObject).error : parsed };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const testClients: Readonly<Record<string, TestClient>> = {
  "Chat Completions": {
    see: (tools) => tools.forOpenAI().map(({ function: one }) => one),
    response: (calls) => ({
      object: "chat.completion",
      choices: [
        {
          index: 0,
          finish_reason: "tool_calls",
          message: {
            role: "assistant",
            content: null,
            tool_calls: calls.map(({ id, name, args }) => ({
              id,
              type: "function",
              function: { name, arguments: json(args) },
            })),
          },
        },
      ],
    }),
    read: ({ role, tool_call_id: id, content }: { role: string; tool_call_id: string; content: string }) => {
      if (role !== "tool") throw new Error(`a message of the role ${role}`);
      return { id, ...readText(content) };
    },
  },
  "Chat Completions, not strict": {
    see: (tools) => tools.forOpenAI({ strict: false }).map(({ function: one }) => one),
    response: (calls) => testClients["Chat Completions"]?.response(calls) ?? {},
    read: (result: never) => testClients["Chat Completions"]?.read(result) as never,
  },
  Responses: {
    see: (tools) => tools.forOpenAIResponses(),
    response: (calls) => ({
      object: "response",
      output: [
        { type: "reasoning", id: "rs_1", summary: [] },
        ...calls.map(({ id, name, args }) => ({
          type: "function_call",
          id: `fc_${id}`,
          call_id: id,
          name,
          arguments: json(args),
        })),
      ],
    }),
    read: ({ type, call_id: id, output }: { type: string; call_id: string; output: string }) => {
      if (type !== "function_call_output") throw new Error(`an item of the type ${type}`);
      return { id, ...readText(output) };
    },
  },
  Anthropic: {
    see: (tools) =>
      tools.forAnthropic().map(({ name, input_schema: parameters }) => ({ name, parameters, strict: false })),
    response: (calls) => ({
      type: "message",
      role: "assistant",
      content: [
        { type: "text", text: "I will." },
        ...calls.map(({ id, name, args }) => ({ type: "tool_use", id, name, input: args })),
      ],
    }),
    read: (result: { tool_use_id: string; is_error: boolean; content: string }) => ({
      id: result.tool_use_id,
      isError: result.is_error,
      content: result.is_error ? result.content : parse(result.content),
    }),
  },
  Gemini: {
    see: (tools) =>
      tools.forGemini().functionDeclarations.map(({ name, parametersJsonSchema }) => ({
        name,
        parameters: parametersJsonSchema,
        strict: false,
      })),
    response: (calls) => ({
      candidates: [
        {
          content: {
            role: "model",
            parts: [
              { text: "I will." },
              ...calls.map(({ id, name, args }) => ({ functionCall: { id, name, args } })),
            ],
          },
        },
      ],
    }),
    read: ({
      functionResponse: { id = "", response },
    }: {
      functionResponse: { id?: string; response: JsonObject };
    }) => ({ id, isError: "error" in response, content: response.error ?? response.output }),
  },
};
