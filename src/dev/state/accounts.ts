import { stableNano, stableUuid } from "./ids.js";

/** The states of a connected account that the platform knows. */
export const accountStatuses = [
  "INITIALIZING",
  "INITIATED",
  "ACTIVE",
  "FAILED",
  "EXPIRED",
  "INACTIVE",
  "REVOKED",
] as const;

export type AccountStatus = (typeof accountStatuses)[number];

/** A user's account at an app, connected to the project. */
export interface Account {
  /** ClientConnection id of generation 1. */
  readonly uuid: string;
  /** Connected account id of generation 3: `ca_…`. */
  readonly nanoId: string;
  /** Integration id of generation 1, a UUID; one for each app. */
  readonly integrationUuid: string;
  /** Auth config id of generation 3: `ac_…`; one for each app. */
  readonly authConfigNanoId: string;
  /** The app's slug, in lower case. */
  readonly appName: string;
  /** The entity, or user. */
  readonly userId: string;
  readonly status: AccountStatus;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Whether other users of the project can use it. */
  readonly isShared?: boolean;
  /** How it was authorized: `OAUTH2`, `API_KEY`, … Default `OAUTH2`. */
  readonly scheme?: string;
  /** The page that it waits for, or waited for. */
  readonly link?: AccountLink;
}

/** The connect page of an account that is being connected. */
export interface AccountLink {
  /** `lk_…`; it opens the page, so only the user gets it. */
  readonly token: string;
  /** Where the page sends the browser back to. */
  readonly callbackUrl?: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

/** An account to begin with, besides the `default` entity's own. */
export interface AccountSeed {
  /** The app's slug, in any case. */
  readonly appName: string;
  /** Default: `default`. */
  readonly userId?: string | undefined;
  /** Default: `ACTIVE`. */
  readonly status?: AccountStatus | undefined;
  /** Whether other users of the project can use it. Default: false. */
  readonly shared?: boolean | undefined;
}

/** The ids of an app's one auth config, which generation 1 calls an integration. */
export function authConfigIds(app: string): Pick<Account, "integrationUuid" | "authConfigNanoId"> {
  return {
    integrationUuid: stableUuid(`integration ${app}`),
    authConfigNanoId: stableNano("ac", `integration ${app}`),
  };
}

/** The connected accounts, found by either generation's id. */
export class Accounts {
  readonly #byUuid = new Map<string, Account>();
  readonly #uuidByNano = new Map<string, string>();
  readonly #uuidByLink = new Map<string, string>();
  readonly #pending = new Set<string>();
  /** User → app → how many accounts. */
  readonly #counts = new Map<string, Map<string, number>>();
  #begin: ((accounts: Accounts) => void) | undefined;

  /** @param begin adds what there is from the beginning; called before the first look */
  constructor(begin: (accounts: Accounts) => void) {
    this.#begin = begin;
  }

  /** In the order they were added. */
  all(): Account[] {
    this.#ready();
    return [...this.#byUuid.values()];
  }

  /** @param id a UUID or `ca_…` */
  get(id: string): Account | undefined {
    this.#ready();
    return this.#byUuid.get(this.#uuidByNano.get(id) ?? id);
  }

  get size(): number {
    this.#ready();
    return this.#byUuid.size;
  }

  /** Whether the user has an account of any app, in whatever state. */
  hasUser(userId: string): boolean {
    this.#ready();
    return this.#counts.has(userId);
  }

  /** The account whose connect page has this token. */
  withLink(token: string): Account | undefined {
    this.#ready();
    const uuid = this.#uuidByLink.get(token);
    return uuid === undefined ? undefined : this.#byUuid.get(uuid);
  }

  /** Those whose connect page has not been answered. */
  pending(): readonly Account[] {
    this.#ready();
    return [...this.#pending].flatMap((uuid) => this.#byUuid.get(uuid) ?? []);
  }

  delete({ uuid, nanoId, link }: Account): void {
    this.#byUuid.delete(uuid);
    this.#uuidByNano.delete(nanoId);
    if (link !== undefined) this.#uuidByLink.delete(link.token);
    this.#pending.delete(uuid);
  }

  put(account: Account): void {
    this.#ready();
    const link = this.#byUuid.get(account.uuid)?.link;
    if (link !== undefined) this.#uuidByLink.delete(link.token);
    if (!this.#byUuid.has(account.uuid)) {
      const ofUser = this.#counts.get(account.userId) ?? new Map<string, number>();
      ofUser.set(account.appName, (ofUser.get(account.appName) ?? 0) + 1);
      this.#counts.set(account.userId, ofUser);
    }
    this.#byUuid.set(account.uuid, account);
    this.#uuidByNano.set(account.nanoId, account.uuid);
    if (account.link !== undefined) this.#uuidByLink.set(account.link.token, account.uuid);
    const isPending = account.link !== undefined && account.status === "INITIATED";
    if (isPending) this.#pending.add(account.uuid);
    else this.#pending.delete(account.uuid);
  }

  /**
   * Adds an account. Its ids follow from what it is and from how many of the kind there are, so they are the
   * same each time the platform starts with the same accounts.
   *
   * @param nowIso ISO 8601
   */
  seed({ appName, userId = "default", status = "ACTIVE", shared }: AccountSeed, nowIso: string): Account {
    this.#ready();
    const app = appName.toLowerCase();
    const before = this.#counts.get(userId)?.get(app) ?? 0;
    // Of an earlier run, accounts may have been deleted: the number that they left is not free.
    let name = JSON.stringify([app, userId, before]);
    let uuid = stableUuid(`account ${name}`);
    for (let number = before + 1; this.#byUuid.has(uuid); number += 1) {
      name = JSON.stringify([app, userId, number]);
      uuid = stableUuid(`account ${name}`);
    }
    const account: Account = {
      uuid,
      nanoId: stableNano("ca", `account ${name}`),
      ...authConfigIds(app),
      appName: app,
      userId,
      status,
      createdAt: nowIso,
      updatedAt: nowIso,
      ...(shared === true && { isShared: true }),
    };
    this.put(account);
    return account;
  }

  #ready(): void {
    const begin = this.#begin;
    this.#begin = undefined;
    begin?.(this);
  }
}
