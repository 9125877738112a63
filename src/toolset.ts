import { systemClock } from "./base/clock.js";
import { readOptions } from "./base/options.js";
import { Client } from "./client/client.js";
import { enableTable, enableTrigger, idOption } from "./client/enable.js";
import { listAccounts, listActiveTriggers, listLogs, listTools, listTriggers } from "./client/lists.js";
import type { Pages } from "./client/pages.js";
import { setWebhook } from "./client/set-webhook.js";
import { findTrigger } from "./client/trigger-lookup.js";
import type {
  AccountFilter,
  ActiveTrigger,
  ActiveTriggerFilter,
  ApiKey,
  CallOptions,
  ConnectedAccount,
  ConnectionRequest,
  ConnectOptions,
  ConnectWithKeyOptions,
  EnabledTrigger,
  EnableOptions,
  SetWebhookOptions,
  ToolFilter,
  Trigger,
  TriggerFilter,
  TriggerLogQuery,
  Webhook,
  WebhookEventType,
} from "./client/types.js";
import type { WebhookEndpoints } from "./client/webhook-endpoints.js";
import { TriggerListener } from "./listener.js";
import type { ArgumentsOf, DataOf, ToolDefinition, ToolName, ToolResult } from "./model/tools.js";
import type { TriggerLog } from "./model/trigger-log.js";
import type { TriggerName } from "./model/triggers.js";
import type { ListenerOptions } from "./settings/listener.js";
import { type ToolsetOptions, type ToolsetSettings, toolsetSettings } from "./settings/toolset.js";
import type { CallResultOf, ModelResponse } from "./tools/clients/index.js";
import type { Entity } from "./tools/entity.js";
import type { ToolList } from "./tools/tool-list.js";
import type { ToolRunner } from "./tools/tool-runner.js";
import type { ExecuteOptions, ToolCallOptions } from "./tools/types.js";
import { SharedConnections } from "./transports/websocket/shared-connection.js";

/**
 * Finds triggers, enables them, and creates the listener that receives their events.
 *
 * Every call throws {@link ApiError} where the platform rejects it or cannot be reached (ERR_UNAUTHORIZED,
 * ERR_NOT_FOUND, ERR_RATE_LIMITED, ERR_API, ERR_TIMEOUT, ERR_NETWORK, ERR_BAD_ANSWER), and ERR_ABORTED once the
 * given `signal` is aborted. A call that may be repeated is retried first.
 *
 * @example
 * const toolset = new Toolset();
 * await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
 * const listener = toolset.createTriggerListener();
 */
export class Toolset {
  /** Listeners with the same key and base URL share a WebSocket, whichever toolset made them. */
  static readonly #connections = new SharedConnections();
  readonly #settings: ToolsetSettings;
  readonly #client: Client;
  #tools: Promise<ToolRunner> | undefined;

  /**
   * Makes no call and opens no connection. Without a key every call rejects with ERR_KEY_MISSING, and so does the
   * start of a listener that needs one: a build can import your modules without your secrets.
   *
   * @param options default: the environment's `COMPOSIO_API_KEY` and `COMPOSIO_BASE_URL`
   * @throws EarshotError ERR_OPTION
   */
  constructor(options: ToolsetOptions = {}) {
    this.#settings = toolsetSettings(options);
    this.#client = new Client(this.#settings);
  }

  /** The entity whose account a call uses when it names none. */
  get entityId(): string {
    return this.#settings.entityId;
  }

  /**
   * The trigger types of all apps.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  listTriggers(filter: TriggerFilter = {}): Pages<Trigger> {
    return listTriggers(this.#client.adapter, filter);
  }

  /**
   * One trigger, with the JSON Schema of its config and of its payload.
   *
   * @param name in any case
   * @throws EarshotError ERR_TRIGGER_UNKNOWN with the nearest names
   */
  async getTrigger(name: TriggerName, { signal }: CallOptions = {}): Promise<Trigger> {
    return findTrigger(this.#client.adapter.triggers, name, signal);
  }

  /**
   * Enables a trigger for one account. Where the account has it with this config already, that one is used, and
   * switched on again if it was disabled.
   *
   * @param name in any case
   * @throws InvalidError ERR_TRIGGER_CONFIG with every problem of the config, before anything is changed
   * @throws EarshotError ERR_TRIGGER_UNKNOWN, ERR_WEBHOOK_ENDPOINT, ERR_ACCOUNT_NONE, ERR_ACCOUNT_OWNER, and
   *   ERR_ACCOUNT_AMBIGUOUS if asked for
   */
  async enableTrigger<const Name extends TriggerName>(
    name: Name,
    options: EnableOptions<Name> = {},
  ): Promise<EnabledTrigger> {
    const given = readOptions("enableTrigger", enableTable, options);
    const defaultEntityId = idOption("entityId", this.#settings.entityId);
    return enableTrigger(this.#client.adapter, name, { ...given, defaultEntityId });
  }

  /** Stops a trigger from firing. Its id and config stay; `switchTrigger(id, true)` enables it again. */
  async disableTrigger(triggerId: string, options: CallOptions = {}): Promise<void> {
    await this.switchTrigger(triggerId, false, options);
  }

  /** Enables or disables an existing trigger instance. One already in that state stays unchanged. */
  async switchTrigger(triggerId: string, enabled: boolean, { signal }: CallOptions = {}): Promise<void> {
    await this.#client.adapter.instances.setEnabled(triggerId, enabled, signal);
  }

  /** Deletes a trigger instance permanently. */
  async deleteTrigger(triggerId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#client.adapter.instances.delete(triggerId, signal);
  }

  /**
   * The triggers that are enabled, of all entities unless the filter says otherwise.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  activeTriggers(filter: ActiveTriggerFilter = {}): Pages<ActiveTrigger> {
    return listActiveTriggers(this.#client.adapter, filter);
  }

  /** Whether the project fires triggers at all: the switch in its settings. `undefined` where the platform does not say. */
  async triggersEnabled({ signal }: CallOptions = {}): Promise<boolean | undefined> {
    return this.#client.adapter.triggersEnabled(signal);
  }

  /**
   * The platform's log of fired events and their delivery, newest first: the last 100 lines, or all since
   * `since`.
   *
   * @throws EarshotError ERR_OPTION for a key that does not exist
   */
  triggerLogs(query: TriggerLogQuery = {}): Pages<TriggerLog> {
    return listLogs(this.#client.adapter, query);
  }

  /** Where the platform sends webhooks; `undefined` where it sends none. */
  async getWebhookUrl({ signal }: CallOptions = {}): Promise<string | undefined> {
    return (await this.#client.adapter.webhook.current(signal)).url;
  }

  /**
   * Sets the URL to which the platform sends webhooks. It replaces the previous one.
   *
   * @returns the URL that was replaced, the version of the bodies, and `secret`, which does not show in print
   * @throws EarshotError ERR_OPTION where it is no http(s) URL, and for `events` with apiVersion "v1"
   */
  async setWebhookUrl(url: string, options: SetWebhookOptions = {}): Promise<Webhook> {
    return setWebhook(this.#client.adapter, url, options);
  }

  /**
   * The event types that webhooks can carry, for `setWebhookUrl(url, { events })`. Generation 3 only.
   *
   * @throws EarshotError ERR_OPTION with apiVersion "v1"
   */
  async webhookEventTypes({ signal }: CallOptions = {}): Promise<readonly WebhookEventType[]> {
    return this.#client.adapter.webhook.eventTypes(signal);
  }

  /**
   * Ends webhooks: the platform sends none until `setWebhookUrl`. Generation 3 only.
   *
   * @throws EarshotError ERR_OPTION with apiVersion "v1"
   */
  async deleteWebhook({ signal }: CallOptions = {}): Promise<void> {
    await this.#client.adapter.webhook.delete(signal);
  }

  /**
   * Rotates the signing secret of the platform. Generation 3 only.
   *
   * @returns the new secret; it cannot be read again
   * @throws EarshotError ERR_OPTION with apiVersion "v1"
   */
  async rotateWebhookSecret({ signal }: CallOptions = {}): Promise<string> {
    return this.#client.adapter.webhook.rotateSecret(signal);
  }

  /**
   * Endpoints at the platform that receive the events of your own OAuth apps, for triggers with
   * `requiresWebhookEndpoint`. Generation 3 only.
   */
  get webhookEndpoints(): WebhookEndpoints {
    return this.#client.webhookEndpoints;
  }

  /**
   * The connected accounts, of all entities unless the filter says otherwise.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  connectedAccounts(filter: AccountFilter = {}): Pages<ConnectedAccount> {
    return listAccounts(this.#client.adapter, filter);
  }

  /** One connected account. */
  async connectedAccount(id: string, { signal }: CallOptions = {}): Promise<ConnectedAccount> {
    return this.#client.adapter.accounts.get(id, signal);
  }

  /**
   * Begins to connect an account: open `redirectUrl` for the person, and wait.
   *
   * @example
   * const { redirectUrl, waitUntilActive } = await toolset.connect("github", { entityId: "joe" });
   * console.log(`Open ${redirectUrl}`);
   * await waitUntilActive();
   *
   * @param app in any case
   * @throws EarshotError ERR_APP_UNKNOWN with the nearest names, ERR_OPTION
   */
  async connect(app: string, options: ConnectOptions = {}): Promise<ConnectionRequest> {
    const { beginConnection, connectTable } = await import("./client/connect.js");
    const { signal, entityId, ...given } = readOptions("connect", connectTable, options);
    return beginConnection(this.#connecting(app, signal), { ...given, entityId: this.#entityOf(entityId) });
  }

  /**
   * Connects an account with credentials, without a page.
   *
   * @param app in any case
   * @param credentials the key, or an object where the app needs several
   * @throws EarshotError ERR_APP_UNKNOWN with the nearest names, ERR_OPTION
   */
  async connectWithKey(
    app: string,
    credentials: string | Readonly<Record<string, string>>,
    options: ConnectWithKeyOptions = {},
  ): Promise<ConnectedAccount> {
    const { connectWithKey, connectWithKeyTable } = await import("./client/connect.js");
    const { signal, entityId, ...given } = readOptions("connectWithKey", connectWithKeyTable, options);
    const whose = { ...given, entityId: this.#entityOf(entityId) };
    return connectWithKey(this.#connecting(app, signal), credentials, whose);
  }

  /** Disables an account: no trigger and no tool can use it. `switchAccount(id, true)` enables it again. */
  async disableAccount(id: string, options: CallOptions = {}): Promise<void> {
    await this.switchAccount(id, false, options);
  }

  /** Enables or disables a connected account. One already in that state stays unchanged. */
  async switchAccount(id: string, enabled: boolean, { signal }: CallOptions = {}): Promise<void> {
    await this.#client.adapter.accounts.setEnabled(id, enabled, signal);
  }

  /** Deletes a connected account permanently, with its triggers. */
  async deleteAccount(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#client.adapter.accounts.delete(id, signal);
  }

  /**
   * Tools as the platform describes them, of all apps unless the filter says otherwise.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  listTools(filter: ToolFilter = {}): Pages<ToolDefinition> {
    return listTools(this.#client.adapter, filter);
  }

  /**
   * Tools for a model: give them to your model's client in its form, and its response to `handleToolCalls`.
   *
   * @example
   * const tools = await toolset.getTools({ apps: "github", tags: "important" });
   * const response = await openai.chat.completions.create({ model, messages, tools: tools.forOpenAI() });
   * messages.push(response.choices[0].message, ...(await tools.handleToolCalls(response)));
   *
   * @param options for the calls of these tools
   * @throws EarshotError ERR_TOOL_UNKNOWN and ERR_APP_UNKNOWN with the nearest names, ERR_OPTION
   */
  async getTools<const Name extends ToolName = ToolName>(
    filter: ToolFilter<Name>,
    options: ToolCallOptions = {},
  ): Promise<ToolList<Name>> {
    return (await this.#runner()).getTools(filter, options);
  }

  /**
   * As `tools.handleToolCalls`, without the list. Entity, processors and local tools are those that are given here. Only
   * tools that `getTools` of this toolset has returned run; before its first call, each that the platform has.
   *
   * @returns what goes back to the model, in the form of the client whose response it is
   * @throws EarshotError ERR_TOOL_FAILED with `onFailure: "throw"`; ERR_OPTION for what is no response of a client
   * @throws ApiError ERR_UNAUTHORIZED, and EarshotError ERR_KEY_MISSING: the key is rejected
   */
  async handleToolCalls<const Response extends ModelResponse>(
    response: Response,
    options: ToolCallOptions = {},
  ): Promise<CallResultOf<Response>[]> {
    return (await this.#runner()).handleToolCalls(response, options);
  }

  /**
   * Runs one tool. A tool that fails is a result with `successful: false`. It is not retried: it may have taken effect.
   * The limit of the call is the toolset's `callTimeoutMs`.
   *
   * @param name in any case
   * @throws EarshotError ERR_TOOL_UNKNOWN with the nearest names, ERR_ACCOUNT_NONE with the line that connects one
   */
  async executeAction<const Name extends ToolName>(
    name: Name,
    args: ArgumentsOf<Name>,
    options: ExecuteOptions = {},
  ): Promise<ToolResult<DataOf<Name>>> {
    const result = await (await this.#runner()).executeAction(name, args, options);
    return result as ToolResult<DataOf<Name>>;
  }

  /**
   * The project's API keys. Generation 1 only.
   *
   * @throws EarshotError ERR_OPTION with apiVersion "v3"
   */
  async apiKeys({ signal }: CallOptions = {}): Promise<readonly ApiKey[]> {
    return this.#client.adapter.apiKeys(signal);
  }

  /**
   * One of your users.
   *
   * @param id default: the toolset's `entityId`
   */
  getEntity(id: string = this.#settings.entityId): Entity {
    const entityId = idOption("id", id);
    return {
      id: entityId,
      enableTrigger: (name, options = {}) => this.enableTrigger(name, { ...options, entityId }),
      connectedAccounts: (filter = {}) => this.connectedAccounts({ ...filter, entityIds: entityId }),
      connect: (app, options = {}) => this.connect(app, { ...options, entityId }),
      connectWithKey: (app, credentials, options = {}) =>
        this.connectWithKey(app, credentials, { ...options, entityId }),
      getTools: (filter, options = {}) => this.getTools(filter, { ...options, entityId }),
      handleToolCalls: (response, options = {}) => this.handleToolCalls(response, { ...options, entityId }),
      executeAction: (name, args, options = {}) => this.executeAction(name, args, { ...options, entityId }),
    };
  }

  /**
   * Creates a listener: over the WebSocket, at a webhook server with `{ webhook }`, or both. It does nothing before
   * `start()` or `waitForever()`.
   *
   * @throws EarshotError ERR_OPTION, ERR_NO_TRANSPORT
   */
  createTriggerListener(options: ListenerOptions = {}): TriggerListener {
    return new TriggerListener(options, this.#client.platformAccess(), Toolset.#connections);
  }

  /**
   * Aborts pending calls with ERR_ABORTED and closes the connections. Idle connections do not keep the
   * process alive, so this is seldom needed; a later call opens new ones.
   */
  async close(): Promise<void> {
    await this.#client.close();
  }

  #connecting(app: string, signal: AbortSignal | undefined) {
    const appName = idOption("app", app).trim().toLowerCase();
    return { adapter: this.#client.adapter, clock: systemClock, appName, signal };
  }

  #entityOf(given: string | undefined): string {
    return idOption("entityId", given ?? this.#settings.entityId);
  }

  /** Loaded by the first call: a program that only receives events starts without it. */
  #runner(): Promise<ToolRunner> {
    this.#tools ??= import("./tools/tool-runner.js").then(({ ToolRunner }) => {
      const { entityId, onWarning } = this.#settings;
      return new ToolRunner({ adapter: this.#client.adapter, clock: systemClock, entityId, onWarning });
    });
    return this.#tools;
  }

  /** Does not show the key. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { baseUrl, apiVersion, entityId } = this.#settings;
    return `Toolset ${JSON.stringify({ baseUrl, apiVersion, entityId })}`;
  }
}
