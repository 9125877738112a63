import { readOptions } from "./base/options.js";
import { Client } from "./client/client.js";
import { enableTable, enableTrigger, idOption } from "./client/enable.js";
import { listAccounts, listActiveTriggers, listLogs, listTriggers } from "./client/lists.js";
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
  EnabledTrigger,
  EnableOptions,
  Entity,
  SetWebhookOptions,
  Trigger,
  TriggerFilter,
  TriggerLogQuery,
  Webhook,
  WebhookEventType,
} from "./client/types.js";
import type { WebhookEndpoints } from "./client/webhook-endpoints.js";
import { TriggerListener } from "./listener.js";
import type { TriggerLog } from "./model/trigger-log.js";
import type { TriggerName } from "./model/triggers.js";
import type { ListenerOptions } from "./settings/listener.js";
import { type ToolsetOptions, type ToolsetSettings, toolsetSettings } from "./settings/toolset.js";
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
   * @throws EarshotError ERR_TRIGGER_UNKNOWN, ERR_WEBHOOK_ENDPOINT, ERR_ACCOUNT_NONE, and ERR_ACCOUNT_AMBIGUOUS if asked for
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

  /**
   * Whether the project fires triggers at all: the switch in its settings. `undefined` where the platform does not say,
   * as with generation 1.
   */
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

  /** Does not show the key. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { baseUrl, apiVersion, entityId } = this.#settings;
    return `Toolset ${JSON.stringify({ baseUrl, apiVersion, entityId })}`;
  }
}
