import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { plainText } from "../../base/plain-text.js";
import { nearest } from "../../base/suggest.js";
import type { JsonObject, JsonSchema } from "../../model/json.js";
import { checkArguments } from "../../tools/check-arguments.js";
import { fenced } from "./fence.js";

/** A tool that a model calls over MCP. */
export interface InboxTool {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** For the model. */
  readonly description: string;
  /** Of the arguments: an object. */
  readonly inputSchema: JsonSchema;
  /** Whether a call changes something: it then runs only where it was allowed by name. */
  readonly changes: boolean;
  /**
   * @param args checked against `inputSchema`
   * @throws any error; its message goes to the model, fenced
   */
  readonly run: (args: JsonObject, call: HostCall) => Promise<ToolAnswer>;
}

/** What a call has besides its arguments. */
export interface HostCall {
  /** Aborted where the host cancels the call, or the connection ends. */
  readonly signal: AbortSignal;
}

/** What a model gets for a call. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** Bytes of an error's fenced message. */
const MAX_ERROR_BYTES = 4096;

/** Arguments that say whose account a call uses. */
export const accountProperties = {
  entityId: { type: "string", minLength: 1, description: "Whose account. Default: the default entity." },
  connectedAccountId: {
    type: "string",
    minLength: 1,
    description: "The account, where the entity has several.",
  },
};

export const answer = (text: string): ToolAnswer => ({ text, isError: false });

/** An answer to a call that has failed. The text has nothing from outside. */
export const failed = (text: string): ToolAnswer => ({ text, isError: true });

/**
 * Runs a tool by its name. Never rejects: what is wrong is an answer that the model can act on.
 *
 * @param tools those that `inboxTools` returned
 */
export async function callTool(
  tools: readonly InboxTool[],
  name: string,
  args: unknown,
  call: HostCall,
): Promise<ToolAnswer> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) {
    const names = tools.map((one) => one.name);
    const near = nearest(name, names);
    const offer = near === undefined ? "" : `Did you mean ${near}? `;
    return failed(`There is no such tool. ${offer}The tools are ${names.join(", ")}.`);
  }
  const checked = checkArguments(name, tool.inputSchema, args);
  // The problems quote the model's own arguments only.
  if ("wrong" in checked) return failed(`${checked.wrong.error}`);
  try {
    return await tool.run(checked.args, call);
  } catch (thrown) {
    return failedBy(tool.name, thrown);
  }
}

/** The message may quote the platform, a sender or a callback: it is fenced. What is wrong in the call quotes only that. */
function failedBy(name: string, thrown: unknown): ToolAnswer {
  const isOurs = thrown instanceof EarshotError;
  if (isOurs && (thrown.code === "ERR_OPTION" || thrown.code === "ERR_FILTER")) {
    return failed(`${name} was called wrongly (${thrown.code}). ${plainText(thrown.message)}`);
  }
  const solution = isOurs ? ` ${thrown.solution}` : "";
  const code = isOurs ? ` (${thrown.code})` : "";
  const item = { facts: { message: messageOf(thrown) } };
  return failed(`${name} failed${code}.${solution}\n${fenced("error", [item], MAX_ERROR_BYTES)}`);
}
