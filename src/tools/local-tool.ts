import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { handle, isGenerator, RETURNED_GENERATOR } from "../base/foreign-promise.js";
import { messageOf } from "../base/message-of.js";
import { hasMembers, readOptions, withoutDefault } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import type { OutputOf, StandardSchema } from "../model/standard-schema.js";
import type { ToolResult } from "../model/tools.js";
import type { Tool } from "./types.js";

/** A tool of your own, for `defineTool`. */
export interface LocalToolOptions<Schema extends StandardSchema> {
  /** Of letters, digits, `_` and `-`, up to 64: the names that every model client takes. */
  readonly name: string;
  /** What it does; the model chooses by it. */
  readonly description: string;
  /** Schema of the arguments: of zod 4.2 or later, ArkType, or another library with Standard JSON Schema. */
  readonly input: Schema;
  /** JSON Schema of the arguments, where the library of `input` writes none. Default: what it writes. */
  readonly inputSchema?: JsonSchema | undefined;
  /** Runs it. What it returns is the result's data; what it throws, the error that the model gets. */
  readonly execute: (args: OutputOf<Schema>, context: { readonly signal: AbortSignal }) => unknown;
}

const table = {
  name: withoutDefault<string>(nameOption),
  description: withoutDefault<string>(),
  input: withoutDefault<StandardSchema>(),
  inputSchema: withoutDefault<JsonSchema>(),
  execute: withoutDefault<(args: never, context: { readonly signal: AbortSignal }) => unknown>(),
};

/**
 * A tool of your own, which joins the platform's: `toolset.getTools(filter, { tools: [roll] })` or `tools.with(roll)`.
 *
 * @example
 * const roll = defineTool({
 *   name: "roll_dice",
 *   description: "Rolls a die.",
 *   input: z.object({ sides: z.int().min(2) }),
 *   execute: ({ sides }) => ({ rolled: 1 + Math.floor(Math.random() * sides) }),
 * });
 *
 * @throws EarshotError ERR_OPTION
 */
export function defineTool<const Schema extends StandardSchema>(options: LocalToolOptions<Schema>): Tool {
  const { name, description, input, execute, inputSchema } = readOptions("defineTool", table, options);
  if (
    name === undefined ||
    typeof description !== "string" ||
    execute === undefined ||
    !isCallable(execute)
  ) {
    throw new EarshotError("ERR_OPTION", "defineTool takes `name`, `description`, `input` and `execute`.");
  }
  const validate = input?.["~standard"]?.validate;
  if (input === undefined || typeof validate !== "function") {
    throw new EarshotError(
      "ERR_OPTION",
      `The \`input\` of ${name} is no Standard Schema (standardschema.dev).`,
    );
  }
  if (inputSchema !== undefined && !hasMembers(inputSchema)) {
    throw new EarshotError("ERR_OPTION", `The \`inputSchema\` of ${name} is a JSON Schema: an object.`);
  }
  return {
    name,
    appName: undefined,
    description,
    inputSchema: inputSchema ?? writtenSchema(name, input),
    outputSchema: {},
    async execute(given: object, { signal = new AbortController().signal } = {}): Promise<ToolResult> {
      try {
        const checked = await validate(given);
        if (checked.issues !== undefined) {
          return failure(`The arguments of ${name} are wrong: ${checked.issues.map(issueText).join("; ")}`);
        }
        // What has been told as aborted must not take effect.
        if (signal.aborted) return failure(`${name} was aborted.`);
        const data: unknown = await execute(checked.value as never, { signal });
        if (isGenerator(data)) return failure(RETURNED_GENERATOR);
        // Of a list, promises: no model gets them, and a rejection would end the process.
        handle(data);
        const unwritable = unwritableKind(data);
        if (unwritable !== undefined) {
          return failure(`${name} ran, and returned ${unwritable}, which JSON cannot say: return an object.`);
        }
        return { successful: true, data: asData(data), error: undefined, logId: undefined };
      } catch (thrown) {
        return failure(messageOf(thrown));
      }
    },
  };
}

/**
 * A schema processor that hides arguments from the model: those that a `pre` processor fills in.
 *
 * @example
 * getTools({ actions: POST }, { processors: { schema: hideArguments("channel", "thread_ts"), pre: … } });
 */
export function hideArguments(...names: readonly string[]): (inputSchema: JsonSchema) => JsonSchema {
  const hidden = new Set(names);
  return (schema) => {
    const { properties, required } = schema;
    if (!isJsonObject(properties)) return schema;
    return {
      ...schema,
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !hidden.has(name))),
      ...(Array.isArray(required) && { required: required.filter((name) => !hidden.has(name)) }),
    };
  };
}

/** The result of a tool that has failed. */
export function failure(error: string): ToolResult<never> {
  return { successful: false, data: {}, error, logId: undefined };
}

/** What JSON writes as `{}`, or leaves out. The message of an error, which was returned and not thrown. */
function unwritableKind(data: unknown): string | undefined {
  if (data instanceof Error) return `an error: ${messageOf(data)}`;
  if (typeof data === "function" || typeof data === "symbol") return shownValue(data);
  const kind = Object.prototype.toString.call(data).slice(8, -1);
  const isUnwritable = /^((Weak)?(Map|Set)|RegExp|ArrayBuffer|Response|Request|Headers|ReadableStream|Blob)$/;
  return isUnwritable.test(kind) ? `a ${kind}` : undefined;
}

/** A result's data is an object; a value of another kind is a member of one. */
const asData = (data: unknown): JsonObject => (isJsonObject(data) ? data : { result: data ?? null });

interface JsonSchemaWriter {
  readonly input?: (options: { readonly target: string }) => JsonSchema;
}

/** Standard JSON Schema (standardschema.dev/json-schema). */
function writtenSchema(name: string, input: StandardSchema): JsonSchema {
  const writer = (input["~standard"] as { readonly jsonSchema?: JsonSchemaWriter }).jsonSchema;
  if (typeof writer?.input !== "function") {
    throw new EarshotError(
      "ERR_OPTION",
      `The library of ${name}'s \`input\` (${input["~standard"].vendor}) writes no JSON Schema: update it, or pass \`inputSchema\`.`,
    );
  }
  try {
    return writer.input({ target: "draft-2020-12" });
  } catch (thrown) {
    const message = `The \`input\` of ${name} cannot be written as JSON Schema: ${messageOf(thrown)}`;
    throw new EarshotError("ERR_OPTION", message, { cause: thrown });
  }
}

function issueText({
  message,
  path,
}: {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
}): string {
  const steps = (path ?? []).map((step) => String(isJsonObject(step) ? step.key : step));
  return steps.length === 0 ? message : `${steps.join(".")}: ${message}`;
}

/** @throws EarshotError ERR_OPTION */
function nameOption(_: string, given: string): string {
  if (typeof given === "string" && /^[\w-]{1,64}$/.test(given)) return given;
  throw new EarshotError(
    "ERR_OPTION",
    `A local tool's name has 1 to 64 letters, digits, "_" and "-", so not ${shownValue(given)}.`,
  );
}
