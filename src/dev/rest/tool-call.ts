import { IDEMPOTENCY_KEY } from "../../protocol/headers.js";
import type { PlatformContext } from "../context.js";
import { type Call, optionalString, param, requiredString } from "../http/endpoint.js";
import { readArguments } from "../model/make-arguments.js";
import { ConnectionDropped, findTool, runTool, type ToolRequest } from "../operations/tools.js";
import type { ToolOutcome } from "../tools/tool-outcome.js";

/** Where a generation has the parts of a call that runs a tool. */
type Parts = Pick<ToolRequest, "input" | "inputName" | "accountId" | "userId" | "userIdName">;

/** Runs the tool of a call. @param respond the result as the generation shows it */
export async function executeByCall(
  context: PlatformContext,
  c: Call,
  word: "tool" | "action",
  parts: Parts,
  respond: (result: ToolOutcome) => object,
): Promise<Response> {
  const tool = findTool(context, param(c, word === "tool" ? "tool_slug" : "actionId"), word);
  const { outgoing, incoming } = c.env;
  const gone = new AbortController();
  const leave = () => gone.abort();
  outgoing.once("close", leave);
  try {
    const key = c.req.header(IDEMPOTENCY_KEY);
    const { result, isReplayed } = await runTool(context, tool, {
      ...parts,
      text: optionalString(c, "text"),
      version: optionalString(c, "version"),
      idempotencyKey: key === "" ? undefined : key,
      gone: gone.signal,
    });
    return c.json(respond(result), 200, isReplayed ? { "idempotency-replayed": "true" } : {});
  } catch (error) {
    if (!(error instanceof ConnectionDropped)) throw error;
    incoming.socket.destroy();
    // The connection is closed: there is no reader.
    return c.body(null);
  } finally {
    outgoing.off("close", leave);
  }
}

/** The arguments that a tool would be run with for a text. The reading follows rules: no model is asked. */
export function inputByCall(context: PlatformContext, c: Call, word: "tool" | "action"): Response {
  const tool = findTool(context, param(c, word === "tool" ? "tool_slug" : "actionId"), word);
  const read = readArguments(requiredString(c, "text"), tool.input);
  const problem = `The local platform reads texts by rules, without a model, and does not find ${read.missing.join(", ")}`;
  return c.json({ arguments: read.arguments, ...(read.missing.length > 0 && { error: problem }) });
}
