import type { JsonSchema } from "../model/json.js";
import { modelSchema } from "./schema/model-schema.js";
import { argumentAliases, clientNames, TOOL_NAME, withAliases } from "./schema/names.js";
import { restoreArguments } from "./schema/restore.js";
import type { Tool } from "./types.js";

/** A tool as model clients see it. */
export interface ClientTool {
  readonly tool: Tool;
  /** The tool's name, shortened where a client would reject it. */
  readonly name: string;
  readonly description: string;
  /** Of the arguments, with names that every client takes. */
  readonly parameters: JsonSchema;
  /** Turns a model's arguments into the tool's. */
  readonly restore: (args: unknown) => unknown;
}

/** The tools of a list as model clients see them. */
export function clientTools(tools: readonly Tool[]): readonly ClientTool[] {
  const names = clientNames(
    tools.map(({ name }) => name),
    TOOL_NAME,
  );
  return tools.map((tool) => {
    const plain = modelSchema(tool.inputSchema);
    const aliases = argumentAliases(plain);
    return {
      tool,
      name: names.get(tool.name) ?? tool.name,
      description: tool.description,
      parameters: withAliases(plain, aliases),
      restore: (args) => restoreArguments(args, plain, aliases),
    };
  });
}
