import { systemClock } from "../../src/base/clock.js";
import { builtInTools } from "../../src/catalog/index.js";
import type { JsonObject, JsonSchema } from "../../src/model/json.js";
import type { ToolDefinition, ToolResult } from "../../src/model/tools.js";
import { bindTool } from "../../src/tools/bind.js";
import type { RunSettings } from "../../src/tools/run-calls.js";
import { ToolList } from "../../src/tools/tool-list.js";
import type { Processors, Tool } from "../../src/tools/types.js";

export const runSettings: Omit<RunSettings, "signal"> & { readonly onFailure: "answer" | "throw" } = {
  clock: systemClock,
  onFailure: "answer",
  timeoutMs: 30_000,
  parallel: 8,
  maxResultLength: 50_000,
};

/** What a tool was run with. */
export interface Ran {
  readonly name: string;
  readonly args: JsonObject;
}

type Run = (args: JsonObject, signal: AbortSignal | undefined) => Promise<ToolResult>;

const echo: Run = async (args) => ({ successful: true, data: { ...args }, error: undefined, logId: "log_1" });

/** A tool of a platform, with the real checks and processors. */
export function toolFor(
  name: string,
  inputSchema: JsonSchema,
  run: Run = echo,
  processors?: Processors,
): Promise<Tool> {
  const definition: ToolDefinition = {
    name,
    appName: "acme",
    displayName: name,
    description: `What ${name} does.`,
    inputSchema,
    outputSchema: {},
    tags: [],
    version: "1",
    needsAccount: true,
  };
  return bindTool(definition, { entityId: "joe", processors }, () => run);
}

/** A list whose tools only note what they were run with. */
export async function notingList(
  schemas: Readonly<Record<string, JsonSchema>>,
): Promise<{ readonly tools: ToolList; readonly ran: Ran[] }> {
  const ran: Ran[] = [];
  const tools = await Promise.all(
    Object.entries(schemas).map(([name, schema]) =>
      toolFor(name, schema, (args, signal) => {
        ran.push({ name, args });
        return echo(args, signal);
      }),
    ),
  );
  return { tools: new ToolList(tools, runSettings), ran };
}

/** Name → schema of every tool of the catalog. */
export const catalogSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(builtInTools().map(({ name, input }) => [name, input]));
