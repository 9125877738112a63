import type { CallOptions } from "../client/types.js";
import type { JsonObject, JsonSchema } from "../model/json.js";
import type { ArgumentsOf, DataOf, ToolName, ToolResult } from "../model/tools.js";

/** One call, for processors. */
export interface ToolCallContext {
  /** The tool's name: `SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL`. */
  readonly name: string;
  /** The app in lower case; `undefined` for a local tool. */
  readonly appName: string | undefined;
  /** The entity whose account the call uses. */
  readonly entityId: string;
}

/**
 * Changes the arguments before a call, such as to fill in a channel. Returns them, or changes the ones that it got. What
 * it throws is the response to the model: so it can also forbid a call.
 */
export type PreProcessor = (
  args: Record<string, unknown>,
  call: ToolCallContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes its argument returns nothing
) => MaybeAsync<JsonObject | void>;

/** Changes a result before the model gets it, such as to leave out what costs tokens. */
export type PostProcessor = (
  result: ToolResult,
  call: ToolCallContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes its argument returns nothing
) => MaybeAsync<ToolResult | void>;

/** Changes the arguments' JSON Schema that the model sees: see `hideArguments`. */
export type SchemaProcessor = (
  inputSchema: JsonSchema,
  call: Omit<ToolCallContext, "entityId">,
) => MaybeAsync<JsonSchema>;

type MaybeAsync<Value> = Value | Promise<Value>;

/** One processor for all tools, or several by tool name, in any case. */
export type PerTool<Processor> = Processor | { readonly [Name in ToolName]?: Processor | undefined };

/** What to change in the calls of tools. Each may be synchronous or asynchronous. */
export interface Processors {
  /** Before a call. */
  readonly pre?: PerTool<PreProcessor> | undefined;
  /** After a call. */
  readonly post?: PerTool<PostProcessor> | undefined;
  /** Of the schema that the model sees. */
  readonly schema?: PerTool<SchemaProcessor> | undefined;
}

/** How calls of tools run. In `getTools`, `signal` aborts only the search for tools. */
export interface ToolCallOptions extends CallOptions {
  /** The entity (your user) whose account a call uses. Default: the toolset's `entityId`. */
  readonly entityId?: string | undefined;
  /** The account to use. Default: the entity's account for the tool's app. */
  readonly connectedAccountId?: string | undefined;
  /** What to change in the calls. Default: nothing. */
  readonly processors?: Processors | undefined;
  /** Local tools that join the list: see `defineTool`. Default: none. */
  readonly tools?: readonly Tool[] | undefined;
  /** Limit for one call with its processors, milliseconds. The model gets a response after it. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Calls of one response that run at the same time. Default: 8. */
  readonly parallel?: number | undefined;
  /** The longest result that the model gets, characters; the rest is cut, with a note. Default: 50,000. */
  readonly maxResultLength?: number | undefined;
  /**
   * What `handleToolCalls` does where a call failed: `"answer"` gives the reason to the model; `"throw"` throws
   * ERR_TOOL_FAILED once all calls have ended, so that a step runs again. Default: `"answer"`.
   */
  readonly onFailure?: "answer" | "throw" | undefined;
}

/** Options of `toolset.executeAction`, beside name and arguments. */
export interface ExecuteOptions extends CallOptions {
  /** The entity (your user) whose account the call uses. Default: the toolset's `entityId`. */
  readonly entityId?: string | undefined;
  /** The account to use. Default: the entity's account for the tool's app. */
  readonly connectedAccountId?: string | undefined;
  /** What to do, in words, in place of the arguments: the platform fills them in. Default: none. */
  readonly text?: string | undefined;
  /** The version of the tool. Default: the newest. */
  readonly version?: string | undefined;
  /**
   * Two calls with the same key take effect once, where the platform honors it. Default: inside a callback's step, the
   * event's id, the step and the tool's name, so that a retry of the step has the same one; else none.
   */
  readonly idempotencyKey?: string | undefined;
}

/** A tool that a model can call, in no client's form. */
export interface Tool<Name extends string = string> {
  /** `GITHUB_CREATE_AN_ISSUE` */
  readonly name: Name;
  /** The app in lower case: `github`; `undefined` for a local tool. */
  readonly appName: string | undefined;
  /** What it does; the model chooses by it. */
  readonly description: string;
  /** JSON Schema of the arguments, as the model sees it. */
  readonly inputSchema: JsonSchema;
  /** JSON Schema of the result's data. */
  readonly outputSchema: JsonSchema;
  /**
   * Runs the tool, with its processors. Wrong arguments and a failing tool are a result with `successful: false`.
   *
   * @throws ApiError ERR_UNAUTHORIZED, and EarshotError ERR_KEY_MISSING: the key is rejected
   * @throws EarshotError ERR_ABORTED
   */
  execute(args: ArgumentsOf<Name>, options?: CallOptions): Promise<ToolResult<DataOf<Name>>>;
}
