import { ApiError, EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import type { CallOptions } from "../client/types.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import type { ToolDefinition, ToolResult } from "../model/tools.js";
import { checkArguments } from "./check-arguments.js";
import { failure } from "./local-tool.js";
import { processorsOf } from "./processors.js";
import { modelSchema } from "./schema/model-schema.js";
import type { Processors, Tool, ToolCallContext } from "./types.js";

/** Begins a call of a tool: calls that begin in the same order have the same idempotency keys. */
export type PrepareCall = () => (args: JsonObject, signal: AbortSignal | undefined) => Promise<ToolResult>;

interface Binding {
  readonly entityId: string;
  readonly processors: Processors | undefined;
}

/** A tool of the platform, for one entity and with its processors. */
export function bindTool(definition: ToolDefinition, binding: Binding, prepare: PrepareCall): Promise<Tool> {
  const { name, appName, description, inputSchema, outputSchema } = definition;
  return processed({ name, appName, description, inputSchema, outputSchema, prepare }, binding);
}

/** A local tool with its processors. It checks its arguments itself. */
export function bindLocalTool(tool: Tool, binding: Binding): Promise<Tool> {
  const run = (args: JsonObject, signal: AbortSignal | undefined) => tool.execute(args, { signal });
  return processed({ ...tool, prepare: () => run }, binding);
}

interface Runnable extends Omit<Tool, "execute"> {
  readonly prepare: PrepareCall;
}

async function processed(tool: Runnable, { entityId, processors }: Binding): Promise<Tool> {
  const { name, appName, inputSchema: full } = tool;
  const { pre, post, schema } = processorsOf(processors, name);
  const call: ToolCallContext = { name, appName, entityId };
  const shown = schema === undefined ? full : await changedSchema(modelSchema(full), schema, call);
  const hidden = hiddenArguments(full, shown);
  return {
    name,
    appName,
    description: tool.description,
    inputSchema: shown,
    outputSchema: tool.outputSchema,
    async execute(given: object, { signal }: CallOptions = {}) {
      const checked = checkArguments(name, shown, given);
      if ("wrong" in checked) return checked.wrong;
      let { args } = checked;
      const set = hidden.filter((argument) => Object.hasOwn(args, argument));
      if (set.length > 0) return failure(`${name} takes no ${set.join(", ")} from its caller.`);
      // Before anything is awaited, and not for calls that do not run: a retry of a step counts alike.
      const run = tool.prepare();
      if (pre !== undefined) {
        try {
          // A processor may return the arguments, or change the ones that it got.
          args = (await pre(args, call)) ?? args;
        } catch (thrown) {
          return failure(messageOf(thrown));
        }
      }
      const complete = shown === full && pre === undefined ? { args } : checkArguments(name, full, args);
      if ("wrong" in complete) return complete.wrong;
      const result = await run(complete.args, signal).catch(failureOf);
      return post === undefined ? result : processedResult(result, (one) => post(one, call), name);
    },
  };
}

async function changedSchema(
  schema: JsonSchema,
  change: (schema: JsonSchema, call: Omit<ToolCallContext, "entityId">) => unknown,
  call: ToolCallContext,
): Promise<JsonSchema> {
  const changed = await change(schema, call);
  if (typeof changed === "object" && changed !== null) return changed as JsonSchema;
  throw new EarshotError("ERR_OPTION", `\`processors.schema\` returned no schema for ${call.name}.`);
}

/** Arguments that a processor has removed: the caller must not set what `pre` is to fill in. */
function hiddenArguments(full: JsonSchema, shown: JsonSchema): readonly string[] {
  if (full === shown) return [];
  const namesOf = ({ properties }: JsonSchema) => (isJsonObject(properties) ? Object.keys(properties) : []);
  const left = new Set(namesOf(shown));
  return namesOf(modelSchema(full)).filter((name) => !left.has(name));
}

/** After the action has run, an exception of a processor must not look as if it had not. */
async function processedResult(
  result: ToolResult,
  post: (result: ToolResult) => unknown,
  name: string,
): Promise<ToolResult> {
  try {
    return ((await post(result)) as ToolResult | undefined) ?? result;
  } catch (thrown) {
    const outcome = result.successful ? "has run" : "has failed";
    return failure(`${name} ${outcome}, but its result could not be processed: ${messageOf(thrown)}`);
  }
}

/** A failed call as a result. Only what no other call could do better is thrown: a rejected key, an abort. */
function failureOf(thrown: unknown): ToolResult {
  const isAborted = thrown instanceof EarshotError && thrown.code === "ERR_ABORTED";
  if (isAborted || isKeyRejected(thrown)) throw thrown;
  return failure(messageOf(thrown));
}

/** Whether every further call would fail as well. */
export function isKeyRejected(thrown: unknown): boolean {
  if (!(thrown instanceof EarshotError)) return false;
  if (thrown.code === "ERR_KEY_MISSING") return true;
  return thrown instanceof ApiError && (thrown.status === 401 || thrown.status === 403);
}
