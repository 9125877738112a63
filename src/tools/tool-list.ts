import { EarshotError } from "../base/errors.js";
import { nearestFew } from "../base/suggest.js";
import type { CallOptions } from "../client/types.js";
import type { ToolName } from "../model/tools.js";
import type { Answer } from "./answer.js";
import { type ClientTool, clientTools } from "./client-forms.js";
import { type AISDKTool, aiSDKTool } from "./clients/ai-sdk.js";
import { type AnthropicTool, anthropicTool } from "./clients/anthropic.js";
import { type ChatTool, chatTool, type OpenAIFormOptions } from "./clients/chat-completions.js";
import { type GeminiTool, geminiCall, geminiDeclarations, geminiResult } from "./clients/gemini.js";
import { type CallResultOf, type ModelResponse, readResponse } from "./clients/index.js";
import { type LangChainTool, langChainTool } from "./clients/langchain.js";
import { type MCPTools, mcpResult, mcpTool } from "./clients/mcp.js";
import { type ResponsesTool, responsesTool } from "./clients/responses.js";
import { type FindTool, type ModelCall, type RunSettings, runCalls } from "./run-calls.js";
import type { Tool, ToolCallOptions } from "./types.js";

/** How the calls of a response run, and what a failed one does. */
type AnswerSettings = RunSettings & Required<Pick<ToolCallOptions, "onFailure">>;

/** Tools that an unknown name is answered with, where none is near. */
const MOST_LISTED = 20;

/**
 * Tools for a model, in the form of each client. Iterate it for the tools in no client's form.
 *
 * Names that a client would reject are shortened, and mapped back when a call comes.
 */
export class ToolList<Name extends ToolName = ToolName> implements Iterable<Tool<Name>> {
  readonly #tools: readonly Tool<Name>[];
  readonly #settings: Omit<AnswerSettings, "signal">;
  #forms: ReadonlyMap<string, ClientTool> | undefined;

  /** @throws EarshotError ERR_OPTION where two tools have one name */
  constructor(tools: readonly Tool<Name>[], settings: Omit<AnswerSettings, "signal">) {
    const names = new Set<string>();
    for (const { name } of tools) {
      if (names.has(name)) throw new EarshotError("ERR_OPTION", `Two tools have the name ${name}.`);
      names.add(name);
    }
    this.#tools = tools;
    this.#settings = settings;
  }

  [Symbol.iterator](): Iterator<Tool<Name>> {
    return this.#tools[Symbol.iterator]();
  }

  /** How many tools there are. */
  get length(): number {
    return this.#tools.length;
  }

  /** One tool, by its own name. */
  get<One extends Name>(name: One): Tool<One> | undefined {
    return this.#tools.find((tool) => tool.name === name) as Tool<One> | undefined;
  }

  /**
   * A list with more tools: your own.
   *
   * @throws EarshotError ERR_OPTION where two tools have one name
   */
  with(...tools: readonly Tool[]): ToolList {
    return new ToolList<ToolName>([...this.#tools, ...tools] as Tool[], this.#settings);
  }

  /** For `client.chat.completions.create({ tools })` of OpenAI, and of APIs that follow it. */
  forOpenAI({ strict = true }: OpenAIFormOptions = {}): ChatTool[] {
    return this.#all().map((tool) => chatTool(tool, strict));
  }

  /** For `client.responses.create({ tools })` of OpenAI. */
  forOpenAIResponses({ strict = true }: OpenAIFormOptions = {}): ResponsesTool[] {
    return this.#all().map((tool) => responsesTool(tool, strict));
  }

  /**
   * For `config: { tools: [tools.forGemini()] }` of `@google/genai`, which then calls the tools by itself. To call them
   * with `handleToolCalls`, add `automaticFunctionCalling: { disable: true }`.
   */
  forGemini(): GeminiTool {
    const declarations = geminiDeclarations(this.#all());
    return {
      ...declarations,
      tool: async () => declarations,
      callTool: async (calls) => {
        const read = calls.map(geminiCall);
        const answers = await runCalls(read, this.#find, { ...this.#settings, signal: undefined });
        return read.map((call, at) => geminiResult(call, answers[at] as Answer));
      },
    };
  }

  /** For `client.messages.create({ tools })` of Anthropic. */
  forAnthropic(): AnthropicTool[] {
    return this.#all().map(anthropicTool);
  }

  /** For `generateText({ tools })` of the AI SDK, which calls the tools by itself. */
  forAISDK(): Record<string, AISDKTool> {
    return Object.fromEntries(this.#all().map((tool) => [tool.name, aiSDKTool(tool, this.#run)]));
  }

  /** For agents of LangChain and LangGraph, and `model.bindTools(tools)`. */
  forLangChain(): LangChainTool[] {
    return this.#all().map((tool) => langChainTool(tool, this.#run));
  }

  /** For an MCP server: `tools/list` and `tools/call`. */
  forMCP(): MCPTools {
    return {
      tools: this.#all().map(mcpTool),
      callTool: async ({ name, arguments: args }, { signal } = {}) => {
        const [answer] = await runCalls([{ id: undefined, name, args }], this.#find, {
          ...this.#settings,
          signal,
        });
        return mcpResult(answer as Answer);
      },
    };
  }

  /**
   * Runs the calls in a model's response, and returns what goes back to the model, one result for each call, in the
   * form of that client. No call is an empty list. Unknown tools, wrong arguments and tools that fail, hang or are
   * aborted are results too, unless `onFailure` of `getTools` is `"throw"`.
   *
   * @throws EarshotError ERR_TOOL_FAILED with `onFailure: "throw"`, once all calls have ended
   * @throws ApiError ERR_UNAUTHORIZED, and EarshotError ERR_KEY_MISSING: the key is rejected
   * @throws EarshotError ERR_OPTION for what is no response of OpenAI, Anthropic or Gemini
   */
  handleToolCalls<const Response extends ModelResponse>(
    response: Response,
    { signal }: CallOptions = {},
  ): Promise<CallResultOf<Response>[]> {
    return answerCalls(response, this.#find, { ...this.#settings, signal });
  }

  readonly #find: FindTool = (name) => {
    this.#all();
    const names = [...(this.#forms?.keys() ?? [])];
    return this.#forms?.get(name) ?? unknownTool(name, names);
  };

  readonly #run = async (
    tool: ClientTool,
    args: unknown,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    const call = { id: undefined, name: tool.name, args };
    const [answer] = await runCalls([call], () => tool, { ...this.#settings, signal });
    return answer as Answer;
  };

  /** Made when a client needs them: some lists are only iterated. */
  #all(): readonly ClientTool[] {
    this.#forms ??= new Map(clientTools(this.#tools as readonly Tool[]).map((tool) => [tool.name, tool]));
    return [...this.#forms.values()];
  }
}

/** Runs the calls in a response, and writes each answer as a result of its client. */
export async function answerCalls<Response extends ModelResponse>(
  response: Response,
  find: FindTool,
  settings: AnswerSettings,
): Promise<CallResultOf<Response>[]> {
  const { calls, write } = readResponse(response);
  const answers = await runCalls(calls, find, settings);
  if (settings.onFailure === "throw") rejectFailures(calls, answers);
  return calls.map((call, at) => write(call, answers[at] as Answer) as CallResultOf<Response>);
}

/** @throws EarshotError ERR_TOOL_FAILED with each call that failed, and its reason */
function rejectFailures(calls: readonly ModelCall[], answers: readonly Answer[]): void {
  const reasons = calls.flatMap(({ name }, at) => {
    const answer = answers[at] as Answer;
    return answer.isError ? [`${name}: ${answer.text}`] : [];
  });
  if (reasons.length > 0) throw new EarshotError("ERR_TOOL_FAILED", reasons.join("\n"));
}

/** What a model gets that calls a tool which is not in the list. */
function unknownTool(name: string, names: readonly string[]): string {
  const near = nearestFew(name, names);
  const offer = near.length > 0 ? near : names.slice(0, MOST_LISTED);
  return `There is no tool ${JSON.stringify(name)}. Tools: ${offer.join(", ") || "none"}.`;
}
