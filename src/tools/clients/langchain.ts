// biome-ignore-all lint/suspicious/noExplicitAny: LangChain's interface is generic in ways that only its types can say
import type { JsonSchema } from "../../model/json.js";
import { isJsonObject } from "../../model/json.js";
import type { ClientTool } from "../client-forms.js";
import type { RunTool } from "./ai-sdk.js";
import { openAIText } from "./chat-completions.js";

/** A tool as LangChain takes it: what `StructuredToolInterface` has. */
export interface LangChainTool {
  readonly name: string;
  readonly description: string;
  readonly schema: any;
  readonly returnDirect: boolean;
  readonly lc_namespace: string[];
  readonly lc_serializable: boolean;
  readonly lc_runnable: boolean;
  readonly lc_id: string[];
  /** @returns the content of the tool's message, errors included */
  invoke(input: any, config?: any): Promise<any>;
  call(input: any, config?: any): Promise<any>;
  batch(inputs: any[], config?: any, options?: any): Promise<any[]>;
  stream(input: any, config?: any): Promise<any>;
  transform(inputs: AsyncGenerator<any>, config?: any): AsyncGenerator<any>;
  getName(suffix?: string): string;
}

export function langChainTool(tool: ClientTool, run: RunTool): LangChainTool {
  const { name, description } = tool;
  const parameters: JsonSchema = tool.parameters;
  const invoke = async (input: unknown, config?: { readonly signal?: AbortSignal }): Promise<string> =>
    openAIText(await run(tool, argumentsIn(input), config?.signal));
  return {
    name,
    description,
    schema: parameters,
    returnDirect: false,
    lc_namespace: ["earshot", "tools"],
    lc_serializable: false,
    lc_runnable: true,
    lc_id: ["earshot", "tools", name],
    invoke,
    call: invoke,
    batch: (inputs, config) =>
      Promise.all(inputs.map((input, at) => invoke(input, Array.isArray(config) ? config[at] : config))),
    async stream(input, config) {
      const text = await invoke(input, config);
      return new ReadableStream({
        start(controller) {
          controller.enqueue(text);
          controller.close();
        },
      });
    },
    async *transform(inputs, config) {
      for await (const input of inputs) yield await invoke(input, config);
    },
    getName: (suffix) => (suffix === undefined ? name : `${name}${suffix}`),
  };
}

/** Agents pass a whole call, `{type: "tool_call", args}`; programs the arguments. */
function argumentsIn(input: unknown): unknown {
  return isJsonObject(input) && input.type === "tool_call" && "args" in input ? input.args : input;
}
