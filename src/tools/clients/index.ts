import { EarshotError } from "../../base/errors.js";
import { shownValue } from "../../base/warning.js";
import type { Answer } from "../answer.js";
import type { ModelCall } from "../run-calls.js";
import {
  type AnthropicResponse,
  type AnthropicResult,
  anthropicCalls,
  anthropicResult,
} from "./anthropic.js";
import { type ChatResponse, type ChatToolMessage, chatCalls, chatResult } from "./chat-completions.js";
import { type GeminiResponse, type GeminiResponsePart, geminiCalls, geminiResult } from "./gemini.js";
import {
  type FunctionCallOutput,
  type ResponsesResponse,
  responsesCalls,
  responsesResult,
} from "./responses.js";

/** A response of a model client: OpenAI's Chat Completions or Responses, Anthropic's, or Gemini's. */
export type ModelResponse = ChatResponse | ResponsesResponse | AnthropicResponse | GeminiResponse;

/** What goes back to the model for one call, in the form of the client whose response it was. */
export type CallResultOf<Response> = Response extends ChatResponse
  ? ChatToolMessage
  : Response extends ResponsesResponse
    ? FunctionCallOutput
    : Response extends AnthropicResponse
      ? AnthropicResult
      : GeminiResponsePart;

/** The calls in a response, and how a result of that client is written. */
export interface ReadResponse {
  readonly calls: readonly ModelCall[];
  readonly write: (call: ModelCall, answer: Answer) => unknown;
}

const clients = [
  { read: chatCalls, write: chatResult },
  { read: responsesCalls, write: responsesResult },
  { read: anthropicCalls, write: anthropicResult },
  { read: geminiCalls, write: geminiResult },
];

/** @throws EarshotError ERR_OPTION for what is no response of a model client */
export function readResponse(response: unknown): ReadResponse {
  if (typeof response === "object" && response !== null) {
    for (const { read, write } of clients) {
      const calls = read(response);
      if (calls !== undefined) return { calls, write };
    }
  }
  throw new EarshotError(
    "ERR_OPTION",
    `handleToolCalls takes a whole response of OpenAI, Anthropic or Gemini (with \`choices\`, \`output\`, \`content\` or \`candidates\`; collect the pieces of a stream first), not ${shownValue(response)}.`,
  );
}
