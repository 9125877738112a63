import { type Account, authConfigIds } from "./accounts.js";

/** How accounts of an app are authorized, which generation 1 calls an integration. */
export interface AuthConfig {
  /** Generation 1's id, a UUID. */
  readonly uuid: string;
  /** Generation 3's id: `ac_…`. */
  readonly nanoId: string;
  /** The app's slug, in lower case. */
  readonly appName: string;
  /** For people. */
  readonly name: string;
  /** `OAUTH2`, `API_KEY`, … */
  readonly scheme: string;
  /** Whether the platform's own OAuth app is used. */
  readonly isManaged: boolean;
  readonly isDisabled: boolean;
  /** Only a built-in one stays when it is deleted: it would be back otherwise. */
  readonly isDeleted: boolean;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The schemes of which an account needs no page: what it needs comes with the call that connects it. */
export const schemesWithKey = [
  "API_KEY",
  "BEARER_TOKEN",
  "BASIC",
  "BASIC_WITH_JWT",
  "GOOGLE_SERVICE_ACCOUNT",
  "SERVICE_ACCOUNT",
  "BILLCOM_AUTH",
  "CALCOM_AUTH",
  "NO_AUTH",
] as const;

export const authSchemes = ["OAUTH2", "OAUTH1", "SAML", "DCR_OAUTH", ...schemesWithKey] as const;

/** The auth configs: one that every app has from the beginning, and those that were made. */
export class AuthConfigs {
  readonly #apps: () => readonly string[];
  /** Those that were made or changed, by UUID. */
  readonly #changed: Map<string, AuthConfig>;
  readonly #createdAt: string;
  readonly #needsOwnApp: (appName: string) => boolean;

  /** @param needsOwnApp whether the app's first auth config is of an OAuth app of the user's own */
  constructor(
    { apps, needsOwnApp }: { apps: () => readonly string[]; needsOwnApp: (appName: string) => boolean },
    changed: readonly AuthConfig[],
    createdAt: string,
  ) {
    this.#apps = apps;
    this.#needsOwnApp = needsOwnApp;
    this.#changed = new Map(changed.map((config) => [config.uuid, config]));
    this.#createdAt = createdAt;
  }

  /** The app's own first, in the order of the apps. */
  all(): readonly AuthConfig[] {
    const builtIn = this.#apps().map((app) => this.ofApp(app));
    const uuids = new Set(builtIn.map(({ uuid }) => uuid));
    const made = [...this.#changed.values()].filter(({ uuid }) => !uuids.has(uuid));
    return [...builtIn, ...made].filter(({ isDeleted }) => !isDeleted);
  }

  /** The one that the app has from the beginning, even where it was deleted. */
  ofApp(appName: string): AuthConfig {
    const { integrationUuid: uuid, authConfigNanoId: nanoId } = authConfigIds(appName);
    return (
      this.#changed.get(uuid) ?? {
        ...{ uuid, nanoId, appName },
        name: appName,
        scheme: "OAUTH2",
        isManaged: !this.#needsOwnApp(appName),
        isDisabled: false,
        isDeleted: false,
        ...{ createdAt: this.#createdAt, updatedAt: this.#createdAt },
      }
    );
  }

  /** The one that an account was connected with; `undefined` where it was deleted. */
  ofAccount({ appName, authConfigNanoId }: Account): AuthConfig | undefined {
    const first = this.ofApp(appName);
    return first.nanoId === authConfigNanoId ? first : this.get(authConfigNanoId);
  }

  /** @param id of either generation */
  get(id: string): AuthConfig | undefined {
    return this.all().find(({ uuid, nanoId }) => uuid === id || nanoId === id);
  }

  put(config: AuthConfig): AuthConfig {
    this.#changed.set(config.uuid, config);
    return config;
  }

  /** Those that were made or changed: what has to be saved. */
  changed(): readonly AuthConfig[] {
    return [...this.#changed.values()];
  }

  delete(config: AuthConfig): void {
    const isBuiltIn = authConfigIds(config.appName).integrationUuid === config.uuid;
    if (isBuiltIn) this.#changed.set(config.uuid, { ...config, isDeleted: true });
    else this.#changed.delete(config.uuid);
  }
}
