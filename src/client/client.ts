import { type Clock, systemClock } from "../base/clock.js";
import type { PlatformAccess, TriggerApps } from "../model/platform.js";
import type { ToolsetSettings } from "../settings/toolset.js";
import type { ApiAdapter } from "./api-adapter.js";
import { devReportTarget, platformAccess } from "./platform-access.js";
import { Requester } from "./request.js";
import { rememberApps } from "./trigger-lookup.js";
import { adapterV1 } from "./v1/adapter.js";
import { adapterV3 } from "./v3/adapter.js";
import { WebhookEndpoints } from "./webhook-endpoints.js";

/** The REST client: the API adapter of the configured generation, over one set of connections. */
export class Client {
  readonly adapter: ApiAdapter;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly #requester: Requester;
  readonly #settings: ToolsetSettings;
  readonly #apps: TriggerApps;

  /**
   * Opens nothing yet.
   *
   * @param clock for deadlines and pauses
   * @throws EarshotError ERR_OPTION where the key cannot be sent
   */
  constructor(settings: ToolsetSettings, clock: Clock = systemClock) {
    this.#settings = settings;
    this.#requester = new Requester(settings, clock);
    const adapter = settings.apiVersion === "v1" ? adapterV1(this.#requester) : adapterV3(this.#requester);
    const { triggers, apps } = rememberApps(adapter.triggers);
    this.adapter = { ...adapter, triggers };
    this.webhookEndpoints = new WebhookEndpoints(adapter, clock);
    this.#apps = apps;
  }

  /** The platform as a listener uses it. */
  platformAccess(): PlatformAccess {
    return {
      ...platformAccess(this.adapter, this.#settings),
      monitors: this.#settings.monitors,
      apps: this.#apps,
      clockAhead: () => this.#requester.platformClock.ahead,
      dev: devReportTarget(this.#requester, this.#settings),
    };
  }

  /** Aborts what is under way and lets go of the connections. A later call opens new ones. */
  close(): Promise<void> {
    return this.#requester.close();
  }
}
