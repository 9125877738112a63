import type { Clock } from "../base/clock.js";
import { ApiError, EarshotError } from "../base/errors.js";
import { hasMembers, readOptions, type SettingsOf } from "../base/options.js";
import { nearestFew } from "../base/suggest.js";
import { shownValue } from "../base/warning.js";
import type { ApiAdapter, ExecuteRequest } from "../client/api-adapter.js";
import { rejectUnknownApp } from "../client/connect.js";
import { checkOwner, idOption, usableAccounts } from "../client/enable.js";
import { listTools, MOST_TOOLS, toolFilterTable } from "../client/lists.js";
import type { ToolFilter } from "../client/types.js";
import type { JsonObject } from "../model/json.js";
import type { ToolDefinition, ToolName, ToolResult } from "../model/tools.js";
import { bindLocalTool, bindTool, type PrepareCall } from "./bind.js";
import { type ClientTool, clientTools } from "./client-forms.js";
import type { CallResultOf, ModelResponse } from "./clients/index.js";
import { executeTable, toolCallTable } from "./options.js";
import { rejectUnusedProcessors } from "./processors.js";
import { clientNames, TOOL_NAME } from "./schema/names.js";
import { nextStepKey } from "./step-keys.js";
import { answerCalls, ToolList } from "./tool-list.js";
import type { ExecuteOptions, Tool, ToolCallOptions } from "./types.js";

type CallSettings = SettingsOf<typeof toolCallTable>;

/** What the tools of a toolset need of it. */
export interface ToolRunnerContext {
  readonly adapter: ApiAdapter;
  readonly clock: Clock;
  /** The entity of calls that name none. */
  readonly entityId: string;
  readonly onWarning: (warning: EarshotError) => void;
}

/** The tools of a toolset: gets them, runs them, and remembers which it has handed out. */
export class ToolRunner {
  readonly #context: ToolRunnerContext;
  /** Only descriptions: processors and accounts belong to one list, which may serve another user. */
  readonly #handedOut = new Map<string, ToolDefinition>();

  /** @throws EarshotError ERR_OPTION */
  constructor(context: ToolRunnerContext) {
    this.#context = { ...context, entityId: idOption("entityId", context.entityId) };
  }

  /** @throws EarshotError ERR_OPTION, ERR_TOOL_UNKNOWN, ERR_APP_UNKNOWN */
  async getTools<const Name extends ToolName>(
    filter: ToolFilter<Name>,
    options: ToolCallOptions,
  ): Promise<ToolList<Name>> {
    const settings = readOptions("getTools", toolCallTable, options);
    const { tools: local } = settings;
    const definitions = await this.#definitions(filter, settings);
    rejectUnusedProcessors(
      settings.processors,
      [...definitions, ...local].map(({ name }) => name),
    );
    for (const definition of definitions) this.#handedOut.set(definition.name, definition);
    const bound = await Promise.all([
      ...definitions.map((definition) => this.#bind(definition, settings)),
      ...local.map((tool) => bindLocalTool(tool, this.#binding(settings))),
    ]);
    return new ToolList(bound as unknown as Tool<Name>[], { ...settings, clock: this.#context.clock });
  }

  /** @throws ApiError ERR_UNAUTHORIZED, and EarshotError ERR_KEY_MISSING, ERR_OPTION */
  async handleToolCalls<Response extends ModelResponse>(
    response: Response,
    options: ToolCallOptions,
  ): Promise<CallResultOf<Response>[]> {
    const settings = readOptions("handleToolCalls", toolCallTable, options);
    const local = await Promise.all(
      settings.tools.map((tool) => bindLocalTool(tool, this.#binding(settings))),
    );
    const known = new Map<string, Tool | ToolDefinition>([
      ...this.#handedOut,
      ...local.map((tool): [string, Tool] => [tool.name, tool]),
    ]);
    const names = new Map(
      [...clientNames([...known.keys()], TOOL_NAME)].map(([name, short]) => [short, name]),
    );
    const find = async (called: string): Promise<ClientTool | string> => {
      const found = known.get(names.get(called) ?? called) ?? (await this.#lookUp(called, settings));
      if (found === undefined) return this.#unknown(called, [...known.keys()], settings);
      const tool = "execute" in found ? found : await this.#bind(found, settings);
      return clientTools([tool])[0] as ClientTool;
    };
    const once = new Map<string, Promise<ClientTool | string>>();
    const findOnce = (called: string) => {
      const finding = once.get(called) ?? find(called);
      once.set(called, finding);
      return finding;
    };
    return answerCalls(response, findOnce, { ...settings, clock: this.#context.clock });
  }

  /** @throws ApiError, and EarshotError ERR_TOOL_UNKNOWN, ERR_ACCOUNT_NONE, ERR_OPTION, ERR_ABORTED */
  async executeAction(name: string, args: object, options: ExecuteOptions): Promise<ToolResult> {
    const { signal, entityId, ...settings } = readOptions("executeAction", executeTable, options);
    const action = toolNameOf(name);
    const key = settings.idempotencyKey ?? nextStepKey(action);
    if (!hasMembers(args)) {
      throw new EarshotError(
        "ERR_OPTION",
        `The arguments of ${action} are an object, not ${shownValue(args)}.`,
      );
    }
    if (settings.text !== undefined && Object.keys(args).length > 0) {
      throw new EarshotError("ERR_OPTION", `${action} takes either arguments or \`text\`.`);
    }
    const request = {
      ...settings,
      arguments: args as JsonObject,
      entityId: entityId ?? this.#context.entityId,
      idempotencyKey: key,
    };
    return this.#execute(action, undefined, request, signal);
  }

  async #definitions<Name extends ToolName>(
    filter: ToolFilter<Name>,
    { tools: local, signal: ofCall }: CallSettings,
  ): Promise<readonly ToolDefinition[]> {
    const {
      signal = ofCall,
      limit,
      ...query
    } = readOptions("getTools", toolFilterTable, filter, undefined, "filter");
    const { apps, actions, tags, search } = query;
    if (apps.length + actions.length + tags.length === 0 && search === undefined) {
      if (local.length > 0) return [];
      const message = 'getTools takes `apps`, `actions`, `tags` or `search`, such as { apps: "github" }.';
      throw new EarshotError("ERR_OPTION", message);
    }
    const { adapter } = this.#context;
    const most = limit ?? (actions.length > 0 ? actions.length : MOST_TOOLS);
    // One more shows that there are more.
    const listed = await listTools(adapter, { ...filter, signal, limit: most + 1 });
    // A list that changes while its pages are read may have one twice.
    const byName = new Map(listed.map((one) => [one.name, one]));
    const found = [...byName.values()];
    // A name may also be missing for the other conditions, or for `limit`.
    const missing = actions.filter((name) => !byName.has(name));
    const names = missing.length === 0 ? [] : await adapter.tools.names(signal);
    const unknown = missing.find((name) => !names.includes(name));
    if (unknown !== undefined) rejectUnknown(unknown, names);
    for (const app of apps) {
      if (!found.some(({ appName }) => appName === app)) await rejectUnknownApp(adapter.apps, app, signal);
    }
    if (limit === undefined && found.length > most) {
      const message = `There are more than ${most} tools for this filter; the list has the first ${most}. Narrow it with \`tags\` or \`search\`, or set \`limit\`.`;
      this.#context.onWarning(new EarshotError("ERR_OPTION", message));
    }
    const order = new Map(actions.map((name, at) => [name, at]));
    return found.slice(0, most).sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  }

  #binding({ entityId = this.#context.entityId, processors }: CallSettings) {
    return { entityId, processors };
  }

  #bind(definition: ToolDefinition, settings: CallSettings): Promise<Tool> {
    const { name, version } = definition;
    const binding = this.#binding(settings);
    const prepare: PrepareCall = () => {
      const idempotencyKey = nextStepKey(name);
      const { connectedAccountId } = settings;
      const fixed = {
        version,
        connectedAccountId,
        idempotencyKey,
        entityId: binding.entityId,
        text: undefined,
      };
      return (args: JsonObject, signal) =>
        this.#execute(name, definition, { ...fixed, arguments: args }, signal);
    };
    return bindTool(definition, binding, prepare);
  }

  async #execute(
    name: string,
    definition: ToolDefinition | undefined,
    request: ExecuteRequest,
    signal: AbortSignal | undefined,
  ): Promise<ToolResult> {
    try {
      return await this.#context.adapter.tools.execute(name, request, signal);
    } catch (error) {
      const isOurs = error instanceof ApiError && [400, 404, 422].includes(error.status ?? 0);
      if (isOurs) await this.#explain(name, definition, request, signal);
      throw error;
    }
  }

  /** The platform's words for these differ: they are found out. @throws EarshotError with the reason */
  async #explain(
    name: string,
    given: ToolDefinition | undefined,
    { entityId, connectedAccountId }: ExecuteRequest,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { tools, accounts } = this.#context.adapter;
    const definition =
      given ?? (await tools.get(name, signal)) ?? rejectUnknown(name, await tools.names(signal));
    if (!definition.needsAccount) return;
    if (connectedAccountId !== undefined) {
      await checkOwner(accounts, { connectedAccountId, entityId, name }, signal);
      return;
    }
    await usableAccounts(accounts, { entityId, appName: definition.appName, name }, signal);
  }

  /** A toolset that has handed out tools runs only those: a model must not reach others by their names. */
  async #lookUp(called: string, { signal }: CallSettings): Promise<ToolDefinition | undefined> {
    if (this.#handedOut.size > 0) return undefined;
    const { adapter } = this.#context;
    const found = await adapter.tools.get(called.toUpperCase(), signal);
    if (found !== undefined) return found;
    // Another process may have handed it out under a shortened name.
    const names = await adapter.tools.names(signal);
    const [long] =
      [...clientNames(names, TOOL_NAME)].find(([name, short]) => short === called && name !== called) ?? [];
    return long === undefined ? undefined : adapter.tools.get(long, signal);
  }

  async #unknown(called: string, known: readonly string[], { signal }: CallSettings): Promise<string> {
    const names = this.#handedOut.size > 0 ? known : await this.#context.adapter.tools.names(signal);
    return noTool(JSON.stringify(called), called, names);
  }
}

/** @throws EarshotError ERR_TOOL_UNKNOWN with the nearest names */
function rejectUnknown(name: string, names: readonly string[]): never {
  throw new EarshotError("ERR_TOOL_UNKNOWN", noTool(name, name, names));
}

function noTool(shown: string, name: string, names: readonly string[]): string {
  const offers = nearestFew(name, names, 5);
  const hint = offers.length === 0 ? "" : ` Nearest: ${offers.join(", ")}.`;
  return `There is no tool ${shown}.${hint}`;
}

/** Tool names are upper case on the wire, and in any case in code. */
function toolNameOf(name: string): string {
  if (typeof name === "string" && name.trim() !== "") return name.trim().toUpperCase();
  const message = `A tool's name is a string like GITHUB_CREATE_AN_ISSUE, not ${shownValue(name)}.`;
  throw new EarshotError("ERR_OPTION", message);
}
