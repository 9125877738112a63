import type { JsonObject } from "../../model/json.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import { accountProperties, answer, type InboxTool, type ToolAnswer } from "./tool.js";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export function listTriggersTool(parts: ToolParts): InboxTool {
  return {
    name: "list_triggers",
    title: "List triggers",
    description:
      "Lists triggers of the platform: those that are enabled, with id and config; or, with available, those that can be enabled, with the schema of their config.",
    inputSchema: {
      type: "object",
      properties: {
        available: {
          type: "boolean",
          description: "Triggers that can be enabled, instead of those that are. Default: false.",
        },
        apps: {
          type: "array",
          items: { type: "string", minLength: 1 },
          minItems: 1,
          description: 'With available: only triggers of these apps: ["github"].',
        },
        search: {
          type: "string",
          minLength: 1,
          description: "With available: only triggers with this text in their name or description.",
        },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: MAX_LIMIT,
          description: `Number of triggers. Default: ${DEFAULT_LIMIT}.`,
        },
      },
      additionalProperties: false,
    },
    changes: false,
    run: (args, { signal }) =>
      args.available === true ? available(parts, args, signal) : enabled(parts, args, signal),
  };
}

async function enabled({ toolset }: ToolParts, args: JsonObject, signal: AbortSignal): Promise<ToolAnswer> {
  const all = await toolset.activeTriggers({ showDisabled: true, signal });
  const items = all.slice(0, limitOf(args)).map((one) => ({
    facts: {
      id: one.id,
      trigger: one.triggerName,
      enabled: one.enabled,
      disabledReason: one.disabledReason,
      connectedAccountId: one.connectedAccountId,
      entityId: one.entityId,
    },
    payload: one.config,
  }));
  if (items.length === 0)
    return answer("No trigger is enabled. list_triggers with available: true lists the others.");
  return answer(`${countOf(items.length, all.length)} The payload of each is its config.\n${listOf(items)}`);
}

async function available({ toolset }: ToolParts, args: JsonObject, signal: AbortSignal): Promise<ToolAnswer> {
  const { apps, search } = args as { apps?: readonly string[]; search?: string };
  const all = await toolset.listTriggers({
    ...(apps !== undefined && { appNames: apps }),
    ...(search !== undefined && { search }),
    signal,
  });
  const items = all.slice(0, limitOf(args)).map(({ name, appName, description, config }) => ({
    facts: { trigger: name, app: appName, description },
    payload: config,
  }));
  if (items.length === 0) return answer("No trigger matches. Leave out apps or search to see all.");
  return answer(
    `${countOf(items.length, all.length)} The payload of each is the schema of its config.\n${listOf(items)}`,
  );
}

export function enableTriggerTool({ toolset }: ToolParts): InboxTool {
  return {
    name: "enable_trigger",
    title: "Enable a trigger",
    description:
      "Enables a trigger for a connected account, so that its events arrive. Repeating it with the same config changes nothing.",
    inputSchema: {
      type: "object",
      properties: {
        name: { type: "string", minLength: 1, description: "The trigger: GITHUB_STAR_ADDED_EVENT." },
        config: {
          type: "object",
          description:
            'Its config, as list_triggers with available shows the schema: {"owner": "acme", "repo": "site"}.',
        },
        ...accountProperties,
      },
      required: ["name"],
      additionalProperties: false,
    },
    changes: true,
    run: async (args, { signal }) => {
      const { name, config, ...whose } = args as { name: string; config?: JsonObject };
      const done = await toolset.enableTrigger(name, {
        ...whose,
        ...(config !== undefined && { config }),
        signal,
      });
      return answer(`The trigger is enabled.\n${listOf([{ facts: done }])}`);
    },
  };
}

export function disableTriggerTool({ toolset }: ToolParts): InboxTool {
  return {
    name: "disable_trigger",
    title: "Disable a trigger",
    description: "Stops an enabled trigger from firing. Its id and config stay.",
    inputSchema: {
      type: "object",
      properties: {
        id: { type: "string", minLength: 1, description: "The id, as list_triggers shows it: ti_…." },
      },
      required: ["id"],
      additionalProperties: false,
    },
    changes: true,
    run: async (args, { signal }) => {
      await toolset.disableTrigger(String(args.id), { signal });
      return answer("The trigger is disabled.");
    },
  };
}

const limitOf = ({ limit }: JsonObject): number => (typeof limit === "number" ? limit : DEFAULT_LIMIT);

function countOf(shown: number, all: number): string {
  const triggers = all === 1 ? "1 trigger." : `${all} triggers.`;
  return shown < all ? `${triggers} The first ${shown}; a larger limit shows more.` : triggers;
}

const listOf = (items: Parameters<typeof fenced>[1]) => fenced("triggers", items, MAX_ANSWER_BYTES);
