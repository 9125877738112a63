import { isLoopback } from "../../base/loopback.js";
import { isJsonObject } from "../../model/json.js";
import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { Account, AccountLink } from "../state/accounts.js";
import { type AuthConfig, schemesWithKey } from "../state/auth-configs.js";
import { changeStatus, LONGEST_USER_ID, MOST_ACCOUNTS, provideAccounts } from "./accounts.js";
import { schemeOf } from "./auth-configs.js";

/** How long a connect page waits for its answer, milliseconds. */
export const LINK_MS = 10 * 60_000;

/** A call that connects an account, whatever its generation names the parts. */
export interface ConnectRequest {
  readonly config: AuthConfig;
  /** Came in a body, as did all below. */
  readonly userId: unknown;
  /** How the generation names `userId`, for messages. */
  readonly userIdName: string;
  readonly callbackUrl?: string | undefined;
  /** What the user's account is opened with, where that takes no page: `{api_key: …}`. */
  readonly credentials?: unknown;
  /** How the generation names `credentials`, for messages. */
  readonly credentialsName: string;
  /** The scheme that the credentials are of. Default: the auth config's. */
  readonly scheme?: string | undefined;
}

/** What the user of a connect page does. */
export type LinkAnswer = "allow" | "deny" | "expire";

/** Whether accounts of a scheme are connected without a page. */
const needsNoPage = (scheme: string): boolean => schemesWithKey.some((one) => one === scheme);

/**
 * Begins to connect a new account: one that is active at once where credentials came along or none are needed, else
 * one that waits for its connect page.
 *
 * @throws HttpProblem 400
 */
export function connect(context: PlatformContext, request: ConnectRequest): Account {
  const scheme = request.scheme === undefined ? request.config.scheme : schemeOf(request.scheme);
  const hasToken = isJsonObject(request.credentials) && isText(request.credentials.access_token);
  if (!needsNoPage(scheme) && !hasToken) return connectByLink(context, request);
  if (scheme !== "NO_AUTH" && !hasCredentials(request.credentials)) {
    throw new HttpProblem(400, `${request.credentialsName} is to have what opens the account (${scheme})`, {
      errors: [`${request.credentialsName}: is missing`],
    });
  }
  return add(context, request, { scheme, status: "ACTIVE" });
}

/** Begins to connect a new account by its connect page, whatever the scheme. @throws HttpProblem 400 */
export function connectByLink(context: PlatformContext, request: ConnectRequest): Account {
  const link = newLink(context, request.callbackUrl);
  return add(context, request, { scheme: request.config.scheme, status: "INITIATED", link });
}

/** Gives an account whose page was answered, or ran out, a new page. @throws HttpProblem 400 */
export function renewLink(
  context: PlatformContext,
  account: Account,
  callbackUrl: string | undefined,
): Account {
  const scheme = account.scheme ?? "OAUTH2";
  if (needsNoPage(scheme))
    throw new HttpProblem(400, `An account of the scheme ${scheme} has nothing to refresh`);
  return changeStatus(context, { ...account, link: newLink(context, callbackUrl) }, "INITIATED");
}

/** @throws HttpProblem 400 */
function newLink(
  { ids, clock, callbackHosts }: PlatformContext,
  callbackUrl: string | undefined,
): AccountLink {
  const problem = callbackUrl ? callbackProblem(callbackUrl, callbackHosts) : undefined;
  if (problem !== undefined) {
    throw new HttpProblem(400, `The callback URL cannot be used: ${problem}`, { errors: [problem] });
  }
  return {
    token: ids.nano("lk") + ids.secret(8),
    ...(callbackUrl && { callbackUrl }),
    expiresAt: new Date(clock.now() + LINK_MS).toISOString(),
  };
}

/**
 * Answers a connect page that waits.
 *
 * @returns the account in its new state; where it does not wait any more, as it is
 */
export function answerLink(context: PlatformContext, account: Account, answer: LinkAnswer): Account {
  if (account.status !== "INITIATED") return account;
  const statuses = { allow: "ACTIVE", deny: "FAILED", expire: "EXPIRED" } as const;
  return changeStatus(context, account, statuses[answer]);
}

/** Where the browser goes after the answer; `undefined` where it stays. */
export function callbackOf({ link, status, nanoId, appName }: Account): string | undefined {
  if (link?.callbackUrl === undefined) return undefined;
  const url = new URL(link.callbackUrl);
  url.searchParams.set("status", status === "ACTIVE" ? "success" : "failed");
  url.searchParams.set("connected_account_id", nanoId);
  // The names that generation 1 uses.
  url.searchParams.set("connectedAccountId", nanoId);
  url.searchParams.set("appName", appName);
  return url.href;
}

/**
 * Why a URL may not be gone back to: a link that opens the page must not lead to just any site.
 *
 * @param hosts that are allowed besides this machine
 */
function callbackProblem(given: string, hosts: readonly string[]): string | undefined {
  if (given.length > 2_000 || !URL.canParse(given)) return "it is no absolute URL";
  const { protocol, hostname, username, password } = new URL(given);
  if (protocol !== "http:" && protocol !== "https:") return "it begins with http:// or https://";
  if (username !== "" || password !== "") return "it has no user name and no password";
  if (isLoopback(hostname) || hosts.some((host) => host.toLowerCase() === hostname)) return undefined;
  return `${hostname} is not this machine. Allow it with the option callbackHosts, or --callback-host ${hostname}`;
}

/** @throws HttpProblem 400 */
function add(
  context: PlatformContext,
  { config, userId, userIdName }: ConnectRequest,
  more: Pick<Account, "status" | "scheme" | "link">,
): Account {
  if (!isText(userId) || userId.length > LONGEST_USER_ID) {
    throw new HttpProblem(
      400,
      `${userIdName} is missing in the body, or no text of 1 to ${LONGEST_USER_ID} characters`,
    );
  }
  if (config.isDisabled) throw new HttpProblem(400, `The auth config ${config.nanoId} is disabled`);
  provideAccounts(context, [userId]);
  const { accounts } = context.state;
  if (accounts.size >= MOST_ACCOUNTS) {
    throw new HttpProblem(400, `There are ${MOST_ACCOUNTS} connected accounts already; delete some`);
  }
  const now = nowIso(context);
  const account: Account = {
    uuid: context.ids.uuid(),
    nanoId: context.ids.nano("ca"),
    integrationUuid: config.uuid,
    authConfigNanoId: config.nanoId,
    appName: config.appName,
    userId,
    ...{ createdAt: now, updatedAt: now },
    ...more,
  };
  accounts.put(account);
  context.state.changed();
  context.bus.emit({ type: "account", id: account.nanoId, status: account.status });
  return account;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Whether there is a text in it, at any place that counts: credentials are never kept. */
function hasCredentials(value: unknown): boolean {
  return isJsonObject(value) && Object.entries(value).some(([name, one]) => name !== "status" && isText(one));
}
