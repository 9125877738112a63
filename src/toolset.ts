import { EarshotError } from "./base/errors.js";
import { Client } from "./client/client.js";
import { enableTrigger } from "./client/enable.js";
import type { EnableOptions, Entity } from "./client/entity.js";
import { listAccounts, listActiveTriggers, listTriggers } from "./client/lists.js";
import { listLogs } from "./client/log-list.js";
import type { Pages } from "./client/pages.js";
import { findTrigger } from "./client/trigger-lookup.js";
import type {
  AccountFilter,
  ActiveTrigger,
  ActiveTriggerFilter,
  ApiKey,
  CallOptions,
  ConnectedAccount,
  EnabledTrigger,
  SetWebhookOptions,
  Trigger,
  TriggerFilter,
  TriggerLogQuery,
  Webhook,
} from "./client/types.js";
import { TriggerListener } from "./listener.js";
import type { TriggerLog } from "./model/trigger-log.js";
import type { ConfigOf, TriggerName } from "./model/triggers.js";
import { knownOptions } from "./settings/known-options.js";
import type { ListenerOptions } from "./settings/listener.js";
import { type ToolsetOptions, type ToolsetSettings, toolsetSettings } from "./settings/toolset.js";
import { SharedConnections } from "./transports/websocket/shared-connection.js";

const enableKeys = new Set(["config", "entityId", "connectedAccountId", "signal"]);

/**
 * What an agent holds: finds triggers, enables them, and makes the listener that hears them.
 *
 * Every call throws {@link ApiError} where the platform refuses or cannot be reached (ERR_UNAUTHORIZED,
 * ERR_NOT_FOUND, ERR_RATE_LIMITED, ERR_API, ERR_TIMEOUT, ERR_NETWORK, ERR_BAD_ANSWER), and ERR_ABORTED once the
 * `signal` that it was given is aborted. What may be repeated is tried again first.
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

  /** Whose account is meant where a call does not say. */
  get entityId(): string {
    return this.#settings.entityId;
  }

  /**
   * The triggers that there are.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  listTriggers(filter: TriggerFilter = {}): Pages<Trigger> {
    return listTriggers(this.#client.dialect, filter);
  }

  /**
   * One trigger, with the JSON Schema of its config and of its payload.
   *
   * @param name in any case
   * @throws EarshotError ERR_TRIGGER_UNKNOWN with the nearest names
   */
  async getTrigger(name: TriggerName, { signal }: CallOptions = {}): Promise<Trigger> {
    return findTrigger(this.#client.dialect.triggers, name, signal);
  }

  /**
   * Enables a trigger for one account. Where the account has it with this config already, that one is used, and
   * switched on again if it was disabled.
   *
   * @param name in any case
   * @throws InvalidError ERR_TRIGGER_CONFIG with every problem of the config, before anything is changed
   * @throws EarshotError ERR_TRIGGER_UNKNOWN, ERR_ACCOUNT_NONE, ERR_ACCOUNT_AMBIGUOUS
   */
  async enableTrigger<const Name extends TriggerName>(
    name: Name,
    options: EnableOptions<Name> = {},
  ): Promise<EnabledTrigger> {
    knownOptions("enableTrigger", options, enableKeys);
    // A type that is not resolved yet, as it depends on the name.
    const config: ConfigOf<Name> | undefined = options.config;
    return enableTrigger(this.#client.dialect, name, {
      config: config as object | undefined,
      entityId: idOf("entityId", options.entityId ?? this.#settings.entityId),
      connectedAccountId:
        options.connectedAccountId === undefined
          ? undefined
          : idOf("connectedAccountId", options.connectedAccountId),
      ...(options.signal && { signal: options.signal }),
    });
  }

  /** Stops a trigger from firing. It keeps its id and config; `switchTrigger(id, true)` takes it back. */
  async disableTrigger(triggerId: string, options: CallOptions = {}): Promise<void> {
    await this.switchTrigger(triggerId, false, options);
  }

  /** Switches a trigger that was enabled before on or off. One that stands so already is left as it is. */
  async switchTrigger(triggerId: string, enabled: boolean, { signal }: CallOptions = {}): Promise<void> {
    await this.#client.dialect.instances.setEnabled(triggerId, enabled, signal);
  }

  /** Deletes a trigger that was enabled, for good. */
  async deleteTrigger(triggerId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#client.dialect.instances.delete(triggerId, signal);
  }

  /**
   * The triggers that are enabled, of all entities unless the filter says otherwise.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  activeTriggers(filter: ActiveTriggerFilter = {}): Pages<ActiveTrigger> {
    return listActiveTriggers(this.#client.dialect, filter);
  }

  /**
   * The platform's log of what fired and what became of it, newest first: the last 100 lines, or all since
   * `since`.
   *
   * @throws EarshotError ERR_OPTION for a key that does not exist
   */
  triggerLogs(query: TriggerLogQuery = {}): Pages<TriggerLog> {
    return listLogs(this.#client.dialect, query);
  }

  /** Where the platform sends webhooks; `undefined` where it sends none. */
  async getWebhookUrl({ signal }: CallOptions = {}): Promise<string | undefined> {
    return (await this.#client.dialect.webhook.current(signal)).url;
  }

  /**
   * Has the platform send webhooks to a URL, instead of the one that stood there before.
   *
   * @returns the URL that was replaced, the version of the bodies, and `secret`, which does not show in print
   * @throws EarshotError ERR_OPTION where it is no http(s) URL
   */
  async setWebhookUrl(url: string, { version, signal }: SetWebhookOptions = {}): Promise<Webhook> {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new EarshotError("ERR_OPTION", `A webhook URL starts with https://, not ${JSON.stringify(url)}.`);
    }
    return this.#client.dialect.webhook.set(url, version, signal);
  }

  /**
   * Has the platform sign with a new secret from now on. Generation 3 alone can.
   *
   * @returns the new secret; nobody tells it again
   * @throws EarshotError ERR_OPTION with apiVersion "v1"
   */
  async rotateWebhookSecret({ signal }: CallOptions = {}): Promise<string> {
    return this.#client.dialect.webhook.rotateSecret(signal);
  }

  /**
   * The connected accounts, of all entities unless the filter says otherwise.
   *
   * @throws EarshotError ERR_OPTION for a filter key that does not exist
   */
  connectedAccounts(filter: AccountFilter = {}): Pages<ConnectedAccount> {
    return listAccounts(this.#client.dialect, filter);
  }

  /** One connected account. */
  async connectedAccount(id: string, { signal }: CallOptions = {}): Promise<ConnectedAccount> {
    return this.#client.dialect.accounts.get(id, signal);
  }

  /**
   * The project's API keys. Generation 1 alone lists them.
   *
   * @throws EarshotError ERR_OPTION with apiVersion "v3"
   */
  async apiKeys({ signal }: CallOptions = {}): Promise<readonly ApiKey[]> {
    return this.#client.dialect.apiKeys(signal);
  }

  /**
   * One of your users.
   *
   * @param id default: the toolset's `entityId`
   */
  getEntity(id: string = this.#settings.entityId): Entity {
    const entityId = idOf("id", id);
    return {
      id: entityId,
      enableTrigger: (name, options = {}) => this.enableTrigger(name, { ...options, entityId }),
      connectedAccounts: (filter = {}) => this.connectedAccounts({ ...filter, entityIds: entityId }),
    };
  }

  /**
   * Makes a listener: over the WebSocket, at its own door with `{ webhook }`, or both. It does nothing before
   * `start()` or `waitForever()`.
   *
   * @throws EarshotError ERR_OPTION, ERR_NO_TRANSPORT
   */
  createTriggerListener(options: ListenerOptions = {}): TriggerListener {
    return new TriggerListener(options, this.#client.link(), Toolset.#connections);
  }

  /**
   * Ends the calls under way with ERR_ABORTED and lets go of the connections. Idle connections do not keep the
   * process alive, so this is seldom needed; a later call opens new ones.
   */
  async close(): Promise<void> {
    await this.#client.close();
  }

  /** The key does not show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { baseUrl, apiVersion, entityId } = this.#settings;
    return `Toolset ${JSON.stringify({ baseUrl, apiVersion, entityId })}`;
  }
}

function idOf(name: string, value: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a text that is not empty, not ${JSON.stringify(value)}.`,
  );
}
