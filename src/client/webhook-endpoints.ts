import { type Clock, sleep } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { number, type OptionTable, readOptions, withoutDefault } from "../base/options.js";
import { isJsonObject } from "../model/json.js";
import type { ApiAdapter } from "./api-adapter.js";
import { Deadline } from "./deadline.js";
import { idOption } from "./enable.js";
import type { AppEndpoint, AppEndpointEntry, CallOptions, SetupField } from "./types.js";

/** Values of an endpoint's fields, by the names of {@link WebhookEndpoints.setupFields}. */
export type EndpointFields = Readonly<Record<string, string>>;

/** The app and your OAuth app's client id, for a webhook endpoint. */
export interface CreateEndpointOptions extends CallOptions {
  /** The app, in any case: `slack`. */
  readonly app: string;
  /** The client id of your OAuth app at that app. */
  readonly clientId: string;
}

/** Options of `webhookEndpoints.list`. */
export interface ListEndpointsOptions extends CallOptions {
  /** The app, in any case. Default: all. */
  readonly app?: string | undefined;
}

/** Options of `webhookEndpoints.waitUntilVerified`, beside the id. */
export interface WaitVerifiedOptions extends CallOptions {
  /** How long to wait, milliseconds. Default: 300,000. */
  readonly timeoutMs?: number | undefined;
}

const signal = withoutDefault<AbortSignal>();
const createTable = {
  app: { default: undefined, read: idOption },
  clientId: { default: undefined, read: idOption },
  signal,
} satisfies OptionTable<CreateEndpointOptions>;
const listTable = { app: withoutDefault(idOption), signal } satisfies OptionTable<ListEndpointsOptions>;
const waitTable = { timeoutMs: number(300_000, 0), signal } satisfies OptionTable<WaitVerifiedOptions>;

/** Pauses between two looks at an endpoint. A person is at work in the app's settings. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Endpoints at the platform that receive the events of your own OAuth apps: `toolset.webhookEndpoints`. Triggers with
 * `requiresWebhookEndpoint` need one for each OAuth app, once. Generation 3 only: ERR_OPTION with apiVersion "v1".
 *
 * @example
 * const endpoint = await toolset.webhookEndpoints.create({ app: "slack", clientId: "123.456" });
 * await toolset.webhookEndpoints.update(endpoint.id, { webhook_signing_secret: secret, app_token: token });
 * console.log(`Enter this URL in the app's settings: ${endpoint.url}`);
 * await toolset.webhookEndpoints.waitUntilVerified(endpoint.id);
 */
export class WebhookEndpoints {
  readonly #adapter: ApiAdapter;
  readonly #clock: Clock;

  constructor(adapter: ApiAdapter, clock: Clock) {
    this.#adapter = adapter;
    this.#clock = clock;
  }

  /** The endpoints of the project. */
  async list(options: ListEndpointsOptions = {}): Promise<readonly AppEndpointEntry[]> {
    const { app, signal } = readOptions("webhookEndpoints.list", listTable, options);
    return this.#adapter.webhookEndpoints.list(app?.toLowerCase(), signal);
  }

  /** The fields that an endpoint of this app needs: what to copy from your OAuth app's settings. */
  async setupFields(app: string, { signal }: CallOptions = {}): Promise<readonly SetupField[]> {
    return this.#adapter.webhookEndpoints.setupFields(idOption("app", app).toLowerCase(), signal);
  }

  /** Creates an endpoint. The same app and client id give the same endpoint again, as it is. */
  async create(options: CreateEndpointOptions): Promise<AppEndpoint> {
    const { app, clientId, signal } = readOptions("webhookEndpoints.create", createTable, options);
    return this.#adapter.webhookEndpoints.create(app.toLowerCase(), clientId, signal);
  }

  /** One endpoint, secrets masked. */
  async get(id: string, { signal }: CallOptions = {}): Promise<AppEndpoint> {
    return this.#adapter.webhookEndpoints.get(id, signal);
  }

  /** Stores fields; those that are left out stay as they are. @throws EarshotError ERR_OPTION */
  async update(id: string, fields: EndpointFields, { signal }: CallOptions = {}): Promise<AppEndpoint> {
    return this.#adapter.webhookEndpoints.store("update", id, fieldsOption(fields), signal);
  }

  /** Stores all fields; those that are left out are cleared. @throws EarshotError ERR_OPTION */
  async replace(id: string, fields: EndpointFields, { signal }: CallOptions = {}): Promise<AppEndpoint> {
    return this.#adapter.webhookEndpoints.store("replace", id, fieldsOption(fields), signal);
  }

  /**
   * Waits until your OAuth app has verified the endpoint's URL, which it does once you enter it in its settings.
   *
   * @throws EarshotError ERR_TIMEOUT, ERR_ABORTED
   */
  async waitUntilVerified(id: string, options: WaitVerifiedOptions = {}): Promise<AppEndpoint> {
    const { timeoutMs, signal } = readOptions("webhookEndpoints.waitUntilVerified", waitTable, options);
    let url = "";
    const limit = new Deadline(
      this.#clock,
      timeoutMs,
      () =>
        new EarshotError(
          "ERR_TIMEOUT",
          `The webhook endpoint ${id} was not verified within ${timeoutMs} ms (\`timeoutMs\`). Is its URL in the settings of your OAuth app? ${url}`.trimEnd(),
        ),
    );
    limit.follow(
      signal,
      ({ reason }) =>
        new EarshotError("ERR_ABORTED", `Waiting for the webhook endpoint ${id} was aborted.`, {
          cause: reason,
        }),
    );
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        const endpoint = await this.#adapter.webhookEndpoints.get(id, limit.signal);
        if (endpoint.verifiedAt !== undefined) return endpoint;
        url = endpoint.url;
        await sleep(this.#clock, pauseMs, limit.signal);
      }
    } catch (thrown) {
      if (limit.signal.aborted) throw limit.signal.reason;
      throw thrown;
    } finally {
      limit.clear();
    }
  }
}

function fieldsOption(given: EndpointFields): EndpointFields {
  const names = isJsonObject(given) ? Object.keys(given) : [];
  if (names.length === 0) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`fields\` is an object like { webhook_signing_secret: "…" }, with at least one property.`,
    );
  }
  // The value itself may be a secret.
  const wrong = names.find((name) => typeof given[name] !== "string" || given[name] === "");
  if (wrong === undefined) return given;
  throw new EarshotError("ERR_OPTION", `The field \`${wrong}\` is a string that is not empty.`);
}
