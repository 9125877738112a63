import { systemClock } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { nearest } from "../../base/suggest.js";
import { getEventTool } from "./get-event.js";
import { listDeadLettersTool, listEventsTool } from "./list-events.js";
import { type InboxToolsOptions, toolParts } from "./options.js";
import { replayEventTool } from "./replay-event.js";
import { runActionTool } from "./run-action.js";
import { testFilterTool } from "./test-filter.js";
import { failed, type InboxTool } from "./tool.js";
import { disableTriggerTool, enableTriggerTool, listTriggersTool } from "./triggers.js";
import { waitForEventTool } from "./wait-for-event.js";

/** Names of actions, as platforms write them. */
const ACTION = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

/**
 * Tools over an inbox and its platform, for a model. They only read, unless `allow` names what may change something.
 * What came from outside is fenced in their answers, and limited in size.
 *
 * @example
 * const tools = inboxTools({ inbox: listener.inbox, toolset, allow: ["replay_event"] });
 *
 * @throws EarshotError ERR_OPTION for a name in `allow` that is neither a tool that changes something nor an action
 */
export function inboxTools(options: InboxToolsOptions): readonly InboxTool[] {
  const { allow = [], allowLine = commandLine, clock = systemClock } = options;
  const parts = toolParts(options, clock);
  const rejection = (name: string) =>
    `This is not allowed, and nothing was changed: the tools only read. A person can allow it with ${allowLine(name)}. Do not try to get around this; ask the person.`;
  const changing = [enableTriggerTool(parts), disableTriggerTool(parts), replayEventTool(parts)];
  const { names, actions } = checkedAllow(
    allow,
    changing.map(({ name }) => name),
  );
  const guarded = changing.map((tool): InboxTool => {
    if (names.has(tool.name)) return tool;
    const description = `${tool.description} Not allowed now: a person can allow it with ${allowLine(tool.name)}.`;
    return { ...tool, description, run: async () => failed(rejection(tool.name)) };
  });
  const [enable, disable, replay] = guarded as [InboxTool, InboxTool, InboxTool];
  const actionLine = (name: string) =>
    // Another text than a name would be quoted back.
    rejection(
      ACTION.test(name.toUpperCase()) && name.length <= 100 ? name.toUpperCase() : "NAME_OF_THE_ACTION",
    );
  return [
    listEventsTool(parts),
    getEventTool(parts),
    waitForEventTool(parts),
    listDeadLettersTool(parts),
    replay,
    testFilterTool(parts),
    listTriggersTool(parts),
    enable,
    disable,
    runActionTool(parts, actions, actionLine),
  ];
}

const commandLine = (name: string) => `\`earshot mcp --allow ${name}\``;

function checkedAllow(allow: readonly string[], changing: readonly string[]) {
  const names = new Set<string>();
  const actions = new Set<string>();
  for (const given of allow) {
    if (changing.includes(given)) names.add(given);
    else if (ACTION.test(given)) actions.add(given);
    else throw new EarshotError("ERR_OPTION", allowProblem(given, changing));
  }
  return { names, actions };
}

function allowProblem(given: string, changing: readonly string[]): string {
  if (given === "run_action") {
    return '`allow` takes the names of the actions that run_action may run, such as "GITHUB_CREATE_ISSUE", not "run_action".';
  }
  const near = nearest(given, changing);
  const offer = near === undefined ? "" : ` Did you mean ${near}?`;
  return `\`allow\` has ${JSON.stringify(given)}, which changes nothing.${offer} It takes ${changing.join(", ")}, and names of actions in upper case, such as GITHUB_CREATE_ISSUE.`;
}
