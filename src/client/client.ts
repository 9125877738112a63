import { type Clock, systemClock } from "../base/clock.js";
import type { PlatformLink, TriggerApps } from "../model/platform.js";
import type { ToolsetSettings } from "../settings/toolset.js";
import { devLink } from "./dev-link.js";
import type { Dialect } from "./dialect.js";
import { platformLink } from "./link.js";
import { Requester } from "./request.js";
import { rememberApps } from "./trigger-apps.js";
import { dialectV1 } from "./v1/index.js";
import { dialectV3 } from "./v3/index.js";

/** The REST client: the dialect that the settings ask for, over one set of connections. */
export class Client {
  readonly dialect: Dialect;
  readonly #requester: Requester;
  readonly #settings: ToolsetSettings;
  readonly #apps: TriggerApps;

  /**
   * Opens nothing yet.
   *
   * @param clock where the deadlines and pauses come from
   * @throws EarshotError ERR_OPTION where the key cannot be sent
   */
  constructor(settings: ToolsetSettings, clock: Clock = systemClock) {
    this.#settings = settings;
    this.#requester = new Requester(settings, clock);
    const dialect = settings.apiVersion === "v1" ? dialectV1(this.#requester) : dialectV3(this.#requester);
    const { triggers, apps } = rememberApps(dialect.triggers);
    this.dialect = { ...dialect, triggers };
    this.#apps = apps;
  }

  /** What a listener needs. */
  link(): PlatformLink {
    return {
      ...platformLink(this.dialect, this.#settings),
      apps: this.#apps,
      clockAhead: () => this.#requester.platformClock.ahead,
      dev: devLink(this.#requester, this.#settings),
    };
  }

  /** Aborts what is under way and lets go of the connections. A later call opens new ones. */
  close(): Promise<void> {
    return this.#requester.close();
  }
}
