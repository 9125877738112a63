import type { JsonObject, JsonSchema } from "../model/json.js";
import { checkValue, problemText } from "./check-value.js";
import type { PlatformContext } from "./context.js";
import { nowIso } from "./context.js";

/** Something harmless that an agent can run, so that running something can be tried. */
export interface Tool {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Schema of the arguments. */
  readonly input: JsonSchema;
  /** Schema of the data that comes back. */
  readonly output: JsonSchema;
  readonly run: (input: JsonObject, context: PlatformContext) => JsonObject;
}

/** The app, or toolkit, of the built-in tools. It needs no account. */
export const TOOL_APP = "local";
export const TOOL_VERSION = "20250101_00";

/** The only tools there are: the local platform has the triggers of many apps and the tools of none. */
export const tools: readonly Tool[] = [
  {
    name: "LOCAL_ECHO",
    displayName: "Echo",
    description: "Gives back the message that it was given.",
    input: {
      title: "LocalEchoRequest",
      type: "object",
      properties: { message: { title: "Message", type: "string", description: "Any text." } },
      required: ["message"],
    },
    output: {
      title: "LocalEchoResponse",
      type: "object",
      properties: { message: { title: "Message", type: "string", description: "The same text." } },
      required: ["message"],
    },
    run: ({ message }) => ({ message }),
  },
  {
    name: "LOCAL_TIME",
    displayName: "Time",
    description: "Tells the local platform's time.",
    input: { title: "LocalTimeRequest", type: "object", properties: {} },
    output: {
      title: "LocalTimeResponse",
      type: "object",
      properties: { time: { title: "Time", type: "string", format: "date-time", description: "ISO 8601." } },
      required: ["time"],
    },
    run: (_, context) => ({ time: nowIso(context) }),
  },
];

/** @param name in any case */
export function findTool(name: string): Tool | undefined {
  return tools.find((tool) => tool.name === name.toUpperCase());
}

/** What came of running a tool. */
export interface ToolResult {
  readonly data: JsonObject;
  readonly error: string | null;
  readonly successful: boolean;
}

/** Runs a tool. Arguments that do not fit are a result without success, not an error of the call. */
export async function runTool(context: PlatformContext, tool: Tool, input: JsonObject): Promise<ToolResult> {
  const problems = await checkValue(input, tool.input);
  if (problems.length === 0) return { data: tool.run(input, context), error: null, successful: true };
  return { data: {}, error: problems.map(problemText).join("; "), successful: false };
}
