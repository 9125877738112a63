// biome-ignore-all lint/suspicious/noExplicitAny: the SDK marks schemas with a symbol that only its own types can name
import { EarshotError } from "../../base/errors.js";
import type { Answer } from "../answer.js";
import type { ClientTool } from "../client-forms.js";

/** Runs one call of a tool, as a framework that calls tools by itself needs it. */
export type RunTool = (tool: ClientTool, args: unknown, signal: AbortSignal | undefined) => Promise<Answer>;

/** A tool as the AI SDK (`ai`) takes it, in a record by name. */
export interface AISDKTool {
  readonly description: string;
  readonly inputSchema: any;
  readonly execute: (
    input: any,
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ) => Promise<any>;
}

/** The marks of the SDK's `jsonSchema()`: registered symbols, so that every copy of it knows them. */
const SCHEMA = Symbol.for("vercel.ai.schema");
const VALIDATOR = Symbol.for("vercel.ai.validator");

/** The tool checks its arguments itself, so that the model gets every problem with its description. */
export function aiSDKTool(tool: ClientTool, run: RunTool): AISDKTool {
  return {
    description: tool.description,
    inputSchema: {
      [SCHEMA]: true,
      [VALIDATOR]: true,
      _type: undefined,
      jsonSchema: tool.parameters,
      validate: (value: unknown) => ({ success: true, value }),
    },
    async execute(input, { abortSignal } = {}) {
      const { isError, text, data } = await run(tool, input, abortSignal);
      // The SDK makes a `tool-error` of it, which the model gets.
      if (isError) throw new EarshotError("ERR_TOOL_FAILED", text);
      return data ?? text;
    },
  };
}
