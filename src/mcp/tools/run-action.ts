import type { JsonObject } from "../../model/json.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import { accountProperties, answer, failed, type InboxTool } from "./tool.js";

/** @param actions names of the actions that may run, in upper case */
export function runActionTool(
  { toolset }: ToolParts,
  actions: ReadonlySet<string>,
  rejection: (name: string) => string,
): InboxTool {
  const allowed = actions.size === 0 ? "No action is allowed now." : `Allowed: ${[...actions].join(", ")}.`;
  return {
    name: "run_action",
    title: "Run an action",
    description: `Runs an action of the platform with a connected account, if a person has allowed it by name. ${allowed}`,
    inputSchema: {
      type: "object",
      properties: {
        name: { type: "string", minLength: 1, description: "The action: GITHUB_CREATE_ISSUE." },
        arguments: { type: "object", description: "Its arguments. Default: none." },
        ...accountProperties,
      },
      required: ["name"],
      additionalProperties: false,
    },
    changes: true,
    run: async (args, { signal }) => {
      const { name, arguments: given = {}, ...whose } = args as { name: string; arguments?: JsonObject };
      if (!actions.has(name.toUpperCase())) return failed(rejection(name));
      const result = await toolset.executeAction<string>(name, given, { ...whose, signal });
      if (result.successful) {
        return answer(
          `The action succeeded.\n${fenced("result", [{ facts: {}, payload: result.data }], MAX_ANSWER_BYTES)}`,
        );
      }
      const item = { facts: { error: result.error }, payload: result.data };
      return failed(`The action failed.\n${fenced("result", [item], MAX_ANSWER_BYTES)}`);
    },
  };
}
